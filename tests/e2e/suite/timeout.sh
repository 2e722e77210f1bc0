# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that hangs is ended and is timed-out; the others go on.
. "$E2E/lib.sh"

printf 'sleep 30\ntrue\n' >tests
expect 1 isorun suite --timeout 300ms --junit junit.xml --json events.json lines:tests
has 'timed-out' events.json
[ "$(cases junit.xml | grep -c '^passed')" = 1 ] || fail "$(cases junit.xml)"

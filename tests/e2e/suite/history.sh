# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The second run knows the tests of the first.
. "$E2E/lib.sh"

printf 'sleep 0.2\ntrue\n' >tests
expect 0 isorun suite lines:tests
expect 0 isorun suite lines:tests
expect 0 isorun history --slowest
has 'sleep 0.2'

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A process that a test leaves behind is named in the results and gone.
. "$E2E/lib.sh"

echo "sh -c 'sleep 68.$$ & exit 0'" >tests
isorun suite --json events.json lines:tests >"$out" 2>&1 || fail "the suite failed"
has "sleep" events.json
has 'left'
within 5 dead "sleep 68.$$"

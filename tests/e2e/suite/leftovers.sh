# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A process that a test leaves behind is named in the results and gone.
. "$E2E/lib.sh"

echo "sh -c 'sleep 68.$$ & exit 0'" >tests
isorun suite --json events.json lines:tests >"$out" 2>&1 || fail "the suite failed"
has "sleep" events.json
has 'left'
within 5 dead "sleep 68.$$"

# But not where isorun itself ended the test: at its time limit, or when interrupted.
printf '%s\n' "sh -c 'trap \"exit 1\" TERM; sleep 69.$$ & wait'" true >tests
expect 1 isorun suite --timeout 1s --json events.json lines:tests
has 'timed-out' events.json
lacks 'left running'
lacks '"leftovers": ?\[\{' events.json
within 5 dead "sleep 69.$$"

env --default-signal=INT "$ISORUN" suite --json events.json lines:tests >"$out" 2>"$err" &
runner=$!
own $runner
within 20 alive "sleep 69.$$"
kill -INT $runner
wait $runner
has '^interrupted by SIGINT'
lacks 'left running'
within 5 dead "sleep 69.$$"

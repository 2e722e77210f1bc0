# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# When isorun is killed with SIGKILL nothing of its sandbox survives.
. "$E2E/lib.sh"

mkfifo ready
"$ISORUN" sh -c "setsid sleep 63.$$ & sleep 63.$$ & echo up >ready; wait" >/dev/null 2>&1 &
launcher=$!
own $launcher
read -r word <ready
[ "$word" = up ] || fail "did not start"
alive "sleep 63.$$" || fail "the test does not run"
kill -9 $launcher
within 5 dead "sleep 63.$$"

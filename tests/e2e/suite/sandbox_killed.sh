# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test whose sandbox is killed from outside says nothing of itself: it is tried again.
. "$E2E/lib.sh"

echo "sh -c 'test \$ISORUN_ATTEMPT = 2 || exec sleep 68.$$'" >tests
"$ISORUN" suite --workspace shared --memory 32M --json events.json lines:tests \
	>"$out" 2>"$err" &
runner=$!
own $runner
within 20 alive "sleep 68.$$"
# Its pid 1 is our child, and never executes another program.
kill -9 $(pgrep -P $runner)
wait $runner || fail "the suite gave $?"
has '"sandbox_killed": *true' events.json
has 'its sandbox was killed' events.json

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# SIGKILL of isorun while its command pauses at the limit leaves nothing, and what it
# had held is free again.
. "$E2E/lib.sh"

"$ISORUN" --budget 300M --memory 160M "$PROBE" sleep 60s >ready &
own $!
within 10 grep -q ready ready
"$ISORUN" --budget 300M "$PROBE" alloc 200M --hold "61.$$"s 2>says &
paused=$!
own $paused
pauses() { "$ISORUN" status --json | grep -q '"pauses"'; }
within 10 pauses
within 10 grep -q 'pauses at its memory limit of 1.*: of the budget of 300M, 160M is held by others' says
alive "61.$$"s || fail "it does not live"
kill -9 $paused
within 10 dead "61.$$"s
within 10 no_dead_leaves
pauses && fail "its reservation was left"
expect 0 isorun --budget 300M --memory 140M true

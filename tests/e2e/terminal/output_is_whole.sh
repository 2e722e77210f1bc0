# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# All that was written to the own terminal comes out, also past a slow reader and
# when a child keeps the terminal open.
. "$E2E/lib.sh"

seq 100000 >numbers
expect 0 isorun --tty seq 100000
cmp -s numbers "$out" || fail "not what was written"

mkfifo slow
(exec <slow && within 10 grep -q started begun && exec cat >copy) &
reader=$!
own $reader
"$ISORUN" --tty sh -c 'echo started >begun; exec seq 100000' >slow || fail "gave $?"
wait $reader
cmp -s numbers copy || fail "not what was written to a pipe"

expect 0 isorun --tty sh -c 'trap "" HUP; sleep "61.$PPID$$" & seq 10000'
[ "$(wc -l <"$out")" = 10000 ] || fail "lines are lost"
says 'left running and ended'

expect 125 sh -c '"$1" --tty echo lost >/dev/full' sh "$ISORUN"
says 'write what the terminal showed: No space left'

# A reader that goes away takes the terminal with it.
"$ISORUN" --tty sh -c 'echo $$ >begun; exec yes' 2>"$err" | head -n 1 >"$out"
prints y

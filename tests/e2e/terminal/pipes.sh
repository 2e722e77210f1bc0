# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --tty gives a terminal although standard input and output are none.
. "$E2E/lib.sh"

expect 0 isorun --tty sh -c 'test -t 0 && test -t 1 && test -t 2 && tty && stty size'
has '^/dev/pts/[0-9]+$'
has '^24 80$'
expect 0 isorun -p strict --tty sh -c 'test -c "$(tty)" && echo "$(tty) is there"'
prints '/dev/pts/0 is there'

expect 7 isorun --tty sh -c 'exit 7'
expect 137 isorun --tty sh -c 'kill -9 $$'
expect 127 isorun --tty ./lacking
says 'not found'

# What goes in comes out as it is; its end is an end of file, each time.
printf 'one\ntwo' | "$ISORUN" --tty cat >"$out" 2>"$err" || fail "cat gave $?"
[ "$(od -An -c "$out" | tr -d ' \n')" = 'one\ntwo' ] || fail "not as it was typed"
expect 0 isorun --tty sh -c 'read a; read b; read c; echo "<$a$b$c>"'
prints '<>'
need_cmd bash
echo 'tty >/dev/null && echo "on $((6 * 7))"' |
	"$ISORUN" --tty bash --norc -i >"$out" 2>"$err" || fail "bash gave $?"
has 'on 42'

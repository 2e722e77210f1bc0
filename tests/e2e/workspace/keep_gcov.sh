# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Of 40 tests at once, --keep '*.gcda' leaves what gcov would have counted had
# they run one after another, on top of what was there before.
. "$E2E/lib.sh"

need_namespaces
need_cmd gcc
need_cmd gcov
mkdir src
cat >src/lib.c <<'END'
int twice(int n) { return n > 20 ? n * 2 : n + n; }
int never(int n) { return n; }
END
cat >src/main.c <<'END'
#include <stdlib.h>
int twice(int n);
int main(int argc, char **argv)
{
	for (int i = 0; i < 10; i++)
		twice(atoi(argv[1]));
	return argc != 2;
}
END
gcc --coverage -c -o src/lib.o src/lib.c && gcc --coverage -c -o src/main.o src/main.c &&
	gcc --coverage -o src/prog src/lib.o src/main.o || fail "cannot compile"
seq 1 40 | sed "s|^|src/prog |" >tests.lines

# counts FILE: "times:line" of each line of code.
counts() { gcov -t "src/$1" 2>/dev/null | sed -n 's/^ *\([0-9#]*\): *\([0-9]*\):.*/\1 \2/p'; }

expect 0 isorun suite -j8 --keep '*.gcda' lines:tests.lines
says "kept in '$PWD': 2 files"
[ "$(counts lib)" = "400 1
##### 2" ] || fail "the counts are not the sum: $(counts lib)"
counts main >first

# Again: twice as much.
expect 0 isorun suite -j8 --keep '*.gcda' lines:tests.lines
[ "$(counts lib | head -1)" = "800 1" ] || fail "not on top of what was there"
[ -z "$(find . -name '*.new-*')" ] && [ ! -e state/runs/last/kept ] || fail "files are left"

# The same by one after another, without isorun.
rm src/*.gcda
while read -r line; do
	$line
done <tests.lines
counts main | diff - first || fail "gcov alone counts otherwise"

if command -v lcov >/dev/null; then
	lcov -q -c -d src -o all.info >"$out" 2>"$err" || fail "lcov does not take it"
	has '^DA:1,400$' all.info
fi

# Wrapped commands at once: each adds to what is there when it made it anew.
rm src/*.gcda
for i in 1 2 3 4 5 6 7 8; do
	isorun --keep '*.gcda' src/prog $i 2>>"$err" &
	wait=${wait-}" $!"
done
for pid in $wait; do
	wait "$pid" || fail "a command failed"
done
gcov -t src/lib >"$out" 2>&1 || fail "gcov does not take it"

# A test that is killed in the middle of its writing spoils nothing.
expect 0 isorun --keep '*.gcda' sh -c 'head -c 50 src/lib.gcda >x && mv x src/lib.gcda'
says 'not whole, left out'
gcov -t src/lib >"$out" 2>&1 || fail "spoiled"

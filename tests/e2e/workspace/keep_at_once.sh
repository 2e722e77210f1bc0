# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Of tests that keep one path at once the last one wins, whole; in a suite each
# sees the tree as it was at its start.
. "$E2E/lib.sh"

need_namespaces

# Files of 3 MB, each of one letter.
cat >write.sh <<'END'
head -c 3000000 /dev/zero | tr '\0' "$1" >big
END
whole() { [ "$(stat -c %s big)" = 3000000 ] && [ "$(fold -w 1000 big | sort -u | wc -l)" = 1 ]; }

pids=
for c in a b c d e f; do
	isorun --keep big sh write.sh $c 2>>"$err" &
	pids="$pids $!"
done
# shellcheck disable=SC2086 # a list of words
while kill -0 $pids 2>/dev/null; do
	[ ! -e big ] || whole || fail "a mix of two"
done
for pid in $pids; do
	wait "$pid" || fail "a command failed"
done
whole || fail "a mix of two at the end"
[ -z "$(find . -name '*.new-*')" ] || fail "temporary files are left"
rm big

for c in a b c d e f; do
	echo "test ! -e big && sh write.sh $c"
done >tests.lines
expect 0 isorun suite -j3 --keep big lines:tests.lines
whole || fail "a mix of two from a suite"

# Deleted by a test, written again by a later one, and the other way round.
echo 'rm big' >order.lines
echo 'echo again >big' >>order.lines
expect 0 isorun suite --serial --keep big lines:order.lines
[ "$(cat big)" = again ] || fail "the last one did not win: written"
tac order.lines >back.lines
expect 0 isorun suite --serial --keep big lines:back.lines
[ ! -e big ] || fail "the last one did not win: deleted"

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Two suites and a ctest with isorun as its launcher on one budget at once: all tests
# pass, none is killed, each of the three comes to its turn before another is through,
# and the limits of all together are never above the budget.
. "$E2E/lib.sh"

need_cmd ctest
tests=12
mkdir ctest
for i in $(seq $tests); do
	size=$((40 + i * 10))M
	work="alloc $size --steps 8 --over 150ms --hold 100ms"
	for side in one two; do
		echo "'$PROBE' $work && echo $side >>'$PWD/log' # $i" >>$side.lines
	done
	echo "add_test(t$i \"$ISORUN\" --budget 500M --retry-oom --status \"$PWD/ctest.$i\" --
		sh -c \"'$PROBE' $work && echo three >>'$PWD/log'\")" >>ctest/CTestTestfile.cmake
done

cat >three <<'END'
"$ISORUN" suite --workspace shared --budget 500M --json one.json lines:one.lines >one.out 2>&1 &
one=$!
# One that knows its sizes beside those that do not.
"$ISORUN" suite --workspace shared --budget 500M --memory 200M --json two.json lines:two.lines >two.out 2>&1 &
two=$!
(cd ctest && ctest -j8 --output-on-failure >../three.out 2>&1) &
three=$!
for side in one two three; do
	eval "pid=\$$side"
	wait $pid && continue
	echo "$side failed:" && cat $side.out && bad=yes
done
[ -z "${bad-}" ]
END
watch=
[ "$CGROUP" = none ] || watch='bounded 500'
expect 0 $watch sh three

[ "$(wc -l <log)" = $((3 * tests)) ] || fail "$(wc -l <log) of $((3 * tests)) tests were run to their end"
for side in one two three; do
	[ "$(grep -cx $side log)" = $tests ] || fail "$(grep -cx $side log) of $side"
	first=$(grep -nx -m1 $side log | cut -d: -f1)
	for other in one two three; do
		[ $side = $other ] && continue
		last=$(grep -nx $other log | tail -n 1 | cut -d: -f1)
		[ "$first" -lt "$last" ] || fail "$side had no turn before $other was through: $(cat log)"
	done
done
grep -Eh '"oom_kills": ?[1-9]' one.json two.json ctest.* && fail "the kernel killed"
:

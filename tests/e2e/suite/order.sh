# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A random order tells its seed, with which the same order can be had again.
. "$E2E/lib.sh"

for i in 1 2 3 4 5 6; do echo "sh -c 'echo $i >>$PWD/\$LIST'"; done >tests
run()
{
	expect 0 env LIST="$1" "$ISORUN" suite -j1 --workspace shared --order "$2" lines:tests
	cat "$out" "$err" >"$1.said"
}
run first random
order=$(sed -n 's/.*, order \(random:[0-9]*\)$/\1/p' first.said)
[ -n "$order" ] || fail "the seed is not told"
run again "$order"
cmp first again || fail "the order is another with the same seed"

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The shards of one history are the suite, each test once, and share its time.
. "$E2E/lib.sh"

printf 'sleep 0.3\ntrue 1\ntrue 2\ntrue 3\ntrue 4\ntrue 5\ntrue 6\n' >tests
shards()
{
	rm -f listed
	for i in $(seq "$1"); do
		expect 0 isorun list --shard "$i/$1" lines:tests
		sed 's/^isorun: shard .* (split/split/' "$err" >"split.$i"
		cmp -s split.1 "split.$i" || fail "shard $i comes from another split"
		awk 'NR > 1 { print $4, $5 }' "$out" | tee "shard.$i" >>listed
	done
	sort listed | cmp -s - sorted || fail "the $1 shards are not the suite"
}
sort tests >sorted

# Without a history by number.
shards 3
[ "$(cat shard.* | wc -l)" = 7 ] || fail "not seven tests"
for i in 1 2 3; do
	[ "$(wc -l <shard.$i)" -ge 2 ] || fail "shard $i is too small"
done
says 'no past run tells their times'

expect 0 isorun suite lines:tests
shards 2
grep -qx 'sleep 0.3' shard.1 || fail "the longest is not in the first"
[ "$(wc -l <shard.1)" = 1 ] || fail "the longest is not alone"
shards 5

# The same elsewhere, with the same history.
isorun history export known.db >/dev/null || fail "no export"
mkdir elsewhere
cd elsewhere || exit 1
for i in 1 2; do
	ISORUN_STATE_DIR=$PWD/state isorun history import ../known.db >/dev/null || fail "no import"
	ISORUN_STATE_DIR=$PWD/state isorun list --shard "$i/2" lines:../tests 2>err >listed || fail "no list"
	[ "$(wc -l <listed)" = $((i == 1 ? 2 : 7)) ] || fail "shard $i is another elsewhere"
done
cd ..

# Each runs its own, and one that none is left for passes.
expect 0 isorun suite --shard 2/2 lines:tests
has '^6 passed'
expect 0 isorun suite --shard 9/9 --junit report.xml lines:tests
has '^0 passed, 0 failed'
[ -s report.xml ] || fail "no report"
expect 2 isorun suite --shard 3/2 lines:tests
says "option '--shard': '3/2' is not a part such as 2/5, from 1/5 to 5/5"

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --granularity auto: short cases of a program share launches once they are known, and
# nothing that is told of them differs.
. "$E2E/lib.sh"

n=60
ln -s "$E2E/../helpers/fake_gtest" g
# list CASE...: so many cases, some of them called otherwise.
list()
{
	{
		echo A.
		for name; do echo "  $name"; done
		i=$#
		while [ $((i += 1)) -le $n ]; do echo "  C$i"; done
	} >g.list
}
auto() # STATUS [OPTION...]
{
	want=$1
	shift
	expect "$want" isorun suite -j2 --granularity auto --junit now.xml "$@" gtest:g
}
log=$ISORUN_STATE_DIR/runs/last/events.jsonl
launches() { sed -n 's/.*"own_attempts":\([0-9]*\).*/\1/p' "$log"; }
few() { [ "$(launches)" -lt $((n / 2)) ] || fail "$(launches) launches for $n cases"; }
# As many events and rows as there are cases, whoever was launched.
of_each()
{
	for event in attempt-started attempt-finished test-finished; do
		[ "$(grep -c "\"event\":\"$event\"" "$log")" = $n ] || fail "not $n times $event"
	done
}

# In a slot attempts follow each other and last as long as they took, as reports draw them.
one_at_a_time()
{
	python3 - "$log" <<-'END'
		import json, sys
		started, ended = {}, {}
		with open(sys.argv[1]) as f:
		    events = [json.loads(line) for line in f]
		for e in events:
		    if e["event"] == "attempt-started":
		        started[e["test"]] = e
		    elif e["event"] == "attempt-finished":
		        began = started[e["test"]]
		        ended.setdefault(began["slot"], []).append((began["t"], e["t"]))
		for spans in ended.values():
		    spans.sort()
		    for one, next_one in zip(spans, spans[1:]):
		        assert one[1] <= next_one[0], (one, next_one)
		lasted = sum(end - start for spans in ended.values() for start, end in spans)
		assert lasted > sum(e["result"]["wall_ns"] for e in events if "result" in e) / 10, lasted
	END
}

list Skips Bad Crash Quits Hangs Silent Leaves Alone Meets
echo Skips >g.only
auto 0
[ "$(launches)" = $n ] || fail "$(launches) launches without a history"
cases now.xml >alone
auto 0
few
of_each
one_at_a_time || fail "attempts of a slot overlap, or last for nothing"
cases now.xml >together
cmp alone together || fail "other outcomes than one by one: $(diff alone together)"
has '^skip .*g::A.Skips: no network$'
# A stored run tells the same, and the history knows each of them.
expect 0 isorun report --junit - last
cases "$out" | cmp - alone || fail "the stored run tells otherwise"
expect 0 isorun history --json
[ "$(grep -c '"test": "g::A' "$out")" -ge 10 ] || fail "no history of each"
# Who asks for cases has them.
expect 0 isorun suite -j2 --granularity case gtest:g
[ "$(launches)" = $n ] || fail "$(launches) launches of cases"
# Repetitions find what happens now and then: one by one.
expect 0 isorun suite -j2 --granularity auto --repeat 2 gtest:g
[ "$(launches)" = $((2 * n)) ] || fail "$(launches) launches of two repetitions"

# broken MOST: at most so many launches were made again, one by one.  Whom a busy machine
# made to look slow is launched alone: so not each is.
sum=0
broken()
{
	made_again=$(grep -c '"detail":"[0-9]* tests in one launch: ' "$log")
	[ "$made_again" -le "$1" ] || fail "$made_again broken instead of $1"
	sum=$((sum + made_again))
}
# What goes wrong now is blamed on nobody else, and told as if it had run by itself.
only() # CASE WORDS [OPTION...]
{
	echo "$1" >g.only
	case_is=$1
	words=$2
	shift 2
	auto 1 "$@"
	broken 1
	has "$words"
	has "run it alone: .*gtest_filter=A.$case_is\$"
	cases now.xml | grep -v '^passed\|A.Skips$' >bad
	[ "$(cat bad)" = "failure A.$case_is" ] || fail "to blame: $(cat bad)"
}
only Bad 'FAIL  g::A.Bad: a.cc:9: not so$'
only Crash 'CRASH g::A.Crash: killed by SIGSEGV$'
only Quits 'FAIL  g::A.Quits: exit status 0, but it ended before all of its cases had$'
only Silent 'FAIL  g::A.Silent: exit status 0, but it did not run the case$'
only Hangs 'TIME  g::A.Hangs: time limit of 500ms reached$' --timeout 0.5
# Who failed is launched alone the next time, and spoils nothing; his kin are not.
echo Bad >g.only
auto 1
broken 0
few
expect 1 isorun suite -j2 --granularity auto --last-failed gtest:g
[ "$(launches)" = 1 ] || fail "$(launches) launches of the one that failed"
# What was left running is laid to him who left it.
echo Leaves >g.only
auto 0
broken 1
has '^  g::A.Leaves: pid '
lacks '^  g::A.[^L].*: pid '

# What fails in company alone passes, and is kept apart from then on.
for name in Alone Meets; do
	echo $name >g.only
	auto 0
	broken 1
	cases now.xml | cmp - alone || fail "who fails in company did not pass"
	auto 0
	broken $((1 - made_again))
done
[ $sum -ge 4 ] || fail "$sum broken of 8"

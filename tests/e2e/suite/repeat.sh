# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Each repetition is an attempt of its own; one that fails makes the test fail.
. "$E2E/lib.sh"

# The third one fails: the runs are counted in the tree itself.
printf 'echo x >>count\n[ "$(wc -l <count)" != 3 ]\n' >third
printf 'sh third\ntrue\n' >tests
expect 1 isorun suite --repeat 4 --workspace shared --json events.json --junit report.xml lines:tests
has '1 of 4 repetitions failed, first: exit status 1'
[ "$(events events.json attempt-started | wc -l)" = 8 ] || fail "not 4 attempts each"
[ "$(cases report.xml | grep -c '^failure')" = 1 ] || fail "not one failure in the report"
has 'repetition 4 of 4' events.json
expect 0 isorun history true
[ "$(grep -c passed "$out")" -ge 4 ] || fail "not four attempts in the history"

# What a test took is what all its repetitions took, in whichever report.
printf 'sleep 0.1\nsleep 0.2\n' >timed
expect 0 isorun suite --repeat 3 --json events.json --junit report.xml --ctrf ctrf.json \
	lines:timed
python3 - <<'END' || fail "the times do not add up"
import json, sys, xml.etree.ElementTree as tree
events = [json.loads(line) for line in open("events.json")]
sum_s = events[-1]["sum_ns"] / 1e9
attempts = sum(e["result"]["wall_ns"] for e in events if "result" in e) / 1e9
junit = sum(float(c.get("time")) for c in tree.parse("report.xml").iter("testcase"))
ctrf = sum(t["duration"] for t in json.load(open("ctrf.json"))["results"]["tests"]) / 1e3
print(sum_s, attempts, junit, ctrf)
sys.exit(not (sum_s > 0.9 and all(abs(s - sum_s) < 0.01 for s in (attempts, junit, ctrf))))
END

rm count
expect 1 isorun suite --repeat until-fail --workspace shared --json events.json lines:tests
[ "$(wc -l <count)" = 3 ] || fail "it did not end with the first failure"
has '1 passed, 1 failed'
expect 0 isorun suite --repeat until-fail:2 -k true --json events.json lines:tests
[ "$(events events.json attempt-started | wc -l)" = 2 ] || fail "not two attempts"

expect 2 isorun suite --repeat never lines:tests
says "option '--repeat': 'never' is not a number from 1 up, until-fail or until-fail:N"

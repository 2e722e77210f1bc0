# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A trace has a bar for each attempt on the track of its slot, none across another, and
# counters that come back to nothing; it is the same from a stored run.
. "$E2E/report/mixed.inc"

mixed --trace trace.json --json events.json
same trace trace.json
python3 - <<-'END' || fail "see above"
	import json
	trace = json.load(open("trace.json", encoding="utf-8"))
	log = [json.loads(line) for line in open("events.json", encoding="utf-8")]
	events = trace["traceEvents"]
	assert all(e["ph"] in "XCMi" and e["pid"] == 1 for e in events)
	assert all(e["ts"] >= 0 for e in events if e["ph"] != "M")
	bars = [e for e in events if e["ph"] == "X" and e["cat"] != "wait"]
	started = [e for e in log if e["event"] == "attempt-started"]
	assert len(bars) == len(started), (len(bars), len(started))
	slots = sorted((e["test"], e["attempt"], e["slot"] + 1) for e in started)
	assert sorted((b["name"], b["args"]["attempt"], b["tid"]) for b in bars if "]]>" not in b["name"]) == \
	    [s for s in slots if "]]>" not in s[0]]
	outcomes = {b["name"]: b["cat"] for b in bars}
	assert outcomes["too slow"] == "timed-out" and outcomes["crashes"] == "crashed", outcomes
	assert sum(b["name"] == "says odd things" for b in bars) == 2

	# Within a track a bar is within another or beside it.
	for tid in {e["tid"] for e in events if e["ph"] == "X"}:
	    open_until = []
	    for e in sorted((e for e in events if e["ph"] == "X" and e["tid"] == tid), key=lambda e: (e["ts"], -e["dur"])):
	        while open_until and open_until[-1] <= e["ts"]:
	            open_until.pop()
	        assert not open_until or e["ts"] + e["dur"] <= open_until[-1], e
	        open_until.append(e["ts"] + e["dur"])
	names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
	assert all(names[b["tid"]] == f"slot {b['tid'] - 1}" for b in bars), names

	counters = {}
	for e in events:
	    if e["ph"] == "C":
	        counters.setdefault(e["name"], []).append((e["ts"], *e["args"].values()))
	for name, points in counters.items():
	    assert points == sorted(points, key=lambda p: p[0]), name
	    assert all(len(p) == 2 and p[1] >= 0 for p in points), (name, points)
	for name in ("memory reserved", "memory used", "tests running", "tests waiting", "cpus of tests, mean of each"):
	    assert counters[name][-1][1] == 0, (name, counters[name][-1])
	assert max(p[1] for p in counters["memory reserved"]) <= 150 << 20
	assert max(p[1] for p in counters["memory used"]) > 15 << 20, counters["memory used"]
	assert {p[1] for p in counters["memory budget"]} == {150 << 20}
	assert max(p[1] for p in counters["tests waiting"]) == 8
END

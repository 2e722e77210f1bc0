# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The event log is JSON lines with a version, times that only grow, and a first and last event.
. "$E2E/lib.sh"

printf 'true\nfalse\n' >tests
expect 1 isorun suite --json events.json lines:tests
python3 - events.json <<-'END' || fail "see above"
	import json, sys
	events = [json.loads(line) for line in open(sys.argv[1])]
	assert all(e["v"] == 1 for e in events), "v"
	assert events[0]["event"] == "run-started", events[0]
	assert events[-1]["event"] == "run-finished", events[-1]
	times = [e["t"] for e in events]
	assert times == sorted(times), "times go back"
	assert sum(e["event"] == "test-finished" for e in events) == 2
END

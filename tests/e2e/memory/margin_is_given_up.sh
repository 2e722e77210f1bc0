# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What is reserved for a test has a margin for what was not seen so far.  One that finds
# only as much left as it was seen to hold begins with that, since it can grow.
. "$E2E/lib.sh"

need_cgroup
for i in 1 2 3; do
	echo "$PROBE alloc 200M --hold $((1000 * SLOW))ms # $i"
done >lines
expect 0 isorun suite --serial --budget 720M lines:lines
expect 0 isorun suite -j3 --cpus 0.1 --budget 720M --json j.json lines:lines
has '^3 passed, 0 failed'
python3 - j.json <<'END' || fail "the third did not start beside the two"
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
kinds = [e["event"] for e in events]
planned = [e["mem_bytes"] >> 20 for e in events if e["event"] == "test-planned"]
started = [e["mem_bytes"] >> 20 for e in events[:kinds.index("attempt-finished")]
           if e["event"] == "attempt-started"]
print(planned, started)
assert all(3 * n > 720 for n in planned), "three of these do not fit"
assert len(started) == 3 and sum(started) <= 720 and min(started) >= 200
END
grep -Eq '"oom_kills": ?[1-9]' j.json && fail "the kernel killed"
:

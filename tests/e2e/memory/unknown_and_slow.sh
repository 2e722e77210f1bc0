# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Eight tests that all load the same, slowly, and of which nobody knows anything: the
# first tell the others what they will need, the kernel kills nobody, and all pass.
. "$E2E/lib.sh"

need_cgroup
for i in 1 2 3 4 5 6 7 8; do
	echo "$PROBE alloc 200M --steps 20 --over $((400 * SLOW))ms --hold $((200 * SLOW))ms # $i"
done >lines
expect 0 timeout "$((60 * SLOW))" "$ISORUN" suite -j8 --budget 700M --json j.json lines:lines
has '^8 passed, 0 failed'
grep -Eq '"oom_kills": ?[1-9]' j.json && fail "the kernel killed"
# On a slow machine a test that waits for the cpu looks as if it had stopped growing.
[ "$SLOW" = 1 ] || exit 0
python3 - j.json <<'END' || fail "the first did not tell the others, or were too many"
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
kinds = [e["event"] for e in events]
started = [e["mem_bytes"] >> 20 for e in events if e["event"] == "attempt-started"]
before = kinds[:kinds.index("attempt-finished")].count("attempt-started")
print(started, before)
# Three at first; one that stands still for a while lets in another.
assert 3 <= before < 8, "not probed"
assert started[-1] >= 200, "nothing was learned"
END

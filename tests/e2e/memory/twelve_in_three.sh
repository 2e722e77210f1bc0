# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A suite of twelve tests that each need a third of the budget, of which nobody says so:
# all pass, the kernel kills none, and at no time are the limits together above the budget.
# The time beside that of sizes that are declared is printed, and judged by `make bench`.
. "$E2E/lib.sh"

need_cgroup
for i in $(seq 12); do
	echo "'$PROBE' alloc 256M --steps 8 --over 100ms --hold 200ms # $i"
done >lines
now_ms() { echo $(($(date +%s%N) / 1000000)); }
timed() # timed NAME COMMAND...
{
	name=$1
	shift
	begin=$(now_ms)
	expect 0 bounded 768 "$@"
	echo "$name: $(($(now_ms) - begin)) ms, $(grep '^limits:' "$err")"
}

timed declared "$ISORUN" suite -j8 --budget 768M --memory 320M --json declared.json lines:lines
export ISORUN_STATE_DIR="$PWD/unknown"
timed "nothing declared" "$ISORUN" suite -j8 --budget 768M --json unknown.json lines:lines
has '^12 passed, 0 failed'
# What it learns of those that gave way is not so much that only one fits.
python3 - <<'END' || fail "some began with more than half of the budget"
import json
starts = [e["mem_bytes"] >> 20 for e in map(json.loads, open("unknown.json"))
          if e["event"] == "attempt-started"]
print(sorted(starts))
assert max(starts) <= 384
END
grep -Eh '"oom_kills": ?[1-9]' declared.json unknown.json && fail "the kernel killed"
:

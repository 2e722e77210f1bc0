# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests that need more than they are given pause, grow or give way in the plan where
# this host lets them, and run out of memory in it where not.
. "$E2E/lib.sh"

manifest() # manifest MEMORY
{
	for i in 1 2; do
		printf '[test grower%s]\ncommand = %s alloc 200M --steps 20 --over 1s\n' $i "$PROBE"
		printf 'memory = %s\n' "$1"
	done >isorun.ini
}
manifest 300M
expect 0 isorun suite -j1 --budget 400M
manifest 100M
expect 0 isorun plan --json -j2 --cpus 8 --budget 250M
cp "$out" plan.json
expect 0 isorun plan -j2 --cpus 8 --budget 250M --svg plan.svg

grows=$(python3 - <<'END'
import json
plan = json.load(open("plan.json"))
spans = plan["schedule"]
changes = [c for span in spans for c in span["changes"]]
if plan["grows"]:
    assert changes and plan["gave_way"] + plan["paused"] > 0, plan
    assert not any(s["out_of_memory"] and not s["gave_way"] for s in spans), spans
else:
    assert not changes and not plan["gave_way"] and not plan["paused"], plan
    assert any(s["out_of_memory"] for s in spans), spans
assert len({s["test"] for s in spans if not s["out_of_memory"]}) == 2, spans

def held(span, t):
    if not span["start_ns"] <= t < span["end_ns"]:
        return 0
    return [span["mem_bytes"], *(c["mem_bytes"] for c in span["changes"] if c["at_ns"] <= t)][-1]

for t in [s["start_ns"] for s in spans] + [c["at_ns"] for c in changes]:
    assert sum(held(s, t) for s in spans) <= 250 << 20, t
print("yes" if plan["grows"] else "no")
END
) || fail "the plan is not what this host would do"
if [ "$(json plan.json gave_way)" != 0 ]; then
	has 'would give way to that, and be made again$'
fi
if [ "$(json plan.json paused)" != 0 ]; then
	has 'would pause until others leave room to grow$'
fi
# Where both together are a little above the budget one only pauses.
if [ $grows = no ] || [ "$(json plan.json gave_way)" != 0 ]; then
	has '^grower[12] +\|.*x'
	grep -q 'gives way: runs again\|out of memory: runs again' plan.svg ||
		fail "the picture does not say that it begins again"
fi

# With room for both nothing of that is told.
expect 0 isorun plan -j2 --cpus 8 --budget 4G
[ $grows = no ] || lacks 'pause|give way|^grower.*x'

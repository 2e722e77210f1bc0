# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Eight tests that together need three times the budget, and say nothing of it: all
# come to stand, the youngest give way one by one, and all pass without a kill by the
# kernel.  At no time are the limits of all together above the budget.
. "$E2E/lib.sh"

need_growth
for i in 1 2 3 4 5 6 7 8; do
	echo "$PROBE alloc 200M --steps 16 --over 200ms --hold 200ms # $i"
done >lines
"$ISORUN" suite -j8 --budget 560M --json j.json --junit j.xml lines:lines >"$out" 2>"$err" &
suite=$!
own $suite
python3 - $suite <<'END' || fail "the limits were above the budget, or nobody saw any"
import glob, os, sys, time
suite, most, seen = int(sys.argv[1]), 0, 0
names = ("memory.limit_in_bytes", "memory.max")
roots = [d for d, _, _ in os.walk("/sys/fs/cgroup") if os.path.basename(d) == "isorun"]
def limit(leaf):
    for name in names:
        try:
            return int(open(os.path.join(leaf, name)).read())
        except (OSError, ValueError):
            pass
    return 0
def over(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
def look():
    leaves = [l for r in roots for l in glob.glob(f"{r}/{suite}-*")]
    return {l: n for l in leaves if 0 < (n := limit(l)) < 1 << 50}
# Limits only grow, and names are not used again: what two looks agree on was so
# all at once between them.
while not over(suite):
    one, two = look(), look()
    total = sum(n for l, n in one.items() if two.get(l) == n)
    most = max(most, total)
    seen += total > 0
    time.sleep(0.003)
print(most >> 20, seen)
sys.exit(0 if seen > 20 and 0 < most <= 560 << 20 else 1)
END
wait $suite || fail "not all passed"
has '^8 passed, 0 failed'
has 'gave way at'
has 'paused at the memory limit'
grep -Eq '"oom_kills": ?[1-9]' j.json && fail "the kernel killed"
events j.json attempt-finished | grep -q '"gave_way": \?true' || fail "nobody gave way"
# The first one that was started is never the one to go.
events j.json attempt-finished | grep '# 1"' | grep -q '"gave_way": \?true' && fail "the oldest gave way"
has 'memory-pauses' j.xml

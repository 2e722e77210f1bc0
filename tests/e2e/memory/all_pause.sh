# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Eight tests that together need three times the budget, and say nothing of it: all
# come to stand, the youngest give way one by one, and all pass without a kill by the
# kernel.  At no time are the limits of all together above the budget.
. "$E2E/lib.sh"

# Each a program of its own: tests of one program teach each other.
for i in 1 2 3 4 5 6 7 8; do
	cp "$PROBE" "p$i"
	echo "$PWD/p$i alloc 200M --steps 16 --over 200ms --hold 200ms # $i"
done >lines
expect 0 bounded 560 "$ISORUN" suite -j8 --budget 560M --json j.json --junit j.xml lines:lines
has '^8 passed, 0 failed'
has 'gave way at'
has 'paused at the memory limit'
grep -Eq '"oom_kills": ?[1-9]' j.json && fail "the kernel killed"
events j.json attempt-finished | grep -q '"gave_way": \?true' || fail "nobody gave way"
# The first one that was started is never the one to go.
events j.json attempt-finished | grep '# 1"' | grep -q '"gave_way": \?true' && fail "the oldest gave way"
has 'memory-pauses' j.xml

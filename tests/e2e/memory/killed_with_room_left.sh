# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A SIGKILL that is not for memory is no lack of memory: the outcome is crashed, and a
# line says what was left of the limit.
. "$E2E/lib.sh"

need_cgroup
need_namespaces
left='killed by SIGKILL, neither by isorun nor at its memory limit: [0-9.]+M of 64M were left'
expect 137 isorun --memory 64M --status s.json sh -c 'kill -9 $$'
says "^isorun: $left"
[ "$(json s.json outcome)" = crashed ] || fail "$(json s.json outcome)"
[ "$(json s.json oom)" = false ] || fail "called out of memory"

# By somebody else, from the host.
echo "$PROBE sleep 69.$$" >tests
"$ISORUN" suite --memory 64M --json events.json lines:tests >"$out" 2>"$err" &
runner=$!
own $runner
within 20 alive "69.$$"
for pid in $(below $runner); do
	tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "^$PROBE sleep 69.$$ " && kill -9 "$pid"
done
wait $runner
[ $? = 1 ] || fail "the suite passed"
has "$left"
events events.json test-finished | grep -q '"outcome": \?"crashed"' || fail "not crashed"

# At the limit it says that, and nothing of what was left.
expect 137 isorun --memory 64M "$PROBE" alloc 100M
says 'killed at a limit of 64M'
grep -q 'were left' "$err" && fail "said to have had memory left"
:

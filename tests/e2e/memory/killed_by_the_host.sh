# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The kernel's killer may come for another limit than the test's own: that of a group
# above isorun, or the host's.  The outcome is crashed and tells so; a suite runs the
# test once more.
. "$E2E/lib.sh"

need_root
need_cgroup
need_namespaces
host='killed by the memory killer of the host or of a limit above.*of its own limit of 200M were left'
if [ "$CGROUP" = v1 ]; then
	# A group with a limit around isorun and a neighbour who does not heed it.
	above=/sys/fs/cgroup/memory/isorun-above.$$
	mkdir "$above" || skip "no group can be made"
	echo 300M >"$above/memory.limit_in_bytes"
	echo 300M >"$above/memory.memsw.limit_in_bytes" 2>/dev/null
	inside() { sh -c 'echo 0 >"$0/tasks" && exec "$@"' "$above" "$@"; }
	strike() { inside "$PROBE" alloc 230M --hold 1s; }
	trap 'end_own; kill_above' EXIT
	kill_above()
	{
		# Waits for what isorun leaves to its own end.
		while read -r pid; do echo "$pid" >/sys/fs/cgroup/memory/tasks; done <"$above/tasks"
		rmdir "$above/isorun" "$above"
	} 2>/dev/null
elif [ "$LANE" = uml-v2 ] && [ -w /proc/sysrq-trigger ]; then
	inside() { "$@"; }
	strike() { echo f >/proc/sysrq-trigger; }
else
	skip "the host's killer is left alone"
fi

# Whom the killer takes first.
cat >victim <<END
echo 1000 >/proc/self/oom_score_adj
exec $PROBE alloc 90M --hold 70.$$s
END
inside "$ISORUN" --budget 250M --memory 200M --status s.json sh victim 2>"$err" &
wrapped=$!
own $wrapped
has_90()
{
	for pid in $(below $wrapped); do
		kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null)
		[ "${kb:-0}" -gt 90000 ] && return 0
	done
	return 1
}
within 20 has_90
strike
within 20 gone_child $wrapped
wait $wrapped
[ $? = 137 ] || fail "another status"
says "the command was $host"
[ "$(json s.json outcome)" = crashed ] || fail "$(json s.json outcome)"
[ "$(json s.json host_oom)" = true ] || fail "the host's killer is not in the record"
[ "$(json s.json oom)" = false ] || fail "called out of memory"

echo "test \$ISORUN_ATTEMPT = 2 || exec sh victim" >tests
inside "$ISORUN" suite --budget 250M --memory 200M --workspace shared --json events.json lines:tests \
	>"$out" 2>"$err" &
wrapped=$!
own $wrapped
within 20 has_90
strike
wait $wrapped || fail "the suite gave $?"
events events.json attempt-finished >found
has "it was $host" found
has '^1 passed'

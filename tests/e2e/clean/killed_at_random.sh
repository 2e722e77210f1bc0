# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# SIGKILL at random instants leaves no process, mount or cgroup behind.
. "$E2E/lib.sh"

kill_launchers()
{
	i=0
	while [ $i -lt 20 ]; do
		"$ISORUN" --memory 32M sh -c "echo x >/tmp/x; sleep 65.$$" >/dev/null 2>&1 &
		launcher=$!
		sleep "0.00$((i % 10))$((i / 2))"
		kill -9 $launcher 2>/dev/null
		wait $launcher 2>/dev/null
		i=$((i + 1))
	done
	within 5 dead "sleep 65.$$"
}

# In the first runs, while they try what this host permits: the next one clears up.
kill_launchers
expect 0 isorun true
within 5 no_dead_leaves

kill_launchers
within 5 no_dead_leaves
expect 0 isorun status
lacks "65.$$"

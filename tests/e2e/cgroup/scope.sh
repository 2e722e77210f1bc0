# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# In a user session without a group of its own isorun asks the user's systemd for a
# scope, and limits memory there.  No systemd runs here: `busctl` is a script that
# notes what it is asked, and this script moves the process as the manager would.
. "$E2E/lib.sh"

need_root
[ "$CGROUP" = v2 ] || skip "needs cgroup v2"
top=/sys/fs/cgroup/isorun-scope-$$
session=$top/session
manager=$top/manager
clean()
{
	end_own
	rmdir "$manager"/isorun/* "$manager"/*/ "$manager" "$session" "$top" 2>/dev/null
}
trap clean EXIT
mkdir "$top" && echo "+memory +pids" >"$top/cgroup.subtree_control" || fail "no group"
mkdir "$session" "$manager" && echo "+memory +pids" >"$manager/cgroup.subtree_control"
chown -R 65534 "$manager"

mkdir bin
mkfifo asked answered
cat >bin/busctl <<-END
	#!/bin/sh
	echo "\$*" >$PWD/asked
	read -r answer <$PWD/answered
	exit \$answer
END
chmod 755 bin/busctl
chown -R 65534 .
: >run/bus
chmod 666 run/bus
manage()
{
	while read -r line; do
		printf '%s\n' "$line" >>requests
		pid=$(echo "$line" | sed -n 's/.* au 1 \([0-9]*\) .*/\1/p')
		mkdir "$manager/isorun-$pid.scope"
		chown -R 65534 "$manager/isorun-$pid.scope"
		echo "$pid" >"$manager/isorun-$pid.scope/cgroup.procs" && echo 0 >answered
	done <asked
}
(while :; do manage; done) &
own $!

login()
{
	sh -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$session" \
		setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
		--bounding-set=-all env PATH="$PWD/bin:$PATH" "$@"
}
expect 137 login "$ISORUN" --memory 32M "$PROBE" alloc 100M
says '^isorun: out of memory: '
lacks 'warning' "$err"
grep -Eq '^--user call org.freedesktop.systemd1 .* StartTransientUnit ssa\(sv\)a\(sa\(sv\)\) isorun-[0-9]+.scope fail 3 PIDs au 1 [0-9]+ Delegate b true ' \
	requests || fail "asked: $(cat requests)"
echo 'true' >tests
expect 0 login "$ISORUN" suite lines:tests
lacks 'memory limit' "$err"
[ "$(wc -l <requests)" = 2 ] || fail "asked more than once"

# Refused, it goes on as without, and says so.
printf '#!/bin/sh\nexit 3\n' >bin/busctl
expect 5 login "$ISORUN" sh -c 'exit 5'
says '^isorun: warning: without memory limit \(.*systemd gave no scope \(busctl: status 3\)'
expect 125 login "$ISORUN" --strict true
# Without a user manager nobody is asked.
rm run/bus
expect 5 login "$ISORUN" sh -c 'exit 5'
lacks 'scope \(' "$err"

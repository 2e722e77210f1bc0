# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without namespaces a daemon that a test left is named and ended all the same.
. "$E2E/lib.sh"

mark=61.$$
expect 3 bare sh -c "setsid sh -c 'setsid sleep $mark & sleep $mark & wait' >/dev/null 2>&1 &
	until [ \$(grep -lasF '$mark' /proc/[0-9]*/cmdline | wc -l) -ge 4 ]; do sleep 0.02; done
	exit 3"
says "^isorun: left running and ended: .*sleep $mark"
dead "sleep $mark"

# A group that forks as fast as it can comes to an end, too.
printf "sh -c 'f() { sleep $mark & f & }; f; f; f; exit 0'\n" >tests
expect 0 timeout 30 "$PROBE" refuse-namespaces "$ISORUN" suite --pids 200 --memory 64M lines:tests
dead "sleep $mark"

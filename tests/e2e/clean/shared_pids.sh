# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Among pids that are shared with others, only the test's own processes are ended,
# however many it leaves.
. "$E2E/lib.sh"

need_root
need_namespaces
cat >many.py <<'END'
import os, time
for i in range(1200):
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
END
cat >inside.sh <<'END'
echo 319 >/proc/sys/kernel/ns_last_pid
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	sleep 600 &
	echo $!
done >others
# Five digits each: the list of the children is longer than a page, and what it
# is cut to is the number of another.
echo 31990 >/proc/sys/kernel/ns_last_pid
"$ISORUN" --share pid --pids none --memory 1G python3 many.py || exit 1
while read -r pid; do
	kill -0 "$pid" || exit 2
done <others
[ "$(ls -d /proc/[0-9]* | wc -l)" -lt 60 ] || exit 3
END
expect 0 unshare -pfm --mount-proc --kill-child sh inside.sh

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Launchers that look for a place for groups while tests of others end all find it.
. "$E2E/lib.sh"

need_cgroup
round=0
while [ $round -lt 10 ]; do
	rm -f /run/isorun/prepared-*
	for i in 1 2 3 4 5 6 7 8; do
		"$ISORUN" --memory 32M true 2>said.$i &
	done
	wait
	cat said.* >"$err"
	quiet
	round=$((round + 1))
done

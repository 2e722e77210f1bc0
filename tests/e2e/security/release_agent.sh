# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The program that the kernel runs when a cgroup of version 1 empties is out of
# reach: by the host's mounts, by a mount of its own, and in a nested user
# namespace (CVE-2022-0492).
. "$E2E/lib.sh"

cat >open <<-'END_OPEN'
	for file in $(find /sys/fs/cgroup -maxdepth 2 -name release_agent -o -maxdepth 2 -name cgroup.procs); do
		(: >>"$file") 2>/dev/null && echo "$file can be written"
	done
	:
END_OPEN
cat >nested <<-'END_NESTED'
	mkdir -p /tmp/v1
	for controller in memory pids cpu rdma; do
		unshare -UrmC sh -c 'mount -t cgroup -o "$1" none /tmp/v1 && echo mounted >&3
			# What it is already: nothing.
			file=/tmp/v1/release_agent
			[ -e $file ] && [ ! -s $file ] && echo >>$file && echo "$1 can be written"' \
			sh $controller 3>&1 2>/dev/null
	done
	:
END_NESTED
for profile in default strict; do
	for script in open nested; do
		expect 0 isorun -p $profile sh ./$script
		prints ""
	done
	# Without the filter it may come to a mount, but no further.
	printf '[profile]\ninherit = %s\n[process]\nseccomp = off\n' $profile >open.ini
	expect 0 isorun -p ./open.ini sh ./nested
	lacks 'can be written'
done

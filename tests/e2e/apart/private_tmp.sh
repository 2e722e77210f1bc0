# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What one test writes to /tmp, /var/tmp and /dev/shm no other sees, nor the host.
. "$E2E/lib.sh"

need_namespaces

for dir in /tmp /var/tmp /dev/shm; do
	name=$dir/isorun-e2e-$$
	expect 0 isorun sh -c "echo mine >$name && cat $name"
	prints mine
	[ ! -e "$name" ] || { rm -f "$name"; fail "$name reached the host"; }
	expect 1 isorun test -e "$name"
	expect 0 isorun sh -c "stat -c %a $dir"
	prints 1777
done

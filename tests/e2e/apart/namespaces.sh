# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Every namespace kind that a profile does not share is the sandbox's own.
. "$E2E/lib.sh"

need_namespaces

for ns in mnt pid net ipc uts cgroup; do
	expect 0 isorun readlink /proc/self/ns/$ns
	[ "$(cat "$out")" != "$(readlink /proc/self/ns/$ns)" ] || fail "$ns is shared with the host"
done

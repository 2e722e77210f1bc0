# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A container that may use one cpu of many has one.
. "$E2E/lib.sh"

need_root
[ "$(nproc)" -gt 1 ] || skip "needs two cpus"
if [ -e /sys/fs/cgroup/cpu/cpu.cfs_quota_us ] || [ -e /sys/fs/cgroup/cpu/cpu.shares ]; then
	group=/sys/fs/cgroup/cpu/isorun-quota-$$
	limit() { echo 100000 >"$group/cpu.cfs_quota_us"; }
elif grep -qw cpu /sys/fs/cgroup/cgroup.subtree_control; then
	group=/sys/fs/cgroup/isorun-quota-$$
	limit() { echo "100000 100000" >"$group/cpu.max"; }
else
	skip "needs the cpu controller"
fi
mkdir "$group" || skip "needs a cpu cgroup of its own"
gone() { rmdir "$group"; }
trap 'end_own; within 5 gone' EXIT
limit || skip "needs cpu quotas"

echo true >tests
# shellcheck disable=SC2016 # expanded by the inner shell
expect 0 sh -c 'echo $$ >"$1/cgroup.procs" && exec "$ISORUN" suite lines:tests' sh "$group"
has ', 2 to 16 at once, 1 cpu, '
expect 0 isorun suite lines:tests
lacks ', 1 cpu, '

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# After a launch no mount, cgroup, file of it is there, and the state is as before.
. "$E2E/lib.sh"

need_namespaces

before=$(wc -l </proc/self/mountinfo)
files=$(ls -A /tmp /run/isorun 2>/dev/null | sort | md5sum)
expect 0 isorun sh -c 'echo x >/tmp/isorun-left; echo y >/dev/shm/isorun-left'
expect 0 isorun sh -c 'echo x >/tmp/isorun-left; echo y >/dev/shm/isorun-left'
[ "$(wc -l </proc/self/mountinfo)" = "$before" ] || fail "mounts were left"
[ ! -e /tmp/isorun-left ] && [ ! -e /dev/shm/isorun-left ] || fail "files were left"
[ -n "$files" ]

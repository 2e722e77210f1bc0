# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# System V shared memory of one key is made twice, and nothing of it stays.
. "$E2E/lib.sh"

need_namespaces

key=$((0x15000000 + $$))
expect 0 isorun "$PROBE" sysv $key
expect 0 isorun "$PROBE" sysv $key
grep -Eq "^ *$key " /proc/sysvipc/shm && fail "the segment reached the host"
:

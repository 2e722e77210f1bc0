# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# As root a test keeps a small set of capabilities, none over the host.
. "$E2E/lib.sh"

need_root
expect 0 isorun sed -n 's/^CapBnd:.//p' /proc/self/status
set=$((0x$(cat "$out")))
# sys_module 16, sys_rawio 17, sys_admin 21, sys_boot 22, sys_time 25, mknod 27, mac_admin 33
for bit in 16 17 21 22 25 27 33; do
	[ $((set >> bit & 1)) = 0 ] || fail "capability $bit is kept"
done
expect 0 isorun chown 12345 .out

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A refused call is named with its arguments and the line that permits it, and the
# test sees the same errno as without the log.
. "$E2E/lib.sh"

cat >calls.py <<-END
	import ctypes, os, sys
	libc = ctypes.CDLL(None, use_errno=True)
	for request in (0x5412, 0x541c, 0x5412):
	    libc.ioctl(0, request, b"x")
	    print(ctypes.get_errno())
	sys.exit(7)
END
expect 7 isorun --seccomp strict python3 calls.py
cp "$out" without
quiet
expect 7 isorun --seccomp strict --seccomp-log --status status.json python3 calls.py
cmp -s without "$out" || fail "the test saw something else than without the log"
says "seccomp refused ioctl\(0x0, 0x5412, .*\) of 'python3' with EPERM, 2 times; to permit: \[allow\] ioctl = int1 == 0x5412"
says 'seccomp refused ioctl\(0x0, 0x541c.* \[allow\] ioctl = int1 == 0x541c'
[ "$(json status.json refused.0.permit)" = "[allow] ioctl = int1 == 0x5412" ] ||
	fail "no word of it in the record"
[ "$(json status.json refused.0.count)" = 2 ] || fail "not counted in the record"

# The line does what it says, and only that.
printf '[policy]\ninherit = strict\n[allow]\nioctl = int1 == 0x5412\n' >mine.ini
expect 7 isorun --seccomp ./mine.ini --seccomp-log python3 calls.py
lacks '0x5412' "$err"
says 'refused ioctl\(0x0, 0x541c'

expect 0 isorun --seccomp off --seccomp-log true
says 'warning: seccomp-log without a seccomp policy: nothing is refused'
expect 0 isorun --seccomp-log true
quiet

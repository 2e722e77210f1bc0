# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A policy of one's own: what it says of a call replaces what it inherits.
. "$E2E/lib.sh"

cat >mine.ini <<-END
	[policy]
	inherit = default

	[refuse EIO]
	uname = arg0 != 0
	[refuse ENOMEM]
	personality = int0 == 0xffffffff
END
errno='import ctypes; libc = ctypes.CDLL(None, use_errno=True)
libc.personality(0xffffffff); print(ctypes.get_errno())'
expect 0 isorun --seccomp ./mine.ini python3 -c "$errno"
prints 12
expect 0 isorun --seccomp mine.ini python3 -c "$errno"
prints 12
expect 0 isorun python3 -c "$errno"
prints 0
expect 1 isorun --seccomp ./mine.ini uname
says 'Input/output error'
# What it inherits still holds.
expect 0 isorun --seccomp ./mine.ini "$PROBE" tiocsti
# A profile, the default and off.
printf '[profile]\ninherit = default\n[process]\nseccomp = %s\n' "$PWD/mine.ini" >p.ini
expect 1 isorun -p ./p.ini uname
expect 0 isorun -p ./p.ini --seccomp default uname
expect 0 isorun -p ./p.ini --seccomp off grep Seccomp: /proc/self/status
prints "$(grep Seccomp: /proc/self/status)"
# Suites, by option and manifest.
cat >isorun.ini <<-END
	[suite]
	process.seccomp = $PWD/mine.ini
	[test named]
	command = uname
END
expect 1 isorun suite
expect 0 isorun suite --seccomp default

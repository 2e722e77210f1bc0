# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The log of refused calls: any errno, any number of kinds, many threads at once,
# what is left behind, and a suite, which tells by test.
. "$E2E/lib.sh"
need_namespaces # the filter of a container answers such calls before ours is heard

expect 0 isorun --seccomp strict --seccomp-log python3 -c 'import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(425, 1, 2)
print(ctypes.get_errno())'
prints 38
says 'seccomp refused io_uring_setup\(0x1, 0x2.* ENOSYS; to permit: \[allow\] calls = io_uring_setup'

# All else goes on: threads at once, children, signals, what is left behind.
cat >many.py <<-END
	import ctypes, os, signal, threading
	libc = ctypes.CDLL(None, use_errno=True)
	def calls():
	    for i in range(200):
	        assert libc.syscall(250, 3, 2) == -1 and ctypes.get_errno() == 1
	threads = [threading.Thread(target=calls) for i in range(8)]
	signal.signal(signal.SIGALRM, lambda *a: None)
	signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
	for t in threads: t.start()
	for t in threads: t.join()
	signal.setitimer(signal.ITIMER_REAL, 0)
	if os.fork() == 0:
	    while True: libc.syscall(250, 3, 2)
END
expect 0 isorun --seccomp-log python3 many.py
says 'refused keyctl.* EPERM, [0-9]{4,} times'
says 'left running and ended'

# More kinds than are told by name are counted.
expect 0 isorun --seccomp-log python3 -c 'import ctypes
for i in range(100): ctypes.CDLL(None).unshare(0x10000000 + i)'
says 'seccomp refused 36 more calls'

# A suite tells by test.
printf 'python3 -c "import ctypes; ctypes.CDLL(None).syscall(250)"\ntrue\n' >tests
expect 0 isorun suite --seccomp-log lines:tests
has '^refused by the seccomp policy'
has '^  python3 .*: keyctl\(.*\) with EPERM; to permit: \[allow\] calls = keyctl'
expect 0 isorun report
has '^refused by the seccomp policy'

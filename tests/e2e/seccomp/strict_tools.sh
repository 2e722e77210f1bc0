# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# GCC with its sanitizers, Bash and Perl run in strict.
. "$E2E/lib.sh"

need_cmd gcc
need_cmd bash
need_cmd perl
cat >work.cc <<-END
	#include <cstdio>
	#include <future>
	#include <stdexcept>
	#include <string>
	int main()
	{
		auto part = std::async(std::launch::async, [] { throw std::runtime_error("caught"); });
		try { part.get(); } catch (std::exception &e) { std::puts(e.what()); }
	}
END
if command -v g++ >/dev/null; then
	expect 0 isorun -p strict sh -c 'g++ -O2 -pthread work.cc -o /tmp/work && /tmp/work'
	prints caught
fi
# What leaks is found by a thread that traces the others, where the machine has the
# address space for it.
printf '#include <stdlib.h>\nint main(void) { char *volatile p = malloc(7); p = 0; return !!p; }\n' >leak.c
if gcc -fsanitize=address leak.c -o leak 2>/dev/null &&
	LSAN_OPTIONS=exitcode=23 ./leak 2>&1 | grep -q '7 byte'; then
	expect 23 isorun -p strict --env LSAN_OPTIONS=exitcode=23 sh -c \
		'gcc -fsanitize=address leak.c -o /tmp/leak && /tmp/leak'
	says '7 byte\(s\) leaked'
fi
cat >work.bash <<-'END'
	set -e
	trap 'echo trapped' USR1
	kill -USR1 $$
	coproc cat
	echo line >&"${COPROC[1]}"
	read -r got <&"${COPROC[0]}"
	diff <(seq 3) <(printf '1\n2\n3\n')
	(sleep 9 & kill $!; wait $! || true)
	ulimit -n 100
	echo "$got $(seq 100 | xargs -P4 -n10 echo | wc -l) $(ulimit -n)"
END
expect 0 isorun -p strict bash work.bash
prints "trapped
line 10 100"
cat >work.pl <<-'END'
	use strict; use Socket; use POSIX ":sys_wait_h"; use IPC::Open3; use Fcntl ":flock";
	my $pid = fork // die; exit 3 unless $pid; waitpid $pid, 0; print $? >> 8, "\n";
	socketpair my $a, my $b, AF_UNIX, SOCK_STREAM, 0 or die; syswrite $a, "x"; sysread $b, my $x, 1;
	socket my $s, PF_INET, SOCK_STREAM, 0 or die; bind $s, sockaddr_in(0, INADDR_LOOPBACK) or die;
	local $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; select undef, undef, undef, 5;
	open my $f, ">", "/tmp/lock" or die; flock $f, LOCK_EX or die; print `echo $x`;
END
expect 0 isorun -p strict --net loopback perl work.pl
prints "3
alarm
x"

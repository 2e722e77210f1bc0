/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"

int proc_pidfd_open(pid_t pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);
	return fd < 0 ? -errno : (int)fd;
}

int proc_pidfd_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno : 0;
}

int proc_boot_id(char text[37])
{
	char line[64];
	ssize_t n = fs_read_small_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", line,
				     sizeof(line));
	if (n < 0)
		return (int)n;
	if (n != 36)
		return -EINVAL;
	memcpy(text, line, 37);
	return 0;
}

/* signal(7), without "SIG"; the C library's own list is glibc's alone. */
static const char *signal_word(int sig)
{
	static const char *const words[] = {
		[SIGHUP] = "HUP", [SIGINT] = "INT", [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
		[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT", [SIGBUS] = "BUS", [SIGFPE] = "FPE",
		[SIGKILL] = "KILL", [SIGUSR1] = "USR1", [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
		[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM", [SIGTERM] = "TERM",
		[SIGSTKFLT] = "STKFLT", [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",
		[SIGSTOP] = "STOP", [SIGTSTP] = "TSTP", [SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",
		[SIGURG] = "URG", [SIGXCPU] = "XCPU", [SIGXFSZ] = "XFSZ",
		[SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
		[SIGIO] = "POLL", [SIGPWR] = "PWR", [SIGSYS] = "SYS",
	};

	return sig > 0 && (size_t)sig < ARRAY_SIZE(words) ? words[sig] : NULL;
}

const char *proc_signal_name(int sig, char text[16])
{
	const char *name = signal_word(sig);
	if (name)
		snprintf(text, 16, "SIG%s", name);
	else
		snprintf(text, 16, "signal %d", sig);
	return text;
}

int proc_parse_signal(const char *name, int *ret_sig)
{
	unsigned number;
	int r = num_parse_uint(name, &number);
	if (r == 0) {
		if (number < 1 || number > (unsigned)SIGRTMAX)
			return -ERANGE;
		*ret_sig = (int)number;
	}
	if (r != -EINVAL)
		return r;
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (int sig = 1; sig < NSIG; sig++) {
		const char *known = signal_word(sig);
		if (known && strcasecmp(known, name) == 0) {
			*ret_sig = sig;
			return 0;
		}
	}
	return -EINVAL;
}

unsigned proc_count_cpus(void)
{
	cpu_set_t set;

	/* Fails above 1,024 cpus, where sysconf(3) will do. */
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return (unsigned)CPU_COUNT(&set);
	const long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

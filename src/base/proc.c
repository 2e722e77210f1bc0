/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

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

const char *proc_signal_name(int sig, char text[16])
{
	const char *name = sigabbrev_np(sig);
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
		const char *known = sigabbrev_np(sig);
		if (known && strcasecmp(known, name) == 0) {
			*ret_sig = sig;
			return 0;
		}
	}
	return -EINVAL;
}

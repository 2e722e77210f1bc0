/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/say.h"

int guard_check(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		/* open(2) takes the lowest free number, and those below are
		 * open already.  Close-on-exec: a command that would have had
		 * none has none. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_CLOEXEC) != fd) {
			say("open '/dev/null' as descriptor %d, which is closed", fd);
			return STATUS_HOST;
		}
	}
	/* Ignored, as some runners leave it, the kernel would reap the sandbox
	 * itself and its status were lost (wait(2), NOTES). */
	signal(SIGCHLD, SIG_DFL);
	if (getauxval(AT_SECURE) || geteuid() != getuid() || getegid() != getgid()) {
		say("installed set-uid or with file capabilities: refused\n"
		    "hint: chmod u-s,g-s and setcap -r the program");
		return STATUS_HOST;
	}
	return 0;
}

void guard_end_by(int sig)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t set;

	/* The command's core dump, if any, is the one that matters. */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

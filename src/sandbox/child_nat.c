/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper of pasta: theory of operation.
 *
 *   isorun --clone3--> init of the sandbox
 *      |                 | tell: a byte when its namespaces stand; its end
 *      +--clone3--> helper --clone3--> keeper --clone3--> pasta
 *                                                           | hear: up
 *                                                           v
 *                                                          init
 *
 * 1. Pasta lives outside of the sandbox: it needs the host's network.  Nor is
 *    it in the test's cgroup.  It is seen by nobody in the sandbox.
 * 2. The keeper is pid 1 of a pid namespace with nothing but pasta in it, so
 *    that pasta ends with the keeper however that ends.  The keeper ends with
 *    init, whose end of `tell` nobody else holds; and init ends with isorun.
 * 3. As a user the pid namespace is made in the sandbox's user namespace, where
 *    the network namespace belongs; only a child of whoever calls unshare(2)
 *    is in it, hence the helper.  It waits for the keeper, and isorun for it.
 * 4. Who dies first: init; the keeper; pasta by the kernel; the helper.
 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char trouble[] = "isorun could not start it\n";

static _Noreturn void fail(const struct nat_job *job)
{
	(void)!write(job->words_fd, trouble, sizeof(trouble) - 1);
	_exit(125);
}

static void restore_signals(void)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigaction(SIGCHLD, &plain, NULL);
	sigaction(SIGPIPE, &plain, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the sandbox's user namespace there are all capabilities, and exec takes them
 * from whoever is not root there: but what is ambient stays, Linux 4.3.  Pasta
 * needs these to enter the network namespace and to set it up, and drops them. */
static void keep_rights(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return;
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	if (syscall(SYS_capset, &head, data) < 0)
		return;
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0);
}

static _Noreturn void run_pasta(const struct nat_job *job, int net_fd)
{
	char *const no_env[] = { NULL };

	restore_signals();
	if (job->user_path)
		keep_rights();
	if (dup2(net_fd, 0) == 0 && dup2(job->hear_fd, 1) == 1 && dup2(job->words_fd, 2) == 2)
		execve(job->argv[0], job->argv, no_env);
	fail(job);
}

static _Noreturn void keep(const struct nat_job *job, int net_fd)
{
	int pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};

	long pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		run_pasta(job, net_fd);
	if (pid < 0)
		fail(job);
	/* Init, while it waits, hears that pasta ended by the end of this pipe. */
	close(job->hear_fd);
	struct pollfd fds[2] = {
		{ .fd = job->tell_fd },
		{ .fd = pidfd, .events = POLLIN },
	};
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	_exit(fds[0].revents ? 0 : CHILD_NAT_LOST);
}

_Noreturn void child_nat_main(const struct nat_job *of_caller)
{
	const struct nat_job own = *of_caller;
	struct clone_args args = { .exit_signal = SIGCHLD };
	const struct sigaction heed = { .sa_handler = SIG_DFL };
	char byte;

	/* Out of the terminal's reach: Ctrl-C is the test's to handle. */
	(void)setsid();
	(void)prctl(PR_SET_NAME, "isorun-nat", 0, 0, 0);
	sigaction(SIGCHLD, &heed, NULL);
	child_close_others(own.keep_fds, sizeof(own.keep_fds) / sizeof(own.keep_fds[0]));
	if (read(own.tell_fd, &byte, 1) != 1)
		_exit(0);
	int net_fd = open(own.net_path, O_RDONLY | O_CLOEXEC);
	int user_fd = own.user_path ? open(own.user_path, O_RDONLY | O_CLOEXEC) : -1;
	if (net_fd < 0 || (own.user_path && user_fd < 0))
		fail(&own);
	if (own.user_path && setns(user_fd, CLONE_NEWUSER) < 0)
		fail(&own);
	if (unshare(CLONE_NEWPID) < 0 || chdir("/") < 0)
		fail(&own);
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		keep(&own, net_fd);
	if (pid < 0)
		fail(&own);
	close(own.hear_fd);
	int status = 0;
	while (waitpid((pid_t)pid, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_NAT_LOST);
}

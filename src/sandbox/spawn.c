/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spawning, seen from isorun: theory of operation.
 *
 * `report`, a pipe, carries records from init; `control`, a pair of sockets since
 * those can be told to spare us SIGPIPE, carries orders to it, and its end tells
 * init that isorun is gone.  clone3 makes init with all namespaces at once.  It
 * is a plain copy of this process (no shared memory: it lives on, see
 * child_init.c), which never returns into code of this side; or, for hosts of the
 * library, which may be of any size, a small program (init_main.c).
 *
 * The report pipe ends when init exits; it is reaped when its namespaces are
 * gone, which its pidfd tells.  If the report ended without SBX_REC_DONE it was
 * killed from outside: the kernel has killed the pid namespace, and the leaf is
 * left for cg_sweep.
 */
#include "sandbox/news.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/proc.h"
#include "sandbox/child.h"
#include "sandbox/fork.h"
#include "sandbox/nat.h"
#include "sandbox/userns.h"
#include "sandbox/pack.h"

struct sbx {
	pid_t pid;
	int pidfd;
	int report_fd;
	int control_fd;
	struct nat nat;
	int door_fd; /* the test's end until it is forked; -1: none */
	struct news_reader reader;
};

static int explain_clone(const struct sbx_plan *p, int code, struct iso_err *err)
{
	const struct userns_bar *bar = NULL;

	iso_err_set(err, ISO_ERR_HOST, code, "make namespaces");
	if (p->clone_flags & CLONE_NEWUSER)
		bar = userns_bar_find("/proc/sys");
	if (bar && code != EAGAIN) {
		iso_err_set(err, ISO_ERR_HOST, code, "make namespaces: %s", bar->why);
		iso_err_hint(err, "%s", bar->cure);
		return -code;
	}
	if (code == ENOSPC || code == EUSERS)
		iso_err_hint(err, "a limit in /proc/sys/user/max_*_namespaces is reached");
	else if (code == EAGAIN)
		iso_err_hint(err, "the limit of processes is reached; see 'ulimit -u'");
	else if (p->clone_flags & CLONE_NEWUSER)
		iso_err_hint(err, "user namespaces are restricted here; see 'isorun doctor'");
	else if (code == EPERM)
		iso_err_hint(err, "CAP_SYS_ADMIN is missing; see 'isorun doctor'");
	return -code;
}

/* The plan's descriptors and those that were made since, ascending. */
static int *merge_fds(const struct sbx_job *job, const int *more, size_t n_more, size_t *ret_n)
{
	int *all = calloc(job->n_keep_fds + n_more, sizeof(*all));
	size_t n = 0;

	if (!all)
		return NULL;
	for (; n < job->n_keep_fds; n++)
		all[n] = job->keep_fds[n];
	for (size_t i = 0; i < n_more; i++) {
		if (more[i] < 0)
			continue;
		size_t at = n++;
		for (; at && all[at - 1] > more[i]; at--)
			all[at] = all[at - 1];
		all[at] = more[i];
	}
	*ret_n = n;
	return all;
}

/* clone3(2), Linux 5.3.  Without CLONE_VM it is a fork, and without a stack the
 * child goes on where it was called.  Containers' filters cannot see its flags and
 * answer ENOSYS: clone(2) can do as much here. */
static long clone_process(struct clone_args *args)
{
	long pid = syscall(SYS_clone3, args, sizeof(*args));

	if (pid < 0 && errno == ENOSYS)
		pid = syscall(SYS_clone, args->flags | args->exit_signal, NULL, args->pidfd, NULL,
			      NULL);
	return pid;
}

/* Of init: its ends. */
struct ends {
	int report_fd;
	int control_fd;
	int door_fd;   /* -1: none */
	int parent_fd; /* -1: none */
};

static int explain_boot(const struct sbx_plan *p, struct sbx *s, pid_t pid,
			const struct sbx_fault *fault, struct iso_err *err)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	cleanup_close(&s->pidfd);
	s->pidfd = -1;
	fault_explain(p, fault, err);
	return -fault->code;
}

static int boot_init(const struct sbx_plan *p, struct sbx *s, const struct sbx_job *job,
		     struct clone_args *args, struct iso_err *err)
{
	char name[] = "isorun-init";
	char number[16];
	char *const argv[] = { name, number, NULL };

	_cleanup_close_ int job_fd = pack_job(job);
	if (job_fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, job_fd, "sandbox");
	(void)snprintf(number, sizeof(number), "%d", job_fd);
	struct sbx_boot boot = {
		.job = job,
		.image_fd = p->init_fd,
		.job_fd = job_fd,
		.argv = argv,
	};
	args->flags |= CLONE_VM | CLONE_VFORK;
	long pid = child_boot(args, &boot);
	if (pid < 0)
		return explain_clone(p, (int)-pid, err);
	if (boot.fault.code)
		return explain_boot(p, s, (pid_t)pid, &boot.fault, err);
	return (int)pid;
}

static int copy_init(const struct sbx_plan *p, const struct sbx_job *job,
		     struct clone_args *args, struct iso_err *err)
{
	long pid = clone_process(args);
	if (pid == 0)
		child_init_main(job);
	return pid < 0 ? explain_clone(p, errno, err) : (int)pid;
}

static int start_init(const struct sbx_plan *p, struct sbx *s, const struct ends *ends,
		      struct iso_err *err)
{
	const int more[] = { ends->report_fd, ends->control_fd, ends->door_fd, ends->parent_fd,
			     s->nat.tell[1], s->nat.hear[0] };
	struct sbx_job job = p->job;
	_cleanup_free_ int *keep =
		merge_fds(&p->job, more, ARRAY_SIZE(more), &job.n_keep_fds);

	if (!keep)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
	job.keep_fds = keep;
	job.report_fd = ends->report_fd;
	job.control_fd = ends->control_fd;
	job.door_fd = ends->door_fd;
	job.parent_fd = ends->parent_fd;
	job.nat_tell_fd = s->nat.tell[1];
	job.nat_hear_fd = s->nat.hear[0];
	job.booted = p->init_fd > 0;
	struct clone_args args = {
		.flags = p->clone_flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&s->pidfd,
		.exit_signal = SIGCHLD,
	};
	struct sigaction chld;
	sigaction(SIGCHLD, NULL, &chld);
	job.ignores_chld = chld.sa_handler == SIG_IGN;
	/* No handler of a host program may run in init. */
	sigset_t all;
	sigset_t old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int pid = job.booted ? boot_init(p, s, &job, &args, err)
			     : copy_init(p, &job, &args, err);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid < 0)
		return pid;
	s->pid = pid;
	return 0;
}

int sbx_spawn(const struct sbx_plan *plan, struct sbx **ret, struct iso_err *err)
{
	int report[2];
	int control[2];
	int door[2] = { -1, -1 };

	if (pipe2(report, O_CLOEXEC) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "pipe");
	_cleanup_close_ int report_in = report[0];
	_cleanup_close_ int report_out = report[1];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "socketpair");
	_cleanup_close_ int control_in = control[0];
	_cleanup_close_ int control_out = control[1];
	if (plan->fork && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, door) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "socketpair");
	_cleanup_close_ int door_in = door[0];
	_cleanup_close_ int door_out = door[1];
	struct sbx *s = calloc(1, sizeof(*s));
	if (!s)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
	*s = (struct sbx){ .reader.plan = plan, .pidfd = -1, .door_fd = -1, .nat = NAT_NONE };
	/* pidfd_open(2), Linux 5.3; without it the end of `control` has to do. */
	_cleanup_close_ int parent =
		plan->init_fd > 0 ? (int)syscall(SYS_pidfd_open, getpid(), 0) : -1;
	const struct ends ends = { report_out, control_in, door_in, parent };
	int r = plan->nat_argv ? nat_open(&s->nat, err) : 0;
	if (r == 0)
		r = start_init(plan, s, &ends, err);
	if (r < 0) {
		nat_close(&s->nat);
		free(s);
		return r;
	}
	s->report_fd = TAKE_FD(report_in);
	s->control_fd = TAKE_FD(control_out);
	s->door_fd = TAKE_FD(door_out);
	(void)fcntl(s->report_fd, F_SETFL, O_NONBLOCK);
	if (plan->nat_argv)
		r = nat_start(&s->nat, plan->nat_argv, s->pid, plan->job.own_user_ns, err);
	nat_let_go(&s->nat);
	if (r < 0) {
		sbx_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int sbx_poll_fd(const struct sbx *s)
{
	return s->reader.news.closed ? s->pidfd : s->report_fd;
}

pid_t sbx_pid(const struct sbx *s)
{
	return s->reader.news.ended ? 0 : s->pid;
}

static void reap(struct sbx *s, int flags)
{
	pid_t pid;

	do
		pid = waitpid(s->pid, NULL, flags);
	while (pid < 0 && errno == EINTR);
	s->reader.news.ended = pid != 0;
	if (pid)
		s->reader.news.nat_lost = !nat_close(&s->nat);
}

int sbx_pidfd(const struct sbx *s)
{
	return s->pidfd;
}

bool sbx_reap(struct sbx *s)
{
	if (!s->reader.news.ended)
		reap(s, WNOHANG);
	return s->reader.news.ended;
}

const struct sbx_news *sbx_attend(struct sbx *s, const struct cg *cg, bool wait)
{
	news_read(&s->reader, s->report_fd, cg);
	if (s->reader.news.garbled)
		sbx_kill_hard(s);
	if (s->reader.of_nat)
		nat_explain(&s->nat, &s->reader.news.fault);
	wait = wait && s->reader.news.done;
	if ((wait || s->reader.news.closed) && !s->reader.news.ended)
		reap(s, wait ? 0 : WNOHANG);
	return &s->reader.news;
}

static void send_order(struct sbx *s, enum sbx_order_kind kind, int arg)
{
	const struct sbx_order order = { .kind = kind, .arg = arg };

	/* A full buffer means that init is stuck with hundreds of orders: one
	 * more would not help it.  EPIPE: it is ending already. */
	if (s->control_fd >= 0)
		(void)send(s->control_fd, &order, sizeof(order), MSG_NOSIGNAL | MSG_DONTWAIT);
}

int sbx_terminal_fd(const struct sbx *s)
{
	return s->control_fd;
}

int sbx_take_terminal(struct sbx *s, int ret_fds[2])
{
	const size_t size = 2 * sizeof(*ret_fds);
	char byte;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(2 * sizeof(int))];
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space),
	};
	ssize_t n;

	do
		n = recvmsg(s->control_fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : -EPIPE;
	const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(size))
		return -EPROTO;
	memcpy(ret_fds, CMSG_DATA(head), size);
	return 0;
}

void sbx_leave_terminal(struct sbx *s)
{
	send_order(s, SBX_ORDER_LEAVE, 0);
}

int sbx_fork(struct sbx *s, struct iso_err *err)
{
	const struct sbx_plan *p = s->reader.plan;
	struct sbx_entry entry = {
		.job = &p->job,
		.init_fd = s->pidfd,
		.door_fd = s->door_fd,
		.close_fds = p->close_fds,
		.pass_fds = p->pass_fds,
		.n_pass_fds = p->n_pass_fds,
	};
	int pid = fork_enter(&entry, err);

	if (pid == 0) {
		environ = (char **)(uintptr_t)p->job.envp;
		return 0;
	}
	sbx_adopt(s, pid);
	return pid > 0 ? 1 : pid;
}

int sbx_lend(const struct sbx *s, struct sbx_loan *ret, struct iso_err *err)
{
	return fork_lend(&s->reader.plan->job, s->pidfd, s->door_fd, ret, err);
}

void sbx_adopt(struct sbx *s, pid_t pid)
{
	if (pid > 0)
		send_order(s, SBX_ORDER_ADOPT, pid);
	cleanup_close(&s->door_fd);
	s->door_fd = -1;
}

static void close_own(struct sbx *s)
{
	int *fds[] = { &s->report_fd, &s->control_fd, &s->door_fd, &s->pidfd };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		cleanup_close(fds[i]);
		*fds[i] = -1;
	}
}

void sbx_forget(struct sbx *s)
{
	if (!s)
		return;
	close_own(s);
	nat_let_go(&s->nat);
	cleanup_close(&s->nat.words[0]);
	s->nat.words[0] = -1;
}

/* Without a pid namespace of its own a test can have stopped it. */
static void wake_init(struct sbx *s)
{
	if (!s->reader.news.ended)
		(void)proc_pidfd_signal(s->pidfd, SIGCONT);
}

void sbx_signal(struct sbx *s, int sig)
{
	wake_init(s);
	send_order(s, SBX_ORDER_SIGNAL, sig);
}

void sbx_kill(struct sbx *s)
{
	wake_init(s);
	send_order(s, SBX_ORDER_KILL, 0);
}

void sbx_kill_hard(struct sbx *s)
{
	if (!s->reader.news.ended)
		(void)proc_pidfd_signal(s->pidfd, SIGKILL);
}

size_t sbx_take_layers(struct sbx *s, struct sbx_layer ret[SBX_LAYERS_MAX])
{
	const struct sbx_job *job = &s->reader.plan->job;
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(2 * SBX_LAYERS_MAX * sizeof(int))];
	} control;
	char one;
	struct iovec data = { .iov_base = &one, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	if (recvmsg(s->control_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0)
		return 0;
	const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return 0;
	const int *fds = (const void *)CMSG_DATA(head);
	size_t n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(*fds) / 2;
	/* Init is a copy of us: it sends what the plan says. */
	assert(n <= job->n_layers);
	for (size_t i = 0; i < n; i++)
		ret[i] = (struct sbx_layer){
			.upper_fd = fds[2 * i],
			.merged_fd = fds[2 * i + 1],
			.at = job->layers[i].at,
		};
	return n;
}

void sbx_free(struct sbx *s)
{
	if (!s)
		return;
	if (!s->reader.news.ended) {
		/* Its orderly end: it kills, removes the leaf, exits.  It is told,
		 * for a fork of ours may hold a copy of our end.  The report goes
		 * first, or it could wait for us to read. */
		cleanup_close(&s->report_fd);
		s->report_fd = -1;
		send_order(s, SBX_ORDER_END, 0);
		cleanup_close(&s->control_fd);
		s->control_fd = -1;
		reap(s, 0);
	}
	news_fini(&s->reader.news);
	close_own(s);
	free(s);
}

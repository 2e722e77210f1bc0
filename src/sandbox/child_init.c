/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pid 1 of the sandbox: theory of operation.
 *
 *   isorun --clone3--> init --vfork--> the test --fork--> what it starts
 *      ^  |             |  ^
 *      |  +--control----+  +-- reaps everything
 *      +-----report-----+
 *
 * 1. Init never execs.  It is a copy of isorun that touches few pages, and it
 *    stays outside of the test's cgroup leaf, so nothing of it is charged to
 *    the test.
 * 2. Init alone makes and removes the cgroup leaf, and it holds the ledger's
 *    claim alive by an inherited descriptor.  So there is no instant at which
 *    a SIGKILL of isorun leaves a leaf or a reservation: isorun has made
 *    nothing, and init sees the end of `control`, kills, reaps, removes, exits.
 *    That is also why init does not ask for PR_SET_PDEATHSIG: a signal would
 *    kill it before it could remove the leaf.
 * 3. Who dies first: the test; then all it left (listed, then killed); then
 *    the leaf; then init, with which its mounts, network and pid namespace go.
 *    When init itself is killed the kernel kills the whole pid namespace, and
 *    isorun, which sees the report pipe end without SBX_REC_DONE, removes the
 *    leaf.
 *    With a terminal of the test's own the caller's may be in raw mode until all
 *    output is shown: then init lives until isorun says that it is not any more,
 *    and gives the mode back itself where isorun dies first.
 * 4. The test cannot reach init: no signal from inside its pid namespace is
 *    delivered to pid 1 unless handled, and init is not dumpable, so neither
 *    ptrace nor /proc/1/{exe,fd,mem} opens without CAP_SYS_PTRACE outside.
 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

struct init {
	const struct sbx_job *job;
	pid_t test;
	bool test_done;
	bool stands;     /* a forked test says that its sandbox is complete */
	bool orphan;     /* isorun is gone */
	bool silent;     /* the test never ran: there is nothing to list */
};

/* Our two were made after the plan: where the caller has many descriptors they
 * may have numbers that steps are going to use.  Below there is room by now. */
static void move_below(int *fd, int fixed_fd)
{
	int low = *fd < fixed_fd ? -1 : fcntl(*fd, F_DUPFD_CLOEXEC, 3);

	if (low < 0)
		return;
	close(*fd);
	*fd = low;
}

/* Whether an order to end waits, which is left where it is. */
static bool told_to_end(int control_fd)
{
	struct sbx_order orders[16];
	ssize_t n = recv(control_fd, orders, sizeof(orders), MSG_PEEK | MSG_DONTWAIT);

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(orders[0]); i++)
		if (orders[i].kind == SBX_ORDER_KILL || orders[i].arg == SIGTERM)
			return true;
	return false;
}

/* Pasta answers at once or not at all; while it does not, isorun may end, or
 * the time of the test. */
static int hear_pasta(const struct sbx_job *job, int fd)
{
	enum { PATIENCE_MS = 30 * 1000 };
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = job->control_fd, .events = POLLIN },
	};
	char byte;

	for (;;) {
		int n = poll(fds, 2, PATIENCE_MS);
		if (n <= 0)
			return n < 0 ? errno : ETIMEDOUT;
		if (fds[0].revents)
			return read(fd, &byte, 1) == 1 ? 0 : EPIPE;
		if ((fds[1].revents & POLLHUP) || told_to_end(job->control_fd))
			return ECANCELED;
		/* Another order, for the test; the end of isorun is still told. */
		fds[1].events = 0;
	}
}

static int await_nat(const struct sbx_job *job, const struct sbx_step *s)
{
	const char byte = 0;

	if (dup3(job->nat_hear_fd, s->fd, O_CLOEXEC) < 0 ||
	    dup3(job->nat_tell_fd, (int)s->flags, O_CLOEXEC) < 0)
		return errno;
	close(job->nat_hear_fd);
	close(job->nat_tell_fd);
	if (write((int)s->flags, &byte, 1) < 0)
		return errno;
	int code = hear_pasta(job, s->fd);
	close(s->fd);
	return code;
}

static int run_init_steps(const struct sbx_job *job, struct sbx_fault *fault)
{
	for (size_t i = job->booted ? job->n_map_steps : 0; i < job->n_init_steps; i++) {
		const struct sbx_step *s = &job->init_steps[i];
		int code = s->op == SBX_NAT ? await_nat(job, s) : child_step_run(s);
		if (code == 0)
			continue;
		*fault = (struct sbx_fault){ SBX_STAGE_INIT, (uint32_t)i, code, 0 };
		if (!(s->when_refused & SBX_MAY_FAIL))
			return code;
		child_record(job->report_fd, SBX_REC_DEGRADED, fault, sizeof(*fault), NULL, 0);
	}
	return 0;
}

static void note_exit(struct init *in, int status)
{
	const struct sbx_exited e = { .t_ns = child_now_ns(), .status = status };

	in->test_done = true;
	if (!in->silent)
		child_record(in->job->report_fd, SBX_REC_EXITED, &e, sizeof(e), NULL, 0);
}

/* Whether there is any child left. */
static bool reap(struct init *in)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR))
		/* One that came by fork may end before we are told who it is. */
		if (pid > 0 && (pid == in->test || !in->test))
			note_exit(in, status);
	return pid == 0;
}

static void obey(struct init *in)
{
	struct sbx_order order;
	ssize_t n = read(in->job->control_fd, &order, sizeof(order));

	if (n == 0 || (n == sizeof(order) && order.kind == SBX_ORDER_END)) {
		in->orphan = true;
		child_terminal_restore(in->job);
		return;
	}
	if (n != sizeof(order))
		return;
	if (order.kind == SBX_ORDER_ADOPT)
		in->test = order.arg;
	else if (!in->test)
		/* Ended before it came: isorun does not wait any longer. */
		in->orphan = true;
	else if (!in->test_done)
		kill(in->test, order.kind == SBX_ORDER_KILL ? SIGKILL : order.arg);
}

/* Without poll(2) nothing would be heard any more, not even the end of isorun,
 * and without waitpid(2) nothing of the test's. */
static void end_test(struct init *in)
{
	const struct sbx_fault fault = { SBX_STAGE_WATCH, 0, errno, 0 };
	int status;

	if (!in->test) {
		in->orphan = true;
		return;
	}
	kill(in->test, SIGKILL);
	if (waitpid(in->test, &status, 0) == in->test && status != SIGKILL) {
		note_exit(in, status); /* it had ended already */
		return;
	}
	child_record(in->job->report_fd, SBX_REC_FAULT, &fault, sizeof(fault), NULL, 0);
	in->test_done = true;
}

/* One word of a forked test about how far it is. */
static void hear(struct init *in, struct sbx_fault *fault)
{
	struct sbx_told told;

	if (recv(in->job->door_fd, &told, sizeof(told), 0) != sizeof(told))
		return;
	if (told.kind == SBX_REC_DEGRADED)
		child_record(in->job->report_fd, SBX_REC_DEGRADED, &told.fault,
			     sizeof(told.fault), NULL, 0);
	else if (told.kind == SBX_REC_STARTED)
		in->stands = true;
	else
		*fault = told.fault;
}

static void watch_once(struct init *in, int signal_fd, struct sbx_fault *fault)
{
	struct pollfd fds[] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = in->job->control_fd, .events = POLLIN },
		{ .fd = fault ? in->job->door_fd : -1, .events = POLLIN },
		{ .fd = in->job->parent_fd, .events = POLLIN },
		{ .fd = child_refusal_fd(), .events = POLLIN },
	};

	if (poll(fds, sizeof(fds) / sizeof(*fds), -1) < 0) {
		/* EINVAL: the test lowered our RLIMIT_NOFILE by prlimit(2). */
		if (errno != EINTR)
			end_test(in);
		return;
	}
	if (fds[3].revents)
		in->orphan = true;
	if (fds[2].revents)
		hear(in, fault);
	if (fds[0].revents) {
		struct signalfd_siginfo info;
		(void)!read(signal_fd, &info, sizeof(info));
		if (!reap(in) && !in->test_done && in->job->door_fd < 0)
			end_test(in);
	}
	if (fds[1].revents)
		obey(in);
	if (fds[4].revents & POLLIN)
		child_refusal_answer(in->job);
	else if (fds[4].revents)
		child_refusal_close(); /* nobody is left to be filtered */
}

static void watch(struct init *in, int signal_fd)
{
	while (!in->test_done && !in->orphan)
		watch_once(in, signal_fd, NULL);
}

/* A test that comes by fork: child_enter.c.  0 once it stands and was let go. */
static int admit(struct init *in, int signal_fd, struct sbx_fault *fault)
{
	child_record(in->job->report_fd, SBX_REC_READY, NULL, 0, NULL, 0);
	child_flush(in->job->report_fd);
	in->silent = true;
	/* Not before it is adopted: its twin may still be here, and to kill that
	 * would keep its caller from learning anything. */
	while (!in->orphan && !(in->test && (in->stands || fault->code || in->test_done)))
		watch_once(in, signal_fd, fault);
	if (!fault->code && (in->test_done || in->orphan))
		*fault = (struct sbx_fault){ SBX_STAGE_FORK, 0, ECANCELED, 0 };
	return fault->code;
}

static int64_t timeval_ns(const struct timeval *tv)
{
	return tv->tv_sec * INT64_C(1000000000) + tv->tv_usec * INT64_C(1000);
}

/* The caller's terminal is in raw mode until isorun has shown the last of the
 * output.  It may die before. */
static void guard_outer_terminal(const struct sbx_job *job)
{
	struct sbx_order order = { 0 };

	if (job->outer.fd < 0)
		return;
	while (order.kind != SBX_ORDER_LEAVE)
		if (read(job->control_fd, &order, sizeof(order)) <= 0)
			break;
	if (order.kind != SBX_ORDER_LEAVE)
		child_terminal_restore(job);
}

/* Isorun may have died while the test ended. */
static bool is_orphan(const struct init *in)
{
	struct pollfd control = { .fd = in->job->control_fd, .events = POLLIN };

	return in->orphan || (poll(&control, 1, 0) == 1 && (control.revents & POLLHUP));
}

/* A test whose files did not fit may have failed for that alone. */
static void measure_scratch(const struct sbx_job *job, struct sbx_done *done)
{
	struct statfs fs;

	if (!job->memory_base || statfs(job->memory_base, &fs) < 0)
		return;
	done->private_most_bytes = fs.f_blocks * (uint64_t)fs.f_bsize;
	done->private_bytes = done->private_most_bytes - fs.f_bfree * (uint64_t)fs.f_bsize;
}

static _Noreturn void finish(struct init *in)
{
	const struct sbx_job *job = in->job;
	struct sbx_done done = { 0 };

	/* What the test left is init's child by now, or the child of one: no
	 * child means that nothing is left. */
	bool left = reap(in);
	if (left && !in->silent && !in->orphan)
		child_report_leftovers(job);
	if (left)
		child_kill_all(job, in->test);
	measure_scratch(job, &done);
	child_remove_scratch(job);
	if (job->n_layers && !in->orphan) {
		child_report_written(job, &done);
		child_hand_over(job);
	}
	if (!in->orphan)
		done.n_refused = child_report_refused(job->report_fd);
	done.remove_code = child_cgroup_remove(job->cgroups, job->report_fd);

	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	done.user_ns = timeval_ns(&usage.ru_utime);
	done.system_ns = timeval_ns(&usage.ru_stime);
	child_record(job->report_fd, SBX_REC_DONE, &done, sizeof(done), NULL, 0);
	child_flush(job->report_fd);
	guard_outer_terminal(job);
	if (job->disk_fd >= 0 && is_orphan(in))
		child_remove_disk(job);
	_exit(0);
}

static _Noreturn void give_up(struct init *in, const struct sbx_fault *fault)
{
	child_record(in->job->report_fd, SBX_REC_FAULT, fault, sizeof(*fault), NULL, 0);
	in->silent = true;
	finish(in);
}

/* Only after the id maps are written: a process that is not dumpable does not
 * own its files in /proc. */
static void become_unreachable(const struct sbx_job *job)
{
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_NAME, SBX_INIT_NAME, 0, 0, 0);
	if (!job->own_pid_ns)
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static void let_go(struct init *in)
{
	in->silent = false;
	if (in->job->door_fd < 0)
		return;
	(void)send(in->job->door_fd, "", 1, MSG_NOSIGNAL);
	close(in->job->door_fd);
}

_Noreturn void child_init_main(const struct sbx_job *of_plan)
{
	struct sbx_job own = *of_plan;
	const struct sbx_job *job = &own;
	struct init in = { .job = job };
	struct sbx_fault fault = { 0 };
	int join_fds[CG_MAX_GROUPS] = { -1, -1 };

	/* Another attempt's control pipe held open here would hide isorun's death
	 * from that attempt's init; what the caller left open would leak to the
	 * test. */
	child_close_others(job->keep_fds, job->n_keep_fds);
	move_below(&own.report_fd, own.fixed_fd);
	move_below(&own.control_fd, own.fixed_fd);
	move_below(&own.door_fd, own.fixed_fd);
	move_below(&own.parent_fd, own.fixed_fd);
	/* Whoever ignores SIGCHLD can wait for nobody, wait(2). */
	const struct sigaction heed = { .sa_handler = SIG_DFL };
	sigaction(SIGCHLD, &heed, NULL);
	uint32_t group = 0;
	int code = child_cgroup_make(job->cgroups, join_fds, &group);
	if (code) {
		fault = (struct sbx_fault){ SBX_STAGE_CGROUP, group, code, 0 };
		give_up(&in, &fault);
	}
	if (run_init_steps(job, &fault))
		give_up(&in, &fault);
	if (job->terminal_fd >= 0 && (code = child_terminal_hand_over(job))) {
		fault = (struct sbx_fault){ SBX_STAGE_TERMINAL, 0, code, 0 };
		give_up(&in, &fault);
	}

	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	int signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0) {
		fault = (struct sbx_fault){ SBX_STAGE_WATCH, 0, errno, 0 };
		give_up(&in, &fault);
	}
	if (job->door_fd >= 0 && admit(&in, signal_fd, &fault))
		give_up(&in, &fault);
	become_unreachable(job);
	int64_t t_ns = child_now_ns();
	if (job->door_fd < 0 && child_test_spawn(job, join_fds, &in.test, &fault))
		give_up(&in, &fault);
	const struct sbx_started s = { .t_ns = t_ns, .pid = in.test };
	child_record(job->report_fd, SBX_REC_STARTED, &s, sizeof(s), NULL, 0);
	if (job->tell_start)
		child_flush(job->report_fd);
	let_go(&in);
	/* v1: an open tasks file would keep the leaf's directory from going. */
	for (size_t i = 0; i < CG_MAX_GROUPS; i++)
		if (join_fds[i] >= 0)
			close(join_fds[i]);
	watch(&in, signal_fd);
	finish(&in);
}

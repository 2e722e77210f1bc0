/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spawning, seen from isorun: theory of operation.
 *
 * `report`, a pipe, carries records from init; `control`, a pair of sockets since
 * those can be told to spare us SIGPIPE, carries orders to it, and its end tells
 * init that isorun is gone.  clone3 makes init with all
 * namespaces at once; it is a plain copy of this process (no shared memory:
 * it lives on, see child_init.c), which never returns into code of this side.
 *
 * The report pipe ends when init exits; it is reaped when its namespaces are
 * gone, which its pidfd tells.  If the report ended without SBX_REC_DONE it was killed from outside: the kernel has killed the
 * pid namespace, and the leaf is left for cg_sweep.
 */
#include "sandbox/plan.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "base/str.h"
#include "sandbox/child.h"

struct sbx {
	const struct sbx_plan *plan;
	pid_t pid;
	int pidfd;
	int report_fd;
	int control_fd;
	struct sbx_news news;
	size_t have;                 /* bytes in space */
	char space[2 * PIPE_BUF];
};

static int explain_clone(const struct sbx_plan *p, int code, struct iso_err *err)
{
	iso_err_set(err, ISO_ERR_HOST, code, "make namespaces");
	if (code == ENOSPC || code == EUSERS)
		iso_err_hint(err, "a limit in /proc/sys/user/max_*_namespaces is reached");
	else if (p->clone_flags & CLONE_NEWUSER)
		iso_err_hint(err, "user namespaces are restricted here; see 'isorun doctor'");
	else if (code == EPERM)
		iso_err_hint(err, "CAP_SYS_ADMIN is missing; see 'isorun doctor'");
	return -code;
}

static int clone_init(const struct sbx_plan *p, struct sbx *s, int report_fd, int control_fd,
		      struct iso_err *err)
{
	struct sbx_job job = p->job;
	int *keep = calloc(job.n_keep_fds + 2, sizeof(*keep));

	if (!keep)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
	/* Ascending: a plain merge of two numbers into a short list. */
	size_t n = 0;
	int low = report_fd < control_fd ? report_fd : control_fd;
	int high = report_fd < control_fd ? control_fd : report_fd;
	for (size_t i = 0; i <= job.n_keep_fds; i++) {
		int fd = i < job.n_keep_fds ? job.keep_fds[i] : INT_MAX;
		while (low >= 0 && low < fd) {
			keep[n++] = low;
			low = high;
			high = -1;
		}
		if (fd != INT_MAX)
			keep[n++] = fd;
	}
	job.keep_fds = keep;
	job.n_keep_fds = n;
	job.report_fd = report_fd;
	job.control_fd = control_fd;
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
	/* clone3(2), Linux 5.3.  Without CLONE_VM it is a fork, and without a
	 * stack the child goes on here. */
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		child_init_main(&job);
	int code = pid < 0 ? errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	free(keep);
	if (code)
		return explain_clone(p, code, err);
	s->pid = (pid_t)pid;
	return 0;
}

int sbx_spawn(const struct sbx_plan *plan, struct sbx **ret, struct iso_err *err)
{
	int report[2];
	int control[2];

	if (pipe2(report, O_CLOEXEC) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "pipe");
	_cleanup_close_ int report_in = report[0];
	_cleanup_close_ int report_out = report[1];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "socketpair");
	_cleanup_close_ int control_in = control[0];
	_cleanup_close_ int control_out = control[1];
	struct sbx *s = calloc(1, sizeof(*s));
	if (!s)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
	s->plan = plan;
	s->pidfd = -1;
	int r = clone_init(plan, s, report_out, control_in, err);
	if (r < 0) {
		free(s);
		return r;
	}
	s->report_fd = TAKE_FD(report_in);
	s->control_fd = TAKE_FD(control_out);
	(void)fcntl(s->report_fd, F_SETFL, O_NONBLOCK);
	*ret = s;
	return 0;
}

int sbx_poll_fd(const struct sbx *s)
{
	return s->news.closed ? s->pidfd : s->report_fd;
}

pid_t sbx_pid(const struct sbx *s)
{
	return s->news.ended ? 0 : s->pid;
}

static void *grow(void *array, size_t n, size_t size)
{
	/* Powers of two: the next one is due when n is one. */
	if (n & (n - 1))
		return array;
	return reallocarray(array, n ? n * 2 : 1, size);
}

static void take_leftover(struct sbx_news *news, const struct sbx_left *left, const char *command,
			  size_t len)
{
	struct leftover *list = grow(news->leftovers, news->n_leftovers, sizeof(*list));

	if (!list)
		return;
	news->leftovers = list;
	char *text = malloc(len + 1);
	if (!text)
		return;
	/* /proc/PID/cmdline: words end in NUL. */
	for (size_t i = 0; i < len; i++)
		text[i] = command[i] ? command[i] : ' ';
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	/* In the middle of its exec it has a name but no words yet. */
	if (!len) {
		free(text);
		text = strndup(left->name, sizeof(left->name));
		if (!text)
			return;
	}
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	int64_t now_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	int64_t start_ns = left->start_ticks * (INT64_C(1000000000) / sysconf(_SC_CLK_TCK));
	struct leftover *l = &news->leftovers[news->n_leftovers++];
	*l = (struct leftover){ .pid = left->pid, .command = text };
	memcpy(l->name, left->name, sizeof(l->name));
	l->name[sizeof(l->name) - 1] = '\0';
	l->age_ns = now_ns > start_ns ? now_ns - start_ns : 0;
}

static void take_written(struct sbx_news *news, const char *path, size_t len)
{
	_cleanup_free_ char *copy = strndup(path, len);

	if (copy)
		(void)strv_add(&news->written, copy);
}

static void take_degraded(struct sbx *s, const struct sbx_fault *f)
{
	struct sbx_news *news = &s->news;
	const struct step_list *list =
		f->stage == SBX_STAGE_INIT ? &s->plan->init : &s->plan->test;
	struct iso_err why = ISO_ERR_INIT;

	if (f->step >= list->n)
		return;
	struct degraded *all = grow(news->degraded, news->n_degraded, sizeof(*all));
	if (!all)
		return;
	news->degraded = all;
	fault_explain(s->plan, f, &why);
	char *end = strchr(why.text, '\n');
	if (end)
		*end = '\0';
	struct degraded *d = &news->degraded[news->n_degraded];
	d->what = strdup(list->steps[f->step].about);
	d->why = strdup(why.text);
	if (d->what && d->why)
		news->n_degraded++;
}

static void take_fault(struct sbx *s, const struct sbx_fault *f)
{
	s->news.faulty = true;
	s->news.fault_status = 125;
	if (f->stage == SBX_STAGE_EXEC)
		s->news.fault_status = f->code == ENOENT || f->code == ENOTDIR ? 127 : 126;
	fault_explain(s->plan, f, &s->news.fault);
}

static void take_counter(struct sbx *s, const struct cg *cg, const struct sbx_counter *head,
			 const char *text, size_t len)
{
	char copy[PIPE_BUF];

	if (head->group >= s->plan->job.cgroups->n_groups || len >= sizeof(copy))
		return;
	const struct cg_group_plan *g = &s->plan->job.cgroups->groups[head->group];
	if (head->read >= g->n_reads)
		return;
	/* As fs_read_small_at would give it: without the last newline. */
	if (len && text[len - 1] == '\n')
		len--;
	memcpy(copy, text, len);
	copy[len] = '\0';
	cg_parse_usage(cg, g->reads[head->read], copy, &s->news.usage);
}

static void take_done(struct sbx_news *news, const struct sbx_done *done)
{
	news->done = true;
	news->user_ns = done->user_ns;
	news->system_ns = done->system_ns;
	news->n_written = done->n_written;
}

/* Copies the fixed part of a payload out (records are not aligned) and points
 * at what follows it. */
#define PAYLOAD(type, var)                                  \
	type var;                                           \
	if (size < sizeof(var))                             \
		return;                                     \
	memcpy(&(var), data, sizeof(var));                  \
	const char *rest = data + sizeof(var);              \
	size_t rest_len = size - sizeof(var);               \
	(void)rest, (void)rest_len

static void take_started(struct sbx_news *news, const char *data, size_t size)
{
	PAYLOAD(struct sbx_started, started);
	news->started = true;
	news->started_ns = started.t_ns;
}

static void take_exited(struct sbx_news *news, const char *data, size_t size)
{
	PAYLOAD(struct sbx_exited, exited);
	news->exited = true;
	news->exited_ns = exited.t_ns;
	news->status = exited.status;
}

static void take_record(struct sbx *s, const struct cg *cg, uint32_t kind, const char *data,
			size_t size)
{
	switch ((enum sbx_record_kind)kind) {
	case SBX_REC_FAULT:
	case SBX_REC_DEGRADED: {
		PAYLOAD(struct sbx_fault, fault);
		if (kind == SBX_REC_FAULT)
			take_fault(s, &fault);
		else
			take_degraded(s, &fault);
		break;
	}
	case SBX_REC_STARTED:
		take_started(&s->news, data, size);
		break;
	case SBX_REC_EXITED:
		take_exited(&s->news, data, size);
		break;
	case SBX_REC_LEFTOVER: {
		PAYLOAD(struct sbx_left, left);
		take_leftover(&s->news, &left, rest, rest_len);
		break;
	}
	case SBX_REC_COUNTER: {
		PAYLOAD(struct sbx_counter, head);
		take_counter(s, cg, &head, rest, rest_len);
		break;
	}
	case SBX_REC_WRITTEN:
		take_written(&s->news, data, size);
		break;
	case SBX_REC_DONE: {
		PAYLOAD(struct sbx_done, done);
		take_done(&s->news, &done);
		break;
	}
	}
}

static void take_all(struct sbx *s, const struct cg *cg)
{
	size_t at = 0;

	while (s->have - at >= sizeof(struct sbx_record)) {
		struct sbx_record head;
		memcpy(&head, s->space + at, sizeof(head));
		/* Only init writes here, never more than PIPE_BUF at once. */
		assert(head.size <= PIPE_BUF);
		if (s->have - at < sizeof(head) + head.size)
			break;
		take_record(s, cg, head.kind, s->space + at + sizeof(head), head.size);
		at += sizeof(head) + head.size;
	}
	s->have -= at;
	memmove(s->space, s->space + at, s->have);
}

static void reap(struct sbx *s, int flags)
{
	pid_t pid;

	do
		pid = waitpid(s->pid, NULL, flags);
	while (pid < 0 && errno == EINTR);
	s->news.ended = pid != 0;
}

static void read_report(struct sbx *s, const struct cg *cg)
{
	while (!s->news.closed) {
		ssize_t n = read(s->report_fd, s->space + s->have, sizeof(s->space) - s->have);
		if (n > 0) {
			bool more = (size_t)n == sizeof(s->space) - s->have;
			s->have += (size_t)n;
			take_all(s, cg);
			if (!more)
				break;
		} else if (n == 0) {
			s->news.closed = true;
		} else if (errno != EINTR) {
			break;
		}
	}
}

const struct sbx_news *sbx_attend(struct sbx *s, const struct cg *cg)
{
	read_report(s, cg);
	if (s->news.closed && !s->news.ended)
		reap(s, WNOHANG);
	return &s->news;
}

static void send_order(struct sbx *s, enum sbx_order_kind kind, int arg)
{
	const struct sbx_order order = { .kind = kind, .arg = arg };

	/* A full buffer means that init is stuck with hundreds of orders: one
	 * more would not help it.  EPIPE: it is ending already. */
	if (s->control_fd >= 0)
		(void)send(s->control_fd, &order, sizeof(order), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void sbx_signal(struct sbx *s, int sig)
{
	send_order(s, SBX_ORDER_SIGNAL, sig);
}

void sbx_kill(struct sbx *s)
{
	send_order(s, SBX_ORDER_KILL, 0);
}

void sbx_kill_hard(struct sbx *s)
{
	if (!s->news.ended)
		(void)proc_pidfd_signal(s->pidfd, SIGKILL);
}

void sbx_free(struct sbx *s)
{
	if (!s)
		return;
	if (!s->news.ended) {
		/* Its orderly end: it kills, removes the leaf, exits.  The
		 * report goes first, or it could wait for us to read. */
		close(s->report_fd);
		close(s->control_fd);
		s->report_fd = s->control_fd = -1;
		reap(s, 0);
	}
	for (size_t i = 0; i < s->news.n_leftovers; i++)
		free(s->news.leftovers[i].command);
	free(s->news.leftovers);
	for (size_t i = 0; i < s->news.n_degraded; i++) {
		free(s->news.degraded[i].what);
		free(s->news.degraded[i].why);
	}
	free(s->news.degraded);
	strv_free(s->news.written);
	if (s->control_fd >= 0) {
		close(s->control_fd);
		close(s->report_fd);
	}
	close(s->pidfd);
	free(s);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stopping a tree of processes from outside: theory of operation.
 *
 * 1. A process that has stopped makes no children any more, so its children are read
 *    after it has stopped: what is found then is all there is.  One that was about to
 *    fork in another thread, or whose parent ended meanwhile, is met when the tree is
 *    gone through again, until nothing moves any more.
 * 2. A process is held by its pidfd while it is looked at and signalled.  It is ours
 *    if it is a child of a process that is: its number may have been given to another
 *    between the reading of the list and the pidfd.
 * 3. Some do not stop at once: on a busy machine one has to get a cpu first, and one
 *    in vfork(2) does when its child has made its exec.  They are waited for a
 *    little, and the signal stays pending.
 * 4. Init is not stopped.  When isorun is killed it kills them all, for SIGKILL ends
 *    who is stopped.
 */
#include "cgroup/halt.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/proc.h"
#include "base/time.h"

enum {
	ROUNDS_MAX = 100,                    /* through the tree, for those that fork on and on */
	QUIET_ROUNDS = 2,
	STOP_VFORK_NS = 3 * 1000 * 1000,     /* to wait for one in vfork(2), at most, */
	STOP_ONE_NS = 50 * 1000 * 1000,      /* for one that only has to get a cpu, */
	STOP_ALL_NS = 200 * 1000 * 1000,     /* and for all of them */
	MOMENT_NS = 50 * 1000,
};

static struct cg_halted *find(const struct cg_halt *h, pid_t pid, uint64_t start_ticks)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->at[i].pid == pid && h->at[i].start_ticks == start_ticks)
			return &h->at[i];
	return NULL;
}

static struct cg_halted *add(struct cg_halt *h, pid_t pid, uint64_t start_ticks, bool ours)
{
	if (h->n == h->room) {
		const size_t room = h->room ? h->room * 2 : 16;
		struct cg_halted *at = reallocarray(h->at, room, sizeof(*at));
		if (!at)
			return NULL;
		h->at = at;
		h->room = room;
	}
	h->at[h->n] = (struct cg_halted){ .pid = pid, .ours = ours, .start_ticks = start_ticks };
	return &h->at[h->n++];
}

static bool has_stopped(char state)
{
	return state == 'T' || state == 't' || state == 'Z' || state == 'X';
}

/* Kernels and filters without pidfd_open(2): by number. */
static int signal_process(int pidfd, pid_t pid, int sig)
{
	if (pidfd >= 0)
		return proc_pidfd_signal(pidfd, sig);
	return kill(pid, sig) < 0 ? -errno : 0;
}

static void await_stop(pid_t pid, int64_t until_ns)
{
	const struct timespec moment = { .tv_nsec = MOMENT_NS };
	const int64_t begin_ns = time_now_ns();
	struct cg_process_stat stat;

	for (int i = 0; cg_read_stat(pid, &stat) == 0 && !has_stopped(stat.state); i++) {
		const int64_t now_ns = time_now_ns();
		const int64_t most_ns = stat.state == 'D' ? STOP_VFORK_NS : STOP_ONE_NS;
		if (now_ns >= until_ns || now_ns >= begin_ns + most_ns)
			return;
		if (i < 10)
			(void)sched_yield();
		else
			(void)nanosleep(&moment, NULL);
	}
}

/* 0: one that was met before and has stopped; 1: anything else, so the tree has not
 * been seen at rest; -ENOMEM. */
static int stop_one(struct cg_halt *h, const struct cg_process *p, int64_t until_ns)
{
	_cleanup_close_ int pidfd = proc_pidfd_open(p->pid);
	struct cg_process_stat stat;

	if (pidfd == -ESRCH || cg_read_stat(p->pid, &stat) < 0 || stat.parent != p->parent)
		return 1;
	struct cg_halted *known = find(h, p->pid, stat.start_ticks);
	const bool is_new = !known;
	if (is_new)
		known = add(h, p->pid, stat.start_ticks,
			    stat.state != 'T' && stat.state != 't' && !cg_is_traced(p->pid));
	if (!known)
		return -ENOMEM;
	if (!known->ours || has_stopped(stat.state))
		return is_new;
	if (signal_process(pidfd, p->pid, SIGSTOP) < 0)
		return is_new; /* not ours to signal */
	await_stop(p->pid, until_ns);
	return 1;
}

/* 0: nothing has moved; 1, or -errno. */
static int stop_round(struct cg_halt *h, struct cg_tree *t, pid_t root, int64_t until_ns)
{
	int moved = 0;

	t->n = 0;
	int r = cg_tree_add_children(t, root);
	for (size_t i = 0; i < t->n && r >= 0; i++) {
		const struct cg_process p = t->at[i];
		r = stop_one(h, &p, until_ns);
		moved |= r > 0;
		if (r >= 0 && cg_tree_add_children(t, p.pid) == -ENOMEM)
			r = -ENOMEM;
	}
	return r < 0 ? r : moved;
}

/* It sleeps so that only a kill wakes it. */
bool cg_is_in_vfork(pid_t root)
{
	struct cg_process_stat stat;

	return cg_read_stat(root, &stat) == 0 && stat.state == 'D';
}

int cg_halt_stop(struct cg_halt *h, pid_t root)
{
	const int64_t until_ns = time_now_ns() + STOP_ALL_NS;
	const bool first = h->n == 0;
	struct cg_tree tree = { 0 };
	int r = first && cg_is_in_vfork(root) ? -EAGAIN : 0;

	/* Twice: a list of children that is read while they come and go may lack some. */
	for (int i = 0, quiet = 0; i < ROUNDS_MAX && r >= 0 && quiet < QUIET_ROUNDS; i++) {
		r = stop_round(h, &tree, root, until_ns);
		quiet = r == 0 ? quiet + 1 : 0;
	}
	cg_tree_fini(&tree);
	if (r >= 0 && first && cg_is_in_vfork(root))
		r = -EAGAIN;
	if (r < 0)
		cg_halt_go_on(h);
	return r < 0 ? r : 0;
}

void cg_halt_go_on(struct cg_halt *h)
{
	for (size_t i = h->n; i-- > 0;) {
		const struct cg_halted *one = &h->at[i];
		_cleanup_close_ int pidfd = one->ours ? proc_pidfd_open(one->pid) : -1;
		struct cg_process_stat stat;
		if (one->ours && cg_read_stat(one->pid, &stat) == 0 &&
		    stat.start_ticks == one->start_ticks)
			(void)signal_process(pidfd, one->pid, SIGCONT);
	}
	h->n = 0;
}

void cg_halt_fini(struct cg_halt *h)
{
	free(h->at);
	*h = (struct cg_halt){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation.  One epoll descriptor; one timerfd for all timers and
 * one signalfd, each made when it is first needed, since a launch may need
 * neither.
 *
 * Callbacks may add and remove anything, also what other events of the same
 * epoll_wait still refer to.  So a watch that is removed while events are
 * dispatched is only marked, and freed when the batch is done.
 *
 * Timers lie in a binary heap by time.  The timerfd is set right before
 * waiting, and only when the earliest time has changed, so that arming a
 * hundred timers costs one system call.  Those that are due are taken off the
 * heap before the first of them is called: a timer that re-arms itself in the
 * past cannot starve the rest.
 */
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/time.h"

#define BATCH 32
#define NO_PLACE SIZE_MAX

struct loop_watch {
	int fd;
	bool removed;
	loop_fd_fn *fn;
	void *arg;
	struct loop_watch *prev;
	struct loop_watch *next;
};

struct loop_timer {
	int64_t at_ns;
	uint64_t order; /* of arming: breaks ties in time */
	size_t place;   /* in the heap; NO_PLACE when not armed */
	bool due;       /* on the list of those about to be called */
	loop_timer_fn *fn;
	void *arg;
	struct loop_timer *next_due;
	struct loop_timer *next; /* all of the loop */
};

struct loop {
	int epoll_fd;
	int timer_fd;  /* -1 until the first timer */
	int signal_fd; /* -1 until signals are taken */
	bool running;
	bool stopped;
	struct loop_watch *watches;
	struct loop_watch *removed; /* wait for the end of the batch */
	size_t user_watches;        /* without the loop's own two */

	struct loop_timer *timers;
	struct loop_timer **heap;
	size_t heap_len;
	size_t timer_count; /* the heap has room for all of them */
	struct loop_timer *due;
	uint64_t next_order;
	int64_t armed_ns; /* what the timerfd is set to; 0: off */

	loop_signal_fn *signal_fn;
	void *signal_arg;
};

int loop_open(struct loop **ret)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	if (!loop)
		return -ENOMEM;
	loop->timer_fd = -1;
	loop->signal_fd = -1;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		int r = -errno;
		free(loop);
		return r;
	}
	*ret = loop;
	return 0;
}

static void free_watches(struct loop_watch **list)
{
	while (*list) {
		struct loop_watch *w = *list;
		*list = w->next;
		free(w);
	}
}

void loop_close(struct loop *loop)
{
	if (!loop)
		return;
	assert(!loop->running);
	free_watches(&loop->watches);
	free_watches(&loop->removed);
	while (loop->timers) {
		struct loop_timer *t = loop->timers;
		loop->timers = t->next;
		free(t);
	}
	free(loop->heap);
	cleanup_close(&loop->timer_fd);
	cleanup_close(&loop->signal_fd);
	close(loop->epoll_fd);
	free(loop);
}

void loop_forget(struct loop *loop)
{
	int *fds[] = { &loop->epoll_fd, &loop->timer_fd, &loop->signal_fd };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		cleanup_close(fds[i]);
		*fds[i] = -1;
	}
}

/* ret may be NULL: the watch then lives as long as the loop. */
static int add_watch(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg,
		     struct loop_watch **ret)
{
	struct loop_watch *w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	*w = (struct loop_watch){ .fd = fd, .fn = fn, .arg = arg, .next = loop->watches };
	struct epoll_event event = { .events = events, .data.ptr = w };
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		int r = -errno;
		free(w);
		return r;
	}
	if (w->next)
		w->next->prev = w;
	loop->watches = w;
	if (ret)
		*ret = w;
	return 0;
}

int loop_add_fd(struct loop *loop, int fd, uint32_t epoll_events, loop_fd_fn *fn, void *arg,
		struct loop_watch **ret)
{
	int r = add_watch(loop, fd, epoll_events, fn, arg, ret);
	if (r == 0)
		loop->user_watches++;
	return r;
}

void loop_remove_fd(struct loop *loop, struct loop_watch *watch)
{
	if (!watch)
		return;
	assert(!watch->removed);
	/* Fails only where the owner closed the descriptor first, which removed it, too. */
	(void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	if (watch->prev)
		watch->prev->next = watch->next;
	else
		loop->watches = watch->next;
	if (watch->next)
		watch->next->prev = watch->prev;
	loop->user_watches--;

	if (!loop->running) {
		free(watch);
		return;
	}
	watch->removed = true;
	watch->prev = NULL;
	watch->next = loop->removed;
	loop->removed = watch;
}

static bool earlier(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void heap_put(struct loop *loop, size_t place, struct loop_timer *t)
{
	loop->heap[place] = t;
	t->place = place;
}

/* Finds the place of `t` from the hole at `place`. */
static void heap_settle(struct loop *loop, size_t place, struct loop_timer *t)
{
	struct loop_timer **heap = loop->heap;
	while (place > 0 && earlier(t, heap[(place - 1) / 2])) {
		heap_put(loop, place, heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * place + 1;
		if (child + 1 < loop->heap_len && earlier(heap[child + 1], heap[child]))
			child++;
		if (child >= loop->heap_len || !earlier(heap[child], t))
			break;
		heap_put(loop, place, heap[child]);
		place = child;
	}
	heap_put(loop, place, t);
}

/* Off the heap and off the list of those due. */
static void disarm(struct loop *loop, struct loop_timer *t)
{
	if (t->place != NO_PLACE) {
		size_t hole = t->place;
		struct loop_timer *last = loop->heap[--loop->heap_len];
		t->place = NO_PLACE;
		if (last != t)
			heap_settle(loop, hole, last);
	}
	if (t->due) {
		struct loop_timer **p = &loop->due;
		while (*p != t)
			p = &(*p)->next_due;
		*p = t->next_due;
		t->due = false;
	}
}

static void arm(struct loop *loop, struct loop_timer *t, int64_t at_ns)
{
	disarm(loop, t);
	t->at_ns = at_ns;
	t->order = loop->next_order++;
	loop->heap_len++;
	heap_settle(loop, loop->heap_len - 1, t);
}

static void call_due_timers(int fd, uint32_t events, void *arg)
{
	struct loop *loop = arg;
	uint64_t expirations;
	(void)events;
	/* Nothing to learn from it; it makes the descriptor quiet. */
	if (read(fd, &expirations, sizeof(expirations)) == sizeof(expirations))
		loop->armed_ns = 0;

	int64_t now = time_now_ns();
	struct loop_timer **tail = &loop->due;
	while (loop->heap_len > 0 && loop->heap[0]->at_ns <= now) {
		struct loop_timer *t = loop->heap[0];
		disarm(loop, t);
		t->due = true;
		t->next_due = NULL;
		*tail = t;
		tail = &t->next_due;
	}
	while (loop->due && !loop->stopped) {
		struct loop_timer *t = loop->due;
		loop->due = t->next_due;
		t->due = false;
		t->fn(t->arg);
	}
	/* Stopped in between: the rest waits for the next run. */
	while (loop->due)
		arm(loop, loop->due, loop->due->at_ns);
}

static int open_timer_fd(struct loop *loop)
{
	if (loop->timer_fd >= 0)
		return 0;
	_cleanup_close_ int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	int r = add_watch(loop, fd, EPOLLIN, call_due_timers, loop, NULL);
	if (r == 0)
		loop->timer_fd = TAKE_FD(fd);
	return r;
}

int loop_add_timer(struct loop *loop, int64_t at_ns, loop_timer_fn *fn, void *arg,
		   struct loop_timer **ret)
{
	int r = open_timer_fd(loop);
	if (r < 0)
		return r;
	/* Room for every timer now, so that arming one never fails. */
	struct loop_timer **heap =
		reallocarray(loop->heap, loop->timer_count + 1, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	loop->heap = heap;
	struct loop_timer *t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	*t = (struct loop_timer){ .place = NO_PLACE, .fn = fn, .arg = arg, .next = loop->timers };
	loop->timers = t;
	loop->timer_count++;
	arm(loop, t, at_ns);
	*ret = t;
	return 0;
}

int loop_set_timer(struct loop *loop, struct loop_timer *timer, int64_t at_ns)
{
	arm(loop, timer, at_ns);
	return 0;
}

void loop_remove_timer(struct loop *loop, struct loop_timer *timer)
{
	if (!timer)
		return;
	disarm(loop, timer);
	struct loop_timer **p = &loop->timers;
	while (*p != timer)
		p = &(*p)->next;
	*p = timer->next;
	loop->timer_count--;
	free(timer);
}

static void call_signals(int fd, uint32_t events, void *arg)
{
	struct loop *loop = arg;
	struct signalfd_siginfo info;
	(void)events;
	/* One at a time: what is not read when the loop stops stays pending. */
	while (!loop->stopped && read(fd, &info, sizeof(info)) == sizeof(info))
		loop->signal_fn(&info, loop->signal_arg);
}

int loop_take_signals(struct loop *loop, const sigset_t *set, loop_signal_fn *fn, void *arg,
		      sigset_t *ret_old_mask)
{
	if (loop->signal_fd >= 0)
		return -EBUSY;
	_cleanup_close_ int fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	sigset_t old;
	int r = -pthread_sigmask(SIG_BLOCK, set, &old);
	if (r < 0)
		return r;
	r = add_watch(loop, fd, EPOLLIN, call_signals, loop, NULL);
	if (r < 0) {
		(void)pthread_sigmask(SIG_SETMASK, &old, NULL); /* was valid a moment ago */
		return r;
	}
	loop->signal_fn = fn;
	loop->signal_arg = arg;
	loop->signal_fd = TAKE_FD(fd);
	if (ret_old_mask)
		*ret_old_mask = old;
	return 0;
}

static int set_timer_fd(struct loop *loop)
{
	int64_t at = 0;
	/* 0 would turn it off: what lies before the clock's start is due at once. */
	if (loop->heap_len > 0)
		at = loop->heap[0]->at_ns > 0 ? loop->heap[0]->at_ns : 1;
	if (at == loop->armed_ns)
		return 0;
	const struct itimerspec when = { .it_value = { .tv_sec = at / NSEC_PER_SEC,
						       .tv_nsec = at % NSEC_PER_SEC } };
	if (timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
		return -errno;
	loop->armed_ns = at;
	return 0;
}

static int run_batch(struct loop *loop, int timeout_ms)
{
	struct epoll_event events[BATCH];
	/* Nobody could ever call loop_stop. */
	if (loop->user_watches == 0 && loop->heap_len == 0 && loop->signal_fd < 0)
		return -EDEADLK;
	int r = set_timer_fd(loop);
	if (r < 0)
		return r;
	int n = epoll_wait(loop->epoll_fd, events, BATCH, timeout_ms);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n && !loop->stopped; i++) {
		struct loop_watch *w = events[i].data.ptr;
		if (!w->removed)
			w->fn(w->fd, events[i].events, w->arg);
	}
	free_watches(&loop->removed);
	return 0;
}

int loop_run(struct loop *loop)
{
	int r = 0;
	assert(!loop->running);
	loop->running = true;
	while (!loop->stopped && r == 0)
		r = run_batch(loop, -1);
	loop->running = false;
	loop->stopped = false;
	return r;
}

int loop_fd(const struct loop *loop)
{
	return loop->epoll_fd;
}

int loop_arm(struct loop *loop)
{
	return set_timer_fd(loop);
}

int loop_step(struct loop *loop)
{
	assert(!loop->running);
	loop->running = true;
	int r = run_batch(loop, 0);
	loop->running = false;
	loop->stopped = false;
	return r < 0 ? r : set_timer_fd(loop);
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

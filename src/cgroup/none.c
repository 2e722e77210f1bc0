/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No group that we may write to: the processes of each test are looked at now and
 * then, and stopped by SIGSTOP at its limit.  Nobody else keeps a limit here, and what
 * is taken between two looks can be over it.  The limits above us are still read.
 */
#include "cgroup/driver.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/time.h"
#include "cgroup/halt.h"
#include "cgroup/meter.h"

enum { RUNS_ON_BYTES = 32 << 20 }; /* less is what was on its way when it was stopped */

struct cg_polled {
	pid_t init;
	const char *tmpfs;
	struct cg_meter meter;
	struct cg_halt halt;
	bool runs;            /* its exec is over */
	uint64_t stood_bytes; /* what it held when it was stopped */
};

static void none_plan(const struct cg *cg, const struct cg_limits *limits, struct cg_plan *plan)
{
	(void)cg;
	(void)limits;
	(void)plan;
}

static void none_parse(const char *file, const char *text, struct cg_usage *usage)
{
	(void)file;
	(void)text;
	(void)usage;
}

static int none_find(struct cg_elastic *e, const struct cg_leaf *leaf)
{
	e->polled = calloc(1, sizeof(*e->polled));
	if (!e->polled)
		return -ENOMEM;
	e->polled->init = leaf->init;
	e->polled->tmpfs = leaf->tmpfs;
	return 0;
}

static void look_in(const struct cg_elastic *e, int64_t ns)
{
	const struct itimerspec when = {
		.it_value = { .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC },
	};

	(void)timerfd_settime(e->fd, 0, &when, NULL);
}

static int none_hear(struct cg_elastic *e)
{
	e->events = EPOLLIN;
	e->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return e->fd < 0 ? -errno : 0;
}

static int look_once(const struct cg_elastic *e)
{
	struct cg_polled *p = e->polled;

	return cg_meter_look(&p->meter, p->init, p->tmpfs, cg_near_bytes(e->limit_bytes),
			     e->limit_bytes);
}

static int measure(struct cg_elastic *e)
{
	struct cg_polled *p = e->polled;
	const uint64_t before_bytes = p->meter.held_bytes;
	int r = look_once(e);

	/* Before its exec it has init's memory: that of isorun, where init is a copy. */
	if (r == 0 && !p->runs) {
		p->runs = p->meter.tree.n && !cg_is_in_vfork(p->init);
		p->meter.held_bytes = 0;
		r = p->runs ? look_once(e) : 0;
	}

	/* What it held last is on its way back to the machine. */
	if (r == 0)
		e->cg->polled_bytes += p->meter.held_bytes - before_bytes;
	return r;
}

/* Somebody may have sent SIGCONT. */
static void stand_on(struct cg_elastic *e, struct cg_pressure *now)
{
	struct cg_polled *p = e->polled;

	if (cg_halt_stop(&p->halt, p->init) < 0)
		e->held = false;
	now->stands = e->held;
	now->runs_on = now->held_bytes > e->limit_bytes &&
		       now->held_bytes > p->stood_bytes + RUNS_ON_BYTES;
}

static int none_look(struct cg_elastic *e, struct cg_pressure *now)
{
	struct cg_polled *p = e->polled;
	uint64_t times;

	(void)!read(e->fd, &times, sizeof(times));
	const int r = measure(e);
	if (r < 0)
		return r;
	now->held_bytes = p->meter.held_bytes;
	now->near = cg_meter_ahead(&p->meter) >= cg_near_bytes(e->limit_bytes);
	now->over = now->held_bytes > e->limit_bytes;
	if (e->held)
		stand_on(e, now);
	look_in(e, e->held ? CG_LOOK_MAX_NS : cg_meter_pace_ns(&p->meter, e->limit_bytes));
	return 0;
}

static int none_hold(struct cg_elastic *e)
{
	struct cg_polled *p = e->polled;

	if (cg_meter_ahead(&p->meter) < e->limit_bytes)
		return -EAGAIN;
	int r = cg_halt_stop(&p->halt, p->init);
	/* What it took until it stopped is to be asked for, too. */
	if (r == 0)
		r = measure(e);
	if (r < 0)
		cg_halt_go_on(&p->halt);
	p->stood_bytes = p->meter.held_bytes;
	if (r == 0)
		look_in(e, CG_LOOK_MAX_NS);
	return r;
}

static int go_on(struct cg_elastic *e)
{
	struct cg_polled *p = e->polled;

	if (!e->held)
		return 0;
	cg_halt_go_on(&p->halt);
	look_in(e, CG_LOOK_MIN_NS);
	return 0;
}

static int none_raise(struct cg_elastic *e)
{
	if (e->held && e->polled->meter.held_bytes >= e->limit_bytes)
		return 1;
	return go_on(e);
}

static void none_leave(struct cg_elastic *e)
{
	struct cg_polled *p = e->polled;

	if (!p)
		return;
	(void)go_on(e);
	e->cg->polled_bytes -= p->meter.held_bytes;
	cg_meter_fini(&p->meter);
	cg_halt_fini(&p->halt);
	free(p);
}

const struct cg_driver cg_none = {
	.name = "none",
	.counters = NULL,
	.plan = none_plan,
	.parse = none_parse,
	.polls = true,
	.refuses = false,
	.find = none_find,
	.hear = none_hear,
	.look = none_look,
	.hold = none_hold,
	.raise = none_raise,
	.let_kill = go_on,
	.leave = none_leave,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reservation that grows: theory of operation.
 *
 *   runs --near its limit--> asks for more: granted, or (v1) runs on all the same
 *     |                                            or (v2) is made to stand
 *     +--stands--granted--> limit raised, runs
 *                |
 *                +--no room: waits in the ledger
 *                       |--room--------> limit raised, runs
 *                       |--gives way---> killed; its caller may run it again
 *                       +--has it all--> the kernel's killer, out of memory
 *
 * 1. Init makes the leaf so that a test comes to a stand (v1) or is slowed down (v2)
 *    where it would be killed else, and stays outside of the leaf itself.  So all
 *    ends as it does elsewhere when isorun dies: a test that stands can be killed.
 * 2. We begin to watch the leaf a few milliseconds after the launch, since most
 *    tests are over by then.  One that reached its limit before is told of as
 *    soon as we watch.  That one comes near it is told on v1 at a price, and is
 *    asked for only once it holds half of it.
 * 3. The limit is raised after the ledger has granted it, never before, so that
 *    the sum of limits stays below the budget whoever dies in between.
 * 4. On v1 only page faults stand; a system call at the limit gets ENOMEM.  Of one
 *    that is run again when memory was short that is taken for the reason whenever
 *    it fails, of others only where the limit was in the way at the end, or a moment
 *    before: who is refused memory seldom lives long.
 * 5. Time that it stands is not the test's own: its time limit is put off.
 * 6. Without cgroups (cg_polls) every test is watched, for nobody else keeps a limit:
 *    one that may not grow, or not any more, is killed here when it is found above.
 *    One that is told to stand may hold more than its limit by then, so it asks for
 *    more until what it was granted is more than it holds.
 */
#include "engine/attempt.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#include "base/str.h"
#include "base/time.h"
#include "planner/grow.h"

enum {
	ATTACH_FIRST_NS = 4 * 1000 * 1000,
	ATTACH_LAST_NS = 200 * 1000 * 1000,
	SMALL_LAST_NS = 50 * 1000 * 1000,
};

bool engine_can_grow(const struct engine *e)
{
	return !e->nested;
}

bool attempt_may_grow(const struct attempt *a)
{
	return a->rq.elastic && !a->rq.alone && engine_can_grow(a->engine) &&
	       a->mem_bytes >= GROW_MIN_BYTES && a->mem_bytes < a->budget_bytes;
}

static void begin_to_stand(struct attempt *a)
{
	if (a->stands_since_ns)
		return;
	a->stands_since_ns = time_now_ns();
	a->result.usage.pauses++;
	if (a->rq.paused)
		a->rq.paused(a, a->rq.arg);
	if (!a->ending && a->deadline) {
		loop_remove_timer(a->engine->loop, a->deadline);
		a->deadline = NULL;
	}
}

static void stand_no_more(struct attempt *a)
{
	if (!a->stands_since_ns)
		return;
	const int64_t stood_ns = time_now_ns() - a->stands_since_ns;
	a->stands_since_ns = 0;
	a->result.usage.paused_ns += stood_ns;
	if (a->rq.resumed)
		a->rq.resumed(a, stood_ns, a->rq.arg);
	a->deadline_ns += stood_ns;
	if (!a->ending && a->rq.timeout_ns)
		(void)attempt_set_deadline(a, a->deadline_ns);
}

void attempt_elastic_stop(struct attempt *a)
{
	struct loop *loop = a->engine->loop;

	stand_no_more(a);
	if (a->attach)
		loop_remove_timer(loop, a->attach);
	loop_remove_fd(loop, a->pressure_watch);
	cg_elastic_close(a->elastic);
	a->attach = NULL;
	a->pressure_watch = NULL;
	a->elastic = NULL;
}

static void forget_growth(struct attempt *a)
{
	loop_remove_fd(a->engine->loop, a->claim_watch);
	a->claim_watch = NULL;
	ledger_grow_cancel(a->claim);
}

static void kill_by_poll(struct attempt *a)
{
	if (a->ending > 1)
		return;
	a->polled_kills++;
	attempt_kill_now(a);
}

/* As if its limit had been fixed from the beginning. */
static void let_kill(struct attempt *a)
{
	a->grows = false;
	forget_growth(a);
	if (!cg_polls(a->engine->cg)) {
		(void)cg_elastic_let_kill(a->elastic);
		attempt_elastic_stop(a);
	} else if (a->held_bytes > a->mem_bytes) {
		kill_by_poll(a);
	} else {
		(void)cg_elastic_let_kill(a->elastic);
		stand_no_more(a);
	}
}

static enum ledger_growth ask_ledger(struct attempt *a, bool stands)
{
	const uint64_t known = a->rq.known_need ? a->rq.known_need(a->rq.arg) : 0;
	const uint64_t has = a->held_bytes > a->mem_bytes ? a->held_bytes : a->mem_bytes;
	const uint64_t want = grow_want(has, known);
	enum ledger_growth growth = LEDGER_STANDS;

	if (ledger_grow(a->claim, want, stands ? 0 : LEDGER_NOWAIT, &growth, NULL) < 0)
		growth = stands ? LEDGER_HAS_ALL : LEDGER_STANDS;
	return growth;
}

static void act_on(struct attempt *a, enum ledger_growth growth);

static void raise_limit(struct attempt *a)
{
	const uint64_t bytes = ledger_mem_bytes(a->claim);

	loop_remove_fd(a->engine->loop, a->claim_watch);
	a->claim_watch = NULL;
	const int r = cg_elastic_raise(a->elastic, bytes);
	if (r < 0) {
		let_kill(a);
		return;
	}
	a->mem_bytes = bytes;
	a->tight = false;
	a->raised_ns = time_now_ns();
	if (a->rq.grown)
		a->rq.grown(a, bytes, a->rq.arg);
	if (r == 0)
		stand_no_more(a);
	else
		act_on(a, ask_ledger(a, true));
}

/* It may have got on by itself meanwhile: what one process frees lets another
 * go on. */
static bool still_stands(struct attempt *a)
{
	struct cg_pressure now = { .stands = false };

	return cg_elastic_look(a->elastic, &now) == 0 && now.stands;
}

static void on_growth(int fd, uint32_t events, void *arg);

static void act_on(struct attempt *a, enum ledger_growth growth)
{
	switch (growth) {
	case LEDGER_GROWN:
		raise_limit(a);
		break;
	case LEDGER_STANDS:
		if (!a->claim_watch &&
		    loop_add_fd(a->engine->loop, ledger_poll_fd(a->claim), EPOLLIN, on_growth, a,
				&a->claim_watch) < 0)
			let_kill(a);
		break;
	case LEDGER_YIELDS:
		if (still_stands(a)) {
			a->gave_way = true;
			attempt_kill_now(a);
		} else {
			forget_growth(a);
			stand_no_more(a);
		}
		break;
	case LEDGER_HAS_ALL:
		let_kill(a);
		break;
	}
}

static void on_growth(int fd, uint32_t events, void *arg)
{
	struct attempt *a = arg;
	enum ledger_growth growth = LEDGER_STANDS;

	(void)fd;
	(void)events;
	/* Without the ledger nothing is granted to anybody. */
	if (ledger_attend_growth(a->claim, &growth, NULL) < 0)
		growth = LEDGER_HAS_ALL;
	act_on(a, growth);
}

/* Near its limit.  Where it does not come to a stand there by itself it is made to. */
static void ask_for_more(struct attempt *a)
{
	const enum ledger_growth growth = ask_ledger(a, false);

	a->squeezed |= growth != LEDGER_GROWN;
	if (growth == LEDGER_GROWN) {
		act_on(a, growth);
	} else if (cg_elastic_hold(a->elastic) == 0) {
		begin_to_stand(a);
		act_on(a, ask_ledger(a, true));
	}
}

static void attend(struct attempt *a)
{
	struct cg_pressure now = { .stands = false };

	if (cg_elastic_look(a->elastic, &now) < 0) {
		attempt_elastic_stop(a);
		return;
	}
	a->held_bytes = now.held_bytes;
	if (now.held_bytes > a->working_bytes)
		a->working_bytes = now.held_bytes;
	if ((now.over && !a->grows) || now.runs_on) {
		kill_by_poll(a);
		return;
	}
	if (!a->grows)
		return;
	a->tight |= now.near || now.stands;
	a->squeezed |= now.stands;
	if (now.stands && !a->stands_since_ns) {
		begin_to_stand(a);
		act_on(a, ask_ledger(a, true));
	} else if (!now.stands && a->stands_since_ns && !a->ending) {
		forget_growth(a);
		stand_no_more(a);
	} else if (!now.stands && now.near) {
		ask_for_more(a);
	}
}

static void on_pressure(int fd, uint32_t events, void *arg)
{
	struct attempt *a = arg;

	(void)fd;
	(void)events;
	if (!a->pressed_ns)
		a->pressed_ns = time_now_ns();
	attend(a);
}

bool attempt_elastic_unseen(const struct attempt *a, int64_t since_ns)
{
	struct pollfd waits = { .events = POLLIN | POLLPRI };
	uint32_t events;

	if (!a->grows || a->pressed_ns)
		return a->grows && a->pressed_ns > since_ns;
	if (!a->elastic || a->attach)
		return a->attach; /* too short to be watched, or it seemed too small, */
	if (a->near_watched_ns > since_ns)
		return true;      /* or it seemed so until a moment before */
	waits.fd = cg_elastic_fd(a->elastic, &events);
	return poll(&waits, 1, 0) > 0;
}

void attempt_elastic_check(struct attempt *a)
{
	if (a->elastic && a->stands_since_ns)
		attend(a);
}

/* As the test sees it; all private directories are in one. */
static const char *private_tmpfs(const struct attempt *a)
{
	const struct spec *s = a->rq.spec;

	if (a->bare || !(s->namespaces & SPEC_NS_MOUNT) || s->scratch == SPEC_SCRATCH_DISK ||
	    !strv_len(s->private_dirs))
		return NULL;
	return s->private_dirs[0];
}

static void attach_later(struct attempt *a, int64_t at_most_ns)
{
	a->attach_ns = a->attach_ns * 2 < at_most_ns ? a->attach_ns * 2 : at_most_ns;
	(void)loop_set_timer(a->engine->loop, a->attach, time_now_ns() + a->attach_ns);
}

static void attached(struct attempt *a)
{
	loop_remove_timer(a->engine->loop, a->attach);
	a->attach = NULL;
}

/* One that fails although it may be run again costs less, now and then, than to be told of
 * each that comes near its limit. */
static void watch_near(struct attempt *a)
{
	const int r = cg_elastic_watch_near(a->elastic, !a->rq.may_rerun);

	if (r > 0) {
		attach_later(a, SMALL_LAST_NS);
		return;
	}
	attached(a);
	a->near_watched_ns = time_now_ns();
	if (r < 0)
		let_kill(a);
	else
		attend(a);
}

static void on_attach(void *arg)
{
	struct attempt *a = arg;
	uint32_t events;

	if (a->elastic) {
		watch_near(a);
		return;
	}
	const struct cg_leaf leaf = {
		.name = a->cgroups.name,
		.init = sbx_pid(a->sbx),
		.tmpfs = private_tmpfs(a),
	};
	const int r = cg_elastic_open(a->engine->cg, &leaf, a->mem_bytes, &a->elastic);

	/* Not made yet, or no descriptor left for it: a little later, then. */
	if (r < 0 && r != -ENOTSUP) {
		attach_later(a, ATTACH_LAST_NS);
		return;
	}
	if (r < 0) {
		attached(a);
		return;
	}
	const int fd = cg_elastic_fd(a->elastic, &events);
	if (loop_add_fd(a->engine->loop, fd, events, on_pressure, a, &a->pressure_watch) < 0) {
		attached(a);
		let_kill(a);
		return;
	}
	attend(a);
	if (a->elastic)
		watch_near(a);
}

int attempt_elastic_start(struct attempt *a)
{
	a->grows = attempt_may_grow(a);
	if (!a->grows && !cg_polls(a->engine->cg))
		return 0;
	a->attach_ns = ATTACH_FIRST_NS;
	return loop_add_timer(a->engine->loop, time_now_ns() + a->attach_ns, on_attach, a,
			      &a->attach);
}

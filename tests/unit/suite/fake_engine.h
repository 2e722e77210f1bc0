/* SPDX-License-Identifier: Apache-2.0 */
/* fake_engine.h - an engine without processes: what each test does is told by its id.
 *
 * It defines the functions of engine/engine.h, so that the real ones are not
 * linked.  Attempts end in the order of their durations, by the loop's timers;
 * a test whose size is above its reservation is killed for memory. */
#ifndef TESTS_UNIT_SUITE_FAKE_ENGINE_H
#define TESTS_UNIT_SUITE_FAKE_ENGINE_H

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "engine/engine.h"

enum { FAKE_TRIES = 4 };

struct fake_plan {
	const char *id;
	int status[FAKE_TRIES];     /* exit status of attempt 1, 2, ... */
	int signal;                 /* ends by it instead */
	bool times_out;
	bool cannot_start;          /* `ended` comes within engine_start */
	bool refused;               /* engine_start itself returns an error */
	bool ignores_term;
	unsigned lost_until;        /* the sandboxes of these attempts are killed */
	unsigned endless_from;      /* these last until they are signalled; 0: none */
	uint64_t size_bytes;
	int64_t us;                 /* how long it takes */
	const char *out;            /* printed */
	const char *err;
};

struct attempt {
	struct engine *engine;
	struct attempt_request request;
	const struct fake_plan *plan;
	struct loop_timer *timer;
	bool running;
	int sent;                   /* signal */
	struct attempt *next;
};

struct engine {
	struct loop *loop;
	const struct fake_plan *plans;
	enum cg_version version;    /* CG_NONE: no limit grows */
	uint64_t budget_bytes;
	uint64_t held_bytes;
	uint64_t foreign_bytes;     /* held by another isorun process */
	struct attempt *all;
	struct attempt *waiting;    /* one at most: the runner promises it */
	unsigned n_running, n_running_max, n_starts, n_refused_nowait;
	uint64_t held_max_bytes;
	bool slots[64];
	bool slot_clash, two_waited, lock_clash;
	char starts[1024];          /* ids in the order in which they started */
	char *last_env;             /* FAKE=... that the newest start sets */
	struct attempt_request newest;
};

static const struct fake_plan *fake_plan_of(const struct engine *e, const char *id)
{
	static const struct fake_plan passes = { .us = 10 };

	for (const struct fake_plan *p = e->plans; p && p->id; p++) {
		if (strcmp(p->id, id) == 0)
			return p;
	}
	return &passes;
}

static void fake_forget(struct attempt *a)
{
	struct engine *e = a->engine;

	for (struct attempt **p = &e->all; *p; p = &(*p)->next) {
		if (*p == a) {
			*p = a->next;
			break;
		}
	}
	if (e->waiting == a)
		e->waiting = NULL;
	if (a->running) {
		e->held_bytes -= a->request.mem_bytes;
		e->n_running--;
		e->slots[a->request.slot] = false;
	}
	if (a->timer)
		loop_remove_timer(e->loop, a->timer);
}

static void fake_launch(struct attempt *a);

static void fake_end(struct attempt *a, struct result *r)
{
	struct engine *e = a->engine;
	struct attempt *waiting;

	r->usage.mem_limit_bytes = a->request.mem_bytes;
	fake_forget(a);
	a->request.ended(a, r, a->request.arg);
	result_fini(r);
	free(a);
	waiting = e->waiting;
	if (waiting && e->held_bytes + e->foreign_bytes + waiting->request.mem_bytes <=
	    e->budget_bytes) {
		e->waiting = NULL;
		fake_launch(waiting);
	}
}

static void fake_over(void *arg)
{
	struct attempt *a = arg;
	const struct fake_plan *p = a->plan;
	unsigned try = a->request.attempt - 1;
	struct result r;

	result_init(&r);
	r.started = true;
	r.usage.wall_ns = p->us * 1000;
	r.usage.user_ns = p->us * 500;
	r.usage.mem_peak_bytes = p->size_bytes;
	r.exit_status = p->status[try < FAKE_TRIES ? try : FAKE_TRIES - 1];
	r.timed_out = p->times_out;
	r.signal = a->sent ? a->sent : p->signal;
	if (p->size_bytes > a->request.mem_bytes) {
		r.oom = r.test_process_oom = true;
		r.signal = SIGKILL;
		r.usage.mem_peak_bytes = a->request.mem_bytes;
	}
	if (r.signal)
		r.exit_status = -1;
	if (a->request.attempt <= p->lost_until) {
		r.outcome = OUTCOME_ERROR;
		r.sandbox_killed = true;
		r.error = strdup("the sandbox was killed before its test ended");
	}
	fake_end(a, &r);
}

static void fake_note_start(struct attempt *a)
{
	struct engine *e = a->engine;
	size_t len = strlen(e->starts);

	a->running = true;
	e->held_bytes += a->request.mem_bytes;
	e->n_running++;
	e->n_running_max = e->n_running > e->n_running_max ? e->n_running : e->n_running_max;
	e->held_max_bytes = e->held_bytes > e->held_max_bytes ? e->held_bytes : e->held_max_bytes;
	e->slot_clash |= e->slots[a->request.slot];
	e->slots[a->request.slot] = true;
	(void)snprintf(e->starts + len, sizeof(e->starts) - len, "%s%s", len ? " " : "",
		       a->request.test_id);
}

static void fake_launch(struct attempt *a)
{
	const struct fake_plan *p = a->plan;
	const bool endless = p->endless_from && a->request.attempt >= p->endless_from;

	fake_note_start(a);
	if (p->out)
		assert_true(write(a->request.stdout_fd, p->out, strlen(p->out)) > 0);
	if (p->err)
		assert_true(write(a->request.stderr_fd, p->err, strlen(p->err)) > 0);
	assert_int_equal(loop_add_timer(a->engine->loop, time_now_ns() +
					(endless ? 3600 * NSEC_PER_SEC : p->us * 1000),
					fake_over, a, &a->timer), 0);
	if (a->request.started)
		a->request.started(a, a->request.mem_bytes, 0, a->request.arg);
}

static void fake_cannot_start(struct attempt *a)
{
	struct result r;

	result_init(&r);
	r.error = strdup("execute 'x': No such file or directory");
	r.error_status = 127;
	fake_end(a, &r);
}

/* The last one counts, as in the engine. */
static const char *fake_env(char *const *env, const char *name)
{
	const size_t len = strlen(name);
	const char *found = NULL;

	for (size_t i = 0; env && env[i]; i++) {
		if (strncmp(env[i], name, len) == 0 && env[i][len] == '=')
			found = env[i];
	}
	return found;
}

int engine_start(struct engine *e, const struct attempt_request *request, unsigned flags,
		 struct attempt **ret, struct iso_err *err)
{
	const struct fake_plan *p = fake_plan_of(e, request->test_id);
	const bool fits = e->held_bytes + e->foreign_bytes + request->mem_bytes <=
			  e->budget_bytes;

	if (p->refused)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "bad request");
	if (!fits && flags & ENGINE_NOWAIT) {
		e->n_refused_nowait++;
		return -EAGAIN;
	}
	struct attempt *a = calloc(1, sizeof(*a));

	assert_non_null(a);
	*a = (struct attempt){ .engine = e, .request = *request, .plan = p, .next = e->all };
	e->all = a;
	e->n_starts++;
	e->newest = *request;
	free(e->last_env);
	const char *env = fake_env(request->spec->env_set, "FAKE");

	e->last_env = env ? strdup(env) : NULL;
	*ret = a;
	if (p->cannot_start) {
		fake_cannot_start(a);
	} else if (fits) {
		fake_launch(a);
	} else {
		e->two_waited |= e->waiting != NULL;
		e->waiting = a;
	}
	return 0;
}

enum cg_version engine_cgroup_version(const struct engine *e)
{
	return e->version;
}

int engine_budget(struct engine *e, struct budget *ret, struct iso_err *err)
{
	(void)err;
	*ret = (struct budget){ .bytes = e->budget_bytes, .from = "--budget" };
	return 0;
}

bool attempt_waits_for(const struct attempt *a, char ret[ATTEMPT_WAIT_TEXT])
{
	(void)snprintf(ret, ATTEMPT_WAIT_TEXT, "waits");
	return a == a->engine->waiting;
}

/* No test of these has a fork server. */
int attempt_lend(struct attempt *a, struct sbx_loan *ret, struct iso_err *err)
{
	(void)a;
	(void)ret;
	return iso_err_set(err, ISO_ERR_INTERNAL, ENOSYS, "lend");
}

void attempt_adopt(struct attempt *a, int pid)
{
	(void)a;
	(void)pid;
}

void attempt_refuse(struct attempt *a, const struct iso_err *why)
{
	(void)a;
	(void)why;
}

void attempt_end(struct attempt *a)
{
	if (!a->running || a->plan->ignores_term)
		return;
	a->sent = SIGTERM;
	assert_int_equal(loop_set_timer(a->engine->loop, a->timer, time_now_ns()), 0);
}

void attempt_kill(struct attempt *a)
{
	struct result r;

	if (!a->running) {
		result_init(&r);
		fake_end(a, &r);
		return;
	}
	a->sent = SIGKILL;
	assert_int_equal(loop_set_timer(a->engine->loop, a->timer, time_now_ns()), 0);
}

/* The other isorun process gives its memory back. */
static inline void fake_foreign_ends(void *arg)
{
	struct engine *e = arg;

	e->foreign_bytes = 0;
	if (e->waiting) {
		struct attempt *a = e->waiting;

		e->waiting = NULL;
		fake_launch(a);
	}
}

#endif

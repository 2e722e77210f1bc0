/* SPDX-License-Identifier: Apache-2.0 */
#include "report/fold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"

/* Chains stay short up to some ten thousand tests. */
#define N_BUCKETS 4096

int fold_init(struct fold *f)
{
	*f = (struct fold){ .run = "", .version = "", .dir = "", .cwd = "", .budget_from = "",
			    .order = "", .times = 1 };
	f->arena = arena_new();
	f->buckets = calloc(N_BUCKETS, sizeof(*f->buckets));
	if (f->arena && f->buckets)
		return 0;
	fold_fini(f);
	return -ENOMEM;
}

void fold_fini(struct fold *f)
{
	arena_free(f->arena);
	free(f->tests);
	free(f->buckets);
	*f = (struct fold){ 0 };
}

static const char *keep(struct fold *f, const char *s)
{
	const char *copy = s && *s ? arena_strdup(f->arena, s) : "";

	if (!copy)
		f->error = -ENOMEM;
	return copy ? copy : "";
}

static const char *keep_or_null(struct fold *f, const char *s)
{
	return s ? keep(f, s) : NULL;
}

static void *keep_new(struct fold *f, size_t size)
{
	void *p = arena_alloc(f->arena, size);

	if (!p)
		f->error = -ENOMEM;
	return p;
}

/* FNV-1a. */
static size_t bucket_of(const char *id)
{
	uint32_t h = 2166136261u;

	for (; *id; id++)
		h = (h ^ (unsigned char)*id) * 16777619u;
	return h % N_BUCKETS;
}

struct fold_test *fold_find(const struct fold *f, const char *id)
{
	struct fold_test *t = f->buckets[bucket_of(id)];

	while (t && !str_eq(t->id, id))
		t = t->next_in_bucket;
	return t;
}

static bool grow_tests(struct fold *f)
{
	if (f->n_tests < f->cap_tests)
		return true;

	size_t more = f->cap_tests ? f->cap_tests * 2 : 64;
	struct fold_test **p = reallocarray(f->tests, more, sizeof(struct fold_test *));
	if (!p) {
		f->error = -ENOMEM;
		return false;
	}
	f->tests = p;
	f->cap_tests = more;
	return true;
}

/* The test of an event; made when nobody announced it, as in a log whose
 * beginning is lost.  NULL: the event names none, or memory is short. */
static struct fold_test *find_or_add(struct fold *f, const char *id)
{
	if (!id)
		return NULL;

	struct fold_test *t = fold_find(f, id);
	if (t || !grow_tests(f))
		return t;
	t = keep_new(f, sizeof(*t));
	if (!t)
		return NULL;
	t->id = keep(f, id);
	t->command = t->options = t->cwd = t->origin = "";
	t->outcome = OUTCOME_NOT_RUN;
	t->index = f->n_tests;
	f->tests[f->n_tests++] = t;

	struct fold_test **bucket = &f->buckets[bucket_of(t->id)];
	t->next_in_bucket = *bucket;
	*bucket = t;
	return t;
}

static void add_running(struct fold *f, struct fold_test *t)
{
	t->phase = FOLD_RUNNING;
	t->prev_running = f->last_running;
	t->next_running = NULL;
	if (f->last_running)
		f->last_running->next_running = t;
	else
		f->first_running = t;
	f->last_running = t;
	f->n_running++;
	f->reserved_bytes += t->mem_reserved_bytes;
}

static void remove_running(struct fold *f, struct fold_test *t)
{
	if (t->phase != FOLD_RUNNING)
		return;
	if (t->prev_running)
		t->prev_running->next_running = t->next_running;
	else
		f->first_running = t->next_running;
	if (t->next_running)
		t->next_running->prev_running = t->prev_running;
	else
		f->last_running = t->prev_running;
	t->phase = FOLD_WAITING;
	if (--f->n_running == 0)
		f->idle_since_t_ns = f->t_ns;
	f->reserved_bytes -= t->mem_reserved_bytes;
}

static void on_run_started(struct fold *f, const struct event *e)
{
	f->started = true;
	f->run = keep(f, e->u.run_started.run);
	f->version = keep(f, e->u.run_started.version);
	f->dir = keep(f, e->u.run_started.dir);
	f->cwd = keep(f, e->u.run_started.cwd);
	f->budget_from = keep(f, e->u.run_started.budget_from);
	f->order = keep(f, e->u.run_started.order);
	/* "until-fail" is no number: how often that is nobody knows. */
	if (!e->u.run_started.repeat ||
	    num_parse_uint(e->u.run_started.repeat, &f->times) < 0 || !f->times)
		f->times = 1;
	f->wall_start_ns = e->u.run_started.wall_ns;
	f->n_announced = e->u.run_started.n_tests;
	f->jobs = f->jobs_begin = f->jobs_widest = e->u.run_started.jobs;
	f->jobs_most = e->u.run_started.jobs_most;
	f->cpus = e->u.run_started.cpus;
	f->budget_bytes = e->u.run_started.budget_bytes;
}

static const char *const *keep_strv(struct fold *f, char *const *v)
{
	const size_t n = strv_len(v);
	const char **copy = n ? keep_new(f, (n + 1) * sizeof(*copy)) : NULL;

	for (size_t i = 0; copy && i < n; i++)
		copy[i] = keep(f, v[i]);
	return copy;
}

static void on_planned(struct fold *f, struct fold_test *t, const struct event *e)
{
	t->command = keep(f, e->u.planned.command);
	t->options = keep(f, e->u.planned.options);
	t->cwd = keep(f, e->u.planned.cwd);
	t->origin = keep(f, e->u.planned.origin);
	t->tags = keep_strv(f, e->u.planned.tags);
	t->mem_origin = e->u.planned.demand.mem_origin;
	t->expected_ns = e->u.planned.expected_ns;
}

/* Where nothing of ours runs, only others can have been waited for. */
static void add_waited(struct fold *f, const struct event *e)
{
	const int64_t idle_ns = e->t_ns - f->idle_since_t_ns;
	const int64_t waited_ns = e->u.started.waited_ns;

	if (idle_ns > 0 && waited_ns > 0)
		f->waited_ns += waited_ns < idle_ns ? waited_ns : idle_ns;
}

static void on_started(struct fold *f, struct fold_test *t, const struct event *e)
{
	remove_running(f, t);
	if (f->n_running == 0)
		add_waited(f, e);
	t->attempt = e->attempt;
	t->slot = e->u.started.slot;
	t->started_t_ns = e->t_ns;
	t->waited_ns = e->u.started.waited_ns;
	t->mem_reserved_bytes = e->u.started.mem_bytes;
	t->mem_now_bytes = 0;
	add_running(f, t);
}

static void on_grown(struct fold *f, struct fold_test *t, const struct event *e)
{
	if (t->phase != FOLD_RUNNING)
		return;
	f->reserved_bytes += e->u.grown.mem_bytes - t->mem_reserved_bytes;
	t->mem_reserved_bytes = e->u.grown.mem_bytes;
}

static void add_leftovers(struct fold *f, struct fold_test *t, const struct result *r)
{
	for (size_t i = 0; i < r->n_leftovers; i++) {
		struct fold_leftover *l = keep_new(f, sizeof(*l));

		if (!l)
			return;
		l->test = t->id;
		l->pid = r->leftovers[i].pid;
		l->name = keep(f, r->leftovers[i].name);
		l->command = keep(f, r->leftovers[i].command);
		if (f->last_leftover)
			f->last_leftover->next = l;
		else
			f->leftovers = l;
		f->last_leftover = l;
		f->n_leftovers++;
	}
}

static void add_refusals(struct fold *f, struct fold_test *t, const struct result *r)
{
	for (size_t i = 0; i < r->n_refusals; i++) {
		struct fold_refusal *one = keep_new(f, sizeof(*one));

		if (!one)
			return;
		one->test = t->id;
		one->call = keep(f, r->refusals[i].call);
		one->error = keep(f, r->refusals[i].error);
		one->permit = keep(f, r->refusals[i].permit);
		one->count = r->refusals[i].count;
		if (f->last_refusal)
			f->last_refusal->next = one;
		else
			f->refusals = one;
		f->last_refusal = one;
	}
}

static void add_degraded(struct fold *f, const struct degraded *one)
{
	struct fold_degraded **link = &f->degraded;

	for (; *link; link = &(*link)->next)
		if (str_eq((*link)->what, one->what ? one->what : "") &&
		    str_eq((*link)->why, one->why ? one->why : "")) {
			(*link)->n_attempts++;
			return;
		}

	struct fold_degraded *d = keep_new(f, sizeof(*d));
	if (!d)
		return;
	d->what = keep(f, one->what);
	d->why = keep(f, one->why);
	d->n_attempts = 1;
	*link = d;
}

static void on_attempt_finished(struct fold *f, struct fold_test *t, const struct event *e)
{
	const struct result *r = e->u.finished.result;
	struct fold_attempt *a = keep_new(f, sizeof(*a));

	remove_running(f, t);
	if (!a || !r)
		return;
	a->number = e->attempt;
	a->slot = t->slot;
	/* What never started has no time of its own. */
	a->started_t_ns = t->attempt == e->attempt ? t->started_t_ns : e->t_ns;
	a->ended_t_ns = e->t_ns;
	a->waited_ns = t->attempt == e->attempt ? t->waited_ns : 0;
	a->outcome = r->outcome;
	a->oom = r->oom;
	a->gave_way = r->gave_way;
	a->wall_ns = r->usage.wall_ns;
	a->cpu_ns = r->usage.user_ns + r->usage.system_ns;
	a->pauses = r->usage.pauses;
	a->paused_ns = r->usage.paused_ns;
	a->mem_start_bytes = r->usage.mem_limit_bytes;
	a->mem_limit_bytes = r->usage.mem_limit_end_bytes ? r->usage.mem_limit_end_bytes
							  : t->mem_reserved_bytes;
	a->mem_peak_bytes = r->usage.mem_peak_bytes;
	a->detail = e->u.finished.detail ? keep(f, e->u.finished.detail)
					 : outcome_name(r->outcome);
	a->output = keep_or_null(f, e->u.finished.output);
	if (t->last_attempt)
		t->last_attempt->next = a;
	else
		t->attempts = a;
	t->last_attempt = a;
	f->busy_ns += r->usage.wall_ns;

	t->output_cut_bytes = e->u.finished.output_cut_bytes;
	if (r->n_written > r->n_kept)
		t->n_lost = r->n_written - r->n_kept;
	add_leftovers(f, t, r);
	add_refusals(f, t, r);
	for (size_t i = 0; i < r->n_degraded; i++)
		add_degraded(f, &r->degraded[i]);
}

static void on_test_finished(struct fold *f, struct fold_test *t, const struct event *e)
{
	remove_running(f, t);
	t->phase = FOLD_FINISHED;
	t->outcome = e->u.test_finished.outcome;
	t->n_attempts = e->u.test_finished.attempts;
	t->detail = keep_or_null(f, e->u.test_finished.detail);
	t->output = keep_or_null(f, e->u.test_finished.output);
	t->blocked = e->u.test_finished.blocked;
	t->wall_ns = e->u.test_finished.wall_ns;
	t->mem_peak_bytes = e->u.test_finished.mem_peak_bytes;
	f->n_finished++;
	f->counts[t->outcome]++;
	f->finished_wall_ns += t->wall_ns;
}

static void on_run_finished(struct fold *f, const struct event *e)
{
	unsigned n = 0;

	/* The runner's own figures also hold the tests that never began. */
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		n += e->u.run_finished.counts[i];
	if (n >= f->n_finished)
		memcpy(f->counts, e->u.run_finished.counts, sizeof(f->counts));
	f->finished = true;
	f->wall_ns = e->u.run_finished.wall_ns;
	f->sum_ns = e->u.run_finished.sum_ns;
	f->bound_longest_ns = e->u.run_finished.bound_longest_ns;
	f->bound_cpu_ns = e->u.run_finished.bound_cpu_ns;
	f->bound_memory_ns = e->u.run_finished.bound_memory_ns;
	f->bound_jobs_ns = e->u.run_finished.bound_jobs_ns;
	f->bound_lock_ns = e->u.run_finished.bound_lock_ns;
	f->bound_lock = keep_or_null(f, e->u.run_finished.bound_lock);
	f->bound_token_ns = e->u.run_finished.bound_token_ns;
	f->bound_token = keep_or_null(f, e->u.run_finished.bound_token);
	f->bound_chain_ns = e->u.run_finished.bound_chain_ns;
}

static void on_width(struct fold *f, const struct event *e)
{
	f->jobs = e->u.width.jobs;
	if (e->u.width.jobs > f->jobs_widest)
		f->jobs_widest = e->u.width.jobs;
	f->n_stalled += str_eq(e->u.width.cause, "stalled");
	f->n_crowded += str_eq(e->u.width.cause, "crowded");
}

static void on_test_event(struct fold *f, struct fold_test *t, const struct event *e)
{
	switch (e->kind) {
	case EVENT_TEST_PLANNED:
		on_planned(f, t, e);
		break;
	case EVENT_ATTEMPT_STARTED:
		on_started(f, t, e);
		break;
	case EVENT_ATTEMPT_SAMPLED:
		t->mem_now_bytes = e->u.sampled.mem_bytes;
		break;
	case EVENT_ATTEMPT_GROWN:
		on_grown(f, t, e);
		break;
	case EVENT_ATTEMPT_FINISHED:
		on_attempt_finished(f, t, e);
		break;
	case EVENT_TEST_FINISHED:
		on_test_finished(f, t, e);
		break;
	default:
		break;
	}
}

void fold_event(struct fold *f, const struct event *e)
{
	if (e->t_ns > f->t_ns)
		f->t_ns = e->t_ns;
	switch (e->kind) {
	case EVENT_RUN_STARTED:
		on_run_started(f, e);
		return;
	case EVENT_INTERRUPTED:
		f->interrupted_by = e->u.interrupted.signal;
		return;
	case EVENT_RUN_FINISHED:
		on_run_finished(f, e);
		return;
	case EVENT_WIDTH_CHANGED:
		on_width(f, e);
		return;
	case EVENT_LOAD_SAMPLED:
	case EVENT_WARNING:
	case EVENT_COUNT:
		return;
	default:
		break;
	}

	struct fold_test *t = find_or_add(f, e->test);
	/* Its verdict is the last word of a test; a garbled log may have more. */
	if (t && t->phase != FOLD_FINISHED)
		on_test_event(f, t, e);
}

const struct fold_attempt *fold_first_bad(const struct fold_test *t)
{
	const struct fold_attempt *a = t->attempts;

	while (a && outcome_is_good(a->outcome))
		a = a->next;
	return a;
}

size_t fold_total(const struct fold *f)
{
	return f->n_announced > f->n_tests ? f->n_announced : f->n_tests;
}

unsigned fold_failed(const struct fold *f)
{
	unsigned n = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		if (!outcome_is_good((enum outcome)i) && i != OUTCOME_NOT_RUN)
			n += f->counts[i];
	return n;
}

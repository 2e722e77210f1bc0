/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plan_tell.h"

#include <assert.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/num.h"
#include "base/time.h"
#include "report/paint.h"
#include "report/schedule.h"
#include "report/text.h"

enum { NAME_COLUMNS = 44 };

static const char *const bound_names[] = {
	[PLAN_BOUND_LONGEST] = "longest",
	[PLAN_BOUND_CPU] = "cpu",
	[PLAN_BOUND_MEMORY] = "memory",
	[PLAN_BOUND_JOBS] = "jobs",
	[PLAN_BOUND_LOCK] = "lock",
	[PLAN_BOUND_TOKEN] = "token",
	[PLAN_BOUND_CHAIN] = "chain",
};
static_assert(ARRAY_SIZE(bound_names) == PLAN_BOUND_COUNT, "every bound has a name");

static const char *const change_names[] = {
	[PLAN_MORE_MEMORY] = "memory",
	[PLAN_MORE_CPU] = "cpu",
	[PLAN_MORE_TOKEN] = "token",
	[PLAN_WITHOUT_LOCK] = "lock",
	[PLAN_SPLIT] = "split",
};
static_assert(ARRAY_SIZE(change_names) == PLAN_SPLIT + 1, "every change has a name");

void plan_add_title(struct buf *b, const struct forecast *f)
{
	const struct plan_limits *l = &f->options.limits;
	char budget[NUM_TEXT];
	char wall[NUM_TEXT];
	buf_addf(b, "%zu test%s, %u cpu%s, %u at once at most, budget %s: %s", f->n,
		 f->n == 1 ? "" : "s", l->cpus, l->cpus == 1 ? "" : "s", f->schedule.jobs,
		 num_format_size(budget, l->budget_bytes),
		 paint_time(wall, f->schedule.end_ns));
}

static void add_bound(struct buf *b, const struct forecast *f, enum plan_bound i, const char *what)
{
	char wall[NUM_TEXT];
	buf_addf(b, "  %6s  ", paint_time(wall, f->bounds.ns[i]));
	text_add_middle(b, what, NAME_COLUMNS);
	if (i == PLAN_BOUND_LONGEST) {
		buf_adds(b, ": ");
		text_add_middle(b, f->names[f->bounds.longest], NAME_COLUMNS - 14);
	}
	buf_adds(b, i == f->bounds.binds ? "  <- binds\n" : "\n");
}

static void add_bounds(struct buf *b, const struct forecast *f)
{
	const struct plan_bounds_found *found = &f->bounds;
	_cleanup_buf_ struct buf lock = BUF_INIT;
	_cleanup_buf_ struct buf token = BUF_INIT;
	const int64_t least_ns = found->ns[found->binds];
	buf_addf(b, "no shorter than (this is %.2f times that)\n",
		 least_ns > 0 ? (double)f->schedule.end_ns / (double)least_ns : 1.0);
	add_bound(b, f, PLAN_BOUND_LONGEST, "the longest test");
	add_bound(b, f, PLAN_BOUND_CPU, "cpu time over cpus");
	add_bound(b, f, PLAN_BOUND_MEMORY, "time x memory over the budget");
	if (found->binds == PLAN_BOUND_JOBS)
		add_bound(b, f, PLAN_BOUND_JOBS, "time over jobs");
	buf_addf(&lock, "tests with the lock '%s'", found->lock ? found->lock : "");
	if (found->lock)
		add_bound(b, f, PLAN_BOUND_LOCK, buf_str(&lock));
	buf_addf(&token, "time x tokens over those of '%s'", found->token ? found->token : "");
	if (found->token)
		add_bound(b, f, PLAN_BOUND_TOKEN, buf_str(&token));
	if (f->options.links)
		add_bound(b, f, PLAN_BOUND_CHAIN, "tests that wait for each other");
}

static void add_change(struct buf *b, const struct plan_whatif *w)
{
	switch (w->change) {
	case PLAN_MORE_MEMORY: buf_adds(b, "with one more GiB"); break;
	case PLAN_MORE_CPU: buf_adds(b, "with one more cpu"); break;
	case PLAN_MORE_TOKEN: buf_addf(b, "with one more '%s'", w->token); break;
	case PLAN_WITHOUT_LOCK:
		buf_adds(b, "without the lock '");
		text_add_cut(b, w->lock, NAME_COLUMNS);
		buf_addc(b, '\'');
		break;
	case PLAN_SPLIT: buf_adds(b, "with the longest test in two halves"); break;
	}
}

/* What saves nothing is left out.  More room may even make it longer: then the
 * first to start are other ones. */
static void add_whatif(struct buf *b, const struct forecast *f)
{
	bool any = false;
	for (size_t i = 0; i < f->n_whatif; i++) {
		const int64_t saved_ns = f->schedule.end_ns - f->whatif[i].end_ns;
		char wall[NUM_TEXT];
		if (saved_ns < NSEC_PER_MSEC)
			continue;
		if (!any)
			buf_adds(b, "what would be saved\n");
		any = true;
		buf_addf(b, "  %6s  ", paint_time(wall, saved_ns));
		add_change(b, &f->whatif[i]);
		buf_addc(b, '\n');
	}
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void add_memory(struct buf *b, const struct forecast *f)
{
	const struct schedule *s = &f->schedule;
	if (s->n_paused)
		buf_addf(b, "%zu test%s would pause until others leave room to grow\n", s->n_paused,
			 plural(s->n_paused));
	if (s->n_gave_way)
		buf_addf(b, "%zu attempt%s would give way to that, and be made again\n",
			 s->n_gave_way, plural(s->n_gave_way));
	if (s->n_too_big)
		buf_addf(b, "%zu test%s more memory than the whole budget\n", s->n_too_big,
			 s->n_too_big == 1 ? " needs" : "s need");
}

static size_t count_guessed(const struct forecast *f)
{
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++)
		n += f->tests[i].item.demand.mem_origin == DEMAND_DEFAULT ||
		     f->tests[i].item.demand.mem_origin == DEMAND_SIBLING;
	return n;
}

static void add_unknown(struct buf *b, const struct forecast *f)
{
	const size_t guessed = count_guessed(f);
	char text[NUM_TEXT];
	if (!f->n_no_time && !guessed && !f->n_no_cpus)
		return;
	buf_adds(b, "not known\n");
	if (f->n_no_time)
		buf_addf(b, "  %6zu  durations: taken as %s%s\n", f->n_no_time,
			 paint_time(text, f->guess_ns),
			 f->n_no_time < f->n ? ", the median of the others" : "");
	if (guessed)
		buf_addf(b, "  %6zu  sizes: guessed as the suite guesses them\n", guessed);
	if (f->n_no_cpus)
		buf_addf(b, "  %6zu  needs of cpus: taken as one each\n", f->n_no_cpus);
}

void plan_add_text(struct buf *b, const struct forecast *f)
{
	const struct schedule_view view = { &f->schedule, f->names };
	plan_add_title(b, f);
	buf_adds(b, "\n\n");
	schedule_add_text(b, &view);
	buf_addc(b, '\n');
	add_bounds(b, f);
	add_whatif(b, f);
	add_memory(b, f);
	add_unknown(b, f);
}

static struct json *whatif_json(const struct forecast *f)
{
	struct json *list = json_array();
	for (size_t i = 0; i < f->n_whatif; i++) {
		const struct plan_whatif *w = &f->whatif[i];
		struct json *j = json_object();
		json_set_str(j, "change", change_names[w->change]);
		json_set_str(j, "lock", w->lock);
		json_set_str(j, "token", w->token);
		json_set_int(j, "makespan_ns", w->end_ns);
		json_set_int(j, "saved_ns", f->schedule.end_ns - w->end_ns);
		json_add(list, j);
	}
	return list;
}

static struct json *bounds_json(const struct forecast *f)
{
	struct json *j = json_object();
	for (enum plan_bound i = 0; i < PLAN_BOUND_COUNT; i++) {
		_cleanup_buf_ struct buf key = BUF_INIT;
		buf_addf(&key, "%s_ns", bound_names[i]);
		json_set_int(j, buf_str(&key), f->bounds.ns[i]);
	}
	json_set_str(j, "binds", bound_names[f->bounds.binds]);
	json_set_str(j, "longest", f->n ? f->names[f->bounds.longest] : NULL);
	json_set_str(j, "lock", f->bounds.lock);
	json_set_str(j, "token", f->bounds.token);
	return j;
}

static struct json *changes_json(const struct schedule_span *span)
{
	struct json *list = json_array();
	for (const struct schedule_change *c = span->changes; c; c = c->next) {
		struct json *j = json_object();
		json_set_int(j, "at_ns", c->at_ns);
		json_set_u64(j, "mem_bytes", c->mem_bytes);
		json_set_bool(j, "paused", c->stands);
		json_add(list, j);
	}
	return list;
}

static struct json *spans_json(const struct forecast *f)
{
	struct json *list = json_array();
	for (size_t i = 0; i < f->schedule.n; i++) {
		const struct schedule_span *span = &f->schedule.spans[i];
		const struct demand *d = &f->tests[span->test].item.demand;
		struct json *j = json_object();
		json_set_str(j, "test", f->names[span->test]);
		json_set_int(j, "start_ns", span->start_ns);
		json_set_int(j, "end_ns", span->end_ns);
		json_set_u64(j, "mem_bytes", span->mem_bytes);
		json_set_str(j, "mem_origin", demand_origin_name(d->mem_origin));
		json_set_int(j, "cpus_milli", span->cpus_milli);
		json_set_bool(j, "duration_known",
			      f->tests[span->test].item.expected_ns > 0);
		json_set_bool(j, "out_of_memory", span->oom);
		json_set_bool(j, "gave_way", span->gave_way);
		json_set_int(j, "paused_ns", schedule_paused_ns(span));
		json_set(j, "changes", changes_json(span));
		json_add(list, j);
	}
	return list;
}

int plan_to_json(const struct forecast *f, char **ret_text)
{
	const struct plan_limits *l = &f->options.limits;
	struct json *j = json_object();
	json_set_int(j, "tests", (int64_t)f->n);
	json_set_int(j, "makespan_ns", f->schedule.end_ns);
	json_set_u64(j, "budget_bytes", l->budget_bytes);
	json_set_str(j, "budget_from", f->budget_from);
	json_set_int(j, "cpus", l->cpus);
	json_set_int(j, "jobs", f->schedule.jobs);
	json_set(j, "bounds", bounds_json(f));
	json_set(j, "what_if", whatif_json(f));
	json_set_int(j, "durations_unknown", (int64_t)f->n_no_time);
	json_set_int(j, "sizes_guessed", (int64_t)count_guessed(f));
	json_set_int(j, "cpus_unknown", (int64_t)f->n_no_cpus);
	json_set_int(j, "too_big", (int64_t)f->schedule.n_too_big);
	json_set_bool(j, "grows", f->options.grows);
	json_set_int(j, "paused", (int64_t)f->schedule.n_paused);
	json_set_int(j, "gave_way", (int64_t)f->schedule.n_gave_way);
	json_set_int(j, "own_ns", f->options.own_ns);
	json_set_int(j, "own_cpu_ns", f->options.own_cpu_ns);
	json_set(j, "schedule", spans_json(f));
	const int r = json_dump(j, true, ret_text);
	json_free(j);
	return r;
}

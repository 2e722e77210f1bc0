/* SPDX-License-Identifier: Apache-2.0 */
#include "report/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/time.h"
#include "report/paint.h"
#include "report/text.h"

#define N_TOP 5
#define MAX_LISTED 20

/* One list in the making: its title comes with the first line, and beyond the
 * limit lines are only counted. */
struct section {
	struct buf *b;
	const struct summary_options *options;
	const char *title;
	size_t n;
	size_t max;
};

static bool section_line(struct section *s)
{
	if (s->n++ == 0) {
		paint_on(s->b, s->options->color, PAINT_BOLD);
		buf_adds(s->b, s->title);
		paint_off(s->b, s->options->color, PAINT_BOLD);
		buf_addc(s->b, '\n');
	}
	if (!s->options->verbose && s->n > s->max)
		return false;
	buf_adds(s->b, "  ");
	return true;
}

static void section_end(struct section *s)
{
	if (!s->options->verbose && s->n > s->max)
		buf_addf(s->b, "  and %zu more\n", s->n - s->max);
}

static int by_id(const struct fold_test *x, const struct fold_test *y)
{
	return strcmp(x->id, y->id);
}

static int by_wall(const void *a, const void *b)
{
	const struct fold_test *x = *(struct fold_test *const *)a;
	const struct fold_test *y = *(struct fold_test *const *)b;

	return x->wall_ns != y->wall_ns ? (x->wall_ns < y->wall_ns ? 1 : -1) : by_id(x, y);
}

static int by_peak(const void *a, const void *b)
{
	const struct fold_test *x = *(struct fold_test *const *)a;
	const struct fold_test *y = *(struct fold_test *const *)b;

	return x->mem_peak_bytes != y->mem_peak_bytes
		       ? (x->mem_peak_bytes < y->mem_peak_bytes ? 1 : -1)
		       : by_id(x, y);
}

/* A sorted copy; NULL when there is nothing to sort, or no memory for it. */
static struct fold_test **sorted(const struct fold *f, int (*order)(const void *, const void *))
{
	struct fold_test **copy;

	if (f->n_tests == 0)
		return NULL;
	copy = reallocarray(NULL, f->n_tests, sizeof(struct fold_test *));
	if (!copy)
		return NULL;
	memcpy(copy, f->tests, f->n_tests * sizeof(struct fold_test *));
	qsort(copy, f->n_tests, sizeof(struct fold_test *), order);
	return copy;
}

static void add_slowest(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	_cleanup_free_ struct fold_test **tests = sorted(f, by_wall);
	struct section s = { b, o, "slowest", 0, N_TOP };

	for (size_t i = 0; tests && i < f->n_tests && i < N_TOP && tests[i]->wall_ns > 0; i++) {
		char wall[NUM_TEXT];

		if (!section_line(&s))
			break;
		buf_addf(b, "%7s  ", paint_time(wall, tests[i]->wall_ns));
		text_add(b, tests[i]->id);
		buf_addc(b, '\n');
	}
}

/* The reservation of the last attempt, and who chose it. */
static const char *reserved_by(const struct fold_test *t)
{
	for (const struct fold_attempt *a = t->attempts; a && a->next; a = a->next)
		if (a->oom)
			return demand_origin_name(DEMAND_OOM);
	return demand_origin_name(t->mem_origin);
}

static void add_largest(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	_cleanup_free_ struct fold_test **tests = sorted(f, by_peak);
	struct section s = { b, o, "largest", 0, N_TOP };

	for (size_t i = 0; tests && i < f->n_tests && i < N_TOP; i++) {
		const struct fold_test *t = tests[i];
		char peak[NUM_TEXT];
		char reserved[NUM_TEXT];

		if (t->mem_peak_bytes == 0 || !section_line(&s))
			break;
		buf_addf(b, "%7s  ", num_format_size(peak, t->mem_peak_bytes));
		text_add(b, t->id);
		if (t->mem_reserved_bytes > 0)
			buf_addf(b, " (reserved %s, from %s)",
				 num_format_size(reserved, t->mem_reserved_bytes), reserved_by(t));
		buf_addc(b, '\n');
	}
}

static void add_leftovers(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	struct section s = { b, o, "left running by tests, and ended", 0, MAX_LISTED };

	for (const struct fold_leftover *l = f->leftovers; l; l = l->next) {
		if (!section_line(&s))
			continue;
		text_add(b, l->test);
		buf_addf(b, ": pid %d: ", (int)l->pid);
		text_add(b, l->name);
		if (*l->command && !str_eq(l->command, l->name)) {
			buf_adds(b, " (");
			text_add(b, l->command);
			buf_addc(b, ')');
		}
		buf_addc(b, '\n');
	}
	section_end(&s);
}

static void add_refusals(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	struct section s = { b, o, "refused by the seccomp policy", 0, MAX_LISTED };

	for (const struct fold_refusal *r = f->refusals; r; r = r->next) {
		if (!section_line(&s))
			continue;
		text_add(b, r->test);
		buf_adds(b, ": ");
		text_add(b, r->call);
		buf_adds(b, " with ");
		text_add(b, r->error);
		if (r->count > 1)
			buf_addf(b, ", %" PRIu64 " times", r->count);
		buf_adds(b, "; to permit: ");
		text_add(b, r->permit);
		buf_addc(b, '\n');
	}
	section_end(&s);
}

static bool ran_out(const struct fold_test *t)
{
	for (const struct fold_attempt *a = t->attempts; a; a = a->next)
		if (a->oom || a->outcome == OUTCOME_OUT_OF_MEMORY)
			return true;
	return false;
}

/* "256M, 512M, then passed with 1G", or where a child was killed and the test
 * passed all the same: "passed, though it ran out at 256M". */
static void add_limits(struct buf *b, const struct fold_test *t)
{
	const struct fold_attempt *last = t->last_attempt;
	const char *word = last->outcome == OUTCOME_PASSED ? "passed" : outcome_name(last->outcome);
	const char *comma = "";
	char limit[NUM_TEXT];

	for (const struct fold_attempt *a = t->attempts; a; a = a->next) {
		if (!a->oom && a->outcome != OUTCOME_OUT_OF_MEMORY)
			continue;
		buf_addf(b, "%s%s%s", comma, a->gave_way ? "gave way at " : "",
			 paint_size(limit, a->mem_limit_bytes));
		comma = ", ";
	}
	if (last->outcome == OUTCOME_OUT_OF_MEMORY)
		buf_adds(b, " was too little");
	else if (last->oom)
		buf_addf(b, " was too little for a process of it; %s all the same", word);
	else
		buf_addf(b, ", then %s with %s", word, paint_size(limit, last->mem_limit_bytes));
}

static void add_oom(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	struct section s = { b, o, "out of memory", 0, MAX_LISTED };

	for (size_t i = 0; i < f->n_tests; i++) {
		if (!ran_out(f->tests[i]) || !section_line(&s))
			continue;
		text_add(b, f->tests[i]->id);
		buf_adds(b, ": ");
		add_limits(b, f->tests[i]);
		buf_addc(b, '\n');
	}
	section_end(&s);
}

/* Of the attempt that settled it. */
static void add_paused(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	struct section s = { b, o, "paused at the memory limit until there was room", 0,
			     MAX_LISTED };

	for (size_t i = 0; i < f->n_tests; i++) {
		const struct fold_attempt *a = f->tests[i]->last_attempt;
		char time[NUM_TEXT];
		char from[NUM_TEXT];
		char to[NUM_TEXT];

		if (!a || !a->pauses || !section_line(&s))
			continue;
		text_add(b, f->tests[i]->id);
		buf_addf(b, ": %u time%s for %s, limit from %s to %s\n", a->pauses,
			 a->pauses == 1 ? "" : "s", paint_time(time, a->paused_ns),
			 paint_size(from, a->mem_start_bytes), paint_size(to, a->mem_limit_bytes));
	}
	section_end(&s);
}

static void add_degraded(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	struct section s = { b, o, "not isolated as asked (isorun doctor tells more)", 0,
			     MAX_LISTED };

	for (const struct fold_degraded *d = f->degraded; d; d = d->next) {
		if (!section_line(&s))
			continue;
		text_add(b, d->what);
		buf_adds(b, ": ");
		text_add(b, d->why);
		buf_addf(b, " (%u attempt%s)\n", d->n_attempts, d->n_attempts == 1 ? "" : "s");
	}
	section_end(&s);
}

static void add_flaky(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	struct section s = { b, o, "flaky", 0, MAX_LISTED };

	for (size_t i = 0; i < f->n_tests; i++) {
		const struct fold_test *t = f->tests[i];

		if (t->outcome != OUTCOME_FLAKY || !section_line(&s))
			continue;
		text_add(b, t->id);
		if (fold_first_bad(t)) {
			buf_adds(b, ": ");
			text_add(b, fold_first_bad(t)->detail);
		}
		buf_addf(b, ", then passed (%u attempts)\n", t->n_attempts);
	}
	section_end(&s);
}

static void add_quarantined(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	struct section s = { b, o, "quarantined, and failed", 0, MAX_LISTED };

	for (size_t i = 0; i < f->n_tests; i++) {
		const struct fold_test *t = f->tests[i];

		if (t->outcome != OUTCOME_QUARANTINED || !section_line(&s))
			continue;
		text_add(b, t->id);
		if (t->detail) {
			buf_adds(b, ": ");
			text_add(b, t->detail);
		}
		buf_addc(b, '\n');
	}
	section_end(&s);
}

static void add_failed(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	struct section s = { b, o, "failed", 0, 5 * MAX_LISTED };

	for (size_t i = 0; i < f->n_tests; i++) {
		const struct fold_test *t = f->tests[i];

		/* Whose turn did not come is only counted: Ctrl-C would name them all. */
		if (t->phase != FOLD_FINISHED || outcome_is_good(t->outcome) ||
		    (t->outcome == OUTCOME_NOT_RUN && !t->blocked) || !section_line(&s))
			continue;
		paint_on(b, o->color, outcome_paint(t->outcome));
		buf_addf(b, "%-5s", outcome_word(t->outcome));
		paint_off(b, o->color, outcome_paint(t->outcome));
		buf_adds(b, " ");
		text_add(b, t->id);
		if (t->detail) {
			buf_adds(b, ": ");
			text_add(b, t->detail);
		}
		buf_addc(b, '\n');
	}
	section_end(&s);
}

static void add_written(struct buf *b, const struct fold *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_tests; i++)
		n += f->tests[i]->n_lost > 0;
	if (n > 0)
		buf_addf(b,
			 "%zu test%s wrote in the workspace, the overlay discarded it"
			 " (to keep it: --keep GLOB)\n",
			 n, n == 1 ? "" : "s");
}

static void add_width(struct buf *b, const struct fold *f)
{
	if (f->jobs_widest > f->jobs_begin)
		buf_addf(b, "cpus were idle: up to %u at once instead of %u\n", f->jobs_widest,
			 f->jobs_begin);
	if (f->n_stalled)
		buf_adds(b, "memory was short on this machine: fewer at once for a while\n");
}

static void add_cut(struct buf *b, const struct fold *f)
{
	uint64_t bytes = 0;
	char text[NUM_TEXT];
	size_t n = 0;

	for (size_t i = 0; i < f->n_tests; i++) {
		n += f->tests[i]->output_cut_bytes > 0;
		bytes += f->tests[i]->output_cut_bytes;
	}
	if (n > 0)
		buf_addf(b,
			 "the output of %zu test%s was cut in the middle, by %s (to keep more:"
			 " --output-limit)\n",
			 n, n == 1 ? "" : "s", num_format_size(text, bytes));
}

/* What the run could not be shorter than. */
struct bound {
	const char *name;
	const char *of;   /* which lock or token; NULL: of none */
	int64_t ns;
	bool always;      /* told, also where it is not what binds */
};

static void add_bound_name(struct buf *b, const struct bound *bound)
{
	buf_adds(b, bound->name);
	if (!bound->of)
		return;
	buf_addc(b, ' ');
	text_add(b, bound->of);
}

static void add_bounds(struct buf *b, const struct fold *f)
{
	const struct bound bounds[] = {
		{ "longest", NULL, f->bound_longest_ns, true },
		{ "cpu", NULL, f->bound_cpu_ns, true },
		{ "memory", NULL, f->bound_memory_ns, true },
		{ "jobs", NULL, f->bound_jobs_ns, false },
		{ "lock", f->bound_lock, f->bound_lock_ns, f->bound_lock_ns > 0 },
		{ "token", f->bound_token, f->bound_token_ns, f->bound_token_ns > 0 },
		{ "chain", NULL, f->bound_chain_ns, f->bound_chain_ns > 0 },
	};
	const struct bound *binds = bounds;
	char text[NUM_TEXT];

	for (size_t i = 1; i < ARRAY_SIZE(bounds); i++)
		if (bounds[i].ns > binds->ns)
			binds = &bounds[i];
	if (binds->ns <= 0)
		return;
	buf_addf(b, "; lower bound %s (", paint_time(text, binds->ns));
	add_bound_name(b, binds);
	buf_adds(b, " binds: ");
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		if (!bounds[i].always && &bounds[i] != binds)
			continue;
		buf_adds(b, i ? ", " : "");
		add_bound_name(b, &bounds[i]);
		buf_addf(b, " %s", paint_time(text, bounds[i].ns));
	}
	buf_addc(b, ')');
}

static void add_times(struct buf *b, const struct fold *f)
{
	char text[NUM_TEXT];

	buf_addf(b, "wall %s, ", paint_time(text, f->wall_ns));
	buf_addf(b, "tests %s", paint_time(text, f->sum_ns));
	if (f->wall_ns > 0)
		buf_addf(b, ", speedup %.1fx", (double)f->sum_ns / (double)f->wall_ns);
	add_bounds(b, f);
	buf_addc(b, '\n');
}

/* Of what was not run nothing is known. */
static bool is_failure(enum outcome o)
{
	return !outcome_is_good(o) && o != OUTCOME_NOT_RUN;
}

static void add_counts(struct buf *b, const struct fold *f, bool color)
{
	unsigned counts[OUTCOME_COUNT];
	size_t n_counted = 0;
	unsigned n_failed = 0;
	const char *comma = "";

	memcpy(counts, f->counts, sizeof(counts));
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		n_counted += counts[i];
	/* A run that died says nothing of those whose end it did not see. */
	if (n_counted < fold_total(f))
		counts[OUTCOME_NOT_RUN] += (unsigned)(fold_total(f) - n_counted);
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		n_failed += is_failure((enum outcome)i) ? counts[i] : 0;

	/* "4 failed: 4 failed" would tell nothing. */
	if (n_failed > counts[OUTCOME_FAILED]) {
		buf_addf(b, "%u failed: ", n_failed);
		for (size_t i = 0; i < OUTCOME_COUNT; i++) {
			if (!is_failure((enum outcome)i) || counts[i] == 0)
				continue;
			buf_addf(b, "%s%u %s", comma, counts[i], outcome_name((enum outcome)i));
			comma = ", ";
		}
		buf_addc(b, '\n');
	}
	if (counts[OUTCOME_FLAKY] > 0)
		buf_addf(b, "%u of those passed %s flaky\n", counts[OUTCOME_FLAKY],
			 counts[OUTCOME_FLAKY] == 1 ? "is" : "are");

	const unsigned n_left = counts[OUTCOME_NOT_RUN];
	enum paint paint = n_failed || n_left ? PAINT_BAD : PAINT_GOOD;
	paint_on(b, color, paint);
	buf_addf(b, "%u passed, %u failed, %u skipped",
		 counts[OUTCOME_PASSED] + counts[OUTCOME_FLAKY], n_failed, counts[OUTCOME_SKIPPED]);
	if (counts[OUTCOME_QUARANTINED])
		buf_addf(b, ", %u quarantined", counts[OUTCOME_QUARANTINED]);
	if (n_left)
		buf_addf(b, ", %u not run", n_left);
	paint_off(b, color, paint);
	buf_addc(b, '\n');
}

void summary_add(struct buf *b, const struct fold *f, const struct summary_options *o)
{
	char name[16];
	char wait[NUM_TEXT];

	add_slowest(b, f, o);
	add_largest(b, f, o);
	add_leftovers(b, f, o);
	add_refusals(b, f, o);
	add_oom(b, f, o);
	add_paused(b, f, o);
	add_degraded(b, f, o);
	add_flaky(b, f, o);
	add_quarantined(b, f, o);
	add_failed(b, f, o);
	add_written(b, f);
	add_cut(b, f);
	if (f->interrupted_by)
		buf_addf(b, "interrupted by %s\n", proc_signal_name(f->interrupted_by, name));
	add_width(b, f);
	if (f->waited_ns > NSEC_PER_SEC)
		buf_addf(b, "waited for other isorun processes: %s\n",
			 paint_time(wait, f->waited_ns));
	if (f->finished)
		add_times(b, f);
	else
		buf_adds(b, "the run did not end: this is what its log holds\n");
	if (*f->dir) {
		buf_adds(b, "run directory: ");
		text_add(b, f->dir);
		buf_addc(b, '\n');
	}
	add_counts(b, f, o->color);
}

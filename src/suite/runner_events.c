/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"

enum { ORDER_TEXT = 32 }; /* "random:" and the longest number */

static void emit(struct runner *r, struct event *e)
{
	e->t_ns = (r->told_ns ? r->told_ns : time_now_ns()) - r->start_ns;
	for (size_t i = 0; i < r->config->n_sinks; i++) {
		struct sink *sink = r->config->sinks[i];

		sink->driver->event(sink, e);
	}
}

/* Shown to people only: out of memory shows nothing. */
static char *quoted(char *const *argv)
{
	char *text = str_shell_join(argv);

	return text ? text : calloc(1, 1);
}

static const char *order_text(const struct run_config *c, char text[ORDER_TEXT])
{
	if (c->order == PLAN_RANDOM)
		(void)snprintf(text, ORDER_TEXT, "random:%" PRIu64, c->seed);
	else
		(void)snprintf(text, ORDER_TEXT, "%s",
			       c->order == PLAN_LISTED ? "listed" : "longest");
	return text;
}

void emit_run_started(struct runner *r, int64_t expected_ns)
{
	char order[ORDER_TEXT];
	char repeat[REPEAT_TEXT];
	const struct run_config *c = r->config;
	struct event e = { .kind = EVENT_RUN_STARTED };

	e.u.run_started.run = c->run_name;
	e.u.run_started.version = ISORUN_VERSION;
	e.u.run_started.dir = c->run_dir;
	e.u.run_started.cwd = c->workspace_dir;
	e.u.run_started.command = c->command;
	e.u.run_started.wall_ns = time_wall_ns();
	e.u.run_started.n_tests = (unsigned)r->n;
	e.u.run_started.jobs = r->limits.jobs;
	e.u.run_started.jobs_most = r->width.most;
	e.u.run_started.cpus = r->limits.cpus;
	e.u.run_started.budget_bytes = r->budget.bytes;
	e.u.run_started.budget_from = r->budget.from;
	e.u.run_started.profile = c->spec->profile;
	e.u.run_started.order = order_text(c, order);
	e.u.run_started.repeat = repeat_text(&c->repeat, repeat);
	e.u.run_started.expected_ns = expected_ns;
	emit(r, &e);
}

void emit_planned(const struct run_test *t)
{
	const struct plan_item *item = &t->run->items[t->index];
	_cleanup_free_ char *command = quoted(t->test->argv);
	_cleanup_free_ char *options = run_alone_options(t);
	struct event e = { .kind = EVENT_TEST_PLANNED, .test = t->test->id };

	e.u.planned.demand = item->demand;
	e.u.planned.expected_ns = item->expected_ns;
	e.u.planned.command = command;
	e.u.planned.options = options;
	e.u.planned.cwd = t->test->cwd;
	e.u.planned.origin = t->test->origin;
	e.u.planned.quarantine = t->test->quarantine;
	e.u.planned.tags = t->test->tags;
	emit(t->run, &e);
}

void emit_started(const struct run_test *t, int64_t waited_ns)
{
	struct event e = {
		.kind = EVENT_ATTEMPT_STARTED,
		.test = t->test->id,
		.attempt = t->log.attempts + 1,
	};

	e.u.started.mem_bytes = t->reserved_bytes;
	e.u.started.slot = t->slot;
	e.u.started.output = t->output;
	e.u.started.waited_ns = waited_ns;
	e.u.started.reason = t->reason[0] ? t->reason : NULL;
	emit(t->run, &e);
}

void emit_grown(const struct run_test *t, uint64_t mem_bytes)
{
	struct event e = {
		.kind = EVENT_ATTEMPT_GROWN,
		.test = t->test->id,
		.attempt = t->log.attempts + 1,
	};

	e.u.grown.mem_bytes = mem_bytes;
	emit(t->run, &e);
}

void emit_paused(const struct run_test *t, int64_t paused_ns)
{
	struct event e = {
		.kind = EVENT_ATTEMPT_PAUSED,
		.test = t->test->id,
		.attempt = t->log.attempts + 1,
	};

	e.u.paused.paused_ns = paused_ns;
	emit(t->run, &e);
}

void emit_sampled(const struct run_test *t, uint64_t mem_bytes, bool passing)
{
	struct event e = {
		.kind = EVENT_ATTEMPT_SAMPLED,
		.test = t->test->id,
		.attempt = t->log.attempts + 1,
	};

	e.u.sampled.mem_bytes = mem_bytes;
	e.u.sampled.passing = passing;
	emit(t->run, &e);
}

/* Comes after the attempt was booked: log.attempts is its number. */
void emit_finished(const struct run_test *t, const struct result *result, uint64_t cut_bytes,
		   bool again, const char *detail)
{
	struct event e = {
		.kind = EVENT_ATTEMPT_FINISHED,
		.test = t->test->id,
		.attempt = t->log.attempts,
	};

	e.u.finished.result = result;
	e.u.finished.output = t->output;
	e.u.finished.output_cut_bytes = cut_bytes;
	e.u.finished.again = again;
	e.u.finished.detail = detail;
	emit(t->run, &e);
}

void emit_test_finished(const struct run_test *t, enum outcome outcome, const char *detail)
{
	struct event e = { .kind = EVENT_TEST_FINISHED, .test = t->test->id };

	e.u.test_finished.outcome = outcome;
	e.u.test_finished.attempts = t->log.attempts;
	e.u.test_finished.detail = detail && *detail ? detail : NULL;
	e.u.test_finished.output = t->output;
	e.u.test_finished.blocked = outcome == OUTCOME_NOT_RUN && !t->run->stopping;
	e.u.test_finished.wall_ns = t->sample.wall_ns + t->repeated_ns;
	e.u.test_finished.mem_peak_bytes = t->sample.mem_bytes;
	emit(t->run, &e);
}

void emit_width(struct runner *r, enum plan_width_cause cause)
{
	static const char *const causes[] = {
		[WIDTH_KEPT] = "kept",
		[WIDTH_IDLE] = "idle",
		[WIDTH_CROWDED] = "crowded",
		[WIDTH_STALLED] = "stalled",
		[WIDTH_RECOVERED] = "recovered",
	};
	static_assert(ARRAY_SIZE(causes) == WIDTH_CAUSE_COUNT, "every cause has a name");
	struct event e = { .kind = EVENT_WIDTH_CHANGED };

	e.u.width.jobs = r->width.now;
	e.u.width.cause = causes[cause];
	emit(r, &e);
}

void emit_load(struct runner *r, uint32_t busy_milli)
{
	struct event e = { .kind = EVENT_LOAD_SAMPLED };

	e.u.load.busy_milli = busy_milli;
	emit(r, &e);
}

void emit_warning(struct runner *r, const char *text)
{
	struct event e = { .kind = EVENT_WARNING };

	e.u.warning.text = text;
	emit(r, &e);
}

void emit_interrupted(struct runner *r, int signal)
{
	struct event e = { .kind = EVENT_INTERRUPTED };

	e.u.interrupted.signal = signal;
	emit(r, &e);
}

void emit_run_finished(struct runner *r)
{
	struct event e = { .kind = EVENT_RUN_FINISHED };

	e.u.run_finished.wall_ns = time_now_ns() - r->start_ns;
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		e.u.run_finished.counts[i] = r->summary.counts[i];
	run_measure(r, &e);
	const int64_t cpu_ns = run_own_cpu_ns() - r->own.cpu_start_ns - r->own.tests_cpu_ns;

	e.u.run_finished.own_attempts = r->own.attempts;
	e.u.run_finished.own_ns = r->own.ns;
	e.u.run_finished.own_cpu_ns = cpu_ns > 0 ? cpu_ns : 0;
	emit(r, &e);
}

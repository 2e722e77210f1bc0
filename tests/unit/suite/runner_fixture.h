/* SPDX-License-Identifier: Apache-2.0 */
/* runner_fixture.h - a run with the fake engine, and a sink that tells its story. */
#ifndef TESTS_UNIT_SUITE_RUNNER_FIXTURE_H
#define TESTS_UNIT_SUITE_RUNNER_FIXTURE_H

#include <stdio.h>

#include "base/buf.h"
#include "base/str.h"
#include "fake_engine.h"
#include "place.h"
#include "suite/rundir.h"
#include "suite/runner.h"

#define MIB (UINT64_C(1) << 20)

/* A sink that writes the story down: one word an event. */
struct recorder {
	struct sink sink;
	struct buf story;           /* "+a -a:passed =a:passed", without samples and plans */
	struct buf details;         /* "a:detail;" of finished tests */
	struct buf reasons;
	struct buf outputs;
	char order[32];
	struct buf options;         /* "--env A=b;" of planned tests */
	unsigned n_planned, n_warnings;
	uint64_t planned_bytes;     /* of the last one planned */
	bool begun;                 /* by EVENT_RUN_STARTED */
	enum event_kind last;
	bool counts_add_up;
};

static void add_word(struct buf *b, const char *mark, const struct event *e, const char *what)
{
	buf_addf(b, "%s%s%s%s%s", b->len ? " " : "", mark, e->test, what ? ":" : "",
		 what ? what : "");
}

static void note_run_finished(struct recorder *r, const struct event *e)
{
	unsigned total = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		total += e->u.run_finished.counts[i];
	r->counts_add_up = total == r->n_planned;
}

static void record(struct sink *s, const struct event *e)
{
	struct recorder *r = (struct recorder *)s;

	assert_true(r->begun != (e->kind == EVENT_RUN_STARTED));
	r->begun = true;
	r->last = e->kind;
	switch (e->kind) {
	case EVENT_RUN_STARTED:
		(void)snprintf(r->order, sizeof(r->order), "%s", e->u.run_started.order);
		break;
	case EVENT_TEST_PLANNED:
		r->n_planned++;
		r->planned_bytes = e->u.planned.demand.mem_bytes;
		buf_addf(&r->options, "%s;", e->u.planned.options ? e->u.planned.options : "");
		break;
	case EVENT_ATTEMPT_STARTED:
		add_word(&r->story, "+", e, NULL);
		buf_addf(&r->reasons, "%s;", e->u.started.reason ? e->u.started.reason : "");
		buf_addf(&r->outputs, "%s;", e->u.started.output);
		break;
	case EVENT_ATTEMPT_FINISHED:
		add_word(&r->story, "-", e, outcome_name(e->u.finished.result->outcome));
		break;
	case EVENT_TEST_FINISHED:
		add_word(&r->story, "=", e, outcome_name(e->u.test_finished.outcome));
		buf_addf(&r->details, "%s:%s;", e->test,
			 e->u.test_finished.detail ? e->u.test_finished.detail : "");
		break;
	case EVENT_WARNING:
		r->n_warnings++;
		break;
	case EVENT_INTERRUPTED:
		buf_adds(&r->story, " !");
		break;
	case EVENT_RUN_FINISHED:
		note_run_finished(r, e);
		break;
	default:
		break;
	}
}

static int record_close(struct sink *s, struct iso_err *err)
{
	(void)s;
	(void)err;
	return 0;
}

static const struct sink_driver recorder_driver = { "recorder", record, record_close };

/* What every test has; sigset restored after each: the loop blocks signals. */
static struct fixture {
	struct test_suite suite;
	struct spec spec;
	struct loop *loop;
	struct engine engine;
	struct recorder recorder;
	struct sink *sinks[1];
	struct run_config config;
	struct run_summary summary;
	struct iso_err err;
	char *name;
	char *dir;
	sigset_t mask;
} f;

static int setup(void **state)
{
	memset(&f, 0, sizeof(f));
	place_setup(state);
	sigprocmask(SIG_SETMASK, NULL, &f.mask);
	assert_int_equal(test_suite_init(&f.suite), 0);
	assert_int_equal(spec_init(&f.spec), 0);
	assert_int_equal(loop_open(&f.loop), 0);
	assert_int_equal(rundir_make(((struct place *)*state)->dir, &f.name, &f.dir, NULL), 0);
	f.engine.loop = f.loop;
	f.engine.budget_bytes = 1000 * MIB;
	f.recorder.sink.driver = &recorder_driver;
	f.sinks[0] = &f.recorder.sink;
	f.config = (struct run_config){
		.suite = &f.suite, .spec = &f.spec, .workspace_dir = "/", .engine = &f.engine,
		.loop = f.loop, .sinks = f.sinks, .n_sinks = 1, .run_name = f.name,
		.run_dir = f.dir, .jobs = 2, .order = PLAN_LISTED, .kill_grace_ns = NSEC_PER_SEC,
		.mem_bytes = 100 * MIB,
	};
	return 0;
}

static int teardown(void **state)
{
	assert_null(f.engine.all);
	assert_false(f.engine.slot_clash);
	assert_false(f.engine.two_waited);
	assert_true(f.engine.held_max_bytes <= f.engine.budget_bytes);
	buf_free(&f.recorder.story);
	buf_free(&f.recorder.details);
	buf_free(&f.recorder.reasons);
	buf_free(&f.recorder.outputs);
	buf_free(&f.recorder.options);
	free(f.engine.last_env);
	loop_close(f.loop);
	spec_fini(&f.spec);
	test_suite_fini(&f.suite);
	free(f.name);
	free(f.dir);
	sigprocmask(SIG_SETMASK, &f.mask, NULL);
	return place_teardown(state);
}

static struct test *add(const char *id)
{
	static char *argv[] = { (char *)"./x", NULL };
	struct test *t = test_suite_add(&f.suite);

	assert_non_null(t);
	t->id = t->program = id;
	t->argv = argv;
	t->cwd = "/";
	t->origin = "here";
	return t;
}

static void run(const struct fake_plan *plans)
{
	f.engine.plans = plans;
	const int r = suite_run(&f.config, &f.summary, &f.err);

	assert_string_equal(f.err.text, "");
	assert_int_equal(r, 0);
	assert_int_equal(f.recorder.last, EVENT_RUN_FINISHED);
	assert_true(f.recorder.counts_add_up);
	assert_int_equal(f.recorder.n_planned, f.suite.n_tests);
}

static void assert_story(const char *expected)
{
	assert_string_equal(buf_str(&f.recorder.story), expected);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/str.h"
#include "fake_engine.h"
#include "place.h"
#include "suite/rundir.h"

#define MIB (UINT64_C(1) << 20)

/* A sink that writes the story down: one word an event. */
struct recorder {
	struct sink sink;
	struct buf story;           /* "+a -a:passed =a:passed", without samples and plans */
	struct buf details;         /* "a:detail;" of finished tests */
	struct buf reasons;
	struct buf outputs;
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
	case EVENT_TEST_PLANNED:
		r->n_planned++;
		r->planned_bytes = e->u.planned.demand.mem_bytes;
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

static void an_empty_suite_starts_and_finishes(void **state)
{
	(void)state;
	run(NULL);
	assert_story("");
}

static void tests_run_in_listed_order_as_wide_as_jobs(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .us = 3000 }, { .id = "b", .us = 20 }, { .id = "c", .us = 20 }, { 0 },
	};

	(void)state;
	add("a");
	add("b");
	add("c");
	run(plans);
	assert_story("+a +b -b:passed =b:passed +c -c:passed =c:passed -a:passed =a:passed");
	assert_int_equal(f.engine.n_running_max, 2);
	assert_int_equal(f.summary.counts[OUTCOME_PASSED], 3);
}

static void the_sum_of_reservations_stays_in_the_budget(void **state)
{
	char ids[12][4];

	(void)state;
	f.config.jobs = 8;
	f.config.mem_bytes = 300 * MIB;
	for (int i = 0; i < 12; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "t%d", i);
		add(ids[i]);
	}
	run(NULL);
	assert_int_equal(f.engine.n_running_max, 3);
	assert_int_equal(f.summary.counts[OUTCOME_PASSED], 12);
	assert_int_equal(f.engine.n_refused_nowait, 0);
}

static void a_failure_is_told_with_its_detail(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .status = { 3 } }, { .id = "b", .signal = SIGSEGV },
		{ .id = "c", .times_out = true, .signal = SIGKILL }, { .id = "d", .status = { 77 } },
		{ 0 },
	};

	(void)state;
	add("a");
	add("b");
	add("c")->timeout_ns = 2 * NSEC_PER_SEC;
	add("d");
	f.config.jobs = 1;
	run(plans);
	assert_story("+a -a:failed =a:failed +b -b:crashed =b:crashed +c -c:timed-out =c:timed-out"
		     " +d -d:skipped =d:skipped");
	assert_string_equal(buf_str(&f.recorder.details),
			    "a:exit status 3;b:killed by SIGSEGV;c:time limit of 2.0s reached;"
			    "d:exit status 77;");
	assert_int_equal(f.summary.counts[OUTCOME_FAILED], 1);
}

static void passing_at_the_second_try_is_flaky(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .status = { 1, 0 } }, { 0 } };

	(void)state;
	add("a");
	f.config.retries = 1;
	run(plans);
	assert_story("+a -a:failed +a -a:passed =a:flaky");
	assert_string_equal(buf_str(&f.recorder.reasons), ";failed;");
	assert_string_equal(buf_str(&f.recorder.outputs), "out/0001-1.txt;out/0001-2.txt;");
}

static void a_tests_own_retries_win(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .status = { 1, 0 } }, { 0 } };

	(void)state;
	add("a")->retries = 0;
	f.config.retries = 5;
	run(plans);
	assert_story("+a -a:failed =a:failed");
}

static void out_of_memory_grows_until_it_passes_and_is_not_flaky(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .size_bytes = 350 * MIB }, { 0 } };

	(void)state;
	add("a");
	run(plans);
	assert_story("+a -a:out-of-memory +a -a:out-of-memory +a -a:passed =a:passed");
	assert_string_equal(buf_str(&f.recorder.reasons),
			    ";out of memory: 200M instead of 100M;"
			    "out of memory: 400M instead of 200M;");
}

static void a_test_above_the_budget_ends_as_out_of_memory_after_a_try_alone(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .size_bytes = 5000 * MIB }, { 0 } };

	(void)state;
	add("a")->demand.mem_bytes = 700 * MIB;
	add("b");
	run(plans);
	assert_true(f.summary.counts[OUTCOME_OUT_OF_MEMORY] == 1);
	assert_true(f.summary.counts[OUTCOME_PASSED] == 1);
	assert_true(f.engine.newest.alone);
	assert_int_equal(f.engine.newest.mem_bytes, 1000 * MIB);
	assert_int_equal(f.engine.n_starts, 3);
}

static void siblings_learn_from_a_memory_kill(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .size_bytes = 150 * MIB, .us = 50 },
		{ .id = "b", .size_bytes = 150 * MIB, .us = 50 },
		{ .id = "c", .size_bytes = 150 * MIB, .us = 50 }, { 0 },
	};

	(void)state;
	f.config.mem_bytes = 0;
	f.engine.budget_bytes = 800 * MIB;
	f.config.jobs = 8;
	add("a")->program = "p";
	add("b")->program = "p";
	add("c")->program = "p";
	f.suite.tests[1]->demand.locks = (char *[]){ (char *)"l", NULL };
	f.suite.tests[2]->demand.locks = f.suite.tests[1]->demand.locks;
	run(plans);
	/* c waited for the lock, and by then knew better than b did. */
	assert_int_equal(f.summary.counts[OUTCOME_PASSED], 3);
	assert_int_equal(f.engine.n_starts, 5);
}

static void tests_that_share_a_lock_never_overlap(void **state)
{
	char *locks[] = { (char *)"db", NULL };

	(void)state;
	add("a")->demand.locks = locks;
	add("b")->demand.locks = locks;
	run(NULL);
	assert_int_equal(f.engine.n_running_max, 1);
}

static void what_cannot_start_is_an_error_and_the_rest_goes_on(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .cannot_start = true }, { .id = "b", .refused = true }, { 0 },
	};

	(void)state;
	add("a");
	add("b");
	add("c");
	run(plans);
	assert_story("-a:error =a:error -b:error =b:error +c -c:passed =c:passed");
	assert_string_equal(buf_str(&f.recorder.details),
			    "a:execute 'x': No such file or directory;b:bad request;c:;");
}

static void many_that_cannot_start_do_not_pile_up(void **state)
{
	static struct fake_plan plans[2001];
	static char ids[2000][8];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "t%d", i);
		plans[i] = (struct fake_plan){ .id = ids[i], .cannot_start = true };
		add(ids[i]);
	}
	run(plans);
	assert_int_equal(f.summary.counts[OUTCOME_ERROR], 2000);
}

static void fail_fast_leaves_the_rest_unrun(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .status = { 1 } }, { 0 } };

	(void)state;
	add("a");
	add("b");
	f.config.jobs = 1;
	f.config.max_failures = 1;
	f.config.retries = 0;
	run(plans);
	assert_story("+a -a:failed =a:failed =b:not-run");
	assert_string_equal(buf_str(&f.recorder.details),
			    "a:exit status 1;b:the run ended after 1 failures;");
}

static void max_failures_counts_only_what_failed(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .status = { 1 } }, { .id = "b", .status = { 77 } },
		{ .id = "d", .status = { 1 } }, { 0 },
	};

	(void)state;
	f.config.jobs = 1;
	f.config.max_failures = 2;
	add("a");
	add("b");
	add("c");
	add("d");
	add("e");
	run(plans);
	assert_int_equal(f.summary.counts[OUTCOME_NOT_RUN], 1);
}

static void raise_term(void *arg)
{
	(void)arg;
	assert_int_equal(kill(getpid(), SIGTERM), 0);
}

static void an_interrupt_ends_all_and_still_finishes(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .endless_from = 1 }, { 0 } };
	struct loop_timer *timer;

	(void)state;
	add("a");
	add("b");
	f.config.jobs = 1;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term, NULL, &timer), 0);
	run(plans);
	assert_story("+a ! -a:not-run =a:not-run =b:not-run");
	assert_string_equal(buf_str(&f.recorder.details),
			    "a:ended by SIGTERM;b:the run was ended by SIGTERM;");
	assert_int_equal(f.summary.interrupted_by, SIGTERM);
}

static void who_ignores_term_is_killed_after_the_grace_time(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .endless_from = 1, .ignores_term = true }, { 0 },
	};
	struct loop_timer *timer;

	(void)state;
	add("a");
	f.config.kill_grace_ns = 1000;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term, NULL, &timer), 0);
	run(plans);
	assert_story("+a ! -a:not-run =a:not-run");
}

static void a_second_signal_kills_at_once(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .endless_from = 1, .ignores_term = true }, { 0 },
	};
	struct loop_timer *one;
	struct loop_timer *two;

	(void)state;
	add("a");
	f.config.kill_grace_ns = 3600 * NSEC_PER_SEC;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term, NULL, &one), 0);
	assert_int_equal(loop_add_timer(f.loop, time_now_ns() + 2 * NSEC_PER_MSEC, raise_term,
					NULL, &two), 0);
	run(plans);
	assert_story("+a ! -a:not-run =a:not-run");
}

static void a_failure_before_the_interrupt_stays_a_failure(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .status = { 4 }, .us = 20, .endless_from = 2 }, { 0 },
	};
	struct loop_timer *timer;

	(void)state;
	add("a");
	f.config.retries = 3;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns() + NSEC_PER_MSEC, raise_term, NULL,
					&timer), 0);
	run(plans);
	assert_story("+a -a:failed +a ! -a:not-run =a:failed");
	assert_string_equal(buf_str(&f.recorder.details), "a:exit status 4;");
}

static void one_waits_at_the_ledger_and_the_others_with_us(void **state)
{
	struct loop_timer *timer;

	(void)state;
	f.engine.foreign_bytes = 950 * MIB;
	add("a");
	add("b");
	add("c");
	assert_int_equal(loop_add_timer(f.loop, time_now_ns() + NSEC_PER_MSEC, fake_foreign_ends,
					&f.engine, &timer), 0);
	run(NULL);
	assert_int_equal(f.summary.counts[OUTCOME_PASSED], 3);
	assert_true(f.engine.n_refused_nowait > 0);
	assert_true(str_starts(buf_str(&f.recorder.story), "+a +b"));
}

static void who_waits_at_the_ledger_is_ended_by_an_interrupt(void **state)
{
	struct loop_timer *timer;

	(void)state;
	f.engine.foreign_bytes = 950 * MIB;
	add("a");
	add("b");
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term, NULL, &timer), 0);
	run(NULL);
	assert_story(" ! -a:not-run =a:not-run =b:not-run");
}

static char *output_of(const char *name)
{
	_cleanup_free_ char *path = path_join(f.dir, name);
	char *text = NULL;
	size_t len;

	return fs_read(path, 65536, &text, &len) == 0 ? text : NULL;
}

static void what_a_test_prints_is_in_its_file(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .out = "one\n", .err = "two\n" }, { 0 },
	};

	(void)state;
	add("a");
	run(plans);
	_cleanup_free_ char *text = output_of("out/0001-1.txt");

	assert_string_equal(text, "one\ntwo\n");
}

static void an_output_stays_open_for_who_must_wait(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .out = "late\n" }, { 0 } };
	struct loop_timer *timer;

	(void)state;
	f.engine.foreign_bytes = 950 * MIB;
	add("a");
	assert_int_equal(loop_add_timer(f.loop, time_now_ns() + NSEC_PER_MSEC, fake_foreign_ends,
					&f.engine, &timer), 0);
	run(plans);
	_cleanup_free_ char *text = output_of("out/0001-1.txt");

	assert_string_equal(text, "late\n");
}

static void tap_is_judged_by_standard_output_alone(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .out = "1..1\nok 1\n", .err = "not ok 1 # only noise, and no newline" },
		{ 0 },
	};

	(void)state;
	add("a")->protocol = TEST_PROTOCOL_TAP;
	run(plans);
	assert_story("+a -a:passed =a:passed");
	_cleanup_free_ char *text = output_of("out/0001-1.txt");
	_cleanup_free_ char *errors = output_of("out/0001-1.txt.err");

	assert_string_equal(text, "1..1\nok 1\n# standard error:\n"
				  "not ok 1 # only noise, and no newline");
	assert_null(errors);
}

static void a_tests_environment_wins_over_ours(void **state)
{
	char *env[] = { (char *)"FAKE=theirs", NULL };

	(void)state;
	assert_int_equal(setenv("FAKE", "ours", 1), 0);
	add("a")->env = env;
	run(NULL);
	assert_int_equal(unsetenv("FAKE"), 0);
	assert_string_equal(f.engine.last_env, "FAKE=theirs");
}

static void the_request_says_who_and_how_long(void **state)
{
	(void)state;
	add("a");
	f.config.timeout_ns = 7 * NSEC_PER_SEC;
	run(NULL);
	assert_string_equal(f.engine.newest.run, f.name);
	assert_int_equal(f.engine.newest.attempt, 1);
	assert_int_equal(f.engine.newest.timeout_ns, 7 * NSEC_PER_SEC);
	assert_string_equal(f.engine.newest.workspace, "/");
	assert_true(f.engine.newest.own_session);
	assert_int_equal(f.engine.newest.mem_bytes, 100 * MIB);
	assert_int_equal(f.recorder.planned_bytes, 100 * MIB);
}

static void a_limit_that_a_test_lifts_is_lifted(void **state)
{
	(void)state;
	add("a")->timeout_ns = -1;
	f.config.timeout_ns = 7 * NSEC_PER_SEC;
	run(NULL);
	assert_int_equal(f.engine.newest.timeout_ns, 0);
}

static const struct spec *other_spec(const struct test *t, void *arg)
{
	assert_string_equal(t->profile, "strict");
	return arg;
}

static void a_test_with_a_profile_gets_its_spec(void **state)
{
	struct spec other;

	(void)state;
	assert_int_equal(spec_init(&other), 0);
	f.config.spec_of = other_spec;
	f.config.spec_arg = &other;
	add("a")->profile = "strict";
	run(NULL);
	assert_ptr_equal(f.engine.newest.spec, &other);
	spec_fini(&other);
}

static void suites_overlay_unless_told_otherwise(void **state)
{
	(void)state;
	suite_spec_defaults(&f.spec);
	assert_int_equal(f.spec.workspace, SPEC_TREE_OVERLAY);
	f.spec.workspace = SPEC_TREE_SHARED;
	f.spec.workspace_set = true;
	suite_spec_defaults(&f.spec);
	assert_int_equal(f.spec.workspace, SPEC_TREE_SHARED);
}

static void open_history(struct history **ret)
{
	char *note = NULL;

	assert_int_equal(history_open("history.db", ret, &note, &f.err), 0);
	assert_null(note);
	f.config.history = *ret;
}

static void what_was_needed_is_known_to_the_next_run(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .size_bytes = 300 * MIB, .us = 4000 }, { 0 },
	};
	struct history *h;

	(void)state;
	open_history(&h);
	f.config.mem_bytes = 0;
	f.engine.budget_bytes = 800 * MIB;
	f.config.jobs = 8;
	add("a");
	run(plans);
	assert_int_equal(f.engine.n_starts, 3);
	loop_close(f.loop);
	assert_int_equal(loop_open(&f.loop), 0);
	f.config.loop = f.engine.loop = f.loop;
	f.recorder.n_planned = 0;
	f.recorder.begun = false;
	run(plans);
	assert_int_equal(f.engine.n_starts, 4);
	assert_true(f.engine.newest.mem_bytes >= 300 * MIB);
	history_close(h);
}

static void a_history_that_breaks_costs_warnings_but_no_test(void **state)
{
	struct history *h;

	(void)state;
	open_history(&h);
	place_ruin("history.db");
	place_ruin("history.db-wal");
	place_ruin("history.db-shm");
	add("a");
	add("b");
	add("c");
	run(NULL);
	assert_int_equal(f.recorder.n_warnings, 2); /* one for reading, one for writing */
	assert_int_equal(f.summary.counts[OUTCOME_PASSED], 3);
	history_close(h);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_suite_starts_and_finishes),
		CASE(tests_run_in_listed_order_as_wide_as_jobs),
		CASE(the_sum_of_reservations_stays_in_the_budget),
		CASE(a_failure_is_told_with_its_detail),
		CASE(passing_at_the_second_try_is_flaky),
		CASE(a_tests_own_retries_win),
		CASE(out_of_memory_grows_until_it_passes_and_is_not_flaky),
		CASE(a_test_above_the_budget_ends_as_out_of_memory_after_a_try_alone),
		CASE(siblings_learn_from_a_memory_kill),
		CASE(tests_that_share_a_lock_never_overlap),
		CASE(what_cannot_start_is_an_error_and_the_rest_goes_on),
		CASE(many_that_cannot_start_do_not_pile_up),
		CASE(fail_fast_leaves_the_rest_unrun),
		CASE(max_failures_counts_only_what_failed),
		CASE(an_interrupt_ends_all_and_still_finishes),
		CASE(who_ignores_term_is_killed_after_the_grace_time),
		CASE(a_second_signal_kills_at_once),
		CASE(a_failure_before_the_interrupt_stays_a_failure),
		CASE(one_waits_at_the_ledger_and_the_others_with_us),
		CASE(who_waits_at_the_ledger_is_ended_by_an_interrupt),
		CASE(what_a_test_prints_is_in_its_file),
		CASE(an_output_stays_open_for_who_must_wait),
		CASE(tap_is_judged_by_standard_output_alone),
		CASE(a_tests_environment_wins_over_ours),
		CASE(the_request_says_who_and_how_long),
		CASE(a_limit_that_a_test_lifts_is_lifted),
		CASE(a_test_with_a_profile_gets_its_spec),
		CASE(suites_overlay_unless_told_otherwise),
		CASE(what_was_needed_is_known_to_the_next_run),
		CASE(a_history_that_breaks_costs_warnings_but_no_test),
	};

	return cmocka_run_group_tests_name("suite/runner", tests, NULL, NULL);
}

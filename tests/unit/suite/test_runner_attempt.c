/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner_fixture.h"

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
		{ .id = "a", .out = "1..1\nok 1\n", .err = "not ok 1 # noise, and no newline" },
		{ 0 },
	};

	(void)state;
	add("a")->protocol = TEST_PROTOCOL_TAP;
	run(plans);
	assert_story("+a -a:passed =a:passed");
	_cleanup_free_ char *text = output_of("out/0001-1.txt");
	_cleanup_free_ char *errors = output_of("out/0001-1.txt.err");

	assert_string_equal(text, "1..1\nok 1\n# standard error:\n"
				  "not ok 1 # noise, and no newline");
	assert_null(errors);
}

/* As an entry that the spec sets it is there even where the spec clears the
 * environment. */
static void a_tests_environment_wins_over_the_profiles(void **state)
{
	char *env[] = { (char *)"FAKE=theirs", NULL };

	(void)state;
	assert_int_equal(strv_add(&f.spec.env_set, "FAKE=ours"), 0);
	add("a")->env = env;
	run(NULL);
	assert_string_equal(f.engine.last_env, "FAKE=theirs");
}

static void a_test_whose_sandbox_was_killed_is_not_lost(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .us = 10, .lost_until = 1 },
		{ .id = "b", .us = 10, .lost_until = 4 },
		{ 0 },
	};

	(void)state;
	f.config.jobs = 1;
	f.config.order = PLAN_LISTED;
	add("a");
	add("b");
	run(plans);
	assert_non_null(strstr(buf_str(&f.recorder.story), "=a:passed"));
	assert_non_null(strstr(buf_str(&f.recorder.story), "-b:error"));
	assert_non_null(strstr(buf_str(&f.recorder.story), "=b:error"));
	assert_int_equal(f.engine.n_starts, 4);
}

static void a_random_order_is_told_with_its_seed(void **state)
{
	(void)state;
	f.config.order = PLAN_RANDOM;
	f.config.seed = UINT64_MAX;
	add("a");
	run(NULL);
	assert_string_equal(f.recorder.order, "random:18446744073709551615");
}

static void a_plan_says_how_the_test_runs_alone(void **state)
{
	char *env[] = { (char *)"A=b c", NULL };
	struct test *t = add("b");

	(void)state;
	f.spec.workspace = SPEC_TREE_OVERLAY;
	t->env = env;
	t->timeout_ns = 1500 * NSEC_PER_SEC / 1000;
	t->timeout_total_ns = 60 * NSEC_PER_SEC;
	t->demand.mem_bytes = 64 * MIB;
	run(NULL);
	assert_string_equal(buf_str(&f.recorder.options),
			    "--workspace overlay --timeout 1500ms "
			    "--timeout-total 60s --env 'A=b c';");
}

static void what_isorun_does_unasked_is_not_in_the_plan(void **state)
{
	(void)state;
	f.spec.profile = strdup("default");
	f.config.mem_bytes = 0;
	f.config.timeout_ns = 0;
	add("a");
	run(NULL);
	assert_string_equal(buf_str(&f.recorder.options), ";");
}

static void another_profile_is_named_with_the_tree_it_is_given(void **state)
{
	(void)state;
	f.spec.profile = strdup("strict");
	f.config.mem_bytes = 0;
	f.config.timeout_ns = 0;
	add("a");
	run(NULL);
	assert_string_equal(buf_str(&f.recorder.options),
			    "--profile strict --workspace shared;");
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

static void the_total_limit_is_that_of_the_profile(void **state)
{
	(void)state;
	f.spec.timeout_total_ns = 9 * NSEC_PER_SEC;
	add("a");
	run(NULL);
	assert_int_equal(f.engine.newest.timeout_total_ns, 9 * NSEC_PER_SEC);
}

static void a_total_limit_that_a_test_lifts_is_lifted(void **state)
{
	(void)state;
	f.spec.timeout_total_ns = 9 * NSEC_PER_SEC;
	add("a")->timeout_total_ns = -1;
	run(NULL);
	assert_int_equal(f.engine.newest.timeout_total_ns, 0);
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

static void a_history_that_breaks_is_begun_anew_and_costs_a_warning(void **state)
{
	enum history_verdict verdict = HISTORY_UNKNOWN;
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
	assert_int_equal(f.recorder.n_warnings, 1);
	assert_int_equal(f.summary.counts[OUTCOME_PASSED], 3);
	assert_int_equal(access("history.db.broken-1", F_OK), 0);
	assert_int_equal(history_verdict(h, "/", "c", &verdict, NULL), 0);
	assert_int_equal(verdict, HISTORY_GOOD);
	history_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_a_test_prints_is_in_its_file),
		CASE(an_output_stays_open_for_who_must_wait),
		CASE(tap_is_judged_by_standard_output_alone),
		CASE(a_tests_environment_wins_over_the_profiles),
		CASE(the_request_says_who_and_how_long),
		CASE(a_limit_that_a_test_lifts_is_lifted),
		CASE(the_total_limit_is_that_of_the_profile),
		CASE(a_total_limit_that_a_test_lifts_is_lifted),
		CASE(a_test_whose_sandbox_was_killed_is_not_lost),
		CASE(a_random_order_is_told_with_its_seed),
		CASE(a_plan_says_how_the_test_runs_alone),
		CASE(what_isorun_does_unasked_is_not_in_the_plan),
		CASE(another_profile_is_named_with_the_tree_it_is_given),
		CASE(a_test_with_a_profile_gets_its_spec),
		CASE(suites_overlay_unless_told_otherwise),
		CASE(what_was_needed_is_known_to_the_next_run),
		CASE(a_history_that_breaks_is_begun_anew_and_costs_a_warning),
	};

	return cmocka_run_group_tests_name("suite/runner_attempt", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner_fixture.h"

static void an_empty_suite_starts_and_finishes(void **state)
{
	(void)state;
	run(NULL);
	assert_story("");
}

static void tests_run_in_listed_order_as_wide_as_jobs(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .us = 100000 },
		{ .id = "b", .us = 20 },
		{ .id = "c", .us = 20 },
		{ 0 },
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

static void add_unknown(void)
{
	static const char *const ids[] = { "a", "b", "c", "d" };

	f.config.jobs = 8;
	f.config.mem_bytes = 0;
	f.engine.budget_bytes = 4096 * MIB;
	for (size_t i = 0; i < 4; i++)
		add(ids[i])->program = "p";
	add("e");
}

static const struct fake_plan one_ends_first[] = {
	{ .id = "a", .us = 30000, .size_bytes = MIB },
	{ .id = "b", .us = 200000, .size_bytes = MIB },
	{ .id = "c", .us = 200000, .size_bytes = MIB },
	{ .id = "d", .us = 200000, .size_bytes = MIB },
	{ .id = "e", .us = 200000, .size_bytes = MIB },
	{ 0 },
};

static void of_a_program_that_nobody_knows_a_few_are_tried_first(void **state)
{
	(void)state;
	f.engine.version = CG_V1;
	add_unknown();
	run(one_ends_first);
	/* Each begins with 256 MiB and may become eight times that; e is of another. */
	assert_non_null(strstr(buf_str(&f.recorder.story), "+a +b +c +e -a:passed =a:passed +d"));
	assert_int_equal(f.engine.newest.mem_bytes, 256 * MIB);
}

static void where_no_limit_grows_none_is_held_back(void **state)
{
	(void)state;
	add_unknown();
	run(one_ends_first);
	assert_non_null(strstr(buf_str(&f.recorder.story), "+a +b +c +d +e"));
	assert_int_equal(f.engine.newest.mem_bytes, 512 * MIB);
}

static void a_failure_is_told_with_its_detail(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .status = { 3 } },
		{ .id = "b", .signal = SIGSEGV },
		{ .id = "c", .times_out = true, .signal = SIGKILL },
		{ .id = "d", .status = { 77 } },
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_suite_starts_and_finishes),
		CASE(tests_run_in_listed_order_as_wide_as_jobs),
		CASE(the_sum_of_reservations_stays_in_the_budget),
		CASE(of_a_program_that_nobody_knows_a_few_are_tried_first),
		CASE(where_no_limit_grows_none_is_held_back),
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
		CASE(one_waits_at_the_ledger_and_the_others_with_us),
	};

	return cmocka_run_group_tests_name("suite/runner", tests, NULL, NULL);
}

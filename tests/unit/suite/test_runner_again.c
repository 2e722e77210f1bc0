/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner_fixture.h"

static void a_rest_before_a_retry_takes_no_slot_and_keeps_nobody(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .status = { 1, 0 }, .us = 10 }, { .id = NULL }
	};

	(void)state;
	add("a");
	add("b");
	add("c");
	f.config.jobs = 1;
	f.config.retries = 1;
	f.config.retry_delay_ns = 50 * NSEC_PER_MSEC;
	run(plans);
	assert_story("+a -a:failed +b -b:passed =b:passed +c -c:passed =c:passed "
		     "+a -a:passed =a:flaky");
}

static void the_loop_goes_on_for_one_that_rests_though_nothing_runs(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .status = { 1, 1, 0 }, .us = 10 }, { .id = NULL }
	};
	const int64_t began_ns = time_now_ns();

	(void)state;
	add("a");
	f.config.retries = 2;
	f.config.retry_delay_ns = 20 * NSEC_PER_MSEC;
	run(plans);
	assert_story("+a -a:failed +a -a:failed +a -a:passed =a:flaky");
	assert_true(time_now_ns() - began_ns >= 60 * NSEC_PER_MSEC);
}

static void a_tests_own_delay_wins_and_none_lifts_it(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .status = { 1, 0 }, .us = 10 }, { .id = NULL }
	};

	(void)state;
	add("a")->retry_delay_ns = -1;
	f.config.retries = 1;
	f.config.retry_delay_ns = 3600 * NSEC_PER_SEC;
	run(plans);
	assert_story("+a -a:failed +a -a:passed =a:flaky");
}

static void raise_term(void *arg)
{
	(void)arg;
	raise(SIGTERM);
}

static void an_interrupt_ends_a_rest_and_the_failure_stays(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .status = { 1, 0 }, .us = 10 }, { .id = NULL }
	};
	struct loop_timer *timer = NULL;

	(void)state;
	add("a");
	f.config.retries = 1;
	f.config.retry_delay_ns = 3600 * NSEC_PER_SEC;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns() + 50 * NSEC_PER_MSEC, raise_term,
					NULL, &timer), 0);
	run(plans);
	loop_remove_timer(f.loop, timer);
	assert_story("+a -a:failed ! =a:failed");
}

static void fail_fast_waits_for_no_rest(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .status = { 1, 0 }, .us = 10 },
		{ .id = "b", .status = { 1 }, .us = 10 },
		{ .id = NULL }
	};

	(void)state;
	add("a");
	add("b")->retries = 0;
	f.config.jobs = 1;
	f.config.retries = 1;
	f.config.max_failures = 1;
	f.config.retry_delay_ns = 3600 * NSEC_PER_SEC;
	run(plans);
	assert_story("+a -a:failed +b -b:failed =b:failed =a:failed");
}

static void repetitions_go_round_and_each_is_an_attempt(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "b", .status = { 0, 3, 0 }, .us = 10 }, { .id = NULL }
	};

	(void)state;
	add("a");
	add("b");
	f.config.jobs = 1;
	f.config.repeat.times = 3;
	run(plans);
	assert_story("+a -a:passed +b -b:passed +a -a:passed +b -b:failed "
		     "+a -a:passed =a:passed +b -b:passed =b:failed");
	assert_string_equal(buf_str(&f.recorder.details),
			    "a:;b:1 of 3 repetitions failed, first: exit status 3;");
	assert_string_equal(buf_str(&f.recorder.reasons),
			    ";;repetition 2 of 3;repetition 2 of 3;repetition 3 of 3;"
			    "repetition 3 of 3;");
}

static void each_repetition_has_all_its_retries(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .status = { 1, 0, 1, 0 }, .us = 10 }, { .id = NULL }
	};

	(void)state;
	add("a");
	f.config.retries = 1;
	f.config.repeat.times = 2;
	run(plans);
	assert_story("+a -a:failed +a -a:passed +a -a:failed +a -a:passed =a:flaky");
}

static void until_fail_ends_the_run_at_the_first_failure(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "b", .status = { 0, 0, 1 }, .us = 10 }, { .id = NULL }
	};

	(void)state;
	add("a");
	add("b");
	add("c");
	f.config.jobs = 1;
	f.config.repeat.until_fail = true;
	run(plans);
	assert_story("+a -a:passed +b -b:passed +c -c:passed +a -a:passed +b -b:passed "
		     "+c -c:passed +a -a:passed +b -b:failed =b:failed =a:passed =c:passed");
	assert_int_equal(f.summary.counts[OUTCOME_NOT_RUN], 0);
}

static void an_interrupt_between_repetitions_leaves_what_passed(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .us = 10, .endless_from = 3 }, { .id = NULL }
	};
	struct loop_timer *timer = NULL;

	(void)state;
	add("a");
	f.config.repeat.until_fail = true;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns() + 100 * NSEC_PER_MSEC, raise_term,
					NULL, &timer), 0);
	run(plans);
	loop_remove_timer(f.loop, timer);
	assert_story("+a -a:passed +a -a:passed +a ! -a:not-run =a:passed");
}

static void a_failure_in_quarantine_counts_for_nothing(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .status = { 1 }, .us = 10 },
		{ .id = "b", .refused = true },
		{ .id = NULL }
	};

	(void)state;
	add("a")->quarantine = "until 2199-12-31: flaps";
	add("b")->quarantine = "until 2199-12-31";
	add("c");
	f.config.jobs = 1;
	f.config.max_failures = 2;
	run(plans);
	assert_story("+a -a:failed =a:quarantined -b:error =b:error +c -c:passed =c:passed");
	assert_true(str_starts(buf_str(&f.recorder.details),
			       "a:exit status 1; quarantined until 2199-12-31: flaps;b:"));
	assert_int_equal(f.summary.counts[OUTCOME_QUARANTINED], 1);
}

static void what_failed_before_starts_first(void **state)
{
	(void)state;
	add("a");
	add("b");
	add("c");
	f.config.jobs = 1;
	f.config.order = PLAN_LONGEST;
	f.config.n_first = 2;
	f.suite.tests[1]->demand.exclusive = true;
	run(NULL);
	assert_story("+a -a:passed =a:passed +b -b:passed =b:passed +c -c:passed =c:passed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_rest_before_a_retry_takes_no_slot_and_keeps_nobody),
		CASE(the_loop_goes_on_for_one_that_rests_though_nothing_runs),
		CASE(a_tests_own_delay_wins_and_none_lifts_it),
		CASE(an_interrupt_ends_a_rest_and_the_failure_stays),
		CASE(fail_fast_waits_for_no_rest),
		CASE(repetitions_go_round_and_each_is_an_attempt),
		CASE(each_repetition_has_all_its_retries),
		CASE(until_fail_ends_the_run_at_the_first_failure),
		CASE(an_interrupt_between_repetitions_leaves_what_passed),
		CASE(a_failure_in_quarantine_counts_for_nothing),
		CASE(what_failed_before_starts_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

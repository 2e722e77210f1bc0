/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/repeat.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

static void book(struct repeat_log *log, enum outcome outcome, const char *detail)
{
	struct judgement j = { .outcome = outcome };

	(void)snprintf(j.detail, sizeof(j.detail), "%s", detail);
	repeat_book(log, &j, log->done + 1);
}

static void a_number_and_until_fail_are_understood_and_nothing_else(void **state)
{
	static const char *const good[] = { "2", "1000000", "until-fail", "until-fail:7" };
	static const char *const bad[] = { "", "0", "-1", "two", "1000001", "until", "until-fail:",
					   "until-fail:0", "until-fail7", "until-failing", "3 " };
	char text[REPEAT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct repeat_rule rule = { 0 };

		assert_true(repeat_parse(good[i], &rule));
		assert_string_equal(repeat_text(&rule, text), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct repeat_rule rule = { .times = 99 };

		if (repeat_parse(bad[i], &rule))
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(rule.times, 99);
	}
	const struct repeat_rule once = { .times = 1 };
	const struct repeat_rule unsaid = { 0 };
	assert_null(repeat_text(&once, text));
	assert_null(repeat_text(&unsaid, text));
}

static void a_test_runs_as_often_as_asked_whatever_becomes_of_it(void **state)
{
	const struct repeat_rule rule = { .times = 3 };
	struct repeat_log log = { 0 };
	struct judgement j;

	(void)state;
	book(&log, OUTCOME_PASSED, "");
	assert_true(repeat_again(&rule, &log, true));
	book(&log, OUTCOME_FAILED, "exit status 1");
	assert_true(repeat_again(&rule, &log, false));
	assert_false(repeat_again(&rule, &log, true));
	book(&log, OUTCOME_CRASHED, "SIGSEGV");
	assert_false(repeat_again(&rule, &log, false));
	repeat_settle(&log, &j);
	assert_int_equal(j.outcome, OUTCOME_FAILED);
	assert_string_equal(j.detail, "2 of 3 repetitions failed, first: exit status 1");
	assert_int_equal(log.first_bad, 2);
}

static void until_fail_ends_with_the_first_failure_or_its_bound(void **state)
{
	const struct repeat_rule endless = { .until_fail = true };
	const struct repeat_rule bound = { .until_fail = true, .times = 2 };
	struct repeat_log log = { 0 };
	struct judgement j;

	(void)state;
	book(&log, OUTCOME_PASSED, "");
	assert_true(repeat_again(&endless, &log, false));
	assert_true(repeat_again(&bound, &log, false));
	book(&log, OUTCOME_PASSED, "");
	assert_true(repeat_again(&endless, &log, false));
	assert_false(repeat_again(&bound, &log, false));
	book(&log, OUTCOME_TIMED_OUT, "");
	assert_false(repeat_again(&endless, &log, false));
	repeat_settle(&log, &j);
	assert_int_equal(j.outcome, OUTCOME_TIMED_OUT);
	assert_string_equal(j.detail, "1 of 3 repetitions failed");
}

static void what_ran_once_is_settled_as_it_came_out(void **state)
{
	struct repeat_log log = { 0 };
	struct judgement j;

	(void)state;
	book(&log, OUTCOME_FLAKY, "exit status 1");
	repeat_settle(&log, &j);
	assert_int_equal(j.outcome, OUTCOME_FLAKY);
	assert_string_equal(j.detail, "exit status 1");
}

static void flaky_once_is_flaky_and_a_skip_among_passes_is_none(void **state)
{
	struct repeat_log flaky = { 0 };
	struct repeat_log skips = { 0 };
	struct judgement j;

	(void)state;
	book(&flaky, OUTCOME_FLAKY, "x");
	book(&flaky, OUTCOME_PASSED, "");
	repeat_settle(&flaky, &j);
	assert_int_equal(j.outcome, OUTCOME_FLAKY);
	assert_string_equal(j.detail, "1 of 2 repetitions flaky");
	book(&skips, OUTCOME_PASSED, "");
	book(&skips, OUTCOME_SKIPPED, "no display");
	repeat_settle(&skips, &j);
	assert_int_equal(j.outcome, OUTCOME_PASSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_and_until_fail_are_understood_and_nothing_else),
		cmocka_unit_test(a_test_runs_as_often_as_asked_whatever_becomes_of_it),
		cmocka_unit_test(until_fail_ends_with_the_first_failure_or_its_bound),
		cmocka_unit_test(what_ran_once_is_settled_as_it_came_out),
		cmocka_unit_test(flaky_once_is_flaky_and_a_skip_among_passes_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history_tell.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

enum { ROWS = 30 };

static void the_newest_ten_are_compared_with_those_before(void **state)
{
	struct history_attempt rows[ROWS];
	struct history_trend trend;

	(void)state;
	for (int i = 0; i < ROWS; i++)
		rows[i] = (struct history_attempt){
			.outcome = OUTCOME_PASSED,
			.wall_ns = i < 10 ? 200 : 100,
			.mem_working_bytes = i < 10 ? 5000 : 4000,
		};
	history_trend_of(rows, ROWS, "", &trend);
	assert_int_equal(trend.n_new, 10);
	assert_int_equal(trend.n_old, 20);
	assert_int_equal(trend.new_ns, 200);
	assert_int_equal(trend.old_ns, 100);
	assert_int_equal(trend.new_bytes, 5000);
	assert_int_equal(trend.judged, 30);
	history_trend_of(rows, 5, "", &trend);
	assert_int_equal(trend.n_new, 3);
	assert_int_equal(trend.n_old, 2);
	history_trend_of(rows, 0, "", &trend);
	assert_int_equal(trend.n_new, 0);
}

static void only_what_passed_in_that_environment_has_a_say_in_times(void **state)
{
	struct history_attempt rows[] = {
		{ .outcome = OUTCOME_PASSED, .wall_ns = 100 },
		{ .outcome = OUTCOME_FAILED, .wall_ns = 9000 },
		{ .outcome = OUTCOME_SKIPPED, .wall_ns = 1 },
		{ .outcome = OUTCOME_PASSED, .wall_ns = 7000, .key = "asan" },
		{ .outcome = OUTCOME_PASSED, .wall_ns = 50 },
	};
	struct history_trend trend;

	(void)state;
	history_trend_of(rows, 5, "", &trend);
	assert_int_equal(trend.new_ns, 100);
	assert_int_equal(trend.old_ns, 50);
	assert_int_equal(trend.bad, 1);
	assert_int_equal(trend.judged, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_ten_are_compared_with_those_before),
		cmocka_unit_test(only_what_passed_in_that_environment_has_a_say_in_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

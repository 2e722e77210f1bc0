/* SPDX-License-Identifier: Apache-2.0 */
#include "model/outcome.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void every_outcome_is_read_back_from_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome o = OUTCOME_COUNT;
		assert_true(outcome_parse(outcome_name((enum outcome)i), &o));
		assert_int_equal(o, i);
	}
}

static void names_are_those_of_the_result_record(void **state)
{
	(void)state;
	assert_string_equal(outcome_name(OUTCOME_TIMED_OUT), "timed-out");
	assert_string_equal(outcome_name(OUTCOME_OUT_OF_MEMORY), "out-of-memory");
	assert_string_equal(outcome_name(OUTCOME_NOT_RUN), "not-run");
}

static void an_unknown_name_leaves_the_outcome_alone(void **state)
{
	(void)state;
	enum outcome o = OUTCOME_FLAKY;
	assert_false(outcome_parse("pass", &o));
	assert_false(outcome_parse("", &o));
	assert_false(outcome_parse("Passed", &o));
	assert_int_equal(o, OUTCOME_FLAKY);
}

static void only_passed_skipped_flaky_and_quarantined_are_good(void **state)
{
	(void)state;
	for (int i = 0; i < OUTCOME_COUNT; i++)
		assert_int_equal(outcome_is_good((enum outcome)i),
				 i == OUTCOME_PASSED || i == OUTCOME_SKIPPED ||
					 i == OUTCOME_FLAKY || i == OUTCOME_QUARANTINED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_outcome_is_read_back_from_its_name),
		cmocka_unit_test(names_are_those_of_the_result_record),
		cmocka_unit_test(an_unknown_name_leaves_the_outcome_alone),
		cmocka_unit_test(only_passed_skipped_flaky_and_quarantined_are_good),
	};

	return cmocka_run_group_tests_name("model/outcome", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"

enum { LEAST = 8 << 20 };

static const int64_t second_ns = NSEC_PER_SEC;

static void what_is_small_is_not_stored(void **state)
{
	struct stored_sample s = { 0 };

	(void)state;
	for (int64_t t = 1; t < 1000; t++)
		assert_false(run_sample_store(&s, (uint64_t)t, LEAST, t * second_ns));
}

static void what_grows_or_shrinks_is_stored(void **state)
{
	struct stored_sample s = { 0 };

	(void)state;
	assert_true(run_sample_store(&s, LEAST, LEAST, second_ns));
	assert_false(run_sample_store(&s, LEAST + 4096, LEAST, 2 * second_ns));
	assert_true(run_sample_store(&s, 3 * (uint64_t)LEAST, LEAST, 3 * second_ns));
	assert_true(run_sample_store(&s, LEAST, LEAST, 4 * second_ns));
}

static void a_small_part_more_is_not_stored(void **state)
{
	struct stored_sample s = { 0 };

	(void)state;
	assert_true(run_sample_store(&s, 1000 * (uint64_t)LEAST, LEAST, second_ns));
	assert_false(run_sample_store(&s, 1100 * (uint64_t)LEAST, LEAST, 2 * second_ns));
	assert_true(run_sample_store(&s, 1125 * (uint64_t)LEAST, LEAST, 3 * second_ns));
}

static void an_hour_of_ups_and_downs_has_some_hundred_samples(void **state)
{
	struct stored_sample s = { 0 };
	unsigned n = 0;

	(void)state;
	for (int64_t i = 1; i <= INT64_C(3600) * 5; i++)
		n += run_sample_store(&s, i % 2 ? 0 : 1 << 30, LEAST, i * second_ns / 5);
	assert_in_range(n, 300, 700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_small_is_not_stored),
		cmocka_unit_test(what_grows_or_shrinks_is_stored),
		cmocka_unit_test(a_small_part_more_is_not_stored),
		cmocka_unit_test(an_hour_of_ups_and_downs_has_some_hundred_samples),
	};

	return cmocka_run_group_tests_name("suite/runner_sample", tests, NULL, NULL);
}

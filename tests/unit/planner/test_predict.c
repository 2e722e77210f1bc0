/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/predict.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/time.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define DAY (24 * 3600 * NSEC_PER_SEC)

/* The margin of DESIGN 6. */
static uint64_t with_margin(uint64_t peak)
{
	return peak + peak / 20 * 3 + 16 * MIB;
}

static void without_samples_nothing_is_predicted(void **state)
{
	(void)state;
	assert_int_equal(predict_memory(NULL, 0), 0);
	assert_int_equal(predict_wall(NULL, 0), 0);
}

static void one_sample_is_its_peak_with_a_margin(void **state)
{
	(void)state;
	const struct predict_sample s = { .mem_bytes = 100 * MIB };
	assert_int_equal(predict_memory(&s, 1), with_margin(100 * MIB));
}

static void one_outlier_in_forty_does_not_count_and_three_do(void **state)
{
	(void)state;
	struct predict_sample s[40];
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		s[i] = (struct predict_sample){ .mem_bytes = 10 * MIB };
	s[7].mem_bytes = GIB;
	assert_int_equal(predict_memory(s, ARRAY_SIZE(s)), with_margin(10 * MIB));
	s[8].mem_bytes = s[9].mem_bytes = GIB;
	assert_int_equal(predict_memory(s, ARRAY_SIZE(s)), with_margin(GIB));
}

static void old_samples_fade(void **state)
{
	(void)state;
	const struct predict_sample s[] = {
		{ .mem_bytes = GIB, .age_ns = 6 * DAY }, /* 1/64 of the weight of today's */
		{ .mem_bytes = 50 * MIB },
	};
	assert_int_equal(predict_memory(s, ARRAY_SIZE(s)), with_margin(50 * MIB));
	const struct predict_sample fresher[] = {
		{ .mem_bytes = GIB, .age_ns = 3 * DAY },
		{ .mem_bytes = 50 * MIB },
	};
	assert_int_equal(predict_memory(fresher, ARRAY_SIZE(fresher)), with_margin(GIB));
}

static void the_weight_falls_with_age_and_never_vanishes(void **state)
{
	(void)state;
	const struct predict_sample ancient = { .mem_bytes = 50 * MIB, .age_ns = INT64_MAX };
	assert_int_equal(predict_memory(&ancient, 1), with_margin(50 * MIB));
	const struct predict_sample of_the_future = { .mem_bytes = 50 * MIB, .age_ns = -DAY };
	assert_int_equal(predict_memory(&of_the_future, 1), with_margin(50 * MIB));
}

static void a_floor_is_doubled(void **state)
{
	(void)state;
	const struct predict_sample s = { .mem_bytes = 768 * MIB, .oom = 1 };
	assert_int_equal(predict_memory(&s, 1), 1536 * MIB);
}

static void a_floor_that_a_passed_attempt_explains_does_not_count(void **state)
{
	(void)state;
	const struct predict_sample s[] = {
		{ .mem_bytes = 1536 * MIB, .oom = 1 },
		{ .mem_bytes = 2 * GIB },
	};
	assert_int_equal(predict_memory(s, ARRAY_SIZE(s)), with_margin(2 * GIB));
}

static void the_latest_oom_counts_however_many_passed_before(void **state)
{
	(void)state;
	struct predict_sample s[100];
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		s[i] = (struct predict_sample){ .mem_bytes = 10 * MIB, .age_ns = NSEC_PER_SEC };
	s[50] = (struct predict_sample){ .mem_bytes = 300 * MIB, .oom = 1 };
	assert_int_equal(predict_memory(s, ARRAY_SIZE(s)), 600 * MIB);
	s[50].age_ns = 2 * NSEC_PER_SEC; /* the 99 since then did without */
	assert_int_equal(predict_memory(s, ARRAY_SIZE(s)), with_margin(10 * MIB));
}

static void a_sample_without_memory_says_nothing(void **state)
{
	(void)state;
	const struct predict_sample s[] = { { .mem_bytes = 0 }, { .mem_bytes = 0, .oom = 1 } };
	assert_int_equal(predict_memory(s, ARRAY_SIZE(s)), 0);
}

static void huge_numbers_do_not_wrap(void **state)
{
	(void)state;
	const struct predict_sample s[] = {
		{ .mem_bytes = UINT64_MAX },
		{ .mem_bytes = UINT64_MAX, .oom = 1 },
	};
	assert_int_equal(predict_memory(s, ARRAY_SIZE(s)), UINT64_MAX);
	int alone = -1;
	assert_int_equal(predict_after_oom(UINT64_MAX - 1, UINT64_MAX, UINT64_MAX, 1, &alone),
			 UINT64_MAX);
}

static void unknown_siblings_teach_nothing(void **state)
{
	(void)state;
	assert_int_equal(predict_sibling(NULL, 0, 768 * MIB, 6 * GIB), 768 * MIB);
	assert_int_equal(predict_sibling(NULL, 0, 768 * MIB, 512 * MIB), 512 * MIB);
}

static void a_sibling_that_ran_out_of_memory_doubles_the_demand(void **state)
{
	(void)state;
	const struct predict_sample s = { .mem_bytes = 768 * MIB, .oom = 1 };
	assert_int_equal(predict_sibling(&s, 1, 768 * MIB, 6 * GIB), 1536 * MIB);
	assert_int_equal(predict_sibling(&s, 1, 768 * MIB, GIB), GIB);
}

static void a_sibling_that_passed_replaces_a_guess_from_floors(void **state)
{
	(void)state;
	const struct predict_sample s[] = {
		{ .mem_bytes = 2 * GIB },
		{ .mem_bytes = 1536 * MIB, .oom = 1 },
		{ .mem_bytes = 768 * MIB, .oom = 1 },
	};
	assert_int_equal(predict_sibling(s, ARRAY_SIZE(s), 768 * MIB, 6 * GIB),
			 with_margin(2 * GIB));
}

static void a_sibling_that_has_grown_teaches_what_it_has_until_it_ends(void **state)
{
	(void)state;
	struct predict_sample s[] = {
		{ .mem_bytes = 900 * MIB, .running = 1 },
		{ .mem_bytes = 20 * MIB },
	};
	assert_int_equal(predict_sibling(s, 2, 256 * MIB, 6 * GIB), 900 * MIB);
	assert_int_equal(predict_sibling(s, 2, 256 * MIB, 512 * MIB), 512 * MIB);
	/* It explains nothing: who ran out of memory counts beside it. */
	s[1] = (struct predict_sample){ .mem_bytes = 600 * MIB, .oom = 1 };
	assert_int_equal(predict_sibling(s, 2, 256 * MIB, 6 * GIB), 1200 * MIB);
}

static void without_the_margin_a_prediction_is_what_was_seen(void **state)
{
	(void)state;
	const uint64_t seen = 600 * MIB;
	const uint64_t got = predict_unpadded(with_margin(seen));
	assert_in_range(got, seen - 64, seen);
	assert_int_equal(predict_unpadded(1), 0);
}

static void a_few_small_siblings_do_not_lower_the_default(void **state)
{
	(void)state;
	struct predict_sample s[8];
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		s[i] = (struct predict_sample){ .mem_bytes = 20 * MIB };
	assert_int_equal(predict_sibling(s, 7, 768 * MIB, 6 * GIB), 768 * MIB);
	assert_int_equal(predict_sibling(s, 8, 768 * MIB, 6 * GIB), with_margin(20 * MIB));
}

static void the_wall_time_is_the_median(void **state)
{
	(void)state;
	const struct predict_sample s[] = {
		{ .wall_ns = 5 }, { .wall_ns = 100 }, { .wall_ns = 7 },
	};
	assert_int_equal(predict_wall(s, ARRAY_SIZE(s)), 7);
}

static void attempts_cut_short_say_nothing_of_the_wall_time(void **state)
{
	(void)state;
	const struct predict_sample s[] = {
		{ .wall_ns = 5, .oom = 1 }, { .wall_ns = 0 }, { .wall_ns = 90 },
	};
	assert_int_equal(predict_wall(s, ARRAY_SIZE(s)), 90);
	assert_int_equal(predict_wall(s, 2), 0);
}

static void after_an_oom_the_demand_doubles(void **state)
{
	(void)state;
	int alone = -1;
	assert_int_equal(predict_after_oom(768 * MIB, 768 * MIB, 6 * GIB, 1, &alone), 1536 * MIB);
	assert_int_equal(alone, 0);
}

static void a_peak_far_above_the_reservation_counts_more_than_doubling(void **state)
{
	(void)state;
	int alone = -1;
	assert_int_equal(predict_after_oom(100 * MIB, 400 * MIB, 6 * GIB, 1, &alone), 500 * MIB);
	assert_int_equal(alone, 0);
}

static void what_reaches_the_budget_runs_alone_with_all_of_it(void **state)
{
	(void)state;
	int alone = -1;
	assert_int_equal(predict_after_oom(3 * GIB, 3 * GIB, 6 * GIB, 1, &alone), 6 * GIB);
	assert_int_equal(alone, 1);
}

static void the_third_oom_is_followed_by_the_last_try(void **state)
{
	(void)state;
	int alone = -1;
	assert_int_equal(predict_after_oom(200 * MIB, 200 * MIB, 6 * GIB, 2, &alone), 400 * MIB);
	assert_int_equal(alone, 0);
	assert_int_equal(predict_after_oom(400 * MIB, 400 * MIB, 6 * GIB, 3, &alone), 6 * GIB);
	assert_int_equal(alone, 1);
}

static void who_had_everything_is_given_up(void **state)
{
	(void)state;
	int alone = -1;
	assert_int_equal(predict_after_oom(6 * GIB, 6 * GIB, 6 * GIB, 1, &alone), 0);
	assert_int_equal(alone, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_samples_nothing_is_predicted),
		cmocka_unit_test(one_sample_is_its_peak_with_a_margin),
		cmocka_unit_test(one_outlier_in_forty_does_not_count_and_three_do),
		cmocka_unit_test(old_samples_fade),
		cmocka_unit_test(the_weight_falls_with_age_and_never_vanishes),
		cmocka_unit_test(a_floor_is_doubled),
		cmocka_unit_test(a_floor_that_a_passed_attempt_explains_does_not_count),
		cmocka_unit_test(the_latest_oom_counts_however_many_passed_before),
		cmocka_unit_test(a_sample_without_memory_says_nothing),
		cmocka_unit_test(huge_numbers_do_not_wrap),
		cmocka_unit_test(unknown_siblings_teach_nothing),
		cmocka_unit_test(a_sibling_that_ran_out_of_memory_doubles_the_demand),
		cmocka_unit_test(a_sibling_that_passed_replaces_a_guess_from_floors),
		cmocka_unit_test(a_sibling_that_has_grown_teaches_what_it_has_until_it_ends),
		cmocka_unit_test(without_the_margin_a_prediction_is_what_was_seen),
		cmocka_unit_test(a_few_small_siblings_do_not_lower_the_default),
		cmocka_unit_test(the_wall_time_is_the_median),
		cmocka_unit_test(attempts_cut_short_say_nothing_of_the_wall_time),
		cmocka_unit_test(after_an_oom_the_demand_doubles),
		cmocka_unit_test(a_peak_far_above_the_reservation_counts_more_than_doubling),
		cmocka_unit_test(what_reaches_the_budget_runs_alone_with_all_of_it),
		cmocka_unit_test(the_third_oom_is_followed_by_the_last_try),
		cmocka_unit_test(who_had_everything_is_given_up),
	};
	return cmocka_run_group_tests_name("planner/predict", tests, NULL, NULL);
}

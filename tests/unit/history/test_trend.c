/* SPDX-License-Identifier: Apache-2.0 */
#include "history/trend.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"

#define MS INT64_C(1000000)

static void assert_interval(unsigned hits, unsigned n, double low, double high)
{
	double got_low;
	double got_high;

	trend_wilson(hits, n, &got_low, &got_high);
	assert_float_equal((float)got_low, (float)low, 0.0005f);
	assert_float_equal((float)got_high, (float)high, 0.0005f);
}

/* Figures of published tables. */
static void the_interval_of_a_rate_is_wilsons(void **state)
{
	(void)state;
	assert_interval(0, 0, 0.0, 1.0);
	assert_interval(0, 10, 0.0, 0.2775);
	assert_interval(10, 10, 0.7225, 1.0);
	assert_interval(1, 10, 0.0179, 0.4042);
	assert_interval(5, 10, 0.2366, 0.7634);
	assert_interval(15, 148, 0.0624, 0.1605);
}

static void a_median_lies_in_the_middle(void **state)
{
	int64_t odd[] = { 9, 1, 5 };
	int64_t even[] = { 8, 2, 4, 6 };
	int64_t huge[] = { INT64_MAX, INT64_MAX - 2 };

	(void)state;
	assert_int_equal(trend_median(odd, 3), 5);
	assert_int_equal(trend_median(even, 4), 5);
	assert_int_equal(trend_median(huge, 2), INT64_MAX - 1);
	assert_int_equal(trend_median(NULL, 0), 0);
}

static bool is_more(const int64_t *before, size_t n_before, const int64_t *since, size_t n_since)
{
	int64_t a[16];
	int64_t b[16];
	int64_t x;
	int64_t y;

	for (size_t i = 0; i < n_before; i++)
		a[i] = before[i] * MS;
	for (size_t i = 0; i < n_since; i++)
		b[i] = since[i] * MS;
	const struct trend_samples was = { a, n_before };
	const struct trend_samples is = { b, n_since };

	return trend_is_more(&was, &is, 50 * MS, &x, &y);
}

static void what_noise_explains_is_no_change(void **state)
{
	static const int64_t steady[] = { 1000, 1010, 990, 1005, 995, 1002 };
	static const int64_t noisy[] = { 1000, 400, 1900, 700, 1500, 1100 };
	static const int64_t more[] = { 1500, 1510, 1490 };
	static const int64_t bit_more[] = { 1200, 1210, 1190 };
	static const int64_t outlier[] = { 1000, 5000, 990 };
	static const int64_t tiny[] = { 10, 10, 10, 10, 10 };
	static const int64_t tiny_more[] = { 40, 40 };

	(void)state;
	assert_true(is_more(steady, 6, more, 3));
	assert_false(is_more(steady, 6, bit_more, 3));
	assert_false(is_more(more, 3, steady, 6)); /* better is no regression */
	assert_false(is_more(noisy, 6, more, 3));
	assert_false(is_more(steady, 6, noisy, 6));
	assert_false(is_more(steady, 6, outlier, 3));
	assert_false(is_more(tiny, 5, tiny_more, 2));
	assert_false(is_more(steady, 0, more, 3));
	assert_false(is_more(steady, 6, more, 0));
	/* Of few seen before less is known. */
	assert_false(is_more(steady, 2, (const int64_t[]){ 1400 }, 1));
	assert_true(is_more(steady, 2, (const int64_t[]){ 1600 }, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interval_of_a_rate_is_wilsons),
		cmocka_unit_test(a_median_lies_in_the_middle),
		cmocka_unit_test(what_noise_explains_is_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

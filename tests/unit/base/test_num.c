/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/time.h"

#define K UINT64_C(1024)
#define M (K * K)
#define G (K * M)

/* Every parser refuses these. */
static const char *const nonsense[] = {
	"", " ", "x", "+1", " 1", "1 ", "1x", "0x10", "1e3", "1,5", "--1", "-", ".", ".5", "1.",
	"1..5", "1.5.2", "1.5.2G", "99999999999999999999x", "\xc2\xb2", "1\n", "nan", "inf",
};

static void what_is_no_number_is_refused_and_touches_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		const char *s = nonsense[i];
		uint64_t u64 = 77;
		int64_t i64 = 77;
		unsigned u = 77;
		uint32_t milli = 77;
		assert_int_equal(num_parse_u64(s, &u64), -EINVAL);
		assert_int_equal(num_parse_i64(s, &i64), -EINVAL);
		assert_int_equal(num_parse_uint(s, &u), -EINVAL);
		assert_int_equal(num_parse_milli(s, &milli), -EINVAL);
		assert_int_equal(num_parse_size(s, &u64), -EINVAL);
		assert_int_equal(num_parse_time(s, &i64), -EINVAL);
		assert_int_equal(u64, 77);
		assert_int_equal(i64, 77);
		assert_int_equal(u, 77);
		assert_int_equal(milli, 77);
	}
}

static void integers_reach_exactly_to_their_ends(void **state)
{
	(void)state;
	uint64_t u64 = 1;
	int64_t i64 = 1;
	unsigned u = 1;
	assert_int_equal(num_parse_u64("0", &u64), 0);
	assert_true(u64 == 0);
	assert_int_equal(num_parse_u64("18446744073709551615", &u64), 0);
	assert_true(u64 == UINT64_MAX);
	assert_int_equal(num_parse_u64("18446744073709551616", &u64), -ERANGE);
	assert_int_equal(num_parse_u64("-1", &u64), -EINVAL);
	assert_int_equal(num_parse_i64("9223372036854775807", &i64), 0);
	assert_true(i64 == INT64_MAX);
	assert_int_equal(num_parse_i64("9223372036854775808", &i64), -ERANGE);
	assert_int_equal(num_parse_i64("-9223372036854775808", &i64), 0);
	assert_true(i64 == INT64_MIN);
	assert_int_equal(num_parse_i64("-9223372036854775809", &i64), -ERANGE);
	assert_int_equal(num_parse_i64("-12", &i64), 0);
	assert_true(i64 == -12);
	assert_int_equal(num_parse_uint("4294967295", &u), 0);
	assert_true(u == UINT_MAX);
	assert_int_equal(num_parse_uint("4294967296", &u), -ERANGE);
}

static void thousandths_are_exact(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int r;
		uint32_t milli;
	} cases[] = {
		{ "0", 0, 0 },          { "1", 0, 1000 },   { "1.5", 0, 1500 },
		{ "0.001", 0, 1 },      { "2.05", 0, 2050 }, { "4294967.295", 0, UINT32_MAX },
		{ "0.0001", -ERANGE, 0 }, { "4294967.296", -ERANGE, 0 }, { "-1", -EINVAL, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t milli = 0;
		assert_int_equal(num_parse_milli(cases[i].text, &milli), cases[i].r);
		assert_int_equal(milli, cases[i].milli);
	}
}

static void sizes_are_binary_and_exact(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
		{ "0", 0 },
		{ "512", 512 },
		{ "512B", 512 },
		{ "1k", K },
		{ "512K", 512 * K },
		{ "512KiB", 512 * K },
		{ "64MB", 64 * M },
		{ "64mb", 64 * M },
		{ "1.5G", 3 * G / 2 },
		{ "1.5GiB", 3 * G / 2 },
		{ "0.25g", G / 4 },
		{ "2T", 2 * K * G },
		{ "1P", K * K * G },
		{ "15E", 15 * K * K * K * G },
		{ "1.3G", 1395864371 }, /* down from .2 */
		{ "0.1K", 102 },
		{ "15.999999999999999999E", UINT64_C(18446744073709551614) },
		{ "18446744073709551615", UINT64_MAX },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t bytes = 77;
		assert_int_equal(num_parse_size(cases[i].text, &bytes), 0);
		assert_true(bytes == cases[i].bytes);
	}
}

static void sizes_that_do_not_fit_or_mean_nothing_are_refused(void **state)
{
	(void)state;
	uint64_t bytes = 77;
	static const char *const too_large[] = { "16E", "18446744073709551616", "20000000000G",
						 "99999999999999999999K",
						 "1.0000000000000000000G" };
	static const char *const wrong[] = { "-1", "1.5", "1.5B", "1i", "1Ki", "1KiBs", "1KK",
					     "1 G", "G", "1.G", "1Z", "1s", "1bb", "1.5.2G" };
	for (size_t i = 0; i < ARRAY_SIZE(too_large); i++)
		assert_int_equal(num_parse_size(too_large[i], &bytes), -ERANGE);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(num_parse_size(wrong[i], &bytes), -EINVAL);
	assert_true(bytes == 77);
}

static void times_add_up_their_units(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
		{ "0", 0 },
		{ "90", 90 * NSEC_PER_SEC },
		{ "1.5", 1500 * NSEC_PER_MSEC },
		{ "90s", 90 * NSEC_PER_SEC },
		{ "10m", 600 * NSEC_PER_SEC },
		{ "1h30m", 5400 * NSEC_PER_SEC },
		{ "250ms", 250 * NSEC_PER_MSEC },
		{ "1.5s", 1500 * NSEC_PER_MSEC },
		{ "2d", 172800 * NSEC_PER_SEC },
		{ "1m0.5s", 60500 * NSEC_PER_MSEC },
		{ "1d2h3m4s5ms6us7ns", 93784 * NSEC_PER_SEC + 5006007 },
		{ "0.1s", 100 * NSEC_PER_MSEC },
		{ "9223372036.854775807s", INT64_MAX },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t ns = 77;
		assert_int_equal(num_parse_time(cases[i].text, &ns), 0);
		assert_true(ns == cases[i].ns);
	}
}

static void times_that_do_not_fit_or_mean_nothing_are_refused(void **state)
{
	(void)state;
	int64_t ns = 77;
	static const char *const too_large[] = { "9223372036.854775808s", "200000d",
						 "99999999999999999999", "106751d24h",
						 "1.0000000000000000000s" };
	static const char *const wrong[] = { "-1", "1h30", "30m1h", "1h1h", "1.5h30m", "1S", "1M",
					     "1min", "1 s", "1h 30m", "s", "1s2", "1ss", "1.s",
					     "1h.5m", "99999999999999999999d1" };
	for (size_t i = 0; i < ARRAY_SIZE(too_large); i++)
		assert_int_equal(num_parse_time(too_large[i], &ns), -ERANGE);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(num_parse_time(wrong[i], &ns), -EINVAL);
	assert_true(ns == 77);
}

static void sizes_are_shown_with_one_decimal_at_most(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 512, "512" },
		{ 1023, "1023" },
		{ 1024, "1K" },
		{ 1500, "1.5K" },
		{ 64 * M, "64M" },
		{ 3 * G / 2, "1.5G" },
		{ G + 1, "1.0G" },
		{ 100 * M - 1, "100M" },
		{ 150 * M + 1, "150M" },
		{ 150 * M + M / 2, "151M" },
		{ G - 1, "1G" },
		{ M - 1, "1M" },
		{ 2 * K * G, "2T" },
		{ UINT64_MAX, "16.0E" },
	};
	char text[NUM_TEXT];
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(num_format_size(text, cases[i].bytes), cases[i].text);
}

static void times_are_shown_as_people_say_them(void **state)
{
	(void)state;
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0ms" },
		{ 400, "0ms" },
		{ -400, "0ms" },
		{ 300 * NSEC_PER_USEC, "300us" },
		{ NSEC_PER_MSEC - 1, "1ms" },
		{ 45 * NSEC_PER_MSEC, "45ms" },
		{ NSEC_PER_SEC - 1, "1.0s" },
		{ 1200 * NSEC_PER_MSEC, "1.2s" },
		{ 59940 * NSEC_PER_MSEC, "59.9s" },
		{ 59970 * NSEC_PER_MSEC, "1m00s" },
		{ 185 * NSEC_PER_SEC, "3m05s" },
		{ 3599600 * NSEC_PER_MSEC, "1h00m" },
		{ 3720 * NSEC_PER_SEC, "1h02m" },
		{ 360000 * NSEC_PER_SEC, "100h00m" },
		{ -1200 * NSEC_PER_MSEC, "-1.2s" },
		{ INT64_MAX, "2562047h47m" },
		{ INT64_MIN, "-2562047h47m" },
	};
	char text[NUM_TEXT];
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(num_format_time(text, cases[i].ns), cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_number_is_refused_and_touches_nothing),
		cmocka_unit_test(integers_reach_exactly_to_their_ends),
		cmocka_unit_test(thousandths_are_exact),
		cmocka_unit_test(sizes_are_binary_and_exact),
		cmocka_unit_test(sizes_that_do_not_fit_or_mean_nothing_are_refused),
		cmocka_unit_test(times_add_up_their_units),
		cmocka_unit_test(times_that_do_not_fit_or_mean_nothing_are_refused),
		cmocka_unit_test(sizes_are_shown_with_one_decimal_at_most),
		cmocka_unit_test(times_are_shown_as_people_say_them),
	};
	return cmocka_run_group_tests_name("base/num", tests, NULL, NULL);
}

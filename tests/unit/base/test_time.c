/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

static void the_monotonic_clock_never_goes_back(void **state)
{
	(void)state;
	int64_t last = time_now_ns();
	assert_true(last > 0);
	for (int i = 0; i < 10000; i++) {
		int64_t now = time_now_ns();
		assert_true(now >= last);
		last = now;
	}
}

static void the_wall_clock_counts_from_the_epoch(void **state)
{
	(void)state;
	int64_t before = (int64_t)time(NULL) - 1;
	int64_t ns = time_wall_ns();
	assert_true(ns / NSEC_PER_SEC >= before);
	assert_true(ns / NSEC_PER_SEC <= (int64_t)time(NULL) + 1);
}

static void iso_times_are_utc_wherever_we_are(void **state)
{
	(void)state;
	char text[TIME_ISO];
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	assert_string_equal(time_format_iso(text, 0), "1970-01-01T00:00:00Z");
	assert_string_equal(time_format_iso(text, 1795256280 * NSEC_PER_SEC + 999999999),
			    "2026-11-21T10:18:00Z");
	assert_string_equal(time_format_iso(text, 951782399 * NSEC_PER_SEC),
			    "2000-02-28T23:59:59Z");
	assert_string_equal(time_format_iso(text, -1), "1969-12-31T23:59:59Z");
	assert_string_equal(time_format_iso(text, INT64_MAX), "2262-04-11T23:47:16Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_monotonic_clock_never_goes_back),
		cmocka_unit_test(the_wall_clock_counts_from_the_epoch),
		cmocka_unit_test(iso_times_are_utc_wherever_we_are),
	};
	return cmocka_run_group_tests_name("base/time", tests, NULL, NULL);
}

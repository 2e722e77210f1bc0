/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/budget.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "base/cleanup.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static void the_smallest_bound_binds_and_is_named(void **state)
{
	(void)state;
	const struct budget_bound bounds[] = {
		{ .bytes = 8 * GIB, .from = "available memory" },
		{ .bytes = 4 * GIB, .from = "memory limit of /ci/job-7" },
		{ .bytes = 6 * GIB, .from = "--budget", .stated = true },
	};
	struct budget b;
	budget_choose(bounds, ARRAY_SIZE(bounds), &b);
	assert_int_equal(b.bytes, 4 * GIB - 4 * GIB / 20);
	assert_string_equal(b.from, "memory limit of /ci/job-7");
}

static void nothing_is_reserved_of_what_the_user_stated(void **state)
{
	(void)state;
	const struct budget_bound bounds[] = {
		{ .bytes = 20 * GIB, .from = "available memory" },
		{ .bytes = 6 * GIB, .from = "--budget", .stated = true },
	};
	struct budget b;
	budget_choose(bounds, ARRAY_SIZE(bounds), &b);
	assert_int_equal(b.bytes, 6 * GIB);
	assert_string_equal(b.from, "--budget");
}

static void a_found_bound_binds_when_its_reserve_makes_it_the_smaller(void **state)
{
	(void)state;
	const struct budget_bound bounds[] = {
		{ .bytes = 6 * GIB, .from = "--budget", .stated = true },
		{ .bytes = 6 * GIB, .from = "available memory" },
	};
	struct budget b;
	budget_choose(bounds, ARRAY_SIZE(bounds), &b);
	assert_string_equal(b.from, "available memory");
}

static void check_reserve(uint64_t found, uint64_t left)
{
	const struct budget_bound bound = { .bytes = found, .from = "available memory" };
	struct budget b;
	budget_choose(&bound, 1, &b);
	assert_int_equal(b.bytes, left);
}

static void the_reserve_is_five_percent_between_64_mib_and_1_gib(void **state)
{
	(void)state;
	check_reserve(10 * GIB, 10 * GIB - GIB / 2);
	check_reserve(512 * MIB, 448 * MIB);
	check_reserve(100 * GIB, 99 * GIB);
}

static void the_budget_is_never_below_16_mib(void **state)
{
	(void)state;
	check_reserve(64 * MIB, 16 * MIB);
	check_reserve(0, 16 * MIB);
	struct budget b;
	budget_choose(NULL, 0, &b);
	assert_int_equal(b.bytes, 16 * MIB);
	assert_string_equal(b.from, "no known bound");
}

static void available_memory_is_read_in_kib(void **state)
{
	(void)state;
	uint64_t bytes = 0;
	assert_int_equal(budget_parse_available("MemTotal:       99 kB\n"
						"MemFree:        50 kB\n"
						"MemAvailable:   70 kB\n", &bytes), 0);
	assert_int_equal(bytes, 70 * 1024);
}

static void a_meminfo_that_is_not_understood_is_refused(void **state)
{
	(void)state;
	uint64_t bytes = 7;
	assert_int_equal(budget_parse_available("", &bytes), -EINVAL);
	assert_int_equal(budget_parse_available("MemAvailable:  kB\n", &bytes), -EINVAL);
	assert_int_equal(budget_parse_available("MemAvailable: 12 MB\n", &bytes), -EINVAL);
	assert_int_equal(budget_parse_available("MemAvailable: 12", &bytes), -EINVAL);
	assert_int_equal(budget_parse_available("NotMemAvailable: 12 kB\n", &bytes), -EINVAL);
	assert_int_equal(budget_parse_available("MemAvailable: 18446744073709551615 kB\n", &bytes),
			 -ERANGE);
	assert_int_equal(bytes, 7);
}

static void what_we_hold_ourselves_counts_as_available(void **state)
{
	(void)state;
	struct budget_bound alone;
	struct budget_bound with_ours;
	static const char text[] = "MemTotal: 64 kB\nMemAvailable: 12 kB\n";
	assert_int_equal(budget_available(text, 0, &alone), 0);
	assert_int_equal(alone.bytes, 12 * 1024);
	assert_false(alone.stated);
	assert_string_equal(alone.from, "available memory");
	assert_int_equal(budget_available(text, UINT64_MAX, &with_ours), 0);
	assert_int_equal(with_ours.bytes, UINT64_MAX);
}

static void an_unknown_test_gets_an_even_share(void **state)
{
	(void)state;
	assert_int_equal(budget_default_share(6 * GIB, 8, 2), 768 * MIB);
	assert_int_equal(budget_default_share(6 * GIB, 0, 2), 768 * MIB);
	assert_int_equal(budget_default_share(6 * GIB, 0, 0), 6 * GIB / 4);
}

static void a_share_is_at_least_64_mib_and_at_most_the_budget(void **state)
{
	(void)state;
	assert_int_equal(budget_default_share(GIB, 1000, 2), 64 * MIB);
	assert_int_equal(budget_default_share(20 * MIB, 8, 2), 20 * MIB);
	assert_int_equal(budget_default_share(GIB, 1, 2), GIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_bound_binds_and_is_named),
		cmocka_unit_test(nothing_is_reserved_of_what_the_user_stated),
		cmocka_unit_test(a_found_bound_binds_when_its_reserve_makes_it_the_smaller),
		cmocka_unit_test(the_reserve_is_five_percent_between_64_mib_and_1_gib),
		cmocka_unit_test(the_budget_is_never_below_16_mib),
		cmocka_unit_test(available_memory_is_read_in_kib),
		cmocka_unit_test(a_meminfo_that_is_not_understood_is_refused),
		cmocka_unit_test(what_we_hold_ourselves_counts_as_available),
		cmocka_unit_test(an_unknown_test_gets_an_even_share),
		cmocka_unit_test(a_share_is_at_least_64_mib_and_at_most_the_budget),
	};
	return cmocka_run_group_tests_name("planner/budget", tests, NULL, NULL);
}

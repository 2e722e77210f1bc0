/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/grow.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"

#define MIB UINT64_C(1048576)

/* In MiB of a budget of 600: runs(100) holds 100, stands(100, 200) until it has 200. */
#define runs(mem) { .mem_bytes = (mem) * MIB, .budget_bytes = 600 * MIB, .held = true }
#define stands(mem, want) \
	{ .mem_bytes = (mem) * MIB, .budget_bytes = 600 * MIB, .held = true, \
	  .want_bytes = (want) * MIB, .may_rerun = true }
#define stays(mem, want) \
	{ .mem_bytes = (mem) * MIB, .budget_bytes = 600 * MIB, .held = true, \
	  .want_bytes = (want) * MIB }
#define waits(mem) { .mem_bytes = (mem) * MIB, .budget_bytes = 600 * MIB }

static void a_limit_grows_by_a_quarter_or_64_mib_or_up_to_what_is_known(void **state)
{
	(void)state;
	assert_int_equal(grow_want(400 * MIB, 0), 500 * MIB);
	assert_int_equal(grow_want(100 * MIB, 0), 164 * MIB);
	assert_int_equal(grow_want(16 * MIB, 0), 80 * MIB);
	assert_int_equal(grow_want(100 * MIB, 500 * MIB), 500 * MIB);
	assert_int_equal(grow_want(100 * MIB, 150 * MIB), 164 * MIB);
	assert_true(grow_want(UINT64_MAX - 1, 0) == UINT64_MAX);
}

static void nobody_who_runs_is_touched(void **state)
{
	(void)state;
	struct admit_row rows[] = { runs(300), runs(300), waits(100) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 0);
	assert_false(plan_grow_pending(rows, ARRAY_SIZE(rows)));
	assert_int_equal(plan_grow(NULL, 0), 0);
}

static void one_that_stands_gets_what_it_wants_where_there_is_room(void **state)
{
	(void)state;
	struct admit_row rows[] = { runs(300), stands(100, 200) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 1);
	assert_int_equal(rows[1].grown_bytes, 200 * MIB);
	assert_int_equal(rows[0].grown_bytes, 0);
	assert_false(plan_grow_pending(rows, ARRAY_SIZE(rows)));
}

static void it_gets_what_there_is_when_that_is_worth_it(void **state)
{
	(void)state;
	struct admit_row rows[] = { runs(450), stands(100, 200) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 1);
	assert_int_equal(rows[1].grown_bytes, 150 * MIB);
}

static void a_little_room_is_left_alone_while_others_run(void **state)
{
	(void)state;
	struct admit_row rows[] = { runs(390), stands(200, 400) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 0);
	assert_true(plan_grow_pending(rows, ARRAY_SIZE(rows)));
	assert_false(rows[1].yields);
}

static void the_oldest_grows_first(void **state)
{
	(void)state;
	struct admit_row rows[] = { stands(100, 300), stands(100, 400), runs(200) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 1);
	assert_int_equal(rows[0].grown_bytes, 300 * MIB);
	assert_int_equal(rows[1].grown_bytes, 0);
}

static void the_smallest_budget_of_the_holders_binds(void **state)
{
	(void)state;
	struct admit_row rows[] = { runs(100), stands(100, 300) };
	rows[0].budget_bytes = 250 * MIB;
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 1);
	assert_int_equal(rows[1].grown_bytes, 150 * MIB);
	rows[0].budget_bytes = 150 * MIB; /* more is held already than that */
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 0);
}

static void nobody_gives_way_while_somebody_runs(void **state)
{
	(void)state;
	struct admit_row rows[] = { stands(300, 600), stands(200, 400), runs(100) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 0);
	assert_false(rows[0].yields || rows[1].yields || rows[2].yields);
}

static void the_youngest_gives_way_for_one_that_waits_for_an_older_one(void **state)
{
	(void)state;
	struct admit_row rows[] = { runs(300), stands(100, 200), stands(100, 200),
				    stands(100, 200) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[3].yields);
	assert_false(rows[1].yields || rows[2].yields);
	/* One at a time. */
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 0);
	/* With what that leaves the oldest goes on. */
	assert_int_equal(plan_grow(rows, 3), 1);
	assert_int_equal(rows[1].grown_bytes, 200 * MIB);
}

static void nobody_gives_way_for_what_would_not_do(void **state)
{
	(void)state;
	struct admit_row little[] = { runs(300), stands(200, 400), stands(100, 200) };
	assert_int_equal(plan_grow(little, ARRAY_SIZE(little)), 0);
	struct admit_row last_chance[] = { runs(300), stands(200, 400), stays(100, 200) };
	assert_int_equal(plan_grow(last_chance, ARRAY_SIZE(last_chance)), 0);
	struct admit_row alone[] = { runs(300), stands(300, 400) };
	assert_int_equal(plan_grow(alone, ARRAY_SIZE(alone)), 0);
}

static void when_all_stand_the_youngest_gives_way(void **state)
{
	(void)state;
	struct admit_row rows[] = { stands(200, 400), stands(200, 400), stands(200, 400),
				    waits(10) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[2].yields);
	assert_false(rows[0].yields || rows[1].yields);
	/* Only one at a time, and nobody comes in before it is gone. */
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 0);
	assert_true(plan_grow_pending(rows, ARRAY_SIZE(rows)));
}

static void the_youngest_that_may_be_run_again_but_never_the_oldest(void **state)
{
	(void)state;
	struct admit_row rows[] = { stands(150, 300), stands(150, 300), stays(150, 300),
				    stays(150, 300) };
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[1].yields);

	struct admit_row last[] = { stands(300, 600), stays(200, 400), stays(100, 200) };
	assert_int_equal(plan_grow(last, ARRAY_SIZE(last)), 1);
	assert_true(last[2].yields);
	assert_false(last[0].yields);
}

static void one_alone_gets_the_last_page_and_is_told_of_the_end(void **state)
{
	(void)state;
	struct admit_row rows[] = { stays(599, 1200) };
	assert_int_equal(plan_grow(rows, 1), 1);
	assert_int_equal(rows[0].grown_bytes, 600 * MIB);
	assert_false(rows[0].yields);
	rows[0].mem_bytes = rows[0].grown_bytes;
	assert_int_equal(plan_grow(rows, 1), 1);
	assert_true(rows[0].yields);
}

static void one_that_holds_nothing_keeps_nobody_from_giving_way(void **state)
{
	(void)state;
	struct admit_row rows[] = { runs(0), stands(300, 600), stands(300, 600) };
	rows[0].budget_bytes = UINT64_MAX;
	assert_int_equal(plan_grow(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[2].yields);
	assert_false(rows[1].yields);
}

static void one_that_still_runs_takes_nothing_from_those_that_stand(void **state)
{
	(void)state;
	struct admit_row rows[] = { stands(300, 600), stands(100, 200) };
	rows[0].slot = 1;
	rows[1].slot = 2;
	assert_false(plan_grow_now(rows, ARRAY_SIZE(rows), 2));
	rows[0].want_bytes = 0;
	assert_true(plan_grow_now(rows, ARRAY_SIZE(rows), 2));
	assert_int_equal(rows[1].grown_bytes, 200 * MIB);
	assert_false(rows[1].yields);
}

/* What a random crowd does to the rows, as the ledger would carry it out. */
static void the_sum_never_exceeds_the_budget_and_it_always_ends(void **state)
{
	(void)state;
	uint64_t seed = 4;
	for (unsigned round = 0; round < 10000; round++) {
		enum { N = 8 };
		struct admit_row rows[N];
		uint64_t needs[N];
		size_t n = 1 + round % N;
		for (size_t i = 0; i < n; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
			needs[i] = (1 + (seed >> 33) % 600) * MIB;
			rows[i] = (struct admit_row)runs(600 / N);
			rows[i].may_rerun = seed >> 63;
		}
		for (unsigned steps = 0; n > 0; steps++) {
			uint64_t sum = 0;
			assert_true(steps < 1000);
			for (size_t i = 0; i < n; i++) {
				sum += rows[i].mem_bytes;
				rows[i].want_bytes = needs[i] > rows[i].mem_bytes
					? grow_want(rows[i].mem_bytes, 0) : 0;
			}
			assert_true(sum <= 600 * MIB);
			const size_t changed = plan_grow(rows, n);
			size_t left = 0;
			for (size_t i = 0; i < n; i++) {
				assert_false(i == 0 && n > 1 && rows[i].yields);
				if (rows[i].grown_bytes)
					rows[i].mem_bytes = rows[i].grown_bytes;
				if (rows[i].yields || (!changed && !rows[i].want_bytes))
					continue;
				needs[left] = needs[i];
				rows[left++] = rows[i];
			}
			assert_true(changed || left < n); /* else it would stand for ever */
			n = left;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_grows_by_a_quarter_or_64_mib_or_up_to_what_is_known),
		cmocka_unit_test(nobody_who_runs_is_touched),
		cmocka_unit_test(one_that_stands_gets_what_it_wants_where_there_is_room),
		cmocka_unit_test(it_gets_what_there_is_when_that_is_worth_it),
		cmocka_unit_test(a_little_room_is_left_alone_while_others_run),
		cmocka_unit_test(the_oldest_grows_first),
		cmocka_unit_test(the_smallest_budget_of_the_holders_binds),
		cmocka_unit_test(nobody_gives_way_while_somebody_runs),
		cmocka_unit_test(the_youngest_gives_way_for_one_that_waits_for_an_older_one),
		cmocka_unit_test(nobody_gives_way_for_what_would_not_do),
		cmocka_unit_test(when_all_stand_the_youngest_gives_way),
		cmocka_unit_test(the_youngest_that_may_be_run_again_but_never_the_oldest),
		cmocka_unit_test(one_alone_gets_the_last_page_and_is_told_of_the_end),
		cmocka_unit_test(one_that_holds_nothing_keeps_nobody_from_giving_way),
		cmocka_unit_test(one_that_still_runs_takes_nothing_from_those_that_stand),
		cmocka_unit_test(the_sum_never_exceeds_the_budget_and_it_always_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

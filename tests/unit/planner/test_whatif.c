/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/whatif.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/time.h"

#define GIB (UINT64_C(1) << 30)
#define SEC NSEC_PER_SEC

static char name_a[] = "a";
static char name_b[] = "b";
static char name_lone[] = "lone";
static char *lock_a[] = { name_a, NULL };
static char *lock_both[] = { name_b, name_a, NULL };
static char *lock_lone[] = { name_lone, NULL };

static const struct plan_sim_options machine = {
	.limits = { .budget_bytes = 4 * GIB, .jobs = 8, .cpus = 4 },
};

static struct plan_sim_test takes(int64_t wall_ns, uint64_t mem_bytes, uint32_t cpus_milli)
{
	return (struct plan_sim_test){
		.item = { .demand = { .mem_bytes = mem_bytes, .cpus_milli = cpus_milli,
				      .mem_origin = DEMAND_DECLARED },
			  .expected_ns = wall_ns },
		.wall_ns = wall_ns,
		.family = PLAN_NO_FAMILY,
	};
}

static struct plan_bounds_found bounds(const struct plan_sim_test *tests, size_t n)
{
	struct plan_bounds_found found;
	assert_int_equal(plan_bounds_find(tests, n, &machine, &found), 0);
	return found;
}

static void each_resource_bounds_the_run(void **state)
{
	(void)state;
	const struct plan_sim_test tests[] = { takes(8 * SEC, GIB, 1000),
						takes(2 * SEC, 9 * GIB, 0) };
	const struct plan_bounds_found b = bounds(tests, 2);
	assert_int_equal(b.ns[PLAN_BOUND_LONGEST], 8 * SEC);
	assert_int_equal(b.ns[PLAN_BOUND_CPU], 10 * SEC / 4);
	/* What is above the budget has the whole of it. */
	assert_int_equal(b.ns[PLAN_BOUND_MEMORY], 4 * SEC);
	assert_int_equal(b.ns[PLAN_BOUND_JOBS], 10 * SEC / 8);
	assert_int_equal(b.ns[PLAN_BOUND_LOCK], 0);
	assert_int_equal(b.binds, PLAN_BOUND_LONGEST);
	assert_int_equal(b.longest, 0);
	assert_null(b.lock);
}

/* A GiB for a quarter of the time, and from there to the end two and a half as a mean:
 * 17/32 of the budget. */
static void a_test_that_grows_counts_what_it_holds_at_least(void **state)
{
	(void)state;
	struct plan_sim_options o = machine;
	struct plan_sim_test t = takes(32 * SEC, GIB, 1000);
	struct plan_bounds_found found;
	t.mem_bytes = 4 * GIB;
	o.grows = true;
	assert_int_equal(plan_bounds_find(&t, 1, &o, &found), 0);
	assert_int_equal(found.ns[PLAN_BOUND_MEMORY], 17 * SEC);
	o.grows = false; /* its last attempt holds all four from the beginning */
	assert_int_equal(plan_bounds_find(&t, 1, &o, &found), 0);
	assert_int_equal(found.ns[PLAN_BOUND_MEMORY], 32 * SEC);
	t.mem_bytes = GIB / 2;
	assert_int_equal(plan_bounds_find(&t, 1, &o, &found), 0);
	assert_int_equal(found.ns[PLAN_BOUND_MEMORY], 8 * SEC);
}

static void exclusive_tests_come_on_top(void **state)
{
	(void)state;
	struct plan_sim_test tests[] = { takes(3 * SEC, GIB, 4000), takes(SEC, GIB, 4000),
					 takes(5 * SEC, GIB, 4000) };
	tests[2].item.demand.exclusive = true;
	const struct plan_bounds_found b = bounds(tests, 3);
	assert_int_equal(b.ns[PLAN_BOUND_LONGEST], 8 * SEC);
	assert_int_equal(b.ns[PLAN_BOUND_CPU], 9 * SEC);
	assert_int_equal(b.binds, PLAN_BOUND_CPU);
}

static void a_lock_that_one_test_has_binds_nobody(void **state)
{
	(void)state;
	struct plan_sim_test tests[] = { takes(SEC, 1, 1), takes(2 * SEC, 1, 1),
					 takes(9 * SEC, 1, 1) };
	tests[0].item.demand.locks = lock_a;
	tests[1].item.demand.locks = lock_both;
	tests[2].item.demand.locks = lock_lone;
	const struct plan_bounds_found b = bounds(tests, 3);
	assert_string_equal(b.lock, "a");
	assert_int_equal(b.ns[PLAN_BOUND_LOCK], 3 * SEC);
}

static const struct plan_whatif *find(const struct plan_whatif *list, size_t n,
				      enum plan_change change)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].change == change)
			return &list[i];
	return NULL;
}

static void what_holds_the_run_back_is_what_saves_when_it_goes(void **state)
{
	(void)state;
	_cleanup_free_ struct plan_whatif *list = NULL;
	size_t n = 0;
	struct plan_sim_test tests[] = { takes(3 * SEC, 1, 1000), takes(3 * SEC, 1, 1000) };
	tests[0].item.demand.locks = lock_a;
	tests[1].item.demand.locks = lock_both;
	assert_int_equal(plan_whatif(tests, 2, &machine, 2, &list, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(find(list, n, PLAN_MORE_MEMORY)->end_ns, 6 * SEC);
	assert_int_equal(find(list, n, PLAN_MORE_CPU)->end_ns, 6 * SEC);
	assert_string_equal(find(list, n, PLAN_WITHOUT_LOCK)->lock, "a");
	assert_int_equal(find(list, n, PLAN_WITHOUT_LOCK)->end_ns, 3 * SEC);
	assert_int_equal(find(list, n, PLAN_SPLIT)->end_ns, 6 * SEC);
	assert_ptr_equal(tests[1].item.demand.locks, lock_both);
}

static void a_lock_that_all_share_holds_nobody_back(void **state)
{
	(void)state;
	struct plan_sim_test tests[] = { takes(SEC, 1, 1), takes(2 * SEC, 1, 1) };
	tests[0].item.demand.shared_locks = lock_a;
	tests[1].item.demand.shared_locks = lock_a;
	assert_null(bounds(tests, 2).lock);
	tests[0].item.demand.shared_locks = NULL;
	tests[0].item.demand.locks = lock_a;
	const struct plan_bounds_found b = bounds(tests, 2);
	assert_string_equal(b.lock, "a");
	assert_int_equal(b.ns[PLAN_BOUND_LOCK], SEC);
}

static void one_more_token_saves_where_there_are_too_few(void **state)
{
	(void)state;
	_cleanup_free_ struct plan_whatif *list = NULL;
	size_t n = 0;
	char gpu[] = "gpu=1";
	char *wants[] = { gpu, NULL };
	const struct token_pools pools = { 2, { { "gpu", 0, 1 }, { "licence", 0, 1 } } };
	struct plan_sim_options o = machine;
	o.limits.tokens = &pools;
	struct plan_sim_test tests[] = { takes(3 * SEC, 1, 1000), takes(2 * SEC, 1, 1000) };
	tests[0].item.demand.tokens = tests[1].item.demand.tokens = wants;
	assert_int_equal(plan_whatif(tests, 2, &o, 2, &list, &n), 0);
	assert_int_equal(n, 4);
	assert_string_equal(find(list, n, PLAN_MORE_TOKEN)->token, "gpu");
	assert_int_equal(find(list, n, PLAN_MORE_TOKEN)->end_ns, 3 * SEC);
	assert_int_equal(find(list, n, PLAN_MORE_CPU)->end_ns, 5 * SEC);
	struct plan_bounds_found b;
	assert_int_equal(plan_bounds_find(tests, 2, &o, &b), 0);
	assert_int_equal(b.ns[PLAN_BOUND_TOKEN], 5 * SEC);
	assert_int_equal(b.binds, PLAN_BOUND_TOKEN);
	assert_string_equal(b.token, "gpu");
}

static void more_memory_and_halves_save_where_they_bind(void **state)
{
	(void)state;
	_cleanup_free_ struct plan_whatif *list = NULL;
	size_t n = 0;
	const struct plan_sim_test tests[] = { takes(4 * SEC, 4 * GIB, 1000),
						takes(SEC, GIB, 1000) };
	assert_int_equal(plan_whatif(tests, 2, &machine, 2, &list, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(find(list, n, PLAN_MORE_MEMORY)->end_ns, 4 * SEC);
	assert_int_equal(find(list, n, PLAN_SPLIT)->end_ns, 5 * SEC);
}

/* Two grow from one GiB to 2.4 where there are four: one has to give way. */
static void room_to_grow_is_what_a_gib_more_saves(void **state)
{
	(void)state;
	_cleanup_free_ struct plan_whatif *list = NULL;
	size_t n = 0;
	struct plan_sim_options o = machine;
	struct plan_sim_test tests[] = { takes(4 * SEC, GIB, 1000), takes(4 * SEC, GIB, 1000) };
	struct schedule now = { 0 };
	tests[0].mem_bytes = tests[1].mem_bytes = 12 * GIB / 5;
	o.grows = true;
	assert_int_equal(plan_simulate(tests, 2, &o, &now), 0);
	assert_true(now.n_gave_way > 0);
	assert_int_equal(plan_whatif(tests, 2, &o, 2, &list, &n), 0);
	assert_int_equal(find(list, n, PLAN_MORE_MEMORY)->end_ns, 4 * SEC);
	assert_true(now.end_ns > 4 * SEC);
	assert_int_equal(find(list, n, PLAN_MORE_CPU)->end_ns, now.end_ns);
	schedule_fini(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_resource_bounds_the_run),
		cmocka_unit_test(a_test_that_grows_counts_what_it_holds_at_least),
		cmocka_unit_test(exclusive_tests_come_on_top),
		cmocka_unit_test(a_lock_that_one_test_has_binds_nobody),
		cmocka_unit_test(what_holds_the_run_back_is_what_saves_when_it_goes),
		cmocka_unit_test(a_lock_that_all_share_holds_nobody_back),
		cmocka_unit_test(one_more_token_saves_where_there_are_too_few),
		cmocka_unit_test(more_memory_and_halves_save_where_they_bind),
		cmocka_unit_test(room_to_grow_is_what_a_gib_more_saves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/links.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "planner/simulate.h"
#include "planner/whatif.h"

#define SEC NSEC_PER_SEC

enum { MOST = 8 };

static struct plan_links *make(size_t n, struct plan_edge *edges, size_t n_edges)
{
	struct plan_links *links = NULL;
	size_t ring[MOST];
	size_t n_ring = 0;

	assert_int_equal(plan_links_new(n, edges, n_edges, &links, ring, &n_ring), 0);
	return links;
}

static void without_edges_there_are_no_links(void **state)
{
	struct plan_item items[2] = { { .state = PLAN_WAITING } };
	uint32_t *awaited = NULL;
	int64_t ns = 7;

	(void)state;
	assert_null(make(2, NULL, 0));
	assert_int_equal(plan_links_begin(NULL, items, &awaited), 0);
	assert_null(awaited);
	assert_int_equal(items[0].state, PLAN_WAITING);
	assert_int_equal(plan_links_longest(NULL, NULL, &ns), 0);
	assert_int_equal(ns, 0);
	plan_links_free(NULL);
}

static void an_item_is_blocked_until_the_last_it_waits_for_is_done(void **state)
{
	struct plan_edge edges[] = { { 0, 2, false }, { 1, 2, true }, { 0, 2, true } };
	struct plan_item items[3] = { { .state = PLAN_WAITING } };
	struct plan_links *links = make(3, edges, 3);
	_cleanup_free_ uint32_t *awaited = NULL;
	size_t n;

	(void)state;
	/* What was said twice counts once, and the stronger word holds. */
	const struct plan_edge *e = plan_links_from(links, 0, &n);
	assert_int_equal(n, 1);
	assert_true(e->must_pass);
	assert_int_equal(plan_links_begin(links, items, &awaited), 0);
	assert_int_equal(items[0].state, PLAN_WAITING);
	assert_int_equal(items[2].state, PLAN_BLOCKED);
	assert_false(plan_links_done(links, 1, awaited, items));
	assert_int_equal(items[2].state, PLAN_BLOCKED);
	assert_true(plan_links_done(links, 0, awaited, items));
	assert_int_equal(items[2].state, PLAN_WAITING);
	plan_links_free(links);
}

static void one_that_is_done_already_stays_so(void **state)
{
	struct plan_edge edges[] = { { 0, 1, true } };
	struct plan_item items[2] = { { .state = PLAN_WAITING } };
	struct plan_links *links = make(2, edges, 1);
	_cleanup_free_ uint32_t *awaited = NULL;

	(void)state;
	assert_int_equal(plan_links_begin(links, items, &awaited), 0);
	items[1].state = PLAN_DONE;
	assert_false(plan_links_done(links, 0, awaited, items));
	assert_int_equal(items[1].state, PLAN_DONE);
	plan_links_free(links);
}

static void a_ring_is_told_with_its_members_alone(void **state)
{
	struct plan_edge edges[] = {
		{ 4, 0, true }, { 0, 1, true }, { 1, 2, true }, { 2, 0, true }, { 2, 3, true },
	};
	struct plan_edge own[] = { { 1, 1, false } };
	struct plan_links *links = NULL;
	size_t ring[MOST];
	size_t n_ring = 0;
	unsigned members = 0;

	(void)state;
	assert_int_equal(plan_links_new(5, edges, 5, &links, ring, &n_ring), -ELOOP);
	assert_int_equal(n_ring, 3);
	for (size_t i = 0; i < n_ring; i++)
		members |= 1u << ring[i];
	assert_int_equal(members, 7);
	assert_int_equal(plan_links_new(2, own, 1, &links, ring, &n_ring), -ELOOP);
	assert_int_equal(n_ring, 1);
	assert_int_equal(ring[0], 1);
}

static void what_others_wait_for_comes_first_in_the_order(void **state)
{
	const struct plan_limits limits = { .budget_bytes = 100, .jobs = 2, .cpus = 2 };
	struct plan_item items[4] = {
		{ .expected_ns = 5 * SEC }, { .expected_ns = 4 * SEC },
		{ .expected_ns = SEC, .demand.exclusive = true }, { .expected_ns = 9 * SEC },
	};
	struct plan_edge edges[] = { { 2, 3, true } };
	struct plan_links *links = make(4, edges, 1);
	_cleanup_free_ uint32_t *awaited = NULL;
	size_t order[4];

	(void)state;
	assert_int_equal(plan_links_begin(links, items, &awaited), 0);
	assert_int_equal(items[2].follows_ns, 9 * SEC);
	assert_int_equal(plan_sort(items, 4, &limits, PLAN_LONGEST, 0, order), 4);
	assert_int_equal(order[0], 2);
	items[1].priority = 1;
	(void)plan_sort(items, 4, &limits, PLAN_LONGEST, 0, order);
	assert_int_equal(order[0], 1);
	plan_links_free(links);
}

static struct plan_sim_test known(int64_t wall_ns)
{
	return (struct plan_sim_test){
		.item = { .demand = { .mem_bytes = 1, .cpus_milli = 100 },
			  .expected_ns = wall_ns },
		.wall_ns = wall_ns,
		.family = PLAN_NO_FAMILY,
	};
}

static void a_simulated_run_keeps_to_the_links(void **state)
{
	const struct plan_sim_test tests[] = { known(3 * SEC), known(SEC), known(2 * SEC) };
	struct plan_edge edges[] = { { 2, 1, true }, { 1, 0, false } };
	struct plan_sim_options o = {
		.limits = { .budget_bytes = 100, .jobs = 8, .cpus = 8 },
	};
	struct plan_bounds_found bounds;
	struct schedule s = { 0 };

	(void)state;
	assert_int_equal(plan_simulate(tests, 3, &o, &s), 0);
	assert_int_equal(s.end_ns, 3 * SEC);
	schedule_fini(&s);
	struct plan_links *links = make(3, edges, 2);
	o.links = links;
	assert_int_equal(plan_simulate(tests, 3, &o, &s), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.spans[0].test, 2);
	assert_int_equal(s.spans[1].start_ns, 2 * SEC);
	assert_int_equal(s.end_ns, 6 * SEC);
	assert_int_equal(plan_bounds_find(tests, 3, &o, &bounds), 0);
	assert_int_equal(bounds.binds, PLAN_BOUND_CHAIN);
	assert_int_equal(bounds.ns[PLAN_BOUND_CHAIN], 6 * SEC);
	schedule_fini(&s);
	plan_links_free(links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_edges_there_are_no_links),
		cmocka_unit_test(an_item_is_blocked_until_the_last_it_waits_for_is_done),
		cmocka_unit_test(one_that_is_done_already_stays_so),
		cmocka_unit_test(a_ring_is_told_with_its_members_alone),
		cmocka_unit_test(what_others_wait_for_comes_first_in_the_order),
		cmocka_unit_test(a_simulated_run_keeps_to_the_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/queue.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "planner/budget.h"
#include "planner/predict.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define SEC NSEC_PER_SEC

static const struct plan_limits limits = { .budget_bytes = 60, .jobs = 8, .cpus = 2 };
static const size_t listed[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static struct plan_item waits(uint64_t mem, int64_t expected_ns)
{
	return (struct plan_item){ .demand.mem_bytes = mem, .expected_ns = expected_ns };
}

static struct plan_item runs(uint64_t mem, int64_t started_ns, int64_t expected_ns)
{
	return (struct plan_item){ .demand.mem_bytes = mem, .expected_ns = expected_ns,
				   .state = PLAN_RUNNING, .started_ns = started_ns };
}

static size_t count_running(const struct plan_item *items, size_t n)
{
	size_t running = 0;
	for (size_t i = 0; i < n; i++)
		running += items[i].state == PLAN_RUNNING;
	return running;
}

static size_t next(const struct plan_item *items, size_t n)
{
	return plan_next(items, listed, n, count_running(items, n), &limits, 100);
}

static void the_head_starts_when_it_fits_exactly(void **state)
{
	(void)state;
	struct plan_item items[] = { runs(40, 0, 0), waits(20, 0) };
	assert_int_equal(next(items, 2), 1);
	items[1].demand.mem_bytes = 21;
	assert_int_equal(next(items, 2), SIZE_MAX);
}

static void nothing_starts_when_all_is_done(void **state)
{
	(void)state;
	struct plan_item items[] = { waits(1, 0) };
	items[0].state = PLAN_DONE;
	assert_int_equal(next(items, 1), SIZE_MAX);
	assert_int_equal(plan_next(NULL, NULL, 0, 0, &limits, 0), SIZE_MAX);
}

static void the_order_decides_who_is_first(void **state)
{
	(void)state;
	const struct plan_item items[] = { waits(1, 0), waits(1, 0) };
	const size_t order[] = { 1, 0 };
	assert_int_equal(plan_next(items, order, 2, 0, &limits, 0), 1);
}

static void what_is_done_is_not_sorted(void **state)
{
	(void)state;
	struct plan_item items[] = { waits(1, 5), waits(1, 7), waits(1, 6), runs(1, 0, 8) };
	size_t order[4];
	items[1].state = PLAN_DONE;
	assert_int_equal(plan_sort(items, 4, &limits, PLAN_LONGEST, 0, order), 3);
	assert_int_equal(order[0], 3);
	assert_int_equal(order[1], 2);
	assert_int_equal(order[2], 0);
	assert_int_equal(plan_sort(items, 4, &limits, PLAN_LISTED, 0, order), 3);
	assert_int_equal(order[1], 2);
	assert_int_equal(plan_next(items, order, 3, 1, &limits, 0), 0);
}

static void jobs_bound_what_runs_at_once(void **state)
{
	(void)state;
	const struct plan_limits two = { .budget_bytes = 60, .jobs = 2, .cpus = 8 };
	const struct plan_item items[] = { runs(1, 0, 0), runs(1, 0, 0), waits(1, 0) };
	assert_int_equal(plan_next(items, listed, 3, 2, &two, 0), SIZE_MAX);
	assert_int_equal(plan_next(items + 1, listed, 2, 1, &two, 0), 1);
}

static void a_demand_above_the_budget_runs_when_nothing_else_does(void **state)
{
	(void)state;
	struct plan_item items[] = { waits(100, 0), runs(1, 0, 0) };
	assert_int_equal(next(items, 2), SIZE_MAX);
	assert_int_equal(next(items, 1), 0);
}

static void known_cpu_demands_do_not_exceed_the_cpus(void **state)
{
	(void)state;
	struct plan_item items[] = { runs(1, 0, 0), waits(1, 0) };
	items[0].demand.cpus_milli = 1500;
	items[1].demand.cpus_milli = 501;
	assert_int_equal(next(items, 2), SIZE_MAX);
	items[1].demand.cpus_milli = 500;
	assert_int_equal(next(items, 2), 1);
}

static void unknown_cpu_demands_bind_nothing(void **state)
{
	(void)state;
	struct plan_item items[] = { runs(1, 0, 0), waits(1, 0) };
	items[0].demand.cpus_milli = 2000;
	assert_int_equal(next(items, 2), 1);
}

static void more_cpus_than_there_are_run_when_nothing_else_needs_one(void **state)
{
	(void)state;
	struct plan_item items[] = { waits(1, 0), runs(1, 0, 0) };
	items[0].demand.cpus_milli = 9000;
	assert_int_equal(next(items, 2), 0);
	items[1].demand.cpus_milli = 1;
	assert_int_equal(next(items, 2), SIZE_MAX);
}

static void tests_that_share_a_lock_never_overlap(void **state)
{
	(void)state;
	char db[] = "db";
	char port[] = "port";
	char *has_both[] = { port, db, NULL };
	char *has_db[] = { db, NULL };
	char *has_port[] = { port, NULL };
	struct plan_item items[] = { runs(1, 0, 0), waits(1, 0), waits(1, 0) };
	items[0].demand.locks = has_db;
	items[1].demand.locks = has_both;
	items[2].demand.locks = has_port;
	/* The last one shares "port" with the head, which must have it next. */
	assert_int_equal(next(items, 3), SIZE_MAX);
	items[1].demand.locks = has_db;
	assert_int_equal(next(items, 3), 2);
	items[0].state = PLAN_DONE;
	assert_int_equal(next(items, 3), 1);
}

static void those_that_share_a_lock_overlap_but_not_with_who_has_it_alone(void **state)
{
	(void)state;
	char db[] = "db";
	char *has_db[] = { db, NULL };
	struct plan_item items[] = { runs(1, 0, 0), waits(1, 0), waits(1, 0) };
	items[0].demand.shared_locks = has_db;
	items[1].demand.shared_locks = has_db;
	assert_int_equal(next(items, 2), 1);
	/* The head wants it alone: no more that share it go before. */
	items[1].demand.shared_locks = NULL;
	items[1].demand.locks = has_db;
	items[2].demand.shared_locks = has_db;
	assert_int_equal(next(items, 3), SIZE_MAX);
	items[0].state = PLAN_DONE;
	assert_int_equal(next(items, 3), 1);
}

static void tokens_are_not_given_above_their_number(void **state)
{
	(void)state;
	char one[] = "gpu=1";
	char two[] = "gpu=2";
	char half[] = "gpu=0.5";
	char most[] = "gpu=0.6";
	char *wants_one[] = { one, NULL };
	char *wants_two[] = { two, NULL };
	char *wants_half[] = { half, NULL };
	char *wants_most[] = { most, NULL };
	const struct token_pools pools = { 1, { { "gpu", 0, 3 } } };
	const struct plan_limits both = { .budget_bytes = 60, .jobs = 8, .cpus = 2,
					  .tokens = &pools };
	struct plan_item items[] = { runs(1, 0, 0), waits(1, 0), waits(1, 0) };
	items[0].demand.tokens = wants_one;
	items[1].demand.tokens = wants_two;
	items[2].demand.tokens = wants_half;
	/* The head waits for both, and nobody takes the other one from it. */
	assert_int_equal(plan_next(items, listed, 3, 1, &both, 0), SIZE_MAX);
	items[2].demand.tokens = NULL;
	assert_int_equal(plan_next(items, listed, 3, 1, &both, 0), 2);
	items[1].demand.tokens = wants_half;
	assert_int_equal(plan_next(items, listed, 3, 1, &both, 0), 1);
	items[1].state = PLAN_RUNNING;
	items[2].demand.tokens = wants_half;
	assert_int_equal(plan_next(items, listed, 3, 2, &both, 0), 2);
	items[2].demand.tokens = wants_most;
	assert_int_equal(plan_next(items, listed, 3, 2, &both, 0), SIZE_MAX);
}

static void one_that_is_barred_is_passed_over(void **state)
{
	(void)state;
	struct plan_item items[] = { waits(60, 0), waits(1, 0) };
	items[0].state = PLAN_BARRED;
	assert_int_equal(next(items, 2), 1);
}

static void an_exclusive_test_runs_with_nothing_else(void **state)
{
	(void)state;
	struct plan_item items[] = { waits(1, 0), runs(1, 0, 0) };
	items[0].demand.exclusive = true;
	assert_int_equal(next(items, 2), SIZE_MAX);
	items[0].state = PLAN_RUNNING;
	items[1].state = PLAN_WAITING;
	assert_int_equal(next(items, 2), SIZE_MAX);
}

static void an_alone_test_has_the_whole_budget(void **state)
{
	(void)state;
	struct plan_item items[] = { waits(1, 0), runs(1, 0, 0) };
	items[0].alone = true;
	assert_int_equal(next(items, 2), SIZE_MAX);
	items[0].state = PLAN_RUNNING;
	items[1].state = PLAN_WAITING;
	assert_int_equal(next(items, 2), SIZE_MAX);
}

static void one_that_ends_before_the_head_can_start_may_pass(void **state)
{
	(void)state;
	/* At 100; the runner ends at 150, then the head takes all. */
	struct plan_item items[] = { runs(40, 0, 150), waits(60, 10), waits(20, 50) };
	assert_int_equal(next(items, 3), 2);
	items[2].expected_ns = 51;
	assert_int_equal(next(items, 3), SIZE_MAX);
	items[2].expected_ns = 0;
	assert_int_equal(next(items, 3), SIZE_MAX);
}

static void one_that_fits_beside_the_head_may_pass_however_long(void **state)
{
	(void)state;
	struct plan_item items[] = { runs(40, 0, 150), waits(50, 10), waits(10, 0) };
	assert_int_equal(next(items, 3), 2);
	items[2].demand.mem_bytes = 11;
	assert_int_equal(next(items, 3), SIZE_MAX);
}

static void without_known_ends_the_oldest_is_thought_to_end_first(void **state)
{
	(void)state;
	struct plan_item items[] = { runs(25, 2, 0), runs(20, 1, 0), waits(30, 0), waits(5, 0),
				     waits(6, 0) };
	/* When the 20 ends, 25 + 30 are taken: 5 remain. */
	assert_int_equal(next(items, 5), 3);
	items[3].demand.mem_bytes = 6;
	assert_int_equal(next(items, 5), SIZE_MAX);
}

static void one_that_outran_its_expectation_has_no_known_end(void **state)
{
	(void)state;
	struct plan_item items[] = { runs(40, 0, 99), waits(60, 10), waits(20, 1) };
	assert_int_equal(next(items, 3), SIZE_MAX);
}

static void backfill_takes_the_first_of_the_order_that_may(void **state)
{
	(void)state;
	struct plan_item items[] = { runs(40, 0, 150), waits(60, 10), waits(30, 5), waits(20, 60),
				     waits(20, 40), waits(10, 5) };
	assert_int_equal(next(items, 6), 4);
}

static void the_largest_dominant_share_of_time_comes_first(void **state)
{
	(void)state;
	struct plan_item items[] = {
		waits(6, 10 * SEC),  /* 10 s x 1/2 of the cpus */
		waits(60, 6 * SEC),  /* 6 s x all of the memory */
		waits(6, 30 * SEC),  /* 30 s x 1/2 of the cpus */
		waits(6, 0),         /* the median of 10 s x 1/8 of the jobs */
		waits(1, 100 * SEC), /* exclusive */
		waits(1, 50 * SEC),  /* alone */
	};
	items[0].demand.cpus_milli = items[2].demand.cpus_milli = 1000;
	items[4].demand.exclusive = true;
	items[5].alone = true;
	size_t order[6];
	plan_sort(items, 6, &limits, PLAN_LISTED, 0, order);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(order[i], i);
	items[4].expected_ns = items[5].expected_ns = 0;
	plan_sort(items, 6, &limits, PLAN_LONGEST, 0, order);
	const size_t want[] = { 2, 1, 0, 3, 5, 4 };
	assert_memory_equal(order, want, sizeof(want));
}

static void cpu_demands_weigh_in_the_order(void **state)
{
	(void)state;
	struct plan_item items[] = { waits(1, SEC), waits(1, SEC) };
	items[0].demand.cpus_milli = 100; /* a sleeper */
	items[1].demand.cpus_milli = 1000;
	size_t order[2];
	plan_sort(items, 2, &limits, PLAN_LONGEST, 0, order);
	assert_int_equal(order[0], 1);
}

static void a_random_order_is_a_permutation_that_its_seed_repeats(void **state)
{
	(void)state;
	enum { N = 100 };
	struct plan_item items[N];
	size_t a[N];
	size_t b[N];
	bool seen[N] = { false };
	for (size_t i = 0; i < N; i++)
		items[i] = waits(1, 0);
	items[3].demand.exclusive = true;
	plan_sort(items, N, &limits, PLAN_RANDOM, 42, a);
	plan_sort(items, N, &limits, PLAN_RANDOM, 42, b);
	assert_memory_equal(a, b, sizeof(a));
	for (size_t i = 0; i < N; i++)
		seen[a[i]] = true;
	for (size_t i = 0; i < N; i++)
		assert_true(seen[i]);
	assert_int_equal(a[N - 1], 3);
	plan_sort(items, N, &limits, PLAN_RANDOM, 43, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void only_guesses_are_replaced_by_what_siblings_teach(void **state)
{
	(void)state;
	struct plan_item item = waits(10, 0);
	assert_true(plan_learn(&item, 5));
	assert_int_equal(item.demand.mem_bytes, 5);
	assert_int_equal(item.demand.mem_origin, DEMAND_SIBLING);
	assert_false(plan_learn(&item, 5));
	assert_false(plan_learn(&item, 0));
	item.demand.mem_origin = DEMAND_OOM;
	assert_false(plan_learn(&item, 4));
	assert_true(plan_learn(&item, 6));
	item.demand.mem_origin = DEMAND_HISTORY;
	assert_false(plan_learn(&item, 7));
	item.demand.mem_origin = DEMAND_DECLARED;
	assert_false(plan_learn(&item, 7));
	item.demand.mem_origin = DEMAND_DEFAULT;
	item.state = PLAN_RUNNING;
	assert_false(plan_learn(&item, 7));
	assert_int_equal(item.demand.mem_bytes, 6);
}

static void the_bounds_are_longest_cpu_and_memory(void **state)
{
	(void)state;
	const struct plan_sample samples[] = {
		{ .wall_ns = 10 * SEC, .mem_bytes = 30, .cpus_milli = 1000 },
		{ .wall_ns = 30 * SEC, .mem_bytes = 60, .cpus_milli = 100 },
	};
	struct plan_bounds b;
	plan_bounds_of(samples, 2, &limits, &b);
	assert_int_equal(b.longest_ns, 30 * SEC);
	assert_int_equal(b.cpu_ns, (10 * SEC + 3 * SEC) / 2);
	assert_int_equal(b.memory_ns, 35 * SEC);
}

/* A suite on a virtual clock: tests that grow to their peak in grow_ns, hold it
 * for hold_ns, and are killed when they pass their reservation. */
enum { MAX_TESTS = 132 };

struct sim {
	struct plan_limits limits;
	struct plan_item items[MAX_TESTS];
	uint64_t peak_bytes[MAX_TESTS];
	struct predict_sample latest[MAX_TESTS]; /* mem_bytes 0: none yet */
	unsigned ooms[MAX_TESTS];
	size_t n;
	int64_t grow_ns;
	int64_t hold_ns;
	int64_t now_ns;
	unsigned kills;
	unsigned passed;
	uint64_t most_bytes; /* ever reserved together */
};

static bool will_die(const struct sim *s, size_t i)
{
	return s->peak_bytes[i] > s->items[i].demand.mem_bytes;
}

static int64_t end_ns(const struct sim *s, size_t i)
{
	const struct plan_item *item = &s->items[i];
	if (!will_die(s, i))
		return item->started_ns + s->grow_ns + s->hold_ns;
	return item->started_ns +
	       (int64_t)((double)s->grow_ns * (double)item->demand.mem_bytes /
			 (double)s->peak_bytes[i]);
}

static void start_all_that_may(struct sim *s)
{
	size_t order[MAX_TESTS];
	const size_t n = plan_sort(s->items, s->n, &s->limits, PLAN_LONGEST, 0, order);
	for (;;) {
		const size_t i = plan_next(s->items, order, n, count_running(s->items, s->n),
					   &s->limits, s->now_ns);
		if (i == SIZE_MAX)
			break;
		s->items[i].state = PLAN_RUNNING;
		s->items[i].started_ns = s->now_ns;
	}
	uint64_t sum = 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].state == PLAN_RUNNING)
			sum += s->items[i].demand.mem_bytes;
	if (sum > s->most_bytes)
		s->most_bytes = sum;
}

static void tell_siblings(struct sim *s, uint64_t default_bytes)
{
	struct predict_sample seen[MAX_TESTS];
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->latest[i].mem_bytes)
			seen[n++] = s->latest[i];
	const uint64_t bytes = predict_sibling(seen, n, default_bytes, s->limits.budget_bytes);
	for (size_t i = 0; i < s->n; i++)
		(void)plan_learn(&s->items[i], bytes);
}

static void kill_for_memory(struct sim *s, size_t i)
{
	struct plan_item *item = &s->items[i];
	int alone = 0;
	const uint64_t reserved = item->demand.mem_bytes;
	s->kills++;
	s->latest[i] = (struct predict_sample){ .mem_bytes = reserved, .oom = 1 };
	const uint64_t again = predict_after_oom(reserved, reserved, s->limits.budget_bytes,
						 ++s->ooms[i], &alone);
	assert_true(again > 0);
	item->demand.mem_bytes = again;
	item->demand.mem_origin = DEMAND_OOM;
	item->alone = alone;
	item->state = PLAN_WAITING;
}

/* Ends everything that ends at the earliest instant. */
static void end_next(struct sim *s)
{
	int64_t first_ns = INT64_MAX;
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].state == PLAN_RUNNING && end_ns(s, i) < first_ns)
			first_ns = end_ns(s, i);
	assert_true(first_ns < INT64_MAX); /* else nobody may start, and nobody runs */
	s->now_ns = first_ns;
	for (size_t i = 0; i < s->n; i++) {
		if (s->items[i].state != PLAN_RUNNING || end_ns(s, i) > first_ns)
			continue;
		if (will_die(s, i)) {
			kill_for_memory(s, i);
			continue;
		}
		s->items[i].state = PLAN_DONE;
		s->latest[i] = (struct predict_sample){ .mem_bytes = s->peak_bytes[i] };
		s->passed++;
	}
}

static void simulate(struct sim *s, uint64_t default_bytes)
{
	while (s->passed < s->n) {
		start_all_that_may(s);
		end_next(s);
		tell_siblings(s, default_bytes);
	}
}

static void sim_add(struct sim *s, size_t n, uint64_t peak, uint64_t demand,
		    enum demand_origin origin)
{
	for (size_t i = 0; i < n; i++, s->n++) {
		s->peak_bytes[s->n] = peak;
		s->items[s->n] = waits(demand, 0);
		s->items[s->n].demand.mem_origin = origin;
	}
}

static const struct sim twelve_of_two_gib = {
	.limits = { .budget_bytes = 6 * GIB, .jobs = 8, .cpus = 2 },
	.grow_ns = SEC,
	.hold_ns = 3 * SEC,
};

static void twelve_undeclared_giants_take_at_most_a_fifth_longer_than_two_at_a_time(void **state)
{
	(void)state;
	struct sim s = twelve_of_two_gib;
	const uint64_t share = budget_default_share(s.limits.budget_bytes, 8, 2);
	sim_add(&s, 12, 2 * GIB, share, DEMAND_DEFAULT);
	simulate(&s, share);
	print_message("wall %.3f s, %u kills\n", (double)s.now_ns / 1e9, s.kills);
	assert_int_equal(s.passed, 12);
	assert_true(s.most_bytes <= s.limits.budget_bytes);
	assert_true(s.now_ns <= 24 * SEC * 12 / 10);
	assert_true(s.kills <= 12); /* each of the first eight once, four of them twice */
}

static void twelve_declared_giants_are_never_killed(void **state)
{
	(void)state;
	struct sim s = twelve_of_two_gib;
	sim_add(&s, 12, 2 * GIB, 2 * GIB, DEMAND_DECLARED);
	simulate(&s, 768 * MIB);
	assert_int_equal(s.kills, 0);
	assert_int_equal(s.now_ns, 16 * SEC); /* three at a time */
}

static void giants_and_light_ones_fill_the_machine(void **state)
{
	(void)state;
	struct sim s = twelve_of_two_gib;
	sim_add(&s, 120, 10 * MIB, 100 * MIB, DEMAND_DECLARED);
	sim_add(&s, 12, 5 * GIB / 2, 5 * GIB / 2, DEMAND_DECLARED);
	simulate(&s, 768 * MIB);
	assert_int_equal(s.kills, 0);
	print_message("wall %.3f s\n", (double)s.now_ns / 1e9);
	/* Six rounds of two giants, the light ones beside them: the bound by
	 * jobs is 132 / 8 rounds of 4 s. */
	assert_true(s.now_ns <= 17 * 4 * SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_starts_when_it_fits_exactly),
		cmocka_unit_test(nothing_starts_when_all_is_done),
		cmocka_unit_test(the_order_decides_who_is_first),
		cmocka_unit_test(what_is_done_is_not_sorted),
		cmocka_unit_test(jobs_bound_what_runs_at_once),
		cmocka_unit_test(a_demand_above_the_budget_runs_when_nothing_else_does),
		cmocka_unit_test(known_cpu_demands_do_not_exceed_the_cpus),
		cmocka_unit_test(unknown_cpu_demands_bind_nothing),
		cmocka_unit_test(more_cpus_than_there_are_run_when_nothing_else_needs_one),
		cmocka_unit_test(tests_that_share_a_lock_never_overlap),
		cmocka_unit_test(those_that_share_a_lock_overlap_but_not_with_who_has_it_alone),
		cmocka_unit_test(tokens_are_not_given_above_their_number),
		cmocka_unit_test(one_that_is_barred_is_passed_over),
		cmocka_unit_test(an_exclusive_test_runs_with_nothing_else),
		cmocka_unit_test(an_alone_test_has_the_whole_budget),
		cmocka_unit_test(one_that_ends_before_the_head_can_start_may_pass),
		cmocka_unit_test(one_that_fits_beside_the_head_may_pass_however_long),
		cmocka_unit_test(without_known_ends_the_oldest_is_thought_to_end_first),
		cmocka_unit_test(one_that_outran_its_expectation_has_no_known_end),
		cmocka_unit_test(backfill_takes_the_first_of_the_order_that_may),
		cmocka_unit_test(the_largest_dominant_share_of_time_comes_first),
		cmocka_unit_test(cpu_demands_weigh_in_the_order),
		cmocka_unit_test(a_random_order_is_a_permutation_that_its_seed_repeats),
		cmocka_unit_test(only_guesses_are_replaced_by_what_siblings_teach),
		cmocka_unit_test(the_bounds_are_longest_cpu_and_memory),
		cmocka_unit_test(
			twelve_undeclared_giants_take_at_most_a_fifth_longer_than_two_at_a_time),
		cmocka_unit_test(twelve_declared_giants_are_never_killed),
		cmocka_unit_test(giants_and_light_ones_fill_the_machine),
	};
	return cmocka_run_group_tests_name("planner/queue", tests, NULL, NULL);
}

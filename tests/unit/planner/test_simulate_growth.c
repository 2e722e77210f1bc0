/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/simulate.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"

#define MIB (UINT64_C(1) << 20)
#define SEC NSEC_PER_SEC

enum { MAX_TESTS = 24, SUITES = 10000 };

static struct plan_sim_options machine(uint64_t budget_bytes, unsigned jobs, unsigned cpus)
{
	return (struct plan_sim_options){
		.limits = { .budget_bytes = budget_bytes, .jobs = jobs, .cpus = cpus },
		.share_bytes = budget_bytes / 8,
		.grows = true,
	};
}

/* Is thought to need `thought_bytes`, and needs `mem_bytes`. */
static struct plan_sim_test test(int64_t wall_ns, uint64_t thought_bytes, uint64_t mem_bytes)
{
	return (struct plan_sim_test){
		.item = { .demand = { .mem_bytes = thought_bytes, .cpus_milli = 100,
				      .mem_origin = DEMAND_HISTORY },
			  .expected_ns = wall_ns },
		.wall_ns = wall_ns,
		.mem_bytes = mem_bytes,
		.family = PLAN_NO_FAMILY,
	};
}

static struct schedule simulate(const struct plan_sim_test *tests, size_t n,
				const struct plan_sim_options *o)
{
	struct schedule s = { 0 };
	assert_int_equal(plan_simulate(tests, n, o, &s), 0);
	return s;
}

/* 100M, then 164M, then 228M: as grow_want says, while there is room. */
static void a_test_grows_step_by_step_and_loses_no_time(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(1024 * MIB, 8, 8);
	const struct plan_sim_test t = test(4 * SEC, 100 * MIB, 200 * MIB);
	struct schedule s = simulate(&t, 1, &o);
	struct schedule_part part;
	assert_int_equal(s.n, 1);
	assert_int_equal(s.end_ns, 4 * SEC);
	assert_int_equal(s.n_paused, 0);
	assert_false(s.spans[0].oom);
	schedule_first_part(&s.spans[0], &part);
	assert_int_equal(part.mem_bytes, 100 * MIB);
	assert_int_equal(part.end_ns, 2 * SEC);
	assert_true(schedule_next_part(&s.spans[0], &part));
	assert_int_equal(part.mem_bytes, 164 * MIB);
	assert_int_equal(part.end_ns, 3280 * NSEC_PER_MSEC);
	assert_true(schedule_next_part(&s.spans[0], &part));
	assert_int_equal(part.mem_bytes, 228 * MIB);
	assert_int_equal(part.end_ns, s.end_ns);
	assert_false(schedule_next_part(&s.spans[0], &part));
	schedule_fini(&s);
}

static void where_nothing_grows_it_runs_out_of_memory(void **state)
{
	(void)state;
	struct plan_sim_options o = machine(1024 * MIB, 8, 8);
	const struct plan_sim_test t = test(4 * SEC, 100 * MIB, 200 * MIB);
	o.grows = false;
	struct schedule s = simulate(&t, 1, &o);
	assert_int_equal(s.n, 2);
	assert_true(s.spans[0].oom);
	assert_false(s.spans[0].gave_way);
	assert_int_equal(s.end_ns, 6 * SEC);
	schedule_fini(&s);
}

/* Both want more after a second; there is room for none.  The younger one is
 * still at work then, so the older stands until that ends. */
static void it_stands_until_others_leave_it_room(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(200 * MIB, 8, 8);
	const struct plan_sim_test tests[] = {
		test(2 * SEC, 100 * MIB, 150 * MIB),
		test(1900 * NSEC_PER_MSEC, 100 * MIB, 90 * MIB),
		test(100 * NSEC_PER_MSEC, 20 * MIB, 10 * MIB),
	};
	struct schedule s = simulate(tests, 3, &o);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.n_paused, 1);
	assert_int_equal(s.n_gave_way, 0);
	/* From two thirds of its two seconds to the end of the other. */
	assert_int_equal(schedule_paused_ns(&s.spans[0]), 1900 * NSEC_PER_MSEC - 4 * SEC / 3);
	assert_int_equal(schedule_mem_end(&s.spans[0]), 164 * MIB);
	assert_int_equal(s.spans[0].end_ns, 1900 * NSEC_PER_MSEC + 2 * SEC - 4 * SEC / 3);
	/* Growth goes before the third. */
	assert_int_equal(s.spans[2].start_ns, 1900 * NSEC_PER_MSEC);
	schedule_fini(&s);
}

static void when_all_stand_the_youngest_gives_way_and_begins_again(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(200 * MIB, 8, 8);
	const struct plan_sim_test tests[] = { test(2 * SEC, 100 * MIB, 180 * MIB),
					       test(1 * SEC, 100 * MIB, 120 * MIB) };
	struct schedule s = simulate(tests, 2, &o);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.n_gave_way, 1);
	assert_int_equal(s.n_paused, 1); /* the younger, until the older is at its limit, too */
	assert_true(s.spans[1].oom && s.spans[1].gave_way);
	assert_int_equal(s.spans[1].test, 1);
	assert_int_equal(schedule_paused_ns(&s.spans[0]), 0);
	/* With what it held and as much more as it would have asked for. */
	assert_int_equal(s.spans[2].test, 1);
	assert_int_equal(s.spans[2].mem_bytes, 164 * MIB);
	assert_false(s.spans[2].oom);
	assert_int_equal(s.n_too_big, 0);
	schedule_fini(&s);
}

/* The same with one cpu, which each of them would use all the time. */
static void who_stands_uses_no_cpu(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(200 * MIB, 8, 1);
	struct plan_sim_test tests[] = { test(2 * SEC, 100 * MIB, 180 * MIB),
					 test(1 * SEC, 100 * MIB, 120 * MIB) };
	tests[0].item.demand.cpus_milli = tests[1].item.demand.cpus_milli = 0;
	struct schedule s = simulate(tests, 2, &o);
	/* Half as fast up to 5/6 of a second, and from there on as if alone. */
	assert_int_equal(s.spans[1].end_ns / NSEC_PER_MSEC, 1944);
	assert_int_equal(s.spans[0].end_ns / NSEC_PER_MSEC, 2833);
	assert_int_equal(s.end_ns / NSEC_PER_MSEC, 3833);
	schedule_fini(&s);
}

static void one_that_wants_more_than_there_is_has_it_all_first(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(200 * MIB, 8, 8);
	const struct plan_sim_test t = test(4 * SEC, 100 * MIB, 400 * MIB);
	struct schedule s = simulate(&t, 1, &o);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.n_too_big, 1);
	assert_int_equal(schedule_mem_end(&s.spans[0]), 200 * MIB);
	assert_int_equal(s.end_ns, 2 * SEC);
	schedule_fini(&s);
}

/* What is too small to stand before its exec is not made to. */
static void the_smallest_limits_do_not_grow(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(1024 * MIB, 8, 8);
	const struct plan_sim_test t = test(4 * SEC, 8 * MIB, 12 * MIB);
	struct schedule s = simulate(&t, 1, &o);
	assert_int_equal(s.n, 2);
	assert_true(s.spans[0].oom);
	schedule_fini(&s);
}

/* What one of its program has needed it asks for at once. */
static void it_asks_for_what_its_siblings_needed(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(4096 * MIB, 1, 8);
	struct plan_sim_test tests[] = { test(4 * SEC, 100 * MIB, 400 * MIB),
					 test(4 * SEC, 100 * MIB, 400 * MIB) };
	tests[0].family = tests[1].family = 0;
	struct schedule s = simulate(tests, 2, &o);
	struct schedule_part part;
	schedule_first_part(&s.spans[1], &part);
	assert_true(schedule_next_part(&s.spans[1], &part));
	assert_true(part.mem_bytes > 400 * MIB);
	assert_false(schedule_next_part(&s.spans[1], &part));
	schedule_fini(&s);
}

static void isoruns_own_time_is_added_to_each_attempt(void **state)
{
	(void)state;
	struct plan_sim_options o = machine(1024 * MIB, 2, 2);
	struct plan_sim_test tests[4];
	for (size_t i = 0; i < 4; i++)
		tests[i] = test(10 * NSEC_PER_MSEC, 100 * MIB, 0);
	o.own_ns = 5 * NSEC_PER_MSEC;
	struct schedule s = simulate(tests, 4, &o);
	assert_int_equal(s.end_ns, 30 * NSEC_PER_MSEC);
	/* A tenth of a cpu for ten of the fifteen milliseconds, and a whole one for three. */
	o.own_cpu_ns = 3 * NSEC_PER_MSEC;
	schedule_fini(&s);
	s = simulate(tests, 4, &o);
	assert_int_equal(s.spans[0].cpus_milli, 267);
	schedule_fini(&s);
}

/* And of the cpus: more attempts than these carry go on slower. */
static void isoruns_own_cpu_time_is_in_the_way_of_others(void **state)
{
	(void)state;
	struct plan_sim_options o = machine(1024 * MIB, 4, 1);
	struct plan_sim_test tests[4];
	for (size_t i = 0; i < 4; i++) {
		tests[i] = test(10 * NSEC_PER_MSEC, 100 * MIB, 0);
		tests[i].item.demand.cpus_milli = 50;
	}
	o.own_ns = 10 * NSEC_PER_MSEC;
	o.own_cpu_ns = 10 * NSEC_PER_MSEC;
	struct schedule s = simulate(tests, 4, &o);
	/* Four of 525 thousandths for 20 ms on one cpu. */
	assert_int_equal(s.end_ns, 42 * NSEC_PER_MSEC);
	schedule_fini(&s);
}

/* Random suites, each made from a seed that a failure prints. */
struct suite {
	uint64_t seed;
	uint64_t state;
	size_t n;
	struct plan_sim_test tests[MAX_TESTS];
	struct plan_sim_options options;
};

/* splitmix64 */
static uint64_t draw(struct suite *s, uint64_t below)
{
	uint64_t z = (s->state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

#define HOLDS(suite, what) \
	do { \
		if (!(what)) \
			fail_msg("seed %llu: %s", (unsigned long long)(suite)->seed, #what); \
	} while (0)

static void draw_suite(struct suite *s, uint64_t seed)
{
	*s = (struct suite){ .seed = seed, .state = seed };
	const uint64_t budget = (64 + draw(s, 4096)) * MIB;
	s->options = machine(budget, 1 + (unsigned)draw(s, 12), 1 + (unsigned)draw(s, 4));
	s->options.own_ns = (int64_t)draw(s, 10) * NSEC_PER_MSEC;
	s->options.own_cpu_ns = s->options.own_ns ? (int64_t)draw(s, 3) * NSEC_PER_MSEC : 0;
	s->n = 1 + draw(s, MAX_TESTS);
	for (size_t i = 0; i < s->n; i++) {
		struct plan_sim_test *t = &s->tests[i];
		*t = test((int64_t)(1 + draw(s, 20)) * SEC / 2, 1 + draw(s, budget / 2),
			  1 + draw(s, draw(s, 10) ? budget : 2 * budget));
		t->item.demand.mem_origin = (enum demand_origin)draw(s, DEMAND_DECLARED + 1);
		t->item.demand.exclusive = draw(s, 30) == 0;
		t->item.alone = draw(s, 30) == 0;
		t->family = draw(s, 2) ? PLAN_NO_FAMILY : (uint32_t)draw(s, s->n);
	}
}

/* What the span holds at that time, and whether it stands then; 0: nothing. */
static uint64_t held_at(const struct schedule_span *span, int64_t at_ns, bool *ret_stands)
{
	struct schedule_part part;
	schedule_first_part(span, &part);
	do {
		*ret_stands = part.stands;
		if (at_ns >= part.start_ns && at_ns < part.end_ns)
			return part.mem_bytes;
	} while (schedule_next_part(span, &part));
	*ret_stands = false;
	return 0;
}

/* Never above the budget; nobody begins beside one that stands; not all stand. */
static void check_moment(struct suite *s, const struct schedule *sched, int64_t at_ns)
{
	uint64_t mem_bytes = 0;
	size_t n = 0;
	size_t begun = 0;
	size_t standing = 0;
	for (size_t i = 0; i < sched->n; i++) {
		bool stands;
		const uint64_t held = held_at(&sched->spans[i], at_ns, &stands);
		mem_bytes += held;
		n += held > 0;
		standing += stands;
		begun += held > 0 && sched->spans[i].start_ns == at_ns;
	}
	HOLDS(s, mem_bytes <= s->options.limits.budget_bytes);
	HOLDS(s, n <= s->options.limits.jobs);
	HOLDS(s, !standing || standing < n);
	HOLDS(s, !standing || !begun);
}

/* Who gives way is never the oldest. */
static bool somebody_older(const struct schedule *sched, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (sched->spans[k].end_ns >= sched->spans[i].end_ns)
			return true;
	return false;
}

static void check_span(struct suite *s, const struct schedule *sched, size_t i)
{
	const struct schedule_span *span = &sched->spans[i];
	const struct plan_sim_test *t = &s->tests[span->test];
	struct schedule_part part;
	uint64_t mem_bytes = 0;
	int64_t ns = 0;
	schedule_first_part(span, &part);
	do {
		HOLDS(s, part.mem_bytes >= mem_bytes && part.end_ns >= part.start_ns);
		check_moment(s, sched, part.start_ns);
		mem_bytes = part.mem_bytes;
		ns += part.stands ? 0 : part.end_ns - part.start_ns;
	} while (schedule_next_part(span, &part));
	HOLDS(s, part.end_ns == span->end_ns && span->end_ns <= sched->end_ns);
	HOLDS(s, span->oom == (mem_bytes < t->mem_bytes));
	HOLDS(s, span->oom || ns >= t->wall_ns + s->options.own_ns);
	HOLDS(s, !span->gave_way || (span->oom && somebody_older(sched, i)));
}

static void whoever_grows_stays_below_the_budget_and_all_end(void **state)
{
	(void)state;
	struct suite s;
	size_t paused = 0;
	size_t gave_way = 0;
	for (uint64_t seed = 1; seed <= SUITES; seed++) {
		size_t ended = 0;
		draw_suite(&s, seed);
		struct schedule sched = simulate(s.tests, s.n, &s.options);
		for (size_t i = 0; i < sched.n; i++) {
			check_span(&s, &sched, i);
			ended += !sched.spans[i].oom;
		}
		HOLDS(&s, ended + sched.n_too_big == s.n);
		paused += sched.n_paused;
		gave_way += sched.n_gave_way;
		schedule_fini(&sched);
	}
	assert_true(paused > SUITES && gave_way > SUITES / 10); /* or it shows nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_test_grows_step_by_step_and_loses_no_time),
		cmocka_unit_test(where_nothing_grows_it_runs_out_of_memory),
		cmocka_unit_test(it_stands_until_others_leave_it_room),
		cmocka_unit_test(when_all_stand_the_youngest_gives_way_and_begins_again),
		cmocka_unit_test(who_stands_uses_no_cpu),
		cmocka_unit_test(one_that_wants_more_than_there_is_has_it_all_first),
		cmocka_unit_test(the_smallest_limits_do_not_grow),
		cmocka_unit_test(it_asks_for_what_its_siblings_needed),
		cmocka_unit_test(isoruns_own_time_is_added_to_each_attempt),
		cmocka_unit_test(isoruns_own_cpu_time_is_in_the_way_of_others),
		cmocka_unit_test(whoever_grows_stays_below_the_budget_and_all_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

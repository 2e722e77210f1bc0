/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/simulate.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/time.h"
#include "planner/scene.h"

#define MIB (UINT64_C(1) << 20)
#define SEC NSEC_PER_SEC

enum { MAX_TESTS = 160, SUITES = 10000 };

static struct plan_sim_options machine(uint64_t budget, unsigned jobs, unsigned cpus)
{
	return (struct plan_sim_options){
		.limits = { .budget_bytes = budget, .jobs = jobs, .cpus = cpus },
		.share_bytes = budget / 8,
	};
}

static struct plan_sim_test known(int64_t wall_ns, uint64_t mem_bytes, uint32_t cpus_milli)
{
	return (struct plan_sim_test){
		.item = { .demand = { .mem_bytes = mem_bytes, .cpus_milli = cpus_milli,
				      .mem_origin = DEMAND_HISTORY },
			  .expected_ns = wall_ns },
		.wall_ns = wall_ns,
		.family = PLAN_NO_FAMILY,
	};
}

static int64_t makespan(const struct plan_sim_test *tests, size_t n,
			const struct plan_sim_options *o)
{
	struct schedule s = { 0 };
	assert_int_equal(plan_simulate(tests, n, o, &s), 0);
	const int64_t end_ns = s.end_ns;
	schedule_fini(&s);
	return end_ns;
}

static void no_tests_take_no_time(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(100, 8, 2);
	assert_int_equal(makespan(NULL, 0, &o), 0);
}

static void tests_that_fit_run_side_by_side(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(100, 8, 2);
	const struct plan_sim_test tests[] = { known(3 * SEC, 50, 1000), known(SEC, 50, 500),
					       known(2 * SEC, 50, 500) };
	assert_int_equal(makespan(tests, 2, &o), 3 * SEC);
	assert_int_equal(makespan(tests, 3, &o), 3 * SEC);
}

/* Four begin, and more come while the cpus are idle, as width.c says. */
static void sleepers_make_room_for_more_at_once(void **state)
{
	(void)state;
	enum { N = 100 };
	struct plan_sim_options o = machine(1000, 4, 2);
	struct plan_sim_test tests[N];
	for (int i = 0; i < N; i++)
		tests[i] = known(SEC, 1, 50);
	assert_int_equal(makespan(tests, N, &o), 25 * SEC);
	o.follows = true;
	const int64_t end_ns = makespan(tests, N, &o);
	/* 4, 5, 6, 7 ... at once after each quarter of a second, 32 at most. */
	assert_true(end_ns > 4 * SEC && end_ns < 8 * SEC);
	for (int i = 0; i < N; i++)
		tests[i].item.demand.cpus_milli = 500;
	assert_int_equal(makespan(tests, N, &o), 25 * SEC);
}

static void one_job_runs_them_one_after_the_other(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(100, 1, 2);
	const struct plan_sim_test tests[] = { known(3 * SEC, 1, 1), known(SEC, 1, 1) };
	assert_int_equal(makespan(tests, 2, &o), 4 * SEC);
}

/* Of unknown need: each wants one cpu, and nothing holds them back. */
static void too_few_cpus_make_all_slower(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(100, 8, 2);
	const struct plan_sim_test tests[] = { known(SEC, 1, 0), known(SEC, 1, 0),
					       known(SEC, 1, 0), known(2 * SEC, 1, 0) };
	/* Four at half speed until the three are done, then one at full speed. */
	assert_int_equal(makespan(tests, 4, &o), 3 * SEC);
}

static void a_test_that_outgrows_its_reservation_runs_again(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(400, 8, 8);
	struct plan_sim_test t = known(4 * SEC, 100, 1000);
	t.mem_bytes = 200;
	struct schedule s = { 0 };
	assert_int_equal(plan_simulate(&t, 1, &o, &s), 0);
	assert_int_equal(s.n, 2);
	assert_true(s.spans[0].oom);
	assert_int_equal(s.spans[0].end_ns, 2 * SEC);
	assert_false(s.spans[1].oom);
	assert_int_equal(s.spans[1].mem_bytes, 200);
	assert_int_equal(s.end_ns, 6 * SEC);
	assert_int_equal(s.n_too_big, 0);
	schedule_fini(&s);
}

static void a_test_above_the_budget_is_counted_and_given_up(void **state)
{
	(void)state;
	const struct plan_sim_options o = machine(400, 8, 8);
	struct plan_sim_test tests[] = { known(SEC, 400, 1000), known(SEC, 1, 1000) };
	tests[0].mem_bytes = 800;
	struct schedule s = { 0 };
	assert_int_equal(plan_simulate(tests, 2, &o, &s), 0);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.n_too_big, 1);
	schedule_fini(&s);
}

/* Eight that nobody knows get an eighth each; the first tells of the others. */
static void siblings_teach_while_they_run(void **state)
{
	(void)state;
	struct plan_sim_options o = machine(4096 * MIB, 2, 8);
	struct plan_sim_test tests[9];
	o.share_bytes = 4096 * MIB;
	for (size_t i = 0; i < 9; i++) {
		tests[i] = known(SEC, 4096 * MIB, 100);
		tests[i].item.demand.mem_origin = DEMAND_DEFAULT;
		tests[i].mem_bytes = 100 * MIB;
		tests[i].family = 3;
	}
	struct schedule s = { 0 };
	assert_int_equal(plan_simulate(tests, 9, &o, &s), 0);
	/* Few small ones say little (predict_sibling): eight one by one. */
	assert_int_equal(s.spans[7].mem_bytes, 4096 * MIB);
	assert_true(s.spans[8].mem_bytes < 200 * MIB);
	schedule_fini(&s);
}

/* Random suites, each made from a seed that a failure prints. */
struct suite {
	uint64_t seed;
	uint64_t state;
	size_t n;
	struct plan_sim_test tests[MAX_TESTS];
	struct plan_sim_options options;
	struct token_pools pools;
};

/* splitmix64 */
static uint64_t draw(struct suite *s, uint64_t below)
{
	uint64_t z = (s->state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

static bool one_in(struct suite *s, uint64_t n)
{
	return draw(s, n) == 0;
}

#define HOLDS(suite, what) \
	do { \
		if (!(what)) \
			fail_msg("seed %llu: %s", (unsigned long long)(suite)->seed, #what); \
	} while (0)

static char name_a[] = "a";
static char name_b[] = "b";
static char name_c[] = "c";
static char *lock_a[] = { name_a, NULL };
static char *lock_b[] = { name_b, NULL };
static char *lock_both[] = { name_a, name_b, NULL };
static char *lock_other[] = { name_c, NULL };

static char **draw_locks(struct suite *s)
{
	char **const sets[] = { lock_a, lock_b, lock_both, lock_other };
	return one_in(s, 5) ? sets[draw(s, ARRAY_SIZE(sets))] : NULL;
}

/* Fits at least one unit of each. */
static char one_gpu[] = "gpu=1";
static char part_gpu[] = "gpu=0.4";
static char most_gpu[] = "gpu=0.6";
static char one_licence[] = "licence";
static char *wants_gpu[] = { one_gpu, NULL };
static char *wants_part[] = { part_gpu, NULL };
static char *wants_most[] = { most_gpu, NULL };
static char *wants_licence[] = { one_licence, NULL };
static char *wants_part_and_licence[] = { part_gpu, one_licence, NULL };

static char **draw_tokens(struct suite *s)
{
	char **const sets[] = { wants_gpu, wants_part, wants_most, wants_licence,
				wants_part_and_licence };
	return one_in(s, 4) ? sets[draw(s, ARRAY_SIZE(sets))] : NULL;
}

/* Most suites have none. */
static void draw_pools(struct suite *s)
{
	const uint64_t gpus = draw(s, 3);
	const char *why;
	if (gpus == 0)
		return;
	assert_int_equal(token_pools_add(&s->pools, gpus == 1 ? "gpu=1" : "gpu=3", &why), 0);
	assert_int_equal(token_pools_add(&s->pools, "licence=2", &why), 0);
	s->options.limits.tokens = &s->pools;
}

/* Everything that a suite can hold, in any mixture. */
static void draw_test(struct suite *s, size_t i, uint64_t budget, bool truths)
{
	struct plan_sim_test *t = &s->tests[i];
	*t = known((int64_t)(1 + draw(s, 20)) * SEC / 2, 1 + draw(s, budget / (1 + draw(s, 16))),
		   one_in(s, 8) ? 0 : 50 + (uint32_t)draw(s, 1500));
	if (one_in(s, 10))
		t->item.expected_ns = one_in(s, 2) ? 0 : (int64_t)draw(s, 20) * SEC;
	t->item.demand.exclusive = one_in(s, 40);
	t->item.alone = one_in(s, 60);
	t->item.demand.locks = draw_locks(s);
	t->item.demand.shared_locks = one_in(s, 3) ? draw_locks(s) : NULL;
	t->item.demand.tokens = s->pools.n ? draw_tokens(s) : NULL;
	if (one_in(s, 50))
		t->item.demand.mem_bytes += budget;
	if (!truths)
		return;
	t->item.demand.mem_origin = (enum demand_origin)draw(s, DEMAND_DECLARED + 1);
	t->family = one_in(s, 3) ? PLAN_NO_FAMILY : (uint32_t)draw(s, s->n);
	t->mem_bytes = one_in(s, 3) ? 0 : 1 + draw(s, one_in(s, 10) ? 2 * budget : budget / 4);
}

static void draw_suite(struct suite *s, uint64_t seed, bool truths)
{
	*s = (struct suite){ .seed = seed, .state = seed };
	const uint64_t budget = (1 + draw(s, 4096)) * MIB;
	s->n = 1 + draw(s, one_in(s, 8) ? 120 : 40);
	s->options = machine(budget, 1 + (unsigned)draw(s, 40), 1 + (unsigned)draw(s, 12));
	s->options.order = (enum plan_order)draw(s, 3);
	s->options.seed = seed;
	draw_pools(s);
	for (size_t i = 0; i < s->n; i++)
		draw_test(s, i, budget, truths);
}

static bool overlap(const struct schedule_span *a, const struct schedule_span *b)
{
	return a->start_ns < b->end_ns && b->start_ns < a->end_ns;
}

/* All spans that are held when span i begins, itself too. */
static void check_moment(struct suite *s, const struct schedule *sched, size_t i)
{
	const struct schedule_span *now = &sched->spans[i];
	const struct plan_item *me = &s->tests[now->test].item;
	uint64_t mem = 0;
	uint64_t cpus = 0;
	size_t jobs = 0;
	size_t known_cpus = 0;
	struct plan_load load = { 0 };
	for (size_t k = 0; k < sched->n; k++) {
		const struct schedule_span *span = &sched->spans[k];
		const struct plan_item *item = &s->tests[span->test].item;
		if (span->start_ns > now->start_ns || span->end_ns <= now->start_ns)
			continue;
		mem += span->mem_bytes;
		cpus += item->demand.cpus_milli;
		known_cpus += item->demand.cpus_milli > 0;
		jobs++;
		plan_load_add(&load, item, &s->options.limits);
		HOLDS(s, k == i || !overlap(span, now) || !plan_locks_clash(item, me));
		HOLDS(s, k == i || !overlap(span, now) || !me->demand.exclusive);
		HOLDS(s, k == i || span->test != now->test);
	}
	HOLDS(s, mem <= s->options.limits.budget_bytes);
	HOLDS(s, jobs <= s->options.limits.jobs);
	for (size_t k = 0; k < s->pools.n; k++)
		HOLDS(s, AMOUNT_WHOLE * (uint64_t)load.tokens[k].whole + load.tokens[k].milli <=
				 AMOUNT_WHOLE * (uint64_t)token_pool_size(&s->pools.list[k]));
	HOLDS(s, known_cpus <= 1 || cpus <= UINT64_C(1000) * s->options.limits.cpus);
}

/* Each test came to an end, after few attempts, of which only the last counts. */
static void check_all_ran(struct suite *s, const struct schedule *sched)
{
	enum { TRIES_MAX = 5 };
	size_t tries[MAX_TESTS] = { 0 };
	size_t ended = 0;
	for (size_t i = 0; i < sched->n; i++) {
		const struct schedule_span *span = &sched->spans[i];
		HOLDS(s, span->end_ns > span->start_ns && span->end_ns <= sched->end_ns);
		ended += !span->oom;
		tries[span->test]++;
	}
	HOLDS(s, ended + sched->n_too_big == s->n);
	for (size_t i = 0; i < s->n; i++)
		HOLDS(s, tries[i] >= 1 && tries[i] <= TRIES_MAX);
}

static void never_above_the_budget_and_always_at_the_end(void **state)
{
	(void)state;
	struct suite s;
	for (uint64_t seed = 1; seed <= SUITES; seed++) {
		struct schedule sched = { 0 };
		draw_suite(&s, seed, true);
		HOLDS(&s, plan_simulate(s.tests, s.n, &s.options, &sched) == 0);
		check_all_ran(&s, &sched);
		for (size_t i = 0; i < sched.n; i++)
			check_moment(&s, &sched, i);
		schedule_fini(&sched);
	}
}

/* A schedule played again with plan_next, and what was promised on the way. */
struct replay {
	struct suite *s;
	const struct schedule *sched;
	struct plan_item items[MAX_TESTS];
	size_t order[MAX_TESTS];
	int64_t promised_ns[MAX_TESTS]; /* when the head would start at the latest */
	size_t n_running;
	bool exact;                     /* what is expected is what happens */
};

static void end_those_until(struct replay *r, int64_t now_ns)
{
	for (size_t i = 0; i < r->sched->n; i++) {
		struct plan_item *item = &r->items[r->sched->spans[i].test];
		if (r->sched->spans[i].end_ns > now_ns || item->state != PLAN_RUNNING)
			continue;
		item->state = PLAN_DONE;
		r->n_running--;
	}
}

static int by_thought_end(const void *a, const void *b)
{
	return plan_by_end(a, b);
}

static void note_promise(struct replay *r, int64_t now_ns)
{
	struct plan_running running[MAX_TESTS];
	struct plan_scene scene = { .limits = &r->s->options.limits, .now_ns = now_ns,
				    .running = running };
	struct plan_shadow shadow;
	size_t k = 0;
	while (k < r->s->n && r->items[r->order[k]].state != PLAN_WAITING)
		k++;
	if (k == r->s->n)
		return;
	for (size_t i = 0; i < r->s->n; i++) {
		if (r->items[i].state != PLAN_RUNNING)
			continue;
		running[scene.n++] = (struct plan_running){ &r->items[i],
							    plan_end_of(&r->items[i], now_ns) };
		plan_load_add(&scene.load, &r->items[i], scene.limits);
	}
	qsort(running, scene.n, sizeof(running[0]), by_thought_end);
	plan_shadow_of(&scene, &r->items[r->order[k]], &shadow);
	int64_t *promised = &r->promised_ns[r->order[k]];
	*promised = shadow.at_ns < *promised ? shadow.at_ns : *promised;
}

static void play(struct replay *r)
{
	const struct plan_limits *limits = &r->s->options.limits;
	size_t started = 0;
	while (started < r->sched->n) {
		const int64_t now_ns = r->sched->spans[started].start_ns;
		end_those_until(r, now_ns);
		for (; started < r->sched->n && r->sched->spans[started].start_ns == now_ns;
		     started++) {
			const size_t i = r->sched->spans[started].test;
			const size_t next = plan_next(r->items, r->order, r->s->n, r->n_running,
						      limits, now_ns);
			HOLDS(r->s, next == i);
			HOLDS(r->s, !r->exact || now_ns <= r->promised_ns[i]);
			r->items[i].state = PLAN_RUNNING;
			r->items[i].started_ns = now_ns;
			r->n_running++;
			note_promise(r, now_ns);
		}
		HOLDS(r->s, plan_next(r->items, r->order, r->s->n, r->n_running, limits,
				      now_ns) == SIZE_MAX);
	}
}

static void make_exact(struct suite *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct plan_sim_test *t = &s->tests[i];
		const uint32_t most = 1000 * s->options.limits.cpus;
		uint32_t *cpus = &t->item.demand.cpus_milli;
		*cpus = *cpus == 0 || *cpus > most ? 100 : *cpus;
		t->item.expected_ns = t->wall_ns;
	}
}

/* Nobody starts who plan_next would not have named then, and where what is
 * expected comes true no head starts later than it was promised. */
static void it_decides_as_plan_next_and_starves_nobody(void **state)
{
	(void)state;
	struct suite s;
	for (uint64_t seed = 1; seed <= SUITES; seed++) {
		struct replay r = { .s = &s, .exact = seed % 2 };
		struct schedule sched = { 0 };
		draw_suite(&s, seed, false);
		if (r.exact)
			make_exact(&s);
		HOLDS(&s, plan_simulate(s.tests, s.n, &s.options, &sched) == 0);
		r.sched = &sched;
		for (size_t i = 0; i < s.n; i++) {
			r.items[i] = s.tests[i].item;
			r.promised_ns[i] = INT64_MAX;
		}
		plan_sort(r.items, s.n, &s.options.limits, s.options.order, seed, r.order);
		play(&r);
		schedule_fini(&sched);
	}
}

/* Fifty tests and more, of which none takes more than a quarter of the cpus or
 * of the memory. */
static void draw_even_suite(struct suite *s, uint64_t seed)
{
	*s = (struct suite){ .seed = seed, .state = seed };
	const unsigned cpus = 8 + (unsigned)draw(s, 57);
	const uint64_t budget = (1 + draw(s, 64)) * 1024 * MIB;
	s->options = machine(budget, 100000, cpus);
	s->n = 50 + draw(s, MAX_TESTS - 50 + 1);
	for (size_t i = 0; i < s->n; i++)
		s->tests[i] = known((int64_t)(1 + draw(s, 4000)) * NSEC_PER_MSEC,
				    1 + draw(s, budget / 4),
				    50 + (uint32_t)draw(s, 1000 * cpus / 4 - 49));
}

static int64_t least_ns(const struct suite *s, int64_t *ret_longest_ns)
{
	struct plan_sample samples[MAX_TESTS];
	struct plan_bounds b;
	for (size_t i = 0; i < s->n; i++)
		samples[i] = (struct plan_sample){
			.wall_ns = s->tests[i].wall_ns,
			.mem_bytes = s->tests[i].item.demand.mem_bytes,
			.cpus_milli = s->tests[i].item.demand.cpus_milli,
		};
	plan_bounds_of(samples, s->n, &s->options.limits, &b);
	*ret_longest_ns = b.longest_ns;
	return b.cpu_ns > b.memory_ns ? b.cpu_ns : b.memory_ns;
}

/* Nor is any longer than a fifth of what all together take at least. */
static void even_suites_end_near_the_lower_bound(void **state)
{
	(void)state;
	struct suite s;
	size_t n = 0;
	for (uint64_t seed = 1; n < SUITES; seed++) {
		int64_t longest_ns;
		draw_even_suite(&s, seed);
		const int64_t least = least_ns(&s, &longest_ns);
		if (longest_ns > least / 5)
			continue;
		HOLDS(&s, makespan(s.tests, s.n, &s.options) <= least * 115 / 100);
		n++;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_tests_take_no_time),
		cmocka_unit_test(tests_that_fit_run_side_by_side),
		cmocka_unit_test(sleepers_make_room_for_more_at_once),
		cmocka_unit_test(one_job_runs_them_one_after_the_other),
		cmocka_unit_test(too_few_cpus_make_all_slower),
		cmocka_unit_test(a_test_that_outgrows_its_reservation_runs_again),
		cmocka_unit_test(a_test_above_the_budget_is_counted_and_given_up),
		cmocka_unit_test(siblings_teach_while_they_run),
		cmocka_unit_test(never_above_the_budget_and_always_at_the_end),
		cmocka_unit_test(it_decides_as_plan_next_and_starves_nobody),
		cmocka_unit_test(even_suites_end_near_the_lower_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

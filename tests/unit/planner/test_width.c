/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/width.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"

enum { CPUS = 4, BEGIN = 8 };

/* All that may run does, and others wait. */
static enum plan_width_cause step(struct plan_width *w, uint32_t idle_milli, uint32_t queue,
				  uint32_t stalled_permille, int64_t now_ns)
{
	const struct plan_width_load load = {
		.idle_known = true,
		.idle_milli = idle_milli,
		.queue_known = true,
		.queue = queue,
		.stalled_permille = stalled_permille,
		.running = w->now,
		.more = true,
	};
	return plan_width_step(w, &load, now_ns);
}

static void idle_cpus_widen_up_to_sixteen_a_cpu(void **state)
{
	(void)state;
	struct plan_width w;
	plan_width_init(&w, BEGIN, false, CPUS);
	assert_int_equal(step(&w, 2000, 1, 0, 1), WIDTH_IDLE);
	assert_int_equal(w.now, 10);
	for (int i = 0; i < 50; i++)
		(void)step(&w, 2000, 1, 0, 1);
	assert_int_equal(w.now, 16 * CPUS);
	assert_int_equal(step(&w, 2000, 1, 0, 1), WIDTH_KEPT);
}

static void busy_cpus_widen_nothing(void **state)
{
	(void)state;
	struct plan_width w;
	plan_width_init(&w, BEGIN, false, CPUS);
	assert_int_equal(step(&w, 799, 1, 0, 1), WIDTH_KEPT);
	assert_int_equal(step(&w, 0, 1, 0, 1), WIDTH_KEPT);
}

static void what_nobody_waits_for_is_not_widened(void **state)
{
	(void)state;
	struct plan_width w;
	plan_width_init(&w, BEGIN, false, CPUS);
	struct plan_width_load load = { .idle_known = true, .idle_milli = 4000, .running = BEGIN };
	assert_int_equal(plan_width_step(&w, &load, 1), WIDTH_KEPT);
	load.more = true;
	load.running = BEGIN - 1; /* memory binds, or a lock */
	assert_int_equal(plan_width_step(&w, &load, 1), WIDTH_KEPT);
	load.running = BEGIN;
	load.idle_known = false;
	assert_int_equal(plan_width_step(&w, &load, 1), WIDTH_KEPT);
}

static void a_crowd_narrows_no_further_than_where_it_began(void **state)
{
	(void)state;
	struct plan_width w;
	plan_width_init(&w, BEGIN, false, CPUS);
	while (w.now < 40)
		(void)step(&w, 2000, 1, 0, 1);
	assert_int_equal(step(&w, 0, 9, 0, 1), WIDTH_KEPT); /* one look is none */
	for (int i = 0; i < 100; i++)
		(void)step(&w, 0, 30, 0, 1);
	assert_int_equal(w.now, BEGIN);
}

static void want_of_memory_narrows_below_what_runs_and_is_recovered_from(void **state)
{
	(void)state;
	struct plan_width w;
	plan_width_init(&w, BEGIN, false, CPUS);
	assert_int_equal(step(&w, 0, 1, 49, 1), WIDTH_KEPT);
	assert_int_equal(step(&w, 0, 1, 50, 1), WIDTH_STALLED);
	assert_int_equal(w.now, BEGIN - 1);
	for (int i = 0; i < 20; i++)
		(void)step(&w, 0, 1, 500, 1);
	assert_int_equal(w.now, 1);
	/* Not at once. */
	assert_int_equal(step(&w, 4000, 1, 0, 2), WIDTH_KEPT);
	assert_int_equal(step(&w, 4000, 1, 0, 3 * NSEC_PER_SEC), WIDTH_RECOVERED);
	assert_int_equal(w.now, 2);
}

static void a_chosen_number_is_never_passed_and_is_recovered_to(void **state)
{
	(void)state;
	struct plan_width w;
	plan_width_init(&w, BEGIN, true, CPUS);
	assert_int_equal(step(&w, 4000, 1, 0, 1), WIDTH_KEPT);
	for (int i = 0; i < 20; i++)
		assert_int_equal(step(&w, 0, 99, 0, 1), WIDTH_KEPT);
	assert_int_equal(step(&w, 0, 99, 200, 1), WIDTH_STALLED);
	for (int i = 0; i < 20; i++)
		(void)step(&w, 0, 99, 0, 3 * NSEC_PER_SEC);
	assert_int_equal(w.now, BEGIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_cpus_widen_up_to_sixteen_a_cpu),
		cmocka_unit_test(busy_cpus_widen_nothing),
		cmocka_unit_test(what_nobody_waits_for_is_not_widened),
		cmocka_unit_test(a_crowd_narrows_no_further_than_where_it_began),
		cmocka_unit_test(want_of_memory_narrows_below_what_runs_and_is_recovered_from),
		cmocka_unit_test(a_chosen_number_is_never_passed_and_is_recovered_to),
	};
	return cmocka_run_group_tests_name("planner/width", tests, NULL, NULL);
}

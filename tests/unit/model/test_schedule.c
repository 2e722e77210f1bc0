/* SPDX-License-Identifier: Apache-2.0 */
#include "model/schedule.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static struct schedule_span spans[] = {
	{ .test = 0, .start_ns = 0, .end_ns = 500, .mem_bytes = 40, .cpus_milli = 1000 },
	{ .test = 1, .start_ns = 0, .end_ns = 1000, .mem_bytes = 10, .cpus_milli = 500 },
	{ .test = 2, .start_ns = 500, .end_ns = 750, .mem_bytes = 80, .cpus_milli = 2000 },
};

static const struct schedule schedule = {
	.spans = spans, .n = 3, .end_ns = 1000, .budget_bytes = 100, .cpus = 2, .jobs = 4,
};

static void levels_are_means_over_each_part(void **state)
{
	(void)state;
	uint32_t mem[2];
	uint32_t cpus[2];
	uint32_t jobs[2];
	schedule_levels(&schedule, 2, mem, cpus, jobs);
	assert_int_equal(mem[0], 500);
	assert_int_equal(mem[1], 500); /* half of the time 90, half 10 */
	assert_int_equal(cpus[0], 750);
	assert_int_equal(cpus[1], 750);
	assert_int_equal(jobs[0], 500);
	assert_int_equal(jobs[1], 375);
}

static void an_empty_schedule_holds_nothing(void **state)
{
	(void)state;
	const struct schedule empty = { .budget_bytes = 100, .cpus = 2, .jobs = 4 };
	uint32_t mem[3] = { 1, 1, 1 };
	schedule_levels(&empty, 3, mem, NULL, NULL);
	assert_int_equal(mem[0] + mem[1] + mem[2], 0);
	assert_int_equal(schedule_width(&empty), 0);
}

static void who_starts_when_another_ends_is_not_beside_it(void **state)
{
	(void)state;
	assert_int_equal(schedule_width(&schedule), 2);
}

/* 40 until 200, stands until 600, then 80. */
static void a_span_that_grows_has_parts(void **state)
{
	(void)state;
	struct schedule_span *span = calloc(1, sizeof(*span));
	struct schedule s = { .spans = span, .n = 1, .end_ns = 1000, .budget_bytes = 100,
			      .cpus = 1, .jobs = 1 };
	struct schedule_part part;
	uint32_t mem[5];
	uint32_t cpus[5];
	uint32_t jobs[5];
	assert_non_null(span);
	*span = (struct schedule_span){ .end_ns = 1000, .mem_bytes = 40, .cpus_milli = 500 };
	assert_false(schedule_stands(span));
	assert_int_equal(schedule_change(span, 200, 40, true), 0);
	assert_true(schedule_stands(span));
	assert_int_equal(schedule_change(span, 600, 80, false), 0);
	assert_false(schedule_stands(span));
	assert_int_equal(schedule_paused_ns(span), 400);
	assert_int_equal(schedule_mem_end(span), 80);

	schedule_first_part(span, &part);
	assert_int_equal(part.end_ns, 200);
	assert_true(schedule_next_part(span, &part));
	assert_true(part.stands);
	assert_int_equal(part.end_ns, 600);
	assert_true(schedule_next_part(span, &part));
	assert_int_equal(part.start_ns, 600);
	assert_int_equal(part.end_ns, 1000);
	assert_int_equal(part.mem_bytes, 80);
	assert_false(schedule_next_part(span, &part));

	schedule_levels(&s, 5, mem, cpus, jobs);
	const uint32_t want_mem[] = { 400, 400, 400, 800, 800 };
	const uint32_t want_cpus[] = { 500, 0, 0, 500, 500 };
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(mem[i], want_mem[i]);
		assert_int_equal(cpus[i], want_cpus[i]);
		assert_int_equal(jobs[i], 1000);
	}
	schedule_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_means_over_each_part),
		cmocka_unit_test(an_empty_schedule_holds_nothing),
		cmocka_unit_test(who_starts_when_another_ends_is_not_beside_it),
		cmocka_unit_test(a_span_that_grows_has_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

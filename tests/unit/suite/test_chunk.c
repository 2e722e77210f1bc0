/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/chunk.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/time.h"

#define MIB (UINT64_C(1) << 20)

enum { N = 6 };

static struct plan_item items[N];
static struct chunk_mark marks[N];
static size_t order[N];
static struct chunk_rules rules;
static size_t members[CHUNK_MOST];

/* All alike, of one millisecond. */
static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		items[i] = (struct plan_item){
			.expected_ns = NSEC_PER_MSEC,
			.demand.mem_bytes = 100 * MIB,
		};
		marks[i] = (struct chunk_mark){ .group = 0, .name_bytes = 10 };
		order[i] = i;
	}
	rules = (struct chunk_rules){ .wall_ns = 100 * NSEC_PER_MSEC, .mem_bytes = 1000 * MIB };
	return 0;
}

/* Members of the chunk of order[at], as digits. */
static void gathers(size_t at, const char *expected)
{
	char said[N + 1] = "";
	const size_t n = chunk_gather(items, marks, order, N, at, &rules, members);

	for (size_t i = 0; i < n; i++)
		said[i] = (char)('0' + members[i]);
	assert_string_equal(said, expected);
}

static void those_that_wait_and_may_go_together_in_order(void **state)
{
	(void)state;
	order[1] = 3;
	order[3] = 1;
	gathers(0, "032145");
	gathers(1, "32145");
	items[2].state = PLAN_RUNNING;
	items[3].state = PLAN_BARRED;
	marks[4].group = 7;
	items[5].first = true;
	gathers(0, "01");
}

static void none_is_added_once_it_is_long_enough(void **state)
{
	(void)state;
	rules.wall_ns = 3 * NSEC_PER_MSEC;
	gathers(0, "012");
}

static void who_is_long_or_not_known_is_launched_alone(void **state)
{
	(void)state;
	items[1].expected_ns = 0;
	items[2].expected_ns = 50 * NSEC_PER_MSEC;
	items[3].expected_ns = 51 * NSEC_PER_MSEC;
	gathers(0, "0245");
	gathers(3, "3");
	gathers(1, "1");
}

static void who_belongs_to_nobody_or_had_to_be_alone_is_launched_alone(void **state)
{
	(void)state;
	marks[0].group = marks[1].group = SIZE_MAX;
	items[2].alone = true;
	gathers(0, "0");
	gathers(2, "2");
	gathers(3, "345");
}

static void all_need_about_as_much_memory_and_no_more_than_there_is(void **state)
{
	(void)state;
	items[1].demand.mem_bytes = 125 * MIB;
	items[2].demand.mem_bytes = 126 * MIB;
	items[3].demand.mem_bytes = 75 * MIB;
	items[4].demand.mem_bytes = 74 * MIB;
	gathers(0, "0135");
	rules.mem_bytes = 110 * MIB;
	gathers(0, "035");
}

static void the_command_line_bounds_it(void **state)
{
	(void)state;
	marks[1].name_bytes = CHUNK_NAME_BYTES - 10;
	marks[2].name_bytes = 1;
	gathers(0, "01");
}

static void as_listed_means_neighbours_only(void **state)
{
	(void)state;
	rules.adjacent = true;
	items[1].state = PLAN_DONE;
	marks[4].group = 1;
	gathers(0, "023");
}

static void a_launch_is_a_twentieth_of_a_long_suite(void **state)
{
	(void)state;
	assert_int_equal(chunk_wall_ns(5 * NSEC_PER_MSEC, 3600 * NSEC_PER_SEC, 8),
			 100 * NSEC_PER_MSEC);
	assert_int_equal(chunk_wall_ns(INT64_MAX / 100, INT64_MAX, 1), INT64_MAX / 100 * 20);
}

static void of_a_short_suite_chunks_are_as_short_as_keeps_jobs_busy(void **state)
{
	(void)state;
	/* The root of 800 ms * 4 ms / 2. */
	assert_int_equal(chunk_wall_ns(4 * NSEC_PER_MSEC, 800 * NSEC_PER_MSEC, 2),
			 40 * NSEC_PER_MSEC);
	assert_true(chunk_wall_ns(4 * NSEC_PER_MSEC, 800 * NSEC_PER_MSEC, 8) <
		    40 * NSEC_PER_MSEC);
	assert_int_equal(chunk_wall_ns(4 * NSEC_PER_MSEC, 0, 2), 0);
}

static struct test shares(void)
{
	static char *argv[] = { (char *)"./a", NULL };

	return (struct test){ .shares_launch = true, .argv = argv, .program = "/a", .cwd = "/" };
}

static void what_ties_a_test_or_judges_it_otherwise_keeps_it_alone(void **state)
{
	int status = 3;
	struct test t = shares();

	(void)state;
	assert_true(chunk_may_hold(&t));
#define ALONE(field, value)                                                                 \
	t = shares();                                                                       \
	t.field = value;                                                                    \
	assert_false(chunk_may_hold(&t))
	ALONE(shares_launch, false);
	ALONE(linked, true);
	ALONE(quarantine, "flaps");
	ALONE(disabled, "why");
	ALONE(demand.mem_bytes, MIB);
	ALONE(demand.exclusive, true);
	ALONE(expectation, TEST_MUST_FAIL);
	ALONE(pass_pattern, "ok");
	ALONE(fail_pattern, "no");
	ALONE(skip_status, &status);
#undef ALONE
}

static bool have_equal_keys(const struct test *a, const struct test *b)
{
	_cleanup_buf_ struct buf ka = BUF_INIT;
	_cleanup_buf_ struct buf kb = BUF_INIT;

	chunk_add_key(a, &ka);
	chunk_add_key(b, &kb);
	return strcmp(buf_str(&ka), buf_str(&kb)) == 0;
}

static void who_runs_otherwise_has_another_key(void **state)
{
	char *list[] = { (char *)"a", (char *)"b", NULL };
	char *other[] = { (char *)"a", NULL };
	const struct test t = shares();
	struct test u = shares();

	(void)state;
	u.id = "another";
	u.retries = 3;
	u.tags = list;
	assert_true(have_equal_keys(&t, &u));
#define DIFFERS(field, value)                                                               \
	u = shares();                                                                       \
	u.field = value;                                                                    \
	assert_false(have_equal_keys(&t, &u))
	DIFFERS(program, "/b");
	DIFFERS(cwd, "/tmp");
	DIFFERS(profile, "strict");
	DIFFERS(env, list);
	DIFFERS(env_unset, list);
	DIFFERS(demand.locks, list);
	DIFFERS(demand.tokens, list);
	DIFFERS(demand.cpus_milli, 2000);
	DIFFERS(timeout_ns, 7);
	DIFFERS(priority, 1);
#undef DIFFERS
	/* A list ends before the next begins. */
	struct test v = shares();
	u = shares();
	u.env = list;
	v.env = other;
	v.env_unset = list + 1;
	assert_false(have_equal_keys(&u, &v));
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup(t, setup)
	const struct CMUnitTest tests[] = {
		CASE(those_that_wait_and_may_go_together_in_order),
		CASE(none_is_added_once_it_is_long_enough),
		CASE(who_is_long_or_not_known_is_launched_alone),
		CASE(who_belongs_to_nobody_or_had_to_be_alone_is_launched_alone),
		CASE(all_need_about_as_much_memory_and_no_more_than_there_is),
		CASE(the_command_line_bounds_it),
		CASE(as_listed_means_neighbours_only),
		CASE(a_launch_is_a_twentieth_of_a_long_suite),
		CASE(of_a_short_suite_chunks_are_as_short_as_keeps_jobs_busy),
		CASE(what_ties_a_test_or_judges_it_otherwise_keeps_it_alone),
		CASE(who_runs_otherwise_has_another_key),
	};

	return cmocka_run_group_tests_name("suite/chunk", tests, NULL, NULL);
}

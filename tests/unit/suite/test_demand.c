/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/demand.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "place.h"

#define MIB (UINT64_C(1) << 20)

static struct history *history;
static struct demand_rules rules;

static int setup(void **state)
{
	char *note = NULL;

	place_setup(state);
	assert_int_equal(history_open("history.db", &history, &note, NULL), 0);
	rules = (struct demand_rules){
		.history = history,
		.suite = "/project",
		.key = "",
		.share_bytes = 100 * MIB,
		.budget_bytes = 1000 * MIB,
		.now_wall_ns = time_wall_ns(),
	};
	return 0;
}

static int teardown(void **state)
{
	history_close(history);
	return place_teardown(state);
}

static void remember(const char *id, uint64_t working_bytes, enum outcome outcome)
{
	const struct history_attempt a = {
		.suite = "/project", .test = id, .program = "prog", .run = "r", .attempt = 1,
		.outcome = outcome, .wall_ns = 4 * NSEC_PER_SEC, .cpu_ns = NSEC_PER_SEC,
		.mem_peak_bytes = 10 * working_bytes, .mem_working_bytes = working_bytes,
		.mem_limit_bytes = working_bytes, .taken_wall_ns = rules.now_wall_ns,
	};

	assert_int_equal(history_begin(history, NULL), 0);
	assert_int_equal(history_add(history, &a, NULL), 0);
	assert_int_equal(history_commit(history, NULL), 0);
}

static struct demand choose(const struct test *t, int64_t *ret_expected_ns)
{
	struct demand d;
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(demand_choose(t, &rules, &d, ret_expected_ns, &err), 0);
	return d;
}

static const struct test known = { .id = "known", .program = "prog" };
static const struct test stranger = { .id = "stranger", .program = "other" };
static const struct test sibling = { .id = "sibling", .program = "prog" };

static void what_is_declared_wins(void **state)
{
	struct test t = known;
	int64_t ns;

	(void)state;
	remember("known", 50 * MIB, OUTCOME_PASSED);
	t.demand.mem_bytes = 7 * MIB;
	rules.mem_bytes = 9 * MIB;
	struct demand d = choose(&t, &ns);

	assert_int_equal(d.mem_bytes, 7 * MIB);
	assert_int_equal(d.mem_origin, DEMAND_DECLARED);
	t.demand.mem_bytes = 0;
	d = choose(&t, &ns);
	assert_int_equal(d.mem_bytes, 9 * MIB);
	assert_int_equal(d.mem_origin, DEMAND_DECLARED);
}

static void history_knows_memory_time_and_cpus(void **state)
{
	int64_t ns;

	(void)state;
	remember("known", 200 * MIB, OUTCOME_PASSED);
	const struct demand d = choose(&known, &ns);

	assert_int_equal(d.mem_bytes, 246 * MIB); /* x 1.15 + 16 MiB, of the working set */
	assert_int_equal(d.mem_origin, DEMAND_HISTORY);
	assert_int_equal(ns, 4 * NSEC_PER_SEC);
	assert_int_equal(d.cpus_milli, 250);
}

static void a_memory_kill_in_history_asks_for_more(void **state)
{
	int64_t ns;

	(void)state;
	remember("known", 200 * MIB, OUTCOME_OUT_OF_MEMORY);
	assert_true(choose(&known, &ns).mem_bytes >= 400 * MIB);
}

static void another_environment_is_better_than_nothing_and_says_so(void **state)
{
	int64_t ns;

	(void)state;
	remember("known", 200 * MIB, OUTCOME_PASSED);
	rules.key = "asan";
	struct demand d = choose(&known, &ns);
	assert_int_equal(d.mem_bytes, 246 * MIB);
	assert_int_equal(d.mem_origin, DEMAND_ELSEWHERE);
	assert_int_equal(ns, 4 * NSEC_PER_SEC);
	/* Of the program's other tests nothing is known there. */
	assert_int_equal(choose(&sibling, &ns).mem_origin, DEMAND_DEFAULT);

	struct history_attempt a = {
		.suite = "/project", .test = "known", .program = "prog", .run = "r", .attempt = 1,
		.outcome = OUTCOME_PASSED, .wall_ns = 1, .mem_working_bytes = 400 * MIB,
		.taken_wall_ns = rules.now_wall_ns, .key = "asan",
	};
	assert_int_equal(history_begin(history, NULL), 0);
	assert_int_equal(history_add(history, &a, NULL), 0);
	assert_int_equal(history_commit(history, NULL), 0);
	d = choose(&known, &ns);
	assert_int_equal(d.mem_bytes, 476 * MIB);
	assert_int_equal(d.mem_origin, DEMAND_HISTORY);
}

static void siblings_of_the_past_lend_their_size_not_their_time(void **state)
{
	int64_t ns = -1;

	(void)state;
	remember("known", 200 * MIB, OUTCOME_PASSED);
	const struct demand d = choose(&sibling, &ns);

	assert_int_equal(d.mem_bytes, 246 * MIB);
	assert_int_equal(d.mem_origin, DEMAND_SIBLING);
	assert_int_equal(ns, 0);
	assert_int_equal(d.cpus_milli, 0);
}

static void a_stranger_gets_the_default_share(void **state)
{
	int64_t ns = -1;

	(void)state;
	remember("known", 200 * MIB, OUTCOME_PASSED);
	const struct demand d = choose(&stranger, &ns);

	assert_int_equal(d.mem_bytes, 100 * MIB);
	assert_int_equal(d.mem_origin, DEMAND_DEFAULT);
	assert_int_equal(ns, 0);
}

static void another_project_knows_nothing_of_this_one(void **state)
{
	int64_t ns;

	(void)state;
	remember("known", 200 * MIB, OUTCOME_PASSED);
	rules.suite = "/elsewhere";
	assert_int_equal(choose(&known, &ns).mem_origin, DEMAND_DEFAULT);
}

static void no_demand_is_above_the_budget(void **state)
{
	struct test t = known;
	int64_t ns;

	(void)state;
	t.demand.mem_bytes = 5000 * MIB;
	assert_int_equal(choose(&t, &ns).mem_bytes, 1000 * MIB);
}

static void without_a_history_there_is_still_a_demand(void **state)
{
	int64_t ns;

	(void)state;
	rules.history = NULL;
	assert_int_equal(choose(&known, &ns).mem_bytes, 100 * MIB);
}

static void siblings_of_this_run_are_learned_from(void **state)
{
	struct demand_siblings *s = demand_siblings_new();
	const struct predict_sample big = { .mem_bytes = 400 * MIB, .wall_ns = 1 };

	(void)state;
	assert_non_null(s);
	assert_int_equal(demand_of_siblings(s, "prog", 100 * MIB, 1000 * MIB), 0);
	demand_siblings_add(s, &known, &big);
	assert_int_equal(demand_of_siblings(s, "prog", 100 * MIB, 1000 * MIB), 476 * MIB);
	assert_int_equal(demand_of_siblings(s, "other", 100 * MIB, 1000 * MIB), 0);
	demand_siblings_free(s);
}

static void a_newer_attempt_of_a_test_replaces_its_older(void **state)
{
	struct demand_siblings *s = demand_siblings_new();
	const struct predict_sample killed = { .mem_bytes = 400 * MIB, .wall_ns = 1, .oom = 1 };
	const struct predict_sample passed = { .mem_bytes = 200 * MIB, .wall_ns = 1 };

	(void)state;
	demand_siblings_add(s, &known, &killed);
	assert_int_equal(demand_of_siblings(s, "prog", 100 * MIB, 1000 * MIB), 800 * MIB);
	demand_siblings_add(s, &known, &passed);
	assert_int_equal(demand_of_siblings(s, "prog", 100 * MIB, 1000 * MIB), 246 * MIB);
	demand_siblings_free(s);
}

static void small_changes_of_siblings_are_no_news(void **state)
{
	struct demand_siblings *s = demand_siblings_new();
	struct predict_sample sample = { .mem_bytes = 400 * MIB, .wall_ns = 1 };
	uint64_t bytes;

	(void)state;
	assert_false(demand_siblings_news(s, "prog", &rules, &bytes));
	demand_siblings_add(s, &known, &sample);
	assert_true(demand_siblings_news(s, "prog", &rules, &bytes));
	assert_int_equal(bytes, 476 * MIB);
	assert_false(demand_siblings_news(s, "prog", &rules, &bytes));
	sample.mem_bytes = 380 * MIB;
	demand_siblings_add(s, &known, &sample);
	assert_false(demand_siblings_news(s, "prog", &rules, &bytes));
	sample.mem_bytes = 401 * MIB; /* more is news, however little */
	demand_siblings_add(s, &known, &sample);
	assert_true(demand_siblings_news(s, "prog", &rules, &bytes));
	assert_int_equal(bytes, 478 * MIB);
	sample.mem_bytes = 200 * MIB;
	demand_siblings_add(s, &known, &sample);
	assert_true(demand_siblings_news(s, "prog", &rules, &bytes));
	assert_int_equal(bytes, 246 * MIB);
	demand_siblings_free(s);
}

static void any_number_of_siblings_may_be_added(void **state)
{
	static struct test many[1000];
	struct demand_siblings *s = demand_siblings_new();
	const struct predict_sample small = { .mem_bytes = 1 * MIB, .wall_ns = 1 };
	const struct predict_sample unmeasured = { .wall_ns = 1 };

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		many[i].program = "prog";
		demand_siblings_add(s, &many[i], &small);
		demand_siblings_add(s, &many[i], &unmeasured);
	}
	assert_true(demand_of_siblings(s, "prog", 100 * MIB, 1000 * MIB) < 20 * MIB);
	demand_siblings_free(s);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_declared_wins),
		CASE(history_knows_memory_time_and_cpus),
		CASE(a_memory_kill_in_history_asks_for_more),
		CASE(another_environment_is_better_than_nothing_and_says_so),
		CASE(siblings_of_the_past_lend_their_size_not_their_time),
		CASE(a_stranger_gets_the_default_share),
		CASE(another_project_knows_nothing_of_this_one),
		CASE(no_demand_is_above_the_budget),
		CASE(without_a_history_there_is_still_a_demand),
		CASE(siblings_of_this_run_are_learned_from),
		CASE(a_newer_attempt_of_a_test_replaces_its_older),
		CASE(small_changes_of_siblings_are_no_news),
		CASE(any_number_of_siblings_may_be_added),
	};

	return cmocka_run_group_tests_name("suite/demand", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/choose.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

enum { TESTS_MAX = 400 };

static struct test_suite suite;
static struct choose_fact facts[TESTS_MAX];

static int set_up(void **state)
{
	(void)state;
	memset(facts, 0, sizeof(facts));
	return test_suite_init(&suite);
}

static int tear_down(void **state)
{
	(void)state;
	test_suite_fini(&suite);
	return 0;
}

static void add(const char *id, int64_t wall_ns, bool failed)
{
	struct test *t = test_suite_add(&suite);

	assert_non_null(t);
	t->id = arena_strdup(suite.arena, id);
	facts[suite.n_tests - 1] = (struct choose_fact){ true, failed, wall_ns };
}

static void assert_ids(const char *want)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	for (size_t i = 0; i < suite.n_tests; i++)
		buf_addf(&b, "%s%s", i ? " " : "", suite.tests[i]->id);
	assert_string_equal(buf_str(&b), want);
}

static void those_that_failed_are_kept_in_their_order(void **state)
{
	(void)state;
	add("a", 1, false);
	add("b", 2, true);
	add("c", 3, false);
	add("d", 4, true);
	assert_int_equal(choose_failed(&suite, facts), 2);
	assert_ids("b d");
	assert_int_equal(facts[1].wall_ns, 4);
}

static void where_none_failed_all_stay(void **state)
{
	(void)state;
	add("a", 1, false);
	add("b", 2, false);
	assert_int_equal(choose_failed(&suite, facts), 0);
	assert_ids("a b");
}

static void those_that_failed_move_to_the_front(void **state)
{
	(void)state;
	add("a", 1, false);
	add("b", 2, true);
	add("c", 3, false);
	add("d", 4, true);
	assert_int_equal(choose_failed_first(&suite, facts), 2);
	assert_ids("b d a c");
	assert_int_equal(facts[0].wall_ns, 2);
	assert_int_equal(facts[3].wall_ns, 3);
	assert_false(facts[2].failed);
}

static void a_shard_is_one_of_so_many(void **state)
{
	static const char *const bad[] = { "", "1", "/", "1/", "/2", "0/2", "3/2", "1/0", "-1/2",
					   "1/2/3", "a/b", "1/10001", " 1/2" };
	struct choose_shard shard = { 0 };

	(void)state;
	assert_true(choose_parse_shard("2/5", &shard));
	assert_int_equal(shard.index, 2);
	assert_int_equal(shard.count, 5);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (choose_parse_shard(bad[i], &shard))
			fail_msg("'%s' was taken", bad[i]);
}

/* What is in a shard, of the suite as it is; the suite stays. */
static struct choose_share share_of(unsigned index, unsigned count, unsigned *seen)
{
	struct test *tests[TESTS_MAX];
	struct choose_fact before[TESTS_MAX];
	const struct choose_shard shard = { index, count };
	const size_t n = suite.n_tests;
	struct choose_share share;

	if (n)
		memcpy(tests, suite.tests, n * sizeof(*tests));
	memcpy(before, facts, sizeof(before));
	assert_int_equal(choose_shard(&suite, facts, &shard, &share), 0);
	assert_int_equal(share.n, suite.n_tests);
	for (size_t i = 0, at = 0; i < suite.n_tests; i++, at++) {
		while (at < n && tests[at] != suite.tests[i])
			at++;
		assert_true(at < n); /* in the order of the suite */
		assert_int_equal(facts[i].wall_ns, before[at].wall_ns);
		seen[at]++;
	}
	if (n)
		memcpy(suite.tests, tests, n * sizeof(*tests));
	memcpy(facts, before, sizeof(before));
	suite.n_tests = n;
	return share;
}

static uint64_t dice(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static void make_suite(uint64_t *seed)
{
	const size_t n = dice(seed) % TESTS_MAX;
	const unsigned known = (unsigned)dice(seed) % 4; /* none, few, most, all */
	char id[32];

	for (size_t i = 0; i < n; i++) {
		const bool is_known = dice(seed) % 3 < known;

		snprintf(id, sizeof(id), "t%zu", i);
		add(id, is_known ? (int64_t)(1 + dice(seed) % 1000000) : 0, false);
	}
}

/* No order of arrival matters: another machine may list the tests otherwise. */
static void shuffle(uint64_t *seed)
{
	for (size_t i = suite.n_tests; i > 1; i--) {
		const size_t k = dice(seed) % i;
		struct test *t = suite.tests[i - 1];
		const struct choose_fact fact = facts[i - 1];

		suite.tests[i - 1] = suite.tests[k];
		facts[i - 1] = facts[k];
		suite.tests[k] = t;
		facts[k] = fact;
	}
}

static void assert_fair(const struct choose_share *shares, unsigned count)
{
	int64_t longest = 0;
	int64_t most = 0;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < suite.n_tests; i++)
		longest = facts[i].wall_ns > longest ? facts[i].wall_ns : longest;
	for (unsigned k = 0; k < count; k++) {
		const int64_t load = shares[k].all_ns ? shares[k].ns : (int64_t)shares[k].n;

		most = load > most ? load : most;
		least = load < least ? load : least;
	}
	/* The last test that the fullest was given went where there was least. */
	assert_true(most - least <= (longest ? longest : 1));
}

/* Suites of any size and shards of any number, on machines that list them otherwise. */
static void shards_are_the_suite_without_overlap_and_fair(void **state)
{
	uint64_t seed = 42;

	for (int round = 0; round < 200; round++) {
		struct choose_share shares[16];
		unsigned seen[TESTS_MAX] = { 0 };
		const unsigned count = 1 + (unsigned)dice(&seed) % 16;

		make_suite(&seed);
		for (unsigned k = 0; k < count; k++) {
			shares[k] = share_of(k + 1, count, seen);
			assert_int_equal(shares[k].split, shares[0].split);
		}
		for (size_t i = 0; i < suite.n_tests; i++)
			assert_int_equal(seen[i], 1);
		assert_fair(shares, count);

		unsigned again[TESTS_MAX] = { 0 };
		const struct choose_share before = shares[0];

		shuffle(&seed);
		const struct choose_share after = share_of(1, count, again);
		assert_int_equal(before.n, after.n);
		assert_int_equal(before.ns, after.ns);
		assert_int_equal(before.split, after.split);
		tear_down(state);
		set_up(state);
	}
}

static void another_history_is_another_split(void **state)
{
	unsigned seen[TESTS_MAX];
	uint32_t split;

	(void)state;
	add("a", 10, false);
	add("b", 20, false);
	split = share_of(1, 2, seen).split;
	assert_int_not_equal(share_of(1, 3, seen).split, split);
	facts[0].wall_ns = 11;
	assert_int_not_equal(share_of(1, 2, seen).split, split);
}

static void the_longest_is_alone_where_it_is_as_long_as_all_others(void **state)
{
	const struct choose_shard second = { 2, 2 };
	struct choose_share share;

	(void)state;
	add("a", 10, false);
	add("b", 20, false);
	add("long", 60, false);
	add("c", 30, false);
	assert_int_equal(choose_shard(&suite, facts, &second, &share), 0);
	assert_ids("a b c");
	assert_int_equal(share.ns, 60);
	assert_int_equal(share.all_ns, 120);
}

static void the_history_tells_times_and_failures(void **state)
{
	char dir[] = "/tmp/isorun-unit-XXXXXX";
	_cleanup_buf_ struct buf path = BUF_INIT;
	_cleanup_buf_ struct buf command = BUF_INIT;
	struct history *h = NULL;
	char *note = NULL;
	struct history_attempt a = { .suite = "/p", .program = "x", .run = "r", .attempt = 1 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	buf_addf(&path, "%s/history.db", dir);
	assert_int_equal(history_open(buf_str(&path), &h, &note, NULL), 0);
	assert_int_equal(history_begin(h, NULL), 0);
	for (int i = 1; i <= 3; i++) {
		a.test = "a";
		a.outcome = OUTCOME_PASSED;
		a.wall_ns = 100 * i;
		a.taken_wall_ns = i;
		snprintf(a.key, sizeof(a.key), "env%d", i);
		assert_int_equal(history_add(h, &a, NULL), 0);
	}
	a.test = "b";
	a.outcome = OUTCOME_FAILED;
	assert_int_equal(history_add(h, &a, NULL), 0);
	assert_int_equal(history_commit(h, NULL), 0);
	add("a", 0, false);
	add("b", 0, false);
	add("c", 0, false);
	assert_int_equal(choose_recall(h, "/p", &suite, facts, NULL), 0);
	assert_int_equal(facts[0].wall_ns, 200);
	assert_true(facts[0].known && !facts[0].failed);
	assert_true(facts[1].failed);
	assert_false(facts[2].known);
	history_close(h);
	buf_addf(&command, "rm -r %s", dir);
	assert_int_equal(system(buf_str(&command)), 0);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(those_that_failed_are_kept_in_their_order),
		CASE(where_none_failed_all_stay),
		CASE(those_that_failed_move_to_the_front),
		CASE(a_shard_is_one_of_so_many),
		CASE(shards_are_the_suite_without_overlap_and_fair),
		CASE(another_history_is_another_split),
		CASE(the_longest_is_alone_where_it_is_as_long_as_all_others),
		CASE(the_history_tells_times_and_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

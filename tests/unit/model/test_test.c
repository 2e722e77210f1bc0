/* SPDX-License-Identifier: Apache-2.0 */
#include "model/test.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"

static int make_suite(void **state)
{
	static struct test_suite suite;

	*state = &suite;
	return test_suite_init(&suite);
}

static int drop_suite(void **state)
{
	test_suite_fini(*state);
	return 0;
}

static void add(struct test_suite *s, const char *id)
{
	struct test *t = test_suite_add(s);

	assert_non_null(t);
	t->id = id;
}

static void a_new_test_leaves_everything_to_the_suite(void **state)
{
	const struct test *t = test_suite_add(*state);

	assert_non_null(t);
	assert_int_equal(t->retries, -1);
	assert_int_equal(t->timeout_ns, 0);
	assert_int_equal(t->protocol, TEST_PROTOCOL_EXIT);
	assert_int_equal(t->demand.mem_bytes, 0);
	assert_null(t->id);
	assert_null(t->skip_status);
}

static void tests_stay_in_listed_order_and_in_place_while_the_suite_grows(void **state)
{
	struct test_suite *s = *state;
	enum { MANY = 1000 };
	static struct test *seen[MANY];

	for (int i = 0; i < MANY; i++) {
		seen[i] = test_suite_add(s);
		assert_non_null(seen[i]);
	}
	assert_int_equal(s->n_tests, MANY);
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(s->tests[i], seen[i]);
}

static void a_list_in_the_arena_outlives_the_one_it_was_copied_from(void **state)
{
	char **list = NULL;

	assert_int_equal(strv_add(&list, "db"), 0);
	assert_int_equal(strv_add(&list, "slow"), 0);
	char **copy = test_suite_strv(*state, list);
	strv_free(list);
	assert_non_null(copy);
	assert_string_equal(copy[0], "db");
	assert_string_equal(copy[1], "slow");
	assert_null(copy[2]);
}

static void the_empty_list_is_null_in_the_arena_too(void **state)
{
	char *none[] = { NULL };

	assert_null(test_suite_strv(*state, NULL));
	assert_null(test_suite_strv(*state, none));
}

static void the_first_of_equal_ids_keeps_it_and_the_others_are_counted(void **state)
{
	struct test_suite *s = *state;

	add(s, "b");
	add(s, "a");
	add(s, "b");
	add(s, "b");
	assert_int_equal(test_suite_make_ids_unique(s), 0);
	assert_string_equal(s->tests[0]->id, "b");
	assert_string_equal(s->tests[1]->id, "a");
	assert_string_equal(s->tests[2]->id, "b~2");
	assert_string_equal(s->tests[3]->id, "b~3");
}

static void a_suffix_that_a_test_came_with_is_not_given_again(void **state)
{
	struct test_suite *s = *state;

	add(s, "a");
	add(s, "a~2");
	add(s, "a");
	add(s, "a~2");
	assert_int_equal(test_suite_make_ids_unique(s), 0);
	assert_string_equal(s->tests[0]->id, "a");
	assert_string_equal(s->tests[1]->id, "a~2");
	assert_string_equal(s->tests[2]->id, "a~3");
	assert_string_equal(s->tests[3]->id, "a~2~2");
}

static void a_thousand_equal_ids_become_a_thousand_different_ones(void **state)
{
	struct test_suite *s = *state;

	for (int i = 0; i < 1000; i++)
		add(s, i % 3 ? "x" : "x~2");
	assert_int_equal(test_suite_make_ids_unique(s), 0);
	for (size_t i = 0; i < s->n_tests; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(s->tests[i]->id, s->tests[j]->id);
}

static void different_ids_are_left_alone(void **state)
{
	struct test_suite *s = *state;

	assert_int_equal(test_suite_make_ids_unique(s), 0);
	add(s, "a");
	add(s, "a~b");
	assert_int_equal(test_suite_make_ids_unique(s), 0);
	assert_string_equal(s->tests[0]->id, "a");
	assert_string_equal(s->tests[1]->id, "a~b");
}

static void fini_accepts_a_zeroed_suite(void **state)
{
	(void)state;
	struct test_suite s = { 0 };
	test_suite_fini(&s);
	assert_null(s.arena);
}

#define SUITE_TEST(f) cmocka_unit_test_setup_teardown(f, make_suite, drop_suite)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUITE_TEST(a_new_test_leaves_everything_to_the_suite),
		SUITE_TEST(tests_stay_in_listed_order_and_in_place_while_the_suite_grows),
		SUITE_TEST(a_list_in_the_arena_outlives_the_one_it_was_copied_from),
		SUITE_TEST(the_empty_list_is_null_in_the_arena_too),
		SUITE_TEST(the_first_of_equal_ids_keeps_it_and_the_others_are_counted),
		SUITE_TEST(a_suffix_that_a_test_came_with_is_not_given_again),
		SUITE_TEST(a_thousand_equal_ids_become_a_thousand_different_ones),
		SUITE_TEST(different_ids_are_left_alone),
		cmocka_unit_test(fini_accepts_a_zeroed_suite),
	};

	return cmocka_run_group_tests_name("model/test", tests, NULL, NULL);
}

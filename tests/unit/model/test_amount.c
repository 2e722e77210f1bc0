/* SPDX-License-Identifier: Apache-2.0 */
#include "model/amount.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/str.h"

#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })
#define W(text) ((char *)(uintptr_t)(text))

static void a_token_is_a_name_and_a_number(void **state)
{
	(void)state;
	char name[AMOUNT_NAME];
	uint32_t milli;
	assert_null(token_parse("gpu", name, &milli));
	assert_string_equal(name, "gpu");
	assert_int_equal(milli, 1000);
	assert_null(token_parse("licence-x=12", name, &milli));
	assert_int_equal(milli, 12000);
	assert_null(token_parse("gpu=0.25", NULL, &milli));
	assert_int_equal(milli, 250);
}

static void a_token_that_cannot_be_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "=1", "gpu=", "gpu=0", "gpu=-1", "gpu=x", "gpu=1.5", "gpu=65", "a b=1",
		"gpu=1=2", "a-name-that-is-longer-than-31-bytes=1",
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!token_parse(bad[i], NULL, NULL))
			fail_msg("'%s' was taken", bad[i]);
}

static void a_lock_is_a_name_and_may_be_shared(void **state)
{
	(void)state;
	char name[AMOUNT_NAME];
	bool shared;
	assert_null(lock_parse("schema", name, &shared));
	assert_false(shared);
	assert_null(lock_parse("schema:shared", name, &shared));
	assert_string_equal(name, "schema");
	assert_true(shared);
	assert_non_null(lock_parse("schema:share", name, &shared));
	assert_non_null(lock_parse("schema:", name, &shared));
	assert_non_null(lock_parse(":shared", name, &shared));
}

static void the_later_number_of_a_token_wins(void **state)
{
	(void)state;
	struct token_pools pools = { 0 };
	const char *why = NULL;
	assert_int_equal(token_pools_add(&pools, "gpu=2", &why), 0);
	assert_int_equal(token_pools_add(&pools, "port=64", &why), 0);
	assert_int_equal(token_pools_add(&pools, "gpu=3", &why), 0);
	assert_int_equal(pools.n, 2);
	assert_int_equal(token_pool_size(&pools.list[0]), 3);
	assert_int_equal(token_pool_size(&pools.list[1]), 64);
	assert_int_equal(token_pools_find(&pools, "port=0.5"), 1);
	assert_int_equal(token_pools_find(&pools, "por"), -1);
	assert_true(token_pools_add(&pools, "gpu", &why) < 0);
	assert_true(token_pools_add(&pools, "gpu=65", &why) < 0);
	assert_true(token_pools_add(&pools, "gpu=0.5", &why) < 0);
}

static int fill(char *const *tokens, char *const *locks, char *const *shared, struct amounts *ret,
		struct iso_err *err)
{
	static const struct token_pools have = { 1, { { "gpu", 0, 0x30 } } };
	const struct amounts_wanted wanted = { .tokens = tokens, .locks = locks,
					       .shared_locks = shared, .lock_scope = 5,
					       .have = &have };
	return amounts_fill(&wanted, ret, err);
}

static void what_is_wanted_knows_what_there_is(void **state)
{
	(void)state;
	struct amounts a;
	assert_int_equal(fill(WORDS(W("gpu=2")), WORDS(W("x")), WORDS(W("x"), W("y")), &a, NULL),
			 0);
	assert_int_equal(a.n, 3);
	assert_int_equal(a.list[0].have, 0x30);
	assert_int_equal(a.list[0].scope, 0);
	assert_int_equal(a.list[1].kind, AMOUNT_LOCK);
	assert_int_equal(a.list[1].scope, 5);
	assert_string_equal(a.list[2].name, "y");
	assert_int_equal(a.list[2].kind, AMOUNT_LOCK_SHARED);
}

static void more_than_there_is_is_an_error_of_the_user(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	struct amounts a;
	assert_true(fill(WORDS(W("gpu=3")), NULL, NULL, &a, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_string_equal(err.text, "token 'gpu=3': there are only 2");
	assert_true(fill(WORDS(W("seat")), NULL, NULL, &a, &err) < 0);
	assert_non_null(strstr(err.text, "--have seat=N"));
	char *nine[] = { W("1"), W("2"), W("3"), W("4"), W("5"), W("6"), W("7"), W("8"), W("9"),
			 NULL };
	assert_true(fill(NULL, nine, NULL, &a, &err) < 0);
	assert_string_equal(err.text, "'9': a test may ask for 8 tokens and locks at most");
}

static void people_read_which_units_are_held(void **state)
{
	(void)state;
	_cleanup_strv_ char **held = NULL;
	_cleanup_strv_ char **wanted = NULL;
	struct amounts a = { 4, { { .name = "gpu", .kind = AMOUNT_TOKEN, .milli = 2000,
				    .units = 0x30 },
				  { .name = "part", .kind = AMOUNT_TOKEN, .milli = 250,
				    .units = 1 },
				  { .name = "l", .kind = AMOUNT_LOCK },
				  { .name = "s", .kind = AMOUNT_LOCK_SHARED } } };
	assert_int_equal(amounts_words(&a, true, &held), 0);
	assert_string_equal(held[0], "gpu:4,5");
	assert_string_equal(held[1], "part:0(0.25)");
	assert_string_equal(held[2], "l");
	assert_string_equal(held[3], "s:shared");
	assert_int_equal(amounts_words(&a, false, &wanted), 0);
	assert_string_equal(wanted[0], "gpu=2");
	assert_string_equal(wanted[1], "part=0.25");
}

static void names_mean_the_same_only_within_a_scope(void **state)
{
	(void)state;
	struct amount a = { .name = "x", .kind = AMOUNT_LOCK };
	struct amount b = { .name = "x", .kind = AMOUNT_LOCK_SHARED };
	assert_true(amount_is_same(&a, &b));
	b.scope = amount_scope(0, "/a", 2);
	assert_false(amount_is_same(&a, &b));
	assert_true(b.scope != amount_scope(0, "/b", 2));
	assert_true(b.scope != amount_scope(1, "/a", 2));
	b = a;
	b.kind = AMOUNT_TOKEN;
	assert_false(amount_is_same(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_a_name_and_a_number),
		cmocka_unit_test(a_token_that_cannot_be_is_refused),
		cmocka_unit_test(a_lock_is_a_name_and_may_be_shared),
		cmocka_unit_test(the_later_number_of_a_token_wins),
		cmocka_unit_test(what_is_wanted_knows_what_there_is),
		cmocka_unit_test(more_than_there_is_is_an_error_of_the_user),
		cmocka_unit_test(people_read_which_units_are_held),
		cmocka_unit_test(names_mean_the_same_only_within_a_scope),
	};

	return cmocka_run_group_tests_name("model/amount", tests, NULL, NULL);
}

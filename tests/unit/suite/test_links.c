/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/links.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "suite/select.h"

static struct test_suite suite;
static struct iso_err err;

static int setup(void **state)
{
	(void)state;
	err = (struct iso_err)ISO_ERR_INIT;
	return test_suite_init(&suite);
}

static int teardown(void **state)
{
	(void)state;
	test_suite_fini(&suite);
	return 0;
}

static char **words(const char *text)
{
	_cleanup_strv_ char **list = NULL;

	if (!text)
		return NULL;
	assert_int_equal(strv_split(text, " ", &list), 0);
	return test_suite_strv(&suite, list);
}

static struct test *add(const char *id)
{
	struct test *t = test_suite_add(&suite);

	assert_non_null(t);
	t->id = id;
	t->named.where = "here:1";
	return t;
}

static void resolve(void)
{
	const int r = links_resolve(&suite, 0, &err);

	assert_string_equal(err.text, "");
	assert_int_equal(r, 0);
	assert_int_equal(links_check(&suite, &err), 0);
}

static void assert_names(struct test *const *list, const char *expected)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	for (; list && *list; list++)
		buf_addf(&b, "%s%s", b.len ? " " : "", (*list)->id);
	assert_string_equal(buf_str(&b), expected);
}

static void names_and_globs_become_tests(void **state)
{
	struct test *a = add("a[1]");
	struct test *b = add("b");
	struct test *last = add("last");

	(void)state;
	b->named.depends = words("a[1]");
	last->named.after = words("* b");
	resolve();
	assert_names(a->after, "");
	assert_names(b->depends, "a[1]");
	assert_names(last->after, "a[1] b");
	assert_true(a->linked && b->linked && last->linked);
	assert_null(last->named.after);
}

static void add_database(void)
{
	struct test *up = add("up");
	struct test *use = add("use");
	struct test *down = add("down");

	up->named.setup = words("db");
	use->named.fixtures = words("db");
	down->named.cleanup = words("db");
	(void)add("other");
}

static void a_fixture_is_set_up_before_and_cleared_away_after_its_users(void **state)
{
	(void)state;
	add_database();
	resolve();
	assert_names(suite.tests[1]->depends, "up");
	assert_names(suite.tests[1]->cleanups, "down");
	assert_names(suite.tests[2]->after, "up use");
	assert_names(suite.tests[2]->depends, "");
	assert_true(suite.tests[0]->linked && suite.tests[2]->linked);
	assert_false(suite.tests[3]->linked);
}

static void who_is_chosen_brings_whom_it_needs(void **state)
{
	(void)state;
	add_database();
	resolve();
	assert_int_equal(select_tests(&suite, "use", NULL, &err), 0);
	assert_int_equal(suite.n_tests, 3);
	assert_string_equal(suite.tests[0]->id, "up");
	assert_string_equal(suite.tests[2]->id, "down");
}

static void neither_others_nor_a_disabled_test_bring_anybody(void **state)
{
	(void)state;
	add_database();
	resolve();
	suite.tests[1]->disabled = "broken";
	assert_int_equal(select_tests(&suite, "use or other", NULL, &err), 0);
	assert_int_equal(suite.n_tests, 2);
}

static void order_alone_brings_nobody_and_does_not_need_anybody(void **state)
{
	struct plan_links *links;

	(void)state;
	(void)add("a");
	add("b")->named.after = words("a");
	resolve();
	assert_int_equal(links_of(&suite, &links, &err), 0);
	assert_non_null(links);
	plan_links_free(links);
	assert_int_equal(select_tests(&suite, "b", NULL, &err), 0);
	assert_int_equal(suite.n_tests, 1);
	assert_int_equal(links_of(&suite, &links, &err), 0);
	assert_null(links);
}

static void what_nobody_is_called_is_refused_where_it_stands(void **state)
{
	(void)state;
	(void)add("migrate");
	struct test *t = add("b");
	t->named.depends = words("migrat");
	assert_true(links_resolve(&suite, 0, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_string_equal(err.text, "here:1: test 'b' waits for 'migrat', and no test is called "
			    "that\nhint: did you mean 'migrate'?");
	t->named.where = "here:2";
	t->named.fixtures = words("db");
	assert_true(links_resolve(&suite, 0, &err) < 0);
	assert_string_equal(err.text, "here:2: test 'b' requires the fixture 'db', which no test "
			    "sets up");
	t->named.depends = words("gone");
	t->named.fixtures = words("db");
	assert_int_equal(links_resolve(&suite, 0, &err), 0);
	assert_null(t->depends);
}

static void a_ring_is_refused_with_its_tests(void **state)
{
	(void)state;
	add("a")->named.after = words("c");
	add("b")->named.depends = words("a");
	add("c")->named.depends = words("b");
	assert_int_equal(links_resolve(&suite, 0, &err), 0);
	assert_true(links_check(&suite, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_string_equal(err.text, "tests wait for each other: 'a' after 'c' after 'b' after "
			    "'a'");
}

static void a_linked_test_shares_the_tree_unless_somebody_chose(void **state)
{
	struct spec spec = { .workspace = SPEC_TREE_OVERLAY };
	const struct test linked = { .linked = true };
	const struct test plain = { .linked = false };

	(void)state;
	assert_int_equal(links_workspace(&plain, &spec), SPEC_TREE_OVERLAY);
	assert_int_equal(links_workspace(&linked, &spec), SPEC_TREE_SHARED);
	spec.workspace_set = true;
	assert_int_equal(links_workspace(&linked, &spec), SPEC_TREE_OVERLAY);
}

static void whoever_is_brought_brings_others(void **state)
{
	(void)state;
	(void)add("other");
	(void)add("base");
	add("down")->named.depends = words("tool");
	add("use")->named.fixtures = words("db");
	suite.tests[2]->named.cleanup = words("db");
	add("up")->named.setup = words("db");
	suite.tests[4]->named.depends = words("base");
	(void)add("tool");
	resolve();
	assert_int_equal(select_tests(&suite, "use", NULL, &err), 0);
	assert_int_equal(suite.n_tests, 5);
	assert_string_equal(suite.tests[0]->id, "tool");
	assert_string_equal(suite.tests[1]->id, "base");
	assert_string_equal(suite.tests[2]->id, "up");
	assert_string_equal(suite.tests[3]->id, "use");
	assert_string_equal(suite.tests[4]->id, "down");
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(names_and_globs_become_tests),
		CASE(a_fixture_is_set_up_before_and_cleared_away_after_its_users),
		CASE(who_is_chosen_brings_whom_it_needs),
		CASE(neither_others_nor_a_disabled_test_bring_anybody),
		CASE(order_alone_brings_nobody_and_does_not_need_anybody),
		CASE(what_nobody_is_called_is_refused_where_it_stands),
		CASE(a_ring_is_refused_with_its_tests),
		CASE(a_linked_test_shares_the_tree_unless_somebody_chose),
		CASE(whoever_is_brought_brings_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

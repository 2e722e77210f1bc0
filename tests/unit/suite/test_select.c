/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/select.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

static void add(struct test_suite *s, const char *id, const char *tags)
{
	struct test *t = test_suite_add(s);
	_cleanup_strv_ char **list = NULL;

	assert_non_null(t);
	assert_int_equal(strv_split(tags, " ", &list), 0);
	t->id = id;
	t->tags = test_suite_strv(s, list);
}

static void fill(struct test_suite *s)
{
	assert_int_equal(test_suite_init(s), 0);
	add(s, "db/open", "db slow");
	add(s, "db/close", "db");
	add(s, "net/Open", "net slow");
	add(s, "net/close (v6)", "net");
}

/* Both expressions, and what stays: ids joined by commas. */
static void assert_selects(const char *k, const char *m, const char *expected)
{
	struct test_suite s;
	struct iso_err err = ISO_ERR_INIT;
	_cleanup_buf_ struct buf ids = BUF_INIT;

	fill(&s);
	const int r = select_tests(&s, k, m, &err);

	assert_string_equal(err.text, "");
	assert_int_equal(r, 0);
	for (size_t i = 0; i < s.n_tests; i++)
		buf_addf(&ids, "%s%s", i ? "," : "", s.tests[i]->id);
	assert_string_equal(buf_str(&ids), expected);
	test_suite_fini(&s);
}

static void assert_refused(const char *k, const char *message)
{
	struct test_suite s;
	struct iso_err err = ISO_ERR_INIT;

	fill(&s);
	assert_true(select_tests(&s, k, NULL, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_string_equal(err.text, message);
	assert_int_equal(s.n_tests, 4);
	test_suite_fini(&s);
}

static void no_expression_keeps_all(void **state)
{
	(void)state;
	assert_selects(NULL, NULL, "db/open,db/close,net/Open,net/close (v6)");
	assert_selects("  ", "", "db/open,db/close,net/Open,net/close (v6)");
}

static void words_are_parts_of_ids_in_any_case(void **state)
{
	(void)state;
	assert_selects("OPEN", NULL, "db/open,net/Open");
	assert_selects("db/", NULL, "db/open,db/close");
	assert_selects("nothing", NULL, "");
}

static void marks_are_whole_tags(void **state)
{
	(void)state;
	assert_selects(NULL, "slow", "db/open,net/Open");
	assert_selects(NULL, "slo", "");
	assert_selects(NULL, "SLOW", "");
}

static void not_binds_closer_than_and_and_that_than_or(void **state)
{
	(void)state;
	assert_selects("not open and db", NULL, "db/close");
	assert_selects("db and open or net and close", NULL, "db/open,net/close (v6)");
	assert_selects("close or db and open", NULL, "db/open,db/close,net/close (v6)");
	assert_selects("not not db", NULL, "db/open,db/close");
}

static void parentheses_group(void **state)
{
	(void)state;
	assert_selects("not (open or net)", NULL, "db/close");
	assert_selects("db and(open)", NULL, "db/open");
}

static void both_expressions_must_hold(void **state)
{
	(void)state;
	assert_selects("open", "db", "db/open");
}

static void quotes_make_a_word_of_anything(void **state)
{
	(void)state;
	assert_selects("'close (v6)'", NULL, "net/close (v6)");
	assert_selects("\"not\" or 'db/o'", NULL, "db/open");
}

static void reserved_words_are_lower_case_only(void **state)
{
	(void)state;
	assert_selects("NOT", NULL, "");
	assert_selects("android or db/open", NULL, "db/open");
}

static void faults_show_the_expression_and_the_column(void **state)
{
	(void)state;
	assert_refused("a and", "-k 'a and': column 6: expected a word, 'not' or '(', "
				"found the end");
	assert_refused("a b", "-k 'a b': column 3: expected 'and', 'or' or the end");
	assert_refused("(a", "-k '(a': column 3: expected ')'");
	assert_refused("a)", "-k 'a)': column 2: expected 'and', 'or' or the end");
	assert_refused("or a", "-k 'or a': column 1: expected a word, 'not' or '('");
	assert_refused("()", "-k '()': column 2: expected a word, 'not' or '('");
	assert_refused("a or 'b", "-k 'a or 'b': column 6: the quote is not closed");
}

static void a_fault_in_the_marks_keeps_all_tests(void **state)
{
	struct test_suite s;
	struct iso_err err = ISO_ERR_INIT;

	(void)state;
	fill(&s);
	assert_true(select_tests(&s, "db", "slow or", &err) < 0);
	assert_true(str_starts(err.text, "-m 'slow or': column 8:"));
	assert_int_equal(s.n_tests, 4);
	test_suite_fini(&s);
}

static void nesting_has_an_end(void **state)
{
	struct test_suite s;
	struct iso_err err = ISO_ERR_INIT;
	char deep[100001];

	(void)state;
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	fill(&s);
	assert_true(select_tests(&s, deep, NULL, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	test_suite_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_expression_keeps_all),
		cmocka_unit_test(words_are_parts_of_ids_in_any_case),
		cmocka_unit_test(marks_are_whole_tags),
		cmocka_unit_test(not_binds_closer_than_and_and_that_than_or),
		cmocka_unit_test(parentheses_group),
		cmocka_unit_test(both_expressions_must_hold),
		cmocka_unit_test(quotes_make_a_word_of_anything),
		cmocka_unit_test(reserved_words_are_lower_case_only),
		cmocka_unit_test(faults_show_the_expression_and_the_column),
		cmocka_unit_test(a_fault_in_the_marks_keeps_all_tests),
		cmocka_unit_test(nesting_has_an_end),
	};

	return cmocka_run_group_tests_name("suite/select", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/cases_told.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* A line a case: "SUITE CASE passed|failed|skipped [WHY]"; "cut" ends it, "full" is out of
 * memory. */
static int read_lines(char *text, size_t len, case_told_fn *told, void *arg)
{
	int r = 0;

	assert_int_equal(len, strlen(text));
	for (char *save, *line = strtok_r(text, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save)) {
		char *words;
		struct case_told one = { .wall_ns = 7 };

		if (str_eq(line, "cut"))
			return -EBADMSG;
		if (str_eq(line, "full"))
			return -ENOMEM;
		one.suite = strtok_r(line, " ", &words);
		one.name = strtok_r(NULL, " ", &words);
		assert_true(outcome_parse(strtok_r(NULL, " ", &words), &one.outcome));
		one.why = *words ? words : NULL;
		r = told(&one, arg);
	}
	return r;
}

static const struct cases_driver driver = { .read = read_lines };
static const struct test a = { .case_suite = "S", .case_name = "a" };
static const struct test b = { .case_suite = "S", .case_name = "b" };
static const struct test other = { .case_suite = "T", .case_name = "a" };
static const struct test *const asked[] = { &a, &b, &other };

static struct cases_facts facts;
static struct case_found found[3];

static void reads(const char *text, size_t n)
{
	char copy[256];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	assert_int_equal(cases_told_read(&driver, copy, strlen(copy), asked, n, found, &facts), 0);
	assert_true(facts.asked);
}

static void each_test_finds_its_own_case_in_any_order(void **state)
{
	(void)state;
	reads("T a skipped no net\nS b passed\nS a failed x != y\n", 3);
	assert_true(facts.whole);
	assert_int_equal(facts.n_missing, 0);
	assert_int_equal(found[0].outcome, OUTCOME_FAILED);
	assert_int_equal(found[1].outcome, OUTCOME_PASSED);
	assert_int_equal(found[2].outcome, OUTCOME_SKIPPED);
	assert_string_equal(found[2].why, "no net");
	assert_int_equal(found[1].wall_ns, 7);
}

static void the_first_failure_is_kept_before_what_was_skipped(void **state)
{
	(void)state;
	reads("S a skipped one\nS b failed two\nT a failed three\n", 0);
	assert_int_equal(facts.n, 3);
	assert_int_equal(facts.n_failed, 2);
	assert_int_equal(facts.n_skipped, 1);
	assert_string_equal(facts.failed, "S.b");
	assert_string_equal(facts.why, "two");
	reads("S a passed\nS b skipped one\nT a skipped two\n", 0);
	assert_string_equal(facts.why, "one");
}

static void what_nobody_told_of_is_missing(void **state)
{
	(void)state;
	reads("S b passed\nS c passed\n", 3);
	assert_int_equal(facts.n, 2);
	assert_int_equal(facts.n_missing, 2);
	assert_false(found[0].found);
	assert_true(found[1].found);
	assert_false(found[1].again);
}

static void told_of_twice_the_worse_counts(void **state)
{
	(void)state;
	reads("S a failed x\nS a passed\nS b passed\nS b failed y\n", 2);
	assert_int_equal(found[0].outcome, OUTCOME_FAILED);
	assert_int_equal(found[1].outcome, OUTCOME_FAILED);
	assert_true(found[0].again);
	assert_int_equal(facts.n_missing, 0);
}

static void a_report_that_is_not_whole_tells_nothing(void **state)
{
	char text[] = "full";

	(void)state;
	reads("S a passed\nS b passed\ncut\n", 2);
	assert_false(facts.whole);
	assert_false(found[0].found);
	assert_int_equal(facts.n, 0);
	assert_int_equal(facts.n_missing, 2);
	assert_int_equal(cases_told_read(&driver, text, strlen(text), asked, 2, found, &facts),
			 -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_test_finds_its_own_case_in_any_order),
		cmocka_unit_test(the_first_failure_is_kept_before_what_was_skipped),
		cmocka_unit_test(what_nobody_told_of_is_missing),
		cmocka_unit_test(told_of_twice_the_worse_counts),
		cmocka_unit_test(a_report_that_is_not_whole_tells_nothing),
	};

	return cmocka_run_group_tests_name("suite/cases_told", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "report/hint.h"

static const char *hint(enum outcome outcome, const char *options, const char *output)
{
	static struct fold_attempt attempt = { .mem_limit_bytes = 100 };
	const struct fold f = { .budget_bytes = 1000 };
	const struct fold_test t = {
		.id = "t", .outcome = outcome, .options = options, .last_attempt = &attempt,
	};

	return hint_of(&f, &t, output, output ? strlen(output) : 0);
}

static void assert_says(const char *got, const char *what)
{
	assert_non_null(got);
	if (!strstr(got, what))
		fail_msg("'%s' instead of '%s'", got, what);
}

static void only_what_the_output_says_is_hinted_at(void **state)
{
	(void)state;
	assert_null(hint(OUTCOME_FAILED, "", NULL));
	assert_null(hint(OUTCOME_FAILED, "", "Connection refused"));
	assert_null(hint(OUTCOME_PASSED, "", "No space left on device"));
	assert_null(hint(OUTCOME_SKIPPED, "", "Read-only file system"));
	assert_says(hint(OUTCOME_FAILED, "", "x\nNo space left on device\n"), "--tmp-size");
	assert_says(hint(OUTCOME_CRASHED, "", "Read-only file system"), "--bind");
}

static void who_gave_the_option_is_not_told_of_it(void **state)
{
	(void)state;
	assert_null(hint(OUTCOME_FAILED, "--net host", "Network is unreachable"));
	assert_says(hint(OUTCOME_FAILED, "--env A=b", "Network is unreachable"), "--net nat");
}

static void a_refused_call_that_is_listed_needs_no_log(void **state)
{
	(void)state;
	struct fold_refusal refusal = { .test = "t" };
	struct fold f = { .refusals = &refusal };
	const struct fold_test t = { .id = "t", .outcome = OUTCOME_FAILED, .options = "" };
	static const char said[] = "Operation not permitted";

	assert_null(hint_of(&f, &t, said, sizeof(said) - 1));
	refusal.test = "another";
	assert_says(hint_of(&f, &t, said, sizeof(said) - 1), "--seccomp-log");
}

static void memory_is_hinted_at_by_where_its_limit_came_from(void **state)
{
	(void)state;
	struct fold_attempt attempt = { .mem_limit_bytes = 1000 };
	const struct fold f = { .budget_bytes = 1000 };
	struct fold_test t = {
		.id = "t", .outcome = OUTCOME_OUT_OF_MEMORY, .options = "",
		.last_attempt = &attempt,
	};

	assert_says(hint_of(&f, &t, NULL, 0), "--budget");
	attempt.mem_limit_bytes = 500;
	assert_says(hint_of(&f, &t, NULL, 0), "begin with more");
	t.mem_origin = DEMAND_DECLARED;
	assert_says(hint_of(&f, &t, NULL, 0), "was declared");
	t.outcome = OUTCOME_TIMED_OUT;
	assert_says(hint_of(&f, &t, NULL, 0), "--timeout");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_the_output_says_is_hinted_at),
		cmocka_unit_test(who_gave_the_option_is_not_told_of_it),
		cmocka_unit_test(a_refused_call_that_is_listed_needs_no_log),
		cmocka_unit_test(memory_is_hinted_at_by_where_its_limit_came_from),
	};

	return cmocka_run_group_tests_name("report/hint", tests, NULL, NULL);
}

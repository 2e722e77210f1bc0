/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"

static char place[] = "/tmp/isorun-unit-XXXXXX";
static struct history *history;

static void add(const char *test, enum outcome outcome, int64_t wall_ns, uint64_t peak_bytes)
{
	const struct history_attempt a = {
		.suite = "/p", .test = test, .program = "x", .run = "r", .attempt = 1,
		.outcome = outcome, .wall_ns = wall_ns, .mem_peak_bytes = peak_bytes,
		.taken_wall_ns = 1,
	};

	assert_int_equal(history_add(history, &a, NULL), 0);
}

static int set_up(void **state)
{
	_cleanup_free_ char *path = NULL;
	char *note = NULL;

	(void)state;
	path = mkdtemp(place) ? path_join(place, "history.db") : NULL;
	if (!path || history_open(path, &history, &note, NULL) < 0 ||
	    history_begin(history, NULL) < 0)
		return -1;
	add("slow", OUTCOME_PASSED, 900, 10);
	add("large", OUTCOME_PASSED, 100, 5000);
	add("shaky", OUTCOME_FAILED, 200, 10);
	add("shaky", OUTCOME_PASSED, 400, 30);
	add("broken", OUTCOME_FAILED, 50, 10);
	add("hung", OUTCOME_TIMED_OUT, 100000, 10);
	return history_commit(history, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	history_close(history);
	return fs_remove_tree_at(AT_FDCWD, place);
}

static void the_slowest_is_first_by_what_ran_to_its_end(void **state)
{
	struct history_test *tests;
	size_t n;

	(void)state;
	assert_int_equal(history_tests(history, "/p", HISTORY_SLOWEST, 2, &tests, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_string_equal(tests[0].test, "slow");
	assert_string_equal(tests[1].test, "shaky");
	assert_int_equal(tests[1].wall_ns, 300);
	assert_int_equal(tests[1].attempts, 2);
	assert_int_equal(tests[1].bad, 1);
	history_tests_free(tests, n);
}

static void the_largest_is_first_by_its_peak(void **state)
{
	struct history_test *tests;
	size_t n;

	(void)state;
	assert_int_equal(history_tests(history, "/p", HISTORY_LARGEST, 9, &tests, &n, NULL), 0);
	assert_int_equal(n, 5);
	assert_string_equal(tests[0].test, "large");
	assert_string_equal(tests[1].test, "shaky");
	assert_int_equal(tests[1].mem_peak_bytes, 30);
	history_tests_free(tests, n);
}

static void a_test_that_always_fails_is_not_flaky(void **state)
{
	struct history_test *tests;
	size_t n;

	(void)state;
	assert_int_equal(history_tests(history, "/p", HISTORY_FLAKY, 9, &tests, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(tests[0].test, "shaky");
	history_tests_free(tests, n);
}

static void another_project_has_no_tests(void **state)
{
	struct history_test *tests = NULL;
	size_t n = 1;

	(void)state;
	assert_int_equal(history_tests(history, "/q", HISTORY_SLOWEST, 9, &tests, &n, NULL), 0);
	assert_int_equal(n, 0);
	history_tests_free(tests, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_slowest_is_first_by_what_ran_to_its_end),
		cmocka_unit_test(the_largest_is_first_by_its_peak),
		cmocka_unit_test(a_test_that_always_fails_is_not_flaky),
		cmocka_unit_test(another_project_has_no_tests),
	};

	return cmocka_run_group_tests_name("history/tests", tests, set_up, tear_down);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_automake_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/str.h"

static struct automake_told told;

static int teardown(void **state)
{
	(void)state;
	automake_told_fini(&told);
	return 0;
}

#define READ(text) automake_read(text, sizeof(text) - 1, &told)

static void variables_environment_and_order_are_told_apart(void **state)
{
	static const char text[] =
		"TESTS=of another voice\n"
		"isorun-tell TESTS=a b.test\n"
		"isorun-tell AM_TESTS_ENVIRONMENT=A=1; export A;\n"
		"isorun-tell-env\n"
		"LINES=one\ntwo\0MAKELEVEL=1\0MAKEFLAGS_OF_MINE=x\0PWD=/tmp\0isorun-tell-end\n"
		"isorun-tell TESTS=of the text of rules\n"
		"b.log: a.log b.test\n"
		"%.log: %.test\n"
		"x = c.log: a.log\n"
		"\techo d.log: a.log\n"
		"test-suite.log: a.log b.log";

	(void)state;
	assert_int_equal(READ(text), 0);
	assert_string_equal(automake_variable(&told, "TESTS"), "a b.test");
	assert_string_equal(automake_variable(&told, "AM_TESTS_ENVIRONMENT"), "A=1; export A;");
	assert_string_equal(automake_variable(&told, "TEST"), "");
	assert_int_equal(strv_len(told.env), 2);
	assert_string_equal(told.env[0], "LINES=one\ntwo");
	assert_string_equal(told.env[1], "MAKEFLAGS_OF_MINE=x");
	assert_int_equal(strv_len(told.logs), 2);
	assert_string_equal(automake_prerequisites(&told, "b.log"), " a.log b.test");
	assert_string_equal(automake_prerequisites(&told, "a.log"), "");
}

static void what_is_cut_is_refused(void **state)
{
	(void)state;
	assert_int_equal(READ(""), -EINVAL);
	assert_int_equal(READ("isorun-tell TESTS=a\n"), -EINVAL);
	teardown(NULL);
	assert_int_equal(READ("isorun-tell TESTS=a\nisorun-tell-env\n"), -EINVAL);
	teardown(NULL);
	assert_int_equal(READ("isorun-tell-env\nA=1\0"), -EINVAL);
	teardown(NULL);
	assert_int_equal(READ("isorun-tell-env\nA=1\0isorun-tell-e"), -EINVAL);
}

static void assert_way(const char *test, const char *base, const char *compile,
		       enum automake_driver driver)
{
	struct automake_way way = { 0 };

	assert_int_equal(automake_way_of(&told, test, &way), 0);
	assert_string_equal(way.base, base);
	assert_string_equal(way.compile, compile);
	assert_int_equal(way.driver, driver);
	free(way.base);
}

static void the_ending_says_by_what_a_test_is_run(void **state)
{
	(void)state;
	assert_int_equal(READ("isorun-tell TEST_EXTENSIONS= .sh .t2 .tap\n"
			      "isorun-tell LOG_COMPILE=  \n"
			      "isorun-tell LOG_DRIVER=/bin/sh ./test-driver\n"
			      "isorun-tell SH_LOG_COMPILE=/bin/sh -e\n"
			      "isorun-tell SH_LOG_DRIVER=/bin/sh ./my-tap-driver.sh.in\n"
			      "isorun-tell T2_LOG_DRIVER=env A=x /bin/sh /aux/tap-driver.sh\n"
			      "isorun-tell TAP_LOG_DRIVER=perl tap-driver.pl\n"
			      "isorun-tell AM_TAP_LOG_DRIVER_FLAGS=--merge --ignore-exit\n"
			      "isorun-tell-env\nisorun-tell-end\n"), 0);
	assert_way("a", "a", "  ", AUTOMAKE_DRIVER_STATUS);
	assert_way("a.test", "a.test", "  ", AUTOMAKE_DRIVER_STATUS);
	assert_way("sub/a.sh", "sub/a", "/bin/sh -e", AUTOMAKE_DRIVER_STATUS);
	assert_way("a.t2", "a", "", AUTOMAKE_DRIVER_TAP);
	assert_way("a.tap", "a", "", AUTOMAKE_DRIVER_TAP_ALONE);
}

static void words_that_mean_something_to_a_shell_are_known(void **state)
{
	static const char *const others[] = {
		"A=1 x", "perl -e '1'", "x; y", "a$b", "`x`", "x >y", "*.x", "~/x", "x \\\n y",
	};

	(void)state;
	assert_true(automake_is_plain(""));
	assert_true(automake_is_plain("/bin/sh -e ../a-b_c.d"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(automake_is_plain(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(variables_environment_and_order_are_told_apart, teardown),
		cmocka_unit_test_teardown(what_is_cut_is_refused, teardown),
		cmocka_unit_test_teardown(the_ending_says_by_what_a_test_is_run, teardown),
		cmocka_unit_test(words_that_mean_something_to_a_shell_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/origin.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void check(const char *text, const char *path, unsigned line)
{
	const struct origin o = origin_split(text, "/src");

	assert_int_equal(o.path_len, strlen(path));
	assert_memory_equal(o.path, path, o.path_len);
	assert_int_equal(o.line, line);
}

static void the_line_is_apart(void **state)
{
	(void)state;
	check("tests.txt:3", "tests.txt", 3);
	check("t/a.t", "t/a.t", 0);
	check("a:b", "a:b", 0);
	check("a:", "a:", 0);
	check("a:-1", "a:-1", 0);
	check("", "", 0);
}

static void below_the_directory_it_is_from_there(void **state)
{
	(void)state;
	check("/src/t/isorun.ini:12", "t/isorun.ini", 12);
	check("/srcs/x", "/srcs/x", 0);
	check("/src/", "/src/", 0);
	check("/src", "/src", 0);
	check("/else/x:1", "/else/x", 1);
}

static void standard_input_is_no_file(void **state)
{
	(void)state;
	check("stdin:7", "", 7);
	check("stdin", "", 0);
	check("stdin.txt:7", "stdin.txt", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_is_apart),
		cmocka_unit_test(below_the_directory_it_is_from_there),
		cmocka_unit_test(standard_input_is_no_file),
	};

	return cmocka_run_group_tests_name("report/origin", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_ctest_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/str.h"

static void assert_regex(const char *regex, const char *expected)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	ctest_add_regex(&b, regex);
	assert_string_equal(buf_str(&b), expected);
}

static void what_both_know_stays(void **state)
{
	(void)state;
	assert_regex("^(ab|c+).*[0-9]?$", "^(ab|c+).*[0-9]?$");
	assert_regex("a\\.b\\[1\\]", "a\\.b\\[1]");
	assert_regex("[]\\{}]{", "[]\\{}]\\{");
	assert_regex("[^]a", "[^]a");
}

static void braces_and_letters_behind_a_backslash_are_themselves(void **state)
{
	(void)state;
	assert_regex("a{2}", "a\\{2}");
	assert_regex("\\w\\<\\d", "w<d");
	assert_regex("a\\\\b\\", "a\\\\b\\\\");
}

static const char *outer(const char *name)
{
	return str_eq(name, "PATH") ? "/bin" : str_eq(name, "EMPTY") ? "" : NULL;
}

static void assert_change(const char *change, const char *set, const char *unset)
{
	char *stated[] = { (char *)"A=1", (char *)"L=x", NULL };
	struct ctest_env e = { .stated = stated, .outer = outer };
	_cleanup_strv_ char **changes = NULL;
	_cleanup_free_ char *all = NULL;
	_cleanup_free_ char *gone = NULL;

	assert_int_equal(strv_copy(stated, &e.set), 0);
	assert_int_equal(strv_split(change, " ", &changes), 0);
	for (size_t i = 0; i < strv_len(changes); i++)
		assert_int_equal(ctest_env_change(&e, changes[i]), 0);
	all = str_shell_join(e.set);
	gone = e.unset ? str_shell_join(e.unset) : NULL;
	assert_string_equal(all, set);
	assert_string_equal(gone ? gone : "", unset);
	ctest_env_fini(&e);
}

static void variables_change_one_after_the_other(void **state)
{
	(void)state;
	assert_change("A=set:2", "'L=x' A=2", "");
	assert_change("A=unset: PATH=unset:", "'L=x'", "A PATH");
	assert_change("PATH=unset: PATH=path_list_append:/x", "'A=1' L=x PATH=/x", "");
	assert_change("PATH=path_list_prepend:/a PATH=path_list_append:/z",
		      "'A=1' L=x PATH=/a:/bin:/z", "");
	assert_change("L=cmake_list_append:y N=string_append:n EMPTY=path_list_append:e",
		      "'A=1' 'L=x;y' N=n EMPTY=e", "");
	assert_change("A=string_prepend:0 A=reset: PATH=set:x PATH=reset:", "'L=x' A=1", "");
}

static void what_is_no_change_is_told(void **state)
{
	struct ctest_env e = { .outer = outer };

	(void)state;
	assert_int_equal(ctest_env_change(&e, "A=add:2"), -EINVAL);
	assert_int_equal(ctest_env_change(&e, "A=2"), -EINVAL);
	assert_int_equal(ctest_env_change(&e, "A"), -EINVAL);
	ctest_env_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_both_know_stays),
		cmocka_unit_test(braces_and_letters_behind_a_backslash_are_themselves),
		cmocka_unit_test(variables_change_one_after_the_other),
		cmocka_unit_test(what_is_no_change_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

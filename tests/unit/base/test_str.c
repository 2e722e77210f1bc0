/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void null_equals_only_null(void **state)
{
	(void)state;
	assert_true(str_eq(NULL, NULL));
	assert_false(str_eq(NULL, ""));
	assert_false(str_eq("", NULL));
	assert_true(str_eq("a", "a"));
	assert_false(str_eq("a", "A"));
}

static void prefixes_and_suffixes_may_be_empty_or_whole(void **state)
{
	(void)state;
	assert_true(str_starts("abc", ""));
	assert_true(str_starts("abc", "abc"));
	assert_false(str_starts("abc", "abcd"));
	assert_true(str_ends("abc", ""));
	assert_true(str_ends("abc", "bc"));
	assert_false(str_ends("bc", "abc"));
}

static void trim_cuts_both_ends_and_nothing_else(void **state)
{
	(void)state;
	char a[] = " \t a b \n";
	char b[] = "   ";
	char c[] = "";
	assert_string_equal(str_trim(a), "a b");
	assert_string_equal(str_trim(b), "");
	assert_string_equal(str_trim(c), "");
}

static void null_is_the_empty_list(void **state)
{
	(void)state;
	_cleanup_strv_ char **copy = NULL;
	assert_int_equal(strv_len(NULL), 0);
	assert_false(strv_has(NULL, "a"));
	assert_int_equal(strv_copy(NULL, &copy), 0);
	assert_null(copy);
	strv_free(NULL);
}

static void a_list_holds_copies_in_order(void **state)
{
	(void)state;
	_cleanup_strv_ char **v = NULL;
	_cleanup_strv_ char **copy = NULL;
	char text[] = "one";
	assert_int_equal(strv_add(&v, text), 0);
	text[0] = 'x';
	assert_int_equal(strv_addf(&v, "%s=%d", "two", 2), 0);
	assert_int_equal(strv_len(v), 2);
	assert_string_equal(v[0], "one");
	assert_string_equal(v[1], "two=2");
	assert_true(strv_has(v, "one"));
	assert_false(strv_has(v, "on"));
	assert_int_equal(strv_copy(v, &copy), 0);
	assert_ptr_not_equal(copy[0], v[0]);
	assert_string_equal(copy[1], "two=2");
	assert_null(copy[2]);
}

static void split_drops_empty_pieces(void **state)
{
	(void)state;
	_cleanup_strv_ char **v = NULL;
	assert_int_equal(strv_split(",a,, b;c,", ",;", &v), 0);
	assert_int_equal(strv_len(v), 3);
	assert_string_equal(v[0], "a");
	assert_string_equal(v[1], " b");
	assert_string_equal(v[2], "c");
	_cleanup_strv_ char **none = NULL;
	assert_int_equal(strv_split(",,;", ",;", &none), 0);
	assert_int_equal(strv_len(none), 0);
}

static void check_words(const char *line, const char *joined)
{
	_cleanup_strv_ char **v = NULL;
	_cleanup_free_ char *text = NULL;
	assert_int_equal(strv_split_quoted(line, &v), 0);
	text = strdup("");
	for (size_t i = 0; i < strv_len(v); i++) {
		char *longer = malloc(strlen(text) + strlen(v[i]) + 3);
		assert_non_null(longer);
		stpcpy(stpcpy(stpcpy(stpcpy(longer, text), "["), v[i]), "]");
		free(text);
		text = longer;
	}
	assert_string_equal(text, joined);
}

static void words_are_split_as_a_shell_does(void **state)
{
	(void)state;
	check_words("", "");
	check_words("  \t ", "");
	check_words("a b\tc\n", "[a][b][c]");
	check_words("'a b' \"c d\"", "[a b][c d]");
	check_words("a'b'\"c\"d", "[abcd]");
	check_words("'' \"\"", "[][]");
	check_words("a\\ b \\' \\\\", "[a b]['][\\]");
	check_words("'a\\b'", "[a\\b]");
	check_words("\"a\\b \\\" \\\\ \\$ \\`\"", "[a\\b \" \\ $ `]");
	check_words("\"it's\" 'say \"x\"'", "[it's][say \"x\"]");
	check_words("# no comment", "[#][no][comment]");
	check_words("a\\\nb", "[ab]");
	check_words("\"a\\\nb\"", "[ab]");
}

static void an_open_quote_is_refused(void **state)
{
	(void)state;
	char **v = NULL;
	assert_int_equal(strv_split_quoted("a 'b", &v), -EINVAL);
	assert_int_equal(strv_split_quoted("a \"b", &v), -EINVAL);
	assert_int_equal(strv_split_quoted("a \"b\\\"", &v), -EINVAL);
	assert_int_equal(strv_split_quoted("a \\", &v), -EINVAL);
	assert_null(v);
}

static const char *const names[] = { "doctor", "plan", "profile", "report", "run", "status",
				     "suite" };

static const char *name_at(size_t i, const void *arg)
{
	(void)arg;
	return names[i];
}

static void check_nearest(const char *word, const char *expected)
{
	const char *got = str_nearest(word, ARRAY_SIZE(names), name_at, NULL);
	if (!expected)
		assert_null(got);
	else
		assert_string_equal(got ? got : "(none)", expected);
}

static void a_slip_of_the_fingers_is_recognised(void **state)
{
	(void)state;
	check_nearest("dcotor", "doctor");
	check_nearest("staus", "status");
	check_nearest("suites", "suite");
	check_nearest("SUITE", "suite");
	check_nearest("rn", "run");
	check_nearest("paln", "plan");
	check_nearest("proflie", "profile");
}

static void a_wholly_different_word_gets_no_suggestion(void **state)
{
	(void)state;
	char text[300];
	memset(text, 'r', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	check_nearest("make", NULL);
	check_nearest("x", NULL);
	check_nearest("", NULL);
	check_nearest("documentation", NULL);
	check_nearest(text, NULL);
}

static void check_quote(const char *s, const char *expected)
{
	_cleanup_free_ char *q = str_shell_quote(s);
	assert_string_equal(q, expected);
}

static void only_what_needs_it_is_quoted(void **state)
{
	(void)state;
	check_quote("plain-1.2_3/x:y,z@%+", "plain-1.2_3/x:y,z@%+");
	check_quote("--memory=512M", "--memory=512M");
	check_quote("", "''");
	check_quote("a b", "'a b'");
	check_quote("it's", "'it'\\''s'");
	check_quote("$HOME", "'$HOME'");
	check_quote("~", "'~'");
	check_quote("a\nb", "'a\nb'");
	check_quote("gr\xc3\xbc\xc3\x9f", "'gr\xc3\xbc\xc3\x9f'");
}

static void a_joined_command_splits_into_the_same_words(void **state)
{
	(void)state;
	const char *const words[] = { "A=b", "c d", "", "it's \"x\"", "\\", "--k=v", "a\nb", NULL };
	char *const *argv = (char *const *)(uintptr_t)words;
	_cleanup_free_ char *line = str_shell_join(argv);
	_cleanup_strv_ char **v = NULL;
	assert_true(str_starts(line, "'A=b' 'c d' '' "));
	assert_int_equal(strv_split_quoted(line, &v), 0);
	assert_int_equal(strv_len(v), strv_len(argv));
	for (size_t i = 0; words[i]; i++)
		assert_string_equal(v[i], words[i]);
}

static void equal_strings_have_the_same_first(void **state)
{
	(void)state;
	static const char *const words[] = { "b", NULL, "a", "b", "", "c", "b" };
	static const size_t expected[] = { 0, 1, 2, 0, 1, 5, 0 };
	size_t first[ARRAY_SIZE(words)];

	assert_int_equal(str_first_equal(words, 0, first), 0);
	assert_int_equal(str_first_equal(words, ARRAY_SIZE(words), first), 0);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_int_equal(first[i], expected[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_equals_only_null),
		cmocka_unit_test(prefixes_and_suffixes_may_be_empty_or_whole),
		cmocka_unit_test(trim_cuts_both_ends_and_nothing_else),
		cmocka_unit_test(null_is_the_empty_list),
		cmocka_unit_test(a_list_holds_copies_in_order),
		cmocka_unit_test(split_drops_empty_pieces),
		cmocka_unit_test(words_are_split_as_a_shell_does),
		cmocka_unit_test(an_open_quote_is_refused),
		cmocka_unit_test(a_slip_of_the_fingers_is_recognised),
		cmocka_unit_test(a_wholly_different_word_gets_no_suggestion),
		cmocka_unit_test(only_what_needs_it_is_quoted),
		cmocka_unit_test(a_joined_command_splits_into_the_same_words),
		cmocka_unit_test(equal_strings_have_the_same_first),
	};
	return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}

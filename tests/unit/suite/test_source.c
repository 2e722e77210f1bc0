/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "place.h"

static struct test_suite suite;
static struct suite_settings settings;
static struct iso_err err;

static int setup(void **state)
{
	err = (struct iso_err)ISO_ERR_INIT;
	suite_settings_init(&settings);
	assert_int_equal(test_suite_init(&suite), 0);
	return place_setup(state);
}

static int teardown(void **state)
{
	suite_settings_fini(&settings);
	test_suite_fini(&suite);
	return place_teardown(state);
}

static void load(const char *source)
{
	const int r = source_load(source, &suite, &settings, &err);

	assert_string_equal(err.text, "");
	assert_int_equal(r, 0);
}

static void assert_refused(const char *source, const char *message)
{
	assert_true(source_load(source, &suite, &settings, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_string_equal(err.text, message);
}

static void assert_test(size_t i, const char *id, const char *command)
{
	_cleanup_free_ char *text = NULL;

	assert_true(i < suite.n_tests);
	text = str_shell_join(suite.tests[i]->argv);
	assert_string_equal(suite.tests[i]->id, id);
	assert_string_equal(text, command);
}

static void each_line_is_a_shell_command(void **state)
{
	const struct place *p = *state;

	place_file("list", "true\n\n  # no test\n a=1 echo \"$a\" | cat  \nlast", 0644);
	load("lines:list");
	assert_int_equal(suite.n_tests, 3);
	assert_test(0, "true", "/bin/sh -c true");
	assert_test(2, "last", "/bin/sh -c last");
	assert_string_equal(suite.tests[1]->id, "a=1 echo \"$a\" | cat");
	assert_string_equal(suite.tests[1]->argv[2], suite.tests[1]->id);
	assert_string_equal(suite.tests[1]->origin, "list:4");
	assert_string_equal(suite.tests[1]->cwd, p->dir);
	assert_int_equal(suite.tests[1]->protocol, TEST_PROTOCOL_EXIT);
}

static void a_path_with_plain_words_needs_no_shell(void **state)
{
	(void)state;
	place_file("list", "./a  b=c -d\n./a $b\n./a 'b'\n./a ~\na ./b\nA=/b c\n", 0644);
	load("lines:list");
	assert_test(0, "./a  b=c -d", "./a b=c -d");
	for (size_t i = 1; i < suite.n_tests; i++)
		assert_string_equal(suite.tests[i]->argv[0], "/bin/sh");
	assert_int_equal(suite.n_tests, 6);
}

static void equal_lines_get_ids_of_their_own(void **state)
{
	(void)state;
	place_file("list", "true\ntrue\n", 0644);
	load("lines:list");
	assert_test(0, "true", "/bin/sh -c true");
	assert_test(1, "true~2", "/bin/sh -c true");
}

static void a_long_line_gets_a_bounded_id_and_runs_whole(void **state)
{
	char line[2001];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	memcpy(line + 196, "\xc3\xa4", 2); /* the cut would go through it */
	line[sizeof(line) - 1] = '\0';
	place_file("list", line, 0644);
	load("lines:list");
	assert_int_equal(strlen(suite.tests[0]->id), 199);
	assert_true(str_ends(suite.tests[0]->id, "x..."));
	assert_string_equal(suite.tests[0]->argv[2], line);
}

static void a_list_without_commands_or_that_is_missing_is_refused(void **state)
{
	(void)state;
	place_file("list", "# nothing\n\n", 0644);
	assert_refused("lines:list", "lines:list: no command in it");
	assert_refused("lines:none", "lines:none: No such file or directory");
}

static void lines_may_come_from_standard_input(void **state)
{
	int fds[2];
	const int saved = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "one\ntwo\n", 8), 8);
	close(fds[1]);
	assert_true(dup2(fds[0], STDIN_FILENO) >= 0);
	load("lines:-");
	assert_true(dup2(saved, STDIN_FILENO) >= 0);
	close(saved);
	close(fds[0]);
	assert_int_equal(suite.n_tests, 2);
	assert_string_equal(suite.tests[1]->origin, "stdin:2");
}

static void each_executable_that_matches_is_a_test(void **state)
{
	const struct place *p = *state;

	place_file("b/two", "", 0755);
	place_file("b/one", "", 0755);
	place_file("b/dir/x", "", 0755);
	load("exec:b/*");
	assert_int_equal(suite.n_tests, 2);
	assert_test(0, "b/one", "b/one");
	assert_test(1, "b/two", "b/two");
	assert_string_equal(suite.tests[0]->cwd, p->dir);
	assert_true(str_starts(suite.tests[0]->program, p->dir));
}

static void a_program_right_here_is_not_looked_for_in_path(void **state)
{
	(void)state;
	place_file("true", "", 0755);
	load("exec:tru*");
	assert_test(0, "true", "./true");
}

static void a_file_that_may_not_be_executed_is_named(void **state)
{
	(void)state;
	place_file("b/ok", "", 0755);
	place_file("b/data", "", 0644);
	assert_true(source_load("exec:b/*", &suite, &settings, &err) < 0);
	assert_non_null(strstr(err.text, "/b/data' is not executable\nhint: chmod +x"));
}

static void a_glob_without_match_is_refused(void **state)
{
	(void)state;
	assert_true(source_load("exec:nope*", &suite, &settings, &err) < 0);
	assert_true(str_starts(err.text, "exec:nope*: no file in '/tmp/isorun-unit-"));
	assert_true(source_load("tap:nope*", &suite, &settings, &err) < 0);
	assert_true(str_starts(err.text, "tap:nope*: no file in '/tmp/isorun-unit-"));
}

static void the_directorys_own_name_is_no_pattern(void **state)
{
	(void)state;
	place_file("odd [x]*/test_a", "", 0755);
	load("odd [x]*");
	assert_test(0, "test_a", "./test_a");
}

static void tap_programs_run_by_their_first_line(void **state)
{
	(void)state;
	place_file("t/a.t", "#!/usr/bin/perl -w -T\n", 0644);
	place_file("t/b.t", "print qq(1..0\\n);\n", 0644);
	place_file("t/c.sh", "#! /usr/bin/env bash\r\n", 0644);
	place_file("t/d", "\x7f" "ELF", 0755);
	load("tap:t/*");
	assert_int_equal(suite.n_tests, 4);
	assert_test(0, "t/a.t", "/usr/bin/perl -w -T t/a.t");
	assert_test(1, "t/b.t", "perl t/b.t");
	assert_test(2, "t/c.sh", "/usr/bin/env bash t/c.sh");
	assert_test(3, "t/d", "t/d");
	assert_int_equal(suite.tests[3]->protocol, TEST_PROTOCOL_TAP);
}

static void a_tap_file_that_nothing_runs_is_named(void **state)
{
	(void)state;
	place_file("t/README", "hello", 0644);
	assert_true(source_load("tap:t/*", &suite, &settings, &err) < 0);
	assert_non_null(strstr(err.text, "/t/README': neither executable, nor *.t"));
}

static void unknown_kinds_are_refused_with_a_suggestion(void **state)
{
	(void)state;
	assert_refused("line:x", "source 'line:x': unknown kind 'line'\n"
				 "hint: did you mean 'lines:x'?");
	assert_true(source_load("frobnicate:x", &suite, &settings, &err) < 0);
	assert_true(str_starts(err.text, "source 'frobnicate:x': unknown kind 'frobnicate'\n"
				       "hint: a source is a directory, a manifest, or one of "));
	for (size_t i = 0; source_kind_name(i); i++)
		assert_non_null(strstr(err.text, source_kind_name(i)));
}

static void a_missing_argument_or_path_is_refused(void **state)
{
	(void)state;
	assert_refused("exec:", "source 'exec:': GLOB is missing");
	assert_true(source_load("none", &suite, &settings, &err) < 0);
	assert_true(str_starts(err.text, "source 'none': No such file or directory\nhint: "));
}

static void a_plain_file_is_no_source_and_the_hint_says_how(void **state)
{
	(void)state;
	place_file("list.txt", "true\n", 0644);
	assert_true(source_load("list.txt", &suite, &settings, &err) < 0);
	assert_non_null(strstr(err.text, "lines:list.txt runs each of its lines"));
}

static void a_manifest_wins_over_other_habits(void **state)
{
	(void)state;
	place_file("isorun.ini", "[test only]\ncommand = true\n", 0644);
	place_file("t/a.t", "", 0644);
	assert_int_equal(source_load_default(&suite, &settings, &err), 0);
	assert_int_equal(suite.n_tests, 1);
	assert_string_equal(suite.tests[0]->id, "only");
}

static void perl_tests_win_over_programs(void **state)
{
	(void)state;
	place_file("t/a.t", "", 0644);
	place_file("tests/test_x", "", 0755);
	assert_int_equal(source_load_default(&suite, &settings, &err), 0);
	assert_int_equal(suite.n_tests, 1);
	assert_string_equal(suite.tests[0]->id, "t/a.t");
}

static void programs_called_tests_are_found_once_each(void **state)
{
	(void)state;
	place_file("sub/test_test", "", 0755);
	place_file("sub/testdata", "", 0644);
	place_file("sub/release.sh", "", 0755);
	place_file("sub/tests/a.sh", "", 0755);
	load("sub");
	assert_int_equal(suite.n_tests, 2);
	assert_test(0, "test_test", "./test_test");
	assert_test(1, "tests/a.sh", "tests/a.sh");
	assert_true(str_ends(suite.tests[0]->cwd, "/sub"));
}

static void an_empty_directory_says_what_was_looked_for(void **state)
{
	(void)state;
	assert_true(source_load_default(&suite, &settings, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_non_null(strstr(err.text, "looked for isorun.ini; CTestTestfile.cmake; meson-info/; "
			       "a Makefile made by automake; pytest.ini, conftest.py"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_line_is_a_shell_command),
		CASE(a_path_with_plain_words_needs_no_shell),
		CASE(equal_lines_get_ids_of_their_own),
		CASE(a_long_line_gets_a_bounded_id_and_runs_whole),
		CASE(a_list_without_commands_or_that_is_missing_is_refused),
		CASE(lines_may_come_from_standard_input),
		CASE(each_executable_that_matches_is_a_test),
		CASE(a_program_right_here_is_not_looked_for_in_path),
		CASE(a_file_that_may_not_be_executed_is_named),
		CASE(a_glob_without_match_is_refused),
		CASE(the_directorys_own_name_is_no_pattern),
		CASE(tap_programs_run_by_their_first_line),
		CASE(a_tap_file_that_nothing_runs_is_named),
		CASE(unknown_kinds_are_refused_with_a_suggestion),
		CASE(a_missing_argument_or_path_is_refused),
		CASE(a_plain_file_is_no_source_and_the_hint_says_how),
		CASE(a_manifest_wins_over_other_habits),
		CASE(perl_tests_win_over_programs),
		CASE(programs_called_tests_are_found_once_each),
		CASE(an_empty_directory_says_what_was_looked_for),
	};

	return cmocka_run_group_tests_name("suite/source", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"

static void check(char *got, const char *expected)
{
	_cleanup_free_ char *text = got;
	assert_string_equal(text ? text : "(null)", expected);
}

static void an_absolute_name_wins_a_join(void **state)
{
	(void)state;
	check(path_join("/a", "b"), "/a/b");
	check(path_join("/a/", "b"), "/a/b");
	check(path_join("/", "b"), "/b");
	check(path_join("/a", "/b"), "/b");
	check(path_join("", "b"), "b");
	check(path_join("a", "b/c"), "a/b/c");
}

static void base_and_dir_part_at_the_last_slash(void **state)
{
	(void)state;
	assert_string_equal(path_base("/a/b"), "b");
	assert_string_equal(path_base("b"), "b");
	assert_string_equal(path_base("a/"), "");
	check(path_dir("/a/b"), "/a");
	check(path_dir("/a"), "/");
	check(path_dir("/"), "/");
	check(path_dir("a"), ".");
	check(path_dir("a//b"), "a");
	check(path_dir("//b"), "/");
}

static void below_asks_for_whole_components(void **state)
{
	(void)state;
	assert_true(path_is_below("/a/b", "/a"));
	assert_true(path_is_below("/a", "/a"));
	assert_true(path_is_below("/a", "/"));
	assert_true(path_is_below("/", "/"));
	assert_false(path_is_below("/ab", "/a"));
	assert_false(path_is_below("/a", "/a/b"));
	assert_false(path_is_below("/b", "/a"));
}

static void cleaning_is_purely_textual(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		const char *clean;
	} cases[] = {
		{ "/", "/" },          { "", "." },           { ".", "." },
		{ "./", "." },         { "/.", "/" },         { "/..", "/" },
		{ "/../a", "/a" },     { "/../../a", "/a" },  { "//a///b/", "/a/b" },
		{ "/a/./b", "/a/b" },  { "/a/../b", "/b" },   { "/a/b/../../..", "/" },
		{ "a/..", "." },       { "a/../b", "b" },     { "..", ".." },
		{ "../a", "../a" },    { "../..", "../.." },  { "a/../..", ".." },
		{ "../a/..", ".." },   { "/a/..b", "/a/..b" }, { "/.a/.../b.", "/.a/.../b." },
		{ "./a/./b/.", "a/b" }, { "a/../../b/c/../d", "../b/d" }, { "/ab/../..", "/" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		check(path_clean(cases[i].path), cases[i].clean);
		check(path_clean(cases[i].clean), cases[i].clean);
	}
}

static void absolute_starts_from_the_working_directory(void **state)
{
	(void)state;
	char *got = NULL;
	assert_int_equal(chdir("/usr"), 0);
	assert_int_equal(path_absolute("../x/./y", &got), 0);
	check(got, "/x/y");
	assert_int_equal(path_absolute("", &got), 0);
	check(got, "/usr");
	assert_int_equal(path_absolute("/a//b", &got), 0);
	check(got, "/a/b");
}

static void a_lost_working_directory_is_an_error(void **state)
{
	(void)state;
	char dir[] = "/tmp/isorun-test-path-XXXXXX";
	char *got = NULL;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(rmdir(dir), 0);
	int r = path_absolute("a", &got);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(r, -ENOENT);
	assert_null(got);
}

static void real_asks_the_disk(void **state)
{
	(void)state;
	char *got = NULL;
	assert_int_equal(path_real("/usr/../usr/.", &got), 0);
	check(got, "/usr");
	got = NULL;
	assert_int_equal(path_real("/no/such/path", &got), -ENOENT);
	assert_null(got);
}

static void check_candidates(const char *name, const char *env, const char *joined)
{
	_cleanup_strv_ char **v = NULL;
	assert_int_equal(path_candidates(name, env, &v), 0);
	check(str_shell_join(v), joined);
}

static void candidates_follow_path_in_order(void **state)
{
	(void)state;
	check_candidates("ls", "/a:/b", "/a/ls /b/ls");
	check_candidates("./ls", "/a:/b", "./ls");
	check_candidates("/x/ls", NULL, "/x/ls");
	check_candidates("ls", NULL, "/bin/ls /usr/bin/ls");
	check_candidates("ls", ":/a::/b:", "./ls /a/ls ./ls /b/ls ./ls");
	check_candidates("ls", "", "./ls");
	check_candidates("", "/a", "''");
}

static void a_glob_without_a_slash_is_of_the_last_part(void **state)
{
	(void)state;
	assert_true(path_matches("*.gcda", "a.gcda"));
	assert_true(path_matches("*.gcda", "src/deep/a.gcda"));
	assert_false(path_matches("*.gcda", "a.gcda/x"));
	assert_true(path_matches(".coverage.*", "t/.coverage.host.2.1"));
}

static void a_glob_with_slashes_is_of_the_whole_path(void **state)
{
	(void)state;
	assert_true(path_matches("/a.log", "a.log"));
	assert_false(path_matches("/a.log", "b/a.log"));
	assert_true(path_matches("out/*.xml", "out/a.xml"));
	assert_false(path_matches("out/*.xml", "out/b/a.xml"));
	assert_true(path_matches("out/**/*.xml", "out/a.xml"));
	assert_true(path_matches("out/**/*.xml", "out/b/c/a.xml"));
	assert_false(path_matches("out/**/*.xml", "b/out/a.xml"));
	assert_true(path_matches("**/out/*", "b/out/a"));
	assert_true(path_matches("out/**", "out/b/c"));
	assert_false(path_matches("out/**", "out"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_absolute_name_wins_a_join),
		cmocka_unit_test(base_and_dir_part_at_the_last_slash),
		cmocka_unit_test(below_asks_for_whole_components),
		cmocka_unit_test(cleaning_is_purely_textual),
		cmocka_unit_test(absolute_starts_from_the_working_directory),
		cmocka_unit_test(a_lost_working_directory_is_an_error),
		cmocka_unit_test(real_asks_the_disk),
		cmocka_unit_test(a_glob_without_a_slash_is_of_the_last_part),
		cmocka_unit_test(a_glob_with_slashes_is_of_the_whole_path),
		cmocka_unit_test(candidates_follow_path_in_order),
	};
	return cmocka_run_group_tests_name("base/path", tests, NULL, NULL);
}

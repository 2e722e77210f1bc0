/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

static struct iso_err err;

/* "[section] at place" and "section|key|value at place", one a line. */
static int note(const char *section, const char *key, const char *value, const char *where,
		void *arg, struct iso_err *e)
{
	struct buf *b = arg;

	if (key && str_eq(key, "stop"))
		return iso_err_set(e, ISO_ERR_USAGE, 0, "%s: stopped", where);
	if (key)
		buf_addf(b, "%s|%s|%s at %s\n", section, key, value, where);
	else
		buf_addf(b, "[%s] at %s\n", section, where);
	return 0;
}

static void parses(const char *text, const char *expected)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	err = (struct iso_err)ISO_ERR_INIT;
	if (conf_parse_text(text, "f", note, &b, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf_str(&b), expected);
}

static void refuses(const char *text, const char *expected)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	err = (struct iso_err)ISO_ERR_INIT;
	assert_true(conf_parse_text(text, "f", note, &b, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_true(str_starts(err.text, expected));
}

static void entries_come_in_order_with_section_and_place(void **state)
{
	(void)state;
	parses("top = 0\n[a]\nx = 1\n\ny=2 \n[b]\nx: 3\n",
	       "|top|0 at f:1\n[a] at f:2\na|x|1 at f:3\na|y|2 at f:5\n[b] at f:6\nb|x|3 at f:7\n");
}

static void empty_sections_are_seen(void **state)
{
	(void)state;
	parses("[a]\n[b]\n", "[a] at f:1\n[b] at f:2\n");
	parses("", "");
}

static void the_last_line_needs_no_newline(void **state)
{
	(void)state;
	parses("[a]\nx = 1", "[a] at f:1\na|x|1 at f:2\n");
}

static void an_indented_line_repeats_the_key(void **state)
{
	(void)state;
	parses("[a]\nx = 1\n\t2 = two\n\n  [3]\ny = 4\n",
	       "[a] at f:1\na|x|1 at f:2\na|x|2 = two at f:3\na|x|[3] at f:5\na|y|4 at f:6\n");
}

static void an_indented_line_under_a_section_begins_a_key(void **state)
{
	(void)state;
	parses("[a]\nx = 1\n[b]\n  y = 2\n",
	       "[a] at f:1\na|x|1 at f:2\n[b] at f:3\nb|y|2 at f:4\n");
}

static void a_comment_is_a_line_or_stands_behind_a_section(void **state)
{
	(void)state;
	parses("; one\n# two\n[a] ; three\nx = 1\n  ; four\n  2\n",
	       "[a] at f:3\na|x|1 at f:4\na|x|2 at f:6\n");
}

/* A command of which only the first half is run passes where it should fail. */
static void a_value_is_whole_with_its_semicolons_and_hashes(void **state)
{
	(void)state;
	parses("[a]\nx = one ; two; exit 1 # end \n\tthree ; four\ny =;z\nz: ; a = b\n",
	       "[a] at f:1\na|x|one ; two; exit 1 # end at f:2\na|x|three ; four at f:3\n"
	       "a|y|;z at f:4\na|z|; a = b at f:5\n");
}

static void crlf_and_a_byte_order_mark_are_no_part_of_the_text(void **state)
{
	(void)state;
	parses("\xEF\xBB\xBF[a]\r\nx = 1\r\n", "[a] at f:1\na|x|1 at f:2\n");
}

static void a_section_runs_to_the_last_bracket(void **state)
{
	(void)state;
	parses("[match t.py::a[1-x]]\n", "[match t.py::a[1-x]] at f:1\n");
}

static void names_longer_than_inih_keeps_are_whole(void **state)
{
	(void)state;
	static const char name[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh";
	_cleanup_buf_ struct buf text = BUF_INIT;
	_cleanup_buf_ struct buf expected = BUF_INIT;
	buf_addf(&text, "[%s]\n%s = 1\n 2\n", name, name);
	buf_addf(&expected, "[%s] at f:1\n%s|%s|1 at f:2\n%s|%s|2 at f:3\n", name, name, name,
		 name, name);
	parses(buf_str(&text), buf_str(&expected));
}

static void a_line_that_is_no_entry_is_an_error_with_its_place(void **state)
{
	(void)state;
	refuses("[a]\nx = 1\nnonsense\ny = 2\n", "f:3: expected 'key = value'");
	refuses("[a\n", "f:1: expected '[section]'");
	refuses("[a] b\n", "f:1: expected '[section]'");
	refuses("[]\n", "f:1: expected '[section]'");
}

static void the_first_of_two_faults_is_told(void **state)
{
	(void)state;
	refuses("[a]\nnonsense\nstop = 1\n", "f:2: expected");
	refuses("[a]\nstop = 1\nnonsense\n", "f:2: stopped");
	refuses("nonsense\n[a\n", "f:1: expected 'key = value'");
}

static void nothing_is_read_after_an_entry_is_refused(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	assert_true(conf_parse_text("a = 1\nstop = 1\nb = 2\n[c]\n", "f", note, &b, NULL) < 0);
	assert_string_equal(buf_str(&b), "|a|1 at f:1\n");
}

/* The longest line that passes is whole; one byte more is refused, not cut. */
static void a_line_is_taken_whole_or_refused(void **state)
{
	(void)state;
	const size_t longest = (size_t)ini_max_line - 3;
	_cleanup_buf_ struct buf text = BUF_INIT;
	_cleanup_buf_ struct buf expected = BUF_INIT;
	buf_adds(&text, "k = ");
	buf_adds(&expected, "|k|");
	for (size_t i = 4; i < longest; i++) {
		buf_addc(&text, 'v');
		buf_addc(&expected, 'v');
	}
	buf_adds(&expected, " at f:1\n");
	parses(buf_str(&text), buf_str(&expected));
	buf_addc(&text, 'v');
	refuses(buf_str(&text), "f:1: the line is longer than");
	buf_adds(&text, "\n");
	refuses(buf_str(&text), "f:1: the line is longer than");
}

static void a_file_is_called_by_its_path(void **state)
{
	(void)state;
	char path[] = "/tmp/isorun-test-conf-XXXXXX";
	_cleanup_close_ int fd = mkstemp(path);
	_cleanup_buf_ struct buf b = BUF_INIT;
	_cleanup_buf_ struct buf expected = BUF_INIT;
	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, "[a]\nx = 1\n", 10), 0);
	assert_int_equal(conf_parse_file(path, note, &b, NULL), 0);
	buf_addf(&expected, "[a] at %s:1\na|x|1 at %s:2\n", path, path);
	assert_string_equal(buf_str(&b), buf_str(&expected));

	assert_int_equal(fs_write_all(fd, "y = \0z\n", 7), 0);
	assert_true(conf_parse_file(path, note, &b, &err) < 0);
	assert_non_null(strstr(err.text, "NUL"));
	unlink(path);
}

static void a_missing_file_is_the_users_mistake(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	assert_int_equal(conf_parse_file("/nonexistent/x.ini", note, &b, &err), -ENOENT);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_non_null(strstr(err.text, "/nonexistent/x.ini"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_in_order_with_section_and_place),
		cmocka_unit_test(empty_sections_are_seen),
		cmocka_unit_test(the_last_line_needs_no_newline),
		cmocka_unit_test(an_indented_line_repeats_the_key),
		cmocka_unit_test(an_indented_line_under_a_section_begins_a_key),
		cmocka_unit_test(a_comment_is_a_line_or_stands_behind_a_section),
		cmocka_unit_test(a_value_is_whole_with_its_semicolons_and_hashes),
		cmocka_unit_test(crlf_and_a_byte_order_mark_are_no_part_of_the_text),
		cmocka_unit_test(a_section_runs_to_the_last_bracket),
		cmocka_unit_test(names_longer_than_inih_keeps_are_whole),
		cmocka_unit_test(a_line_that_is_no_entry_is_an_error_with_its_place),
		cmocka_unit_test(the_first_of_two_faults_is_told),
		cmocka_unit_test(nothing_is_read_after_an_entry_is_refused),
		cmocka_unit_test(a_line_is_taken_whole_or_refused),
		cmocka_unit_test(a_file_is_called_by_its_path),
		cmocka_unit_test(a_missing_file_is_the_users_mistake),
	};

	return cmocka_run_group_tests_name("base/conf", tests, NULL, NULL);
}

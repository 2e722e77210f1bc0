/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "report/text.h"

#define WIDE_1 "\xe4\xb8\x80"
#define WIDE_2 "\xe4\xba\x8c"
#define WIDE_3 "\xe4\xb8\x89"

static void assert_shown(const char *text, const char *expected)
{
	struct buf b = BUF_INIT;

	text_add(&b, text);
	assert_string_equal(buf_str(&b), expected);
	buf_free(&b);
}

static void plain_text_stays_as_it_is(void **state)
{
	(void)state;
	assert_shown("", "");
	assert_shown("tests/a.py::b[x-1] ~!\"\\", "tests/a.py::b[x-1] ~!\"\\");
	assert_shown("gr\xc3\xbc\xc3\x9f " WIDE_1, "gr\xc3\xbc\xc3\x9f " WIDE_1);
	assert_shown("\xf0\x9f\x90\x99", "\xf0\x9f\x90\x99");
}

static void control_characters_become_visible(void **state)
{
	(void)state;
	assert_shown("a\nb\rc\bd\ae\x7f", "a\\nb\\rc\\x08d\\x07e\\x7f");
	assert_shown("\033]0;title\007", "\\x1b]0;title\\x07");
	assert_shown("\033[2J\033[1;1H", "\\x1b[2J\\x1b[1;1H");
	assert_shown("\xc2\x9b" "2J", "\\x9b2J"); /* CSI as one C1 character */
	assert_shown("\033", "\\x1b");
	assert_shown("\033[", "\\x1b[");
	assert_shown("\033[31", "\\x1b[31");
}

static void colours_vanish(void **state)
{
	(void)state;
	assert_shown("\033[1;31mred\033[0m\033[K \033[38:5:1mx", "red x");
}

static void characters_that_turn_the_direction_become_visible(void **state)
{
	(void)state;
	assert_shown("a\xe2\x80\xae" "b\xe2\x81\xa6" "c\xd8\x9c", "a\\u{202e}b\\u{2066}c\\u{61c}");
}

static void bytes_that_are_no_utf8_become_the_replacement(void **state)
{
	(void)state;
	assert_shown("a\xff" "b\xc3", "a\xef\xbf\xbd" "b\xef\xbf\xbd");
	assert_shown("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd");           /* overlong */
	assert_shown("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* surrogate */
}

static void tabs_become_blanks_to_the_next_stop(void **state)
{
	(void)state;
	assert_shown("\ta\tb", "        a       b");
	assert_shown(WIDE_1 "\t|", WIDE_1 "      |");
}

static void nul_bytes_end_nothing_where_a_length_is_given(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	text_add_n(&b, "a\0b", 3);
	assert_string_equal(buf_str(&b), "a\\x00b");
	buf_free(&b);
}

static void lines_keep_their_ends(void **state)
{
	struct buf b = BUF_INIT;
	static const char text[] = "one\r\ntwo\n\nthr\ree";

	(void)state;
	text_add_lines(&b, text, sizeof(text) - 1);
	assert_string_equal(buf_str(&b), "one\ntwo\n\nthr\\ree");
	buf_free(&b);
}

static void assert_cut(const char *text, size_t columns, const char *expected, size_t used)
{
	struct buf b = BUF_INIT;

	assert_int_equal(text_add_cut(&b, text, columns), used);
	assert_string_equal(buf_str(&b), expected);
	buf_free(&b);
}

static void assert_middle(const char *text, size_t columns, const char *expected, size_t used)
{
	struct buf b = BUF_INIT;

	assert_int_equal(text_add_middle(&b, text, columns), used);
	assert_string_equal(buf_str(&b), expected);
	buf_free(&b);
}

static void what_fits_exactly_is_not_cut(void **state)
{
	(void)state;
	assert_cut("abcdef", 6, "abcdef", 6);
	assert_cut("abcdef", 5, "abc..", 5);
	assert_cut("abcdef", 1, ".", 1);
	assert_cut("abcdef", 0, "", 0);
	assert_middle("abcdefghij", 10, "abcdefghij", 10);
}

static void a_wide_character_is_never_halved(void **state)
{
	(void)state;
	assert_cut(WIDE_1 WIDE_2 WIDE_3, 6, WIDE_1 WIDE_2 WIDE_3, 6);
	assert_cut(WIDE_1 WIDE_2 WIDE_3, 5, WIDE_1 "..", 4);
	assert_middle(WIDE_1 WIDE_2 WIDE_3 "abcdef", 11, WIDE_1 "..abcdef", 10);
}

static void the_end_of_an_id_survives_the_cut(void **state)
{
	(void)state;
	assert_middle("tests/unit/test_a.py::test_the_end", 20, "tests/..test_the_end", 20);
}

static void an_accent_of_its_own_takes_no_column(void **state)
{
	(void)state;
	assert_cut("e\xcc\x81" "a", 2, "e\xcc\x81" "a", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays_as_it_is),
		cmocka_unit_test(control_characters_become_visible),
		cmocka_unit_test(colours_vanish),
		cmocka_unit_test(characters_that_turn_the_direction_become_visible),
		cmocka_unit_test(bytes_that_are_no_utf8_become_the_replacement),
		cmocka_unit_test(tabs_become_blanks_to_the_next_stop),
		cmocka_unit_test(nul_bytes_end_nothing_where_a_length_is_given),
		cmocka_unit_test(lines_keep_their_ends),
		cmocka_unit_test(what_fits_exactly_is_not_cut),
		cmocka_unit_test(a_wide_character_is_never_halved),
		cmocka_unit_test(the_end_of_an_id_survives_the_cut),
		cmocka_unit_test(an_accent_of_its_own_takes_no_column),
	};

	return cmocka_run_group_tests_name("report/text", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"

static void characters_of_each_length_are_decoded(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
		uint32_t code_point;
	} rows[] = {
		{ "a", 1, 'a' },
		{ "\x7F", 1, 0x7F },
		{ "\xC2\x80", 2, 0x80 },
		{ "\xDF\xBF", 2, 0x7FF },
		{ "\xE0\xA0\x80", 3, 0x800 },
		{ "\xED\x9F\xBF", 3, 0xD7FF },
		{ "\xEF\xBF\xBF", 3, 0xFFFF },
		{ "\xF0\x90\x80\x80", 4, 0x10000 },
		{ "\xF4\x8F\xBF\xBF", 4, 0x10FFFF },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t c = 0;
		assert_int_equal(utf8_decode(rows[i].text, strlen(rows[i].text), &c), rows[i].len);
		assert_int_equal(c, rows[i].code_point);
	}
}

static void what_the_standard_forbids_is_no_character(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\x80",             /* a tail alone */
		"\xC0\x80",         /* longer than needed */
		"\xC1\xBF",
		"\xE0\x9F\xBF",
		"\xF0\x8F\xBF\xBF",
		"\xED\xA0\x80",     /* a surrogate */
		"\xF4\x90\x80\x80", /* above U+10FFFF */
		"\xF5\x80\x80\x80",
		"\xFF",
		"\xE2\x82",         /* cut */
		"\xE2" "a\x82",
		"\xE2\x82" "a",
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint32_t c = 42;
		assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &c), 0);
		assert_int_equal(c, 42);
	}
}

static void each_bad_byte_becomes_one_replacement(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	utf8_add_clean(&b, "a\xFF\xE2\x82z\xC3\xA9", 7, NULL);
	assert_string_equal(buf_str(&b), "a" UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT
					 "z\xC3\xA9");
}

static bool is_no_x(uint32_t c)
{
	return c != 'x';
}

static void a_refused_character_becomes_one_replacement(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	utf8_add_clean(&b, "xaxx", 4, is_no_x);
	assert_string_equal(buf_str(&b),
			    UTF8_REPLACEMENT "a" UTF8_REPLACEMENT UTF8_REPLACEMENT);
}

static void a_character_cut_by_the_length_is_not_read_beyond_it(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	utf8_add_clean(&b, "\xC3\xA9", 1, NULL);
	assert_string_equal(buf_str(&b), UTF8_REPLACEMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_of_each_length_are_decoded),
		cmocka_unit_test(what_the_standard_forbids_is_no_character),
		cmocka_unit_test(each_bad_byte_becomes_one_replacement),
		cmocka_unit_test(a_refused_character_becomes_one_replacement),
		cmocka_unit_test(a_character_cut_by_the_length_is_not_read_beyond_it),
	};

	return cmocka_run_group_tests_name("base/utf8", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void a_set_error_has_code_kind_and_reason(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(iso_err_set(&err, ISO_ERR_HOST, EPERM, "mount '%s'", "/tmp"), -EPERM);
	assert_int_equal(err.code, EPERM);
	assert_int_equal(err.kind, ISO_ERR_HOST);
	assert_string_equal(err.text, "mount '/tmp': Operation not permitted");
}

static void a_negative_code_means_the_same(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(iso_err_set(&err, ISO_ERR_HOST, -ENOENT, "x"), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.text, "x: No such file or directory");
}

static void a_code_without_a_positive_is_an_error_too(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(iso_err_set(&err, ISO_ERR_HOST, INT_MIN, "x"), -INT_MAX);
}

static void code_0_adds_no_reason_but_is_still_an_error(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(iso_err_set(&err, ISO_ERR_USAGE, 0, "unknown word"), -EINVAL);
	assert_int_equal(err.code, EINVAL);
	assert_string_equal(err.text, "unknown word");
}

static void an_unknown_code_is_told_by_number(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(iso_err_set(&err, ISO_ERR_HOST, 5000, "x"), -5000);
	assert_string_equal(err.text, "x: error 5000");
}

static void without_an_error_object_the_code_still_comes_back(void **state)
{
	(void)state;
	assert_int_equal(iso_err_set(NULL, ISO_ERR_HOST, EPERM, "x"), -EPERM);
	assert_true(iso_err_wrap(NULL, "x") < 0);
	assert_true(iso_err_hint(NULL, "x") < 0);
}

static void wrap_puts_the_context_in_front(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	iso_err_set(&err, ISO_ERR_HOST, ENOENT, "open 'a'");
	assert_int_equal(iso_err_wrap(&err, "suite '%s'", "s"), -ENOENT);
	assert_string_equal(err.text, "suite 's': open 'a': No such file or directory");
	assert_int_equal(err.kind, ISO_ERR_HOST);
}

static void hint_is_a_second_line_that_survives_wrapping(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	iso_err_set(&err, ISO_ERR_HOST, 0, "no cgroup");
	assert_int_equal(iso_err_hint(&err, "run '%s'", "isorun doctor"), -EINVAL);
	iso_err_wrap(&err, "test 'a'");
	assert_string_equal(err.text, "test 'a': no cgroup\nhint: run 'isorun doctor'");
}

static void an_argument_may_be_the_old_text(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	iso_err_set(&err, ISO_ERR_USAGE, 0, "old");
	iso_err_set(&err, ISO_ERR_USAGE, 0, "[%s]", err.text);
	assert_string_equal(err.text, "[old]");
	iso_err_hint(&err, "%s", err.text);
	assert_string_equal(err.text, "[old]\nhint: [old]");
}

static void a_long_text_is_cut_with_dots_before_the_reason(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	char name[2000];
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	iso_err_set(&err, ISO_ERR_HOST, ENOENT, "open '%s'", name);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	const char *end = "nnn...: No such file or directory";
	assert_string_equal(err.text + strlen(err.text) - strlen(end), end);
}

static void a_cut_never_halves_a_character(void **state)
{
	(void)state;
	/* Four bytes a character, at each of the four offsets. */
	for (size_t shift = 0; shift < 4; shift++) {
		struct iso_err err = ISO_ERR_INIT;
		char name[801];
		memset(name, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(name); i += 4)
			memcpy(name + i, "\xf0\x9f\x90\xa7", 4);
		name[sizeof(name) - 5] = '\0';
		iso_err_set(&err, ISO_ERR_USAGE, 0, "%s", name);
		size_t len = strlen(err.text);
		assert_true(len < sizeof(err.text));
		assert_string_equal(err.text + len - 3, "...");
		assert_int_equal((len - 3 - shift) % 4, 0);
		assert_true(len >= sizeof(err.text) - 4);
	}
}

static void a_long_wrap_keeps_within_the_field(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	iso_err_set(&err, ISO_ERR_HOST, EPERM, "open '%s'", "a");
	for (int i = 0; i < 100; i++)
		iso_err_wrap(&err, "context number %d", i);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + strlen(err.text) - 3, "...");
	/* No room: the hint is left out, the text stays whole. */
	iso_err_hint(&err, "no help");
	assert_null(strstr(err.text, "hint"));
}

static void control_bytes_in_a_name_cannot_forge_a_line(void **state)
{
	(void)state;
	struct iso_err err = ISO_ERR_INIT;
	iso_err_set(&err, ISO_ERR_USAGE, 0, "open '%s'", "a\nisorun: all passed\x1b[0m");
	assert_string_equal(err.text, "open 'a?isorun: all passed?[0m'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_error_has_code_kind_and_reason),
		cmocka_unit_test(a_negative_code_means_the_same),
		cmocka_unit_test(a_code_without_a_positive_is_an_error_too),
		cmocka_unit_test(code_0_adds_no_reason_but_is_still_an_error),
		cmocka_unit_test(an_unknown_code_is_told_by_number),
		cmocka_unit_test(without_an_error_object_the_code_still_comes_back),
		cmocka_unit_test(wrap_puts_the_context_in_front),
		cmocka_unit_test(hint_is_a_second_line_that_survives_wrapping),
		cmocka_unit_test(an_argument_may_be_the_old_text),
		cmocka_unit_test(a_long_text_is_cut_with_dots_before_the_reason),
		cmocka_unit_test(a_cut_never_halves_a_character),
		cmocka_unit_test(a_long_wrap_keeps_within_the_field),
		cmocka_unit_test(control_bytes_in_a_name_cannot_forge_a_line),
	};
	return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}

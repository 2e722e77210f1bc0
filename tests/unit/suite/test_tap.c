/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/tap.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct tap tap;

static enum tap_verdict read_whole(const char *text)
{
	tap_init(&tap);
	tap_feed(&tap, text, strlen(text));
	return tap_end(&tap);
}

static void assert_failed(const char *text, const char *detail)
{
	assert_int_equal(read_whole(text), TAP_FAILED);
	assert_string_equal(tap.detail, detail);
}

static void a_plan_kept_with_all_ok_passes(void **state)
{
	(void)state;
	assert_int_equal(read_whole("1..2\nok 1 - a\nok 2\n"), TAP_PASSED);
	assert_string_equal(tap.detail, "");
}

static void the_plan_may_come_last(void **state)
{
	(void)state;
	assert_int_equal(read_whole("ok\nok\n1..2"), TAP_PASSED);
	assert_failed("ok\n1..1\nok\n", "a test after the plan at the end: ok");
}

static void a_not_ok_is_shown(void **state)
{
	(void)state;
	assert_failed("1..3\nok 1\nnot ok 2 - foo\nnot ok 3 - bar\n", "not ok 2 - foo");
}

static void a_todo_may_fail(void **state)
{
	(void)state;
	assert_int_equal(read_whole("1..1\nnot ok 1 - x # TODO later\n"), TAP_PASSED);
	assert_int_equal(read_whole("1..1\nnot ok 1 - bug #12 # todo\n"), TAP_PASSED);
	assert_failed("1..1\nnot ok 1 - a \\# TODO\n", "not ok 1 - a \\# TODO");
}

static void a_word_that_only_begins_like_a_directive_is_none(void **state)
{
	(void)state;
	assert_int_equal(read_whole("1..1\nnot ok 1 - empty # todolist is empty\n"), TAP_FAILED);
	assert_int_equal(read_whole("1..1\nnot ok 1 # TODO: later\n"), TAP_PASSED);
	assert_int_equal(read_whole("1..1\nnot ok 1 # todo\n"), TAP_PASSED);
}

static void a_skipped_test_line_passes(void **state)
{
	(void)state;
	assert_int_equal(read_whole("1..1\nok 1 # SKIP no net\n"), TAP_PASSED);
	assert_failed("1..1\nnot ok 1 # SKIP\n", "not ok 1 # SKIP");
}

static void an_empty_plan_skips_all_and_says_why(void **state)
{
	(void)state;
	assert_int_equal(read_whole("1..0 # SKIP no perl\n"), TAP_SKIPPED);
	assert_string_equal(tap.detail, "no perl");
	assert_int_equal(read_whole("1..0\n"), TAP_SKIPPED);
	assert_int_equal(read_whole("1..0 # Skipped: no perl\n"), TAP_SKIPPED);
	assert_string_equal(tap.detail, "no perl");
}

static void an_empty_plan_with_a_test_fails(void **state)
{
	(void)state;
	assert_failed("1..0 # SKIP x\nok 1\n", "planned 0 tests but ran 1");
}

static void too_few_and_too_many_tests_fail(void **state)
{
	(void)state;
	assert_failed("1..5\nok\nok\nok\n", "planned 5 tests but ran 3");
	assert_failed("1..1\nok\nok\n", "planned 1 tests but ran 2");
}

static void output_without_a_plan_fails(void **state)
{
	(void)state;
	assert_failed("ok 1\n", "no plan was printed");
	assert_failed("hello\n", "no TAP in the output");
	assert_failed("", "no TAP in the output");
}

static void numbers_must_count_up(void **state)
{
	(void)state;
	assert_failed("1..2\nok 1\nok 3\n", "tests out of sequence: found 3, expected 2");
}

static void two_plans_fail(void **state)
{
	(void)state;
	assert_failed("1..1\nok 1\n1..1\n", "more than one plan");
}

static void bailing_out_fails_and_ends_the_reading(void **state)
{
	(void)state;
	assert_failed("1..9\nnot ok 1\nBail out! no disk\nok 7\n", "Bail out! no disk");
}

static void subtests_and_yaml_are_their_parents_matter(void **state)
{
	(void)state;
	assert_int_equal(read_whole("TAP version 14\n1..1\n    1..2\n    not ok 1\n    ok 2\n"
				    "ok 1 - parent\n  ---\n  not ok: yes\n  ...\n"),
			 TAP_PASSED);
}

static void words_that_begin_alike_are_text(void **state)
{
	(void)state;
	assert_int_equal(read_whole("okay then\nok_go\n1..x\n1..1\nnot okay\nok 1\n"),
			 TAP_PASSED);
}

static void carriage_returns_do_not_matter(void **state)
{
	(void)state;
	assert_int_equal(read_whole("1..1\r\nok 1\r\n"), TAP_PASSED);
}

static void pieces_of_any_size_read_the_same(void **state)
{
	static const char text[] = "1..3\nok 1\nnot ok 2 - two\nok 3\n";

	(void)state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		tap_init(&tap);
		for (size_t at = 0; at < sizeof(text) - 1; at += piece) {
			const size_t left = sizeof(text) - 1 - at;

			tap_feed(&tap, text + at, left < piece ? left : piece);
		}
		assert_int_equal(tap_end(&tap), TAP_FAILED);
		assert_string_equal(tap.detail, "not ok 2 - two");
	}
}

static void a_line_of_any_length_is_cut_not_split(void **state)
{
	(void)state;
	tap_init(&tap);
	tap_feed(&tap, "1..1\nok 1 - ", 12);
	for (int i = 0; i < 4 * TAP_LINE_MAX; i++)
		tap_feed(&tap, "\x80not ok", 7);
	tap_feed(&tap, "\n", 1);
	assert_int_equal(tap_end(&tap), TAP_PASSED);
}

static void a_number_beyond_reason_is_no_plan(void **state)
{
	(void)state;
	assert_failed("1..99999999999999999999999\nok 1\n", "no plan was printed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_kept_with_all_ok_passes),
		cmocka_unit_test(the_plan_may_come_last),
		cmocka_unit_test(a_not_ok_is_shown),
		cmocka_unit_test(a_todo_may_fail),
		cmocka_unit_test(a_word_that_only_begins_like_a_directive_is_none),
		cmocka_unit_test(a_skipped_test_line_passes),
		cmocka_unit_test(an_empty_plan_skips_all_and_says_why),
		cmocka_unit_test(an_empty_plan_with_a_test_fails),
		cmocka_unit_test(too_few_and_too_many_tests_fail),
		cmocka_unit_test(output_without_a_plan_fails),
		cmocka_unit_test(numbers_must_count_up),
		cmocka_unit_test(two_plans_fail),
		cmocka_unit_test(bailing_out_fails_and_ends_the_reading),
		cmocka_unit_test(subtests_and_yaml_are_their_parents_matter),
		cmocka_unit_test(words_that_begin_alike_are_text),
		cmocka_unit_test(carriage_returns_do_not_matter),
		cmocka_unit_test(pieces_of_any_size_read_the_same),
		cmocka_unit_test(a_line_of_any_length_is_cut_not_split),
		cmocka_unit_test(a_number_beyond_reason_is_no_plan),
	};

	return cmocka_run_group_tests_name("suite/tap", tests, NULL, NULL);
}

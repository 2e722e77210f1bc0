/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/output.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/str.h"

static int file_of(const void *text, size_t len)
{
	int fd = memfd_create("output", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, len), 0);
	return fd;
}

static struct output_facts read_text(const struct test *t, const char *text, size_t len)
{
	struct output_facts facts = { .unread_bytes = 0 };
	struct iso_err err = ISO_ERR_INIT;
	struct output_scan *s;
	int fd = file_of(text, len);

	assert_int_equal(output_scan_new(t, &s, &err), 0);
	assert_int_equal(output_scan_until(s, fd, UINT64_MAX), 0);
	output_scan_end(s, &facts);
	output_scan_free(s);
	close(fd);
	return facts;
}

static void a_test_without_patterns_is_not_read(void **state)
{
	const struct test t = { .id = "t" };
	struct output_scan *s;

	(void)state;
	assert_int_equal(output_scan_new(&t, &s, NULL), 0);
	assert_null(s);
}

static void patterns_match_lines(void **state)
{
	const struct test t = { .id = "t", .pass_pattern = "^all good$", .fail_pattern = "Err.r" };
	static const char text[] = "begin\nall good\n3 Errors\n";
	const struct output_facts facts = read_text(&t, text, strlen(text));

	(void)state;
	assert_true(facts.pass_matched);
	assert_true(facts.fail_matched);
	assert_string_equal(facts.fail_line, "3 Errors");
}

static void a_dot_does_not_cross_a_line_end(void **state)
{
	const struct test t = { .id = "t", .pass_pattern = "a.b" };

	(void)state;
	assert_false(read_text(&t, "a\nb\n", 4).pass_matched);
	assert_true(read_text(&t, "axb", 3).pass_matched);
}

static void binary_output_hides_nothing(void **state)
{
	const struct test t = { .id = "t", .fail_pattern = "FAIL" };

	(void)state;
	assert_true(read_text(&t, "a\0b\0FAIL\n", 9).fail_matched);
}

static void a_line_across_two_pieces_is_whole(void **state)
{
	const struct test t = { .id = "t", .fail_pattern = "^needle in hay$" };
	static char text[200000];

	(void)state;
	for (size_t pos = 65530; pos < 65542; pos++) {
		memset(text, '.', sizeof(text));
		for (size_t i = 79; i < sizeof(text); i += 80)
			text[i] = '\n';
		memcpy(text + pos, "\nneedle in hay\n", 15);
		assert_true(read_text(&t, text, sizeof(text)).fail_matched);
	}
}

static void a_line_longer_than_a_piece_is_still_read(void **state)
{
	const struct test t = { .id = "t", .pass_pattern = "end$", .fail_pattern = "zz" };
	static char text[300000];

	(void)state;
	memset(text, 'y', sizeof(text));
	memcpy(text + sizeof(text) - 3, "end", 3);
	const struct output_facts facts = read_text(&t, text, sizeof(text));

	assert_true(facts.pass_matched);
	assert_false(facts.fail_matched);
}

static void a_match_across_the_edge_of_a_piece_is_seen(void **state)
{
	enum { LONG = 300000, WORD = 6 };
	const struct test t = { .id = "t", .fail_pattern = "FAILED", .pass_pattern = "^xx|^b$" };
	char *text = malloc(LONG + 1);

	(void)state;
	assert_non_null(text);
	/* Around each edge, every place. */
	for (size_t at = 1; at + WORD < LONG; at++) {
		if (at % 32768 > 8 && at % 32768 < 32768 - 8)
			continue;
		memset(text, 'x', LONG);
		text[0] = text[LONG - 1] = 'b';
		memcpy(text + at, "FAILED", WORD);
		const struct output_facts facts = read_text(&t, text, LONG);
		if (!facts.fail_matched)
			fail_msg("not seen at %zu", at);
		assert_false(facts.pass_matched);
	}
	free(text);
}

static void tap_is_read_along(void **state)
{
	const struct test t = { .id = "t", .protocol = TEST_PROTOCOL_TAP };
	static const char text[] = "1..2\nok 1\nnot ok 2 - b\n";
	const struct output_facts facts = read_text(&t, text, strlen(text));

	(void)state;
	assert_int_equal(facts.tap, TAP_FAILED);
	assert_string_equal(facts.tap_detail, "not ok 2 - b");
}

static void an_empty_output_matches_nothing(void **state)
{
	const struct test t = { .id = "t", .pass_pattern = "x", .fail_pattern = "y" };
	const struct output_facts facts = read_text(&t, "", 0);

	(void)state;
	assert_false(facts.pass_matched || facts.fail_matched);
}

static void a_pattern_that_does_not_compile_is_named(void **state)
{
	struct iso_err err = ISO_ERR_INIT;

	(void)state;
	assert_int_equal(output_check_pattern("a(b|c)+", &err), 0);
	assert_true(output_check_pattern("a(b", &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_true(str_starts(err.text, "pattern 'a(b': "));
}

static void patterns_that_span_see_the_output_as_a_whole(void **state)
{
	enum { FAR = 200 << 10 };
	struct test t = { .id = "t", .pass_pattern = "^one.two\nthree$", .patterns_span = true,
			  .skip_pattern = "^two" };
	char *text = calloc(1, FAR + 16);
	struct output_facts facts = read_text(&t, "one\ntwo\nthree", 13);

	(void)state;
	assert_true(facts.pass_matched);
	assert_false(facts.skip_matched);
	assert_false(read_text(&t, "one\ntwo\nthree\n", 14).pass_matched);
	assert_non_null(text);
	memset(text, 'x', FAR);
	for (int i = 1000; i < FAR; i += 1000)
		text[i] = '\n';
	/* Across the end of the first piece, and at the very end. */
	memcpy(text + (64 << 10) - 4, "one\ntwo", 7);
	memcpy(text + FAR, "\nthree", 6);
	t.skip_pattern = "one.two";
	t.pass_pattern = "three$";
	t.fail_pattern = "^x.*three";
	facts = read_text(&t, text, FAR + 6);
	assert_true(facts.skip_matched && facts.pass_matched);
	assert_false(facts.fail_matched);
	free(text);
}

static void a_scan_in_steps_sees_what_one_of_all_sees(void **state)
{
	const struct test t = { .id = "t", .protocol = TEST_PROTOCOL_TAP, .fail_pattern = "^b+c$" };
	static const char text[] = "ok 1\nbbbbbbc\nnot ok 2 - broke\n1..2";

	(void)state;
	for (uint64_t step = 1; step < sizeof(text); step++) {
		struct output_facts facts = { .cut_bytes = 7, .unread_bytes = 5 };
		struct output_scan *s;
		int fd = file_of(text, strlen(text));

		assert_int_equal(output_scan_new(&t, &s, NULL), 0);
		for (uint64_t end = step; output_scan_at(s) < strlen(text); end += step)
			assert_int_equal(output_scan_until(s, fd, end), 0);
		output_scan_end(s, &facts);
		output_scan_free(s);
		close(fd);
		assert_true(facts.fail_matched);
		assert_string_equal(facts.fail_line, "bbbbbbc");
		assert_int_equal(facts.tap, TAP_FAILED);
		assert_string_equal(facts.tap_detail, "not ok 2 - broke");
		assert_int_equal(facts.cut_bytes, 7);
		assert_int_equal(facts.unread_bytes, 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_test_without_patterns_is_not_read),
		cmocka_unit_test(patterns_match_lines),
		cmocka_unit_test(a_dot_does_not_cross_a_line_end),
		cmocka_unit_test(binary_output_hides_nothing),
		cmocka_unit_test(a_line_across_two_pieces_is_whole),
		cmocka_unit_test(a_line_longer_than_a_piece_is_still_read),
		cmocka_unit_test(a_match_across_the_edge_of_a_piece_is_seen),
		cmocka_unit_test(tap_is_read_along),
		cmocka_unit_test(an_empty_output_matches_nothing),
		cmocka_unit_test(a_pattern_that_does_not_compile_is_named),
		cmocka_unit_test(patterns_that_span_see_the_output_as_a_whole),
		cmocka_unit_test(a_scan_in_steps_sees_what_one_of_all_sees),
	};

	return cmocka_run_group_tests_name("suite/output", tests, NULL, NULL);
}

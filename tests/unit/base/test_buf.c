/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void pieces_come_out_in_order(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_adds(&b, "one");
	buf_addc(&b, ' ');
	buf_add(&b, "two!", 3);
	buf_addf(&b, " %d%s", 3, "");
	assert_string_equal(buf_str(&b), "one two 3");
	assert_int_equal(b.len, 9);
	assert_int_equal(b.error, 0);
}

static void an_empty_buffer_reads_and_finishes_as_empty(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	assert_string_equal(buf_str(&b), "");
	char *text = NULL;
	assert_int_equal(buf_finish(&b, &text), 0);
	assert_string_equal(text, "");
	free(text);
}

static void it_grows_past_any_first_guess(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	for (int i = 0; i < 10000; i++)
		buf_addf(&b, "%05d", i);
	assert_int_equal(b.len, 50000);
	assert_memory_equal(b.data + 49995, "09999", 6);
}

static void bytes_may_be_nul(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_add(&b, "a\0b", 3);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
}

static void an_impossible_size_sticks_as_error(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	buf_add(&b, "", SIZE_MAX);
	assert_int_equal(b.error, -ENOMEM);
	buf_clear(&b);
	buf_adds(&b, "kept");
	buf_add(&b, "", SIZE_MAX);
	assert_int_equal(b.error, -ENOMEM);
	buf_adds(&b, "ignored");
	assert_string_equal(buf_str(&b), "kept");
	char *text = (char *)"untouched";
	assert_int_equal(buf_finish(&b, &text), -ENOMEM);
	assert_string_equal(text, "untouched");
	assert_null(b.data);
	assert_int_equal(b.error, 0);
}

static void clear_forgets_text_and_error_but_keeps_memory(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_adds(&b, "text");
	char *data = b.data;
	b.error = -ENOMEM;
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
	buf_adds(&b, "new");
	assert_ptr_equal(b.data, data);
	assert_string_equal(buf_str(&b), "new");
}

static void finish_hands_over_and_leaves_it_fresh(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	char *text = NULL;
	buf_adds(&b, "mine");
	assert_int_equal(buf_finish(&b, &text), 0);
	assert_string_equal(text, "mine");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.cap, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_come_out_in_order),
		cmocka_unit_test(an_empty_buffer_reads_and_finishes_as_empty),
		cmocka_unit_test(it_grows_past_any_first_guess),
		cmocka_unit_test(bytes_may_be_nul),
		cmocka_unit_test(an_impossible_size_sticks_as_error),
		cmocka_unit_test(clear_forgets_text_and_error_but_keeps_memory),
		cmocka_unit_test(finish_hands_over_and_leaves_it_fresh),
	};
	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>

#include "events.h"
#include "report/excerpt.h"

static void assert_parts(const struct place *p, size_t head_max, size_t tail_max, const char *head,
			 const char *tail, uint64_t left_out)
{
	struct excerpt x;

	assert_int_equal(excerpt_read(p->dir, "output/1", head_max, tail_max, &x), 0);
	assert_int_equal(x.head_len, strlen(head));
	assert_memory_equal(x.head, head, x.head_len);
	assert_int_equal(x.tail_len, strlen(tail));
	assert_memory_equal(x.tail, tail, x.tail_len);
	assert_int_equal(x.left_out_bytes, left_out);
	excerpt_fini(&x);
}

static void a_file_is_whole_up_to_the_bounds_and_cut_beyond(void **state)
{
	struct place *p = *state;

	place_write(p, "output/1", "0123456789", 10);
	assert_parts(p, 5, 5, "0123456789", "", 0);
	assert_parts(p, 4, 5, "0123", "56789", 1);
	assert_parts(p, 0, 10, "", "0123456789", 0);
	assert_parts(p, 0, 9, "", "123456789", 1);
	place_write(p, "output/1", "", 0);
	assert_parts(p, 5, 5, "", "", 0);
	assert_parts(p, 0, 5, "", "", 0);
}

static void only_plain_files_of_the_run_are_read(void **state)
{
	struct place *p = *state;
	struct excerpt x;
	char *fifo = place_path(p, "output/fifo");
	char *link = place_path(p, "output/link");

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(excerpt_read(p->dir, "output/fifo", 1, 1, &x), -EINVAL);
	assert_int_equal(excerpt_read(p->dir, "output/link", 1, 1, &x), -ELOOP);
	assert_int_equal(excerpt_read(p->dir, "output", 1, 1, &x), -EINVAL);
	assert_int_equal(excerpt_read(p->dir, "output/none", 1, 1, &x), -ENOENT);
	assert_int_equal(excerpt_read(p->dir, "../etc/passwd", 1, 1, &x), -EXDEV);
	assert_int_equal(excerpt_read(p->dir, "output/../../x", 1, 1, &x), -EXDEV);
	assert_int_equal(excerpt_read(p->dir, "/etc/passwd", 1, 1, &x), -EXDEV);
	assert_int_equal(excerpt_read("/no/such/run", "output/1", 1, 1, &x), -ENOENT);
	free(fifo);
	free(link);
}

static size_t last_lines(const char *text, size_t max)
{
	return excerpt_last_lines(text, strlen(text), max);
}

static void the_last_lines_begin_where_they_should(void **state)
{
	(void)state;
	assert_int_equal(last_lines("", 2), 0);
	assert_int_equal(last_lines("\n", 2), 0);
	assert_int_equal(last_lines("a", 2), 0);
	assert_int_equal(last_lines("a\nb\n", 2), 0);
	assert_int_equal(last_lines("a\nb\nc\n", 2), 2);
	assert_int_equal(last_lines("a\nb\nc", 2), 2);
	assert_int_equal(last_lines("a\r\nb\r\nc\r\n", 2), 3);
	assert_int_equal(last_lines("10%\r20%\r30%", 2), 4);
}

static void a_line_ends_before_its_end_mark(void **state)
{
	size_t next;

	(void)state;
	assert_int_equal(excerpt_line("ab\ncd", 5, &next), 2);
	assert_int_equal(next, 3);
	assert_int_equal(excerpt_line("ab\r\ncd", 6, &next), 2);
	assert_int_equal(next, 4);
	assert_int_equal(excerpt_line("ab\rcd", 5, &next), 2);
	assert_int_equal(next, 3);
	assert_int_equal(excerpt_line("ab", 2, &next), 2);
	assert_int_equal(next, 2);
	assert_int_equal(excerpt_line("\n", 1, &next), 0);
	assert_int_equal(next, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(a_file_is_whole_up_to_the_bounds_and_cut_beyond),
		IN_PLACE(only_plain_files_of_the_run_are_read),
		cmocka_unit_test(the_last_lines_begin_where_they_should),
		cmocka_unit_test(a_line_ends_before_its_end_mark),
	};

	return cmocka_run_group_tests_name("report/excerpt", tests, NULL, NULL);
}

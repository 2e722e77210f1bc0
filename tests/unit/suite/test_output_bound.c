/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/output_bound.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"

enum { LIMIT = 64 << 10 };

static int file_of_lines(unsigned n)
{
	struct buf b = BUF_INIT;
	int fd = memfd_create("output", MFD_CLOEXEC);

	assert_true(fd >= 0);
	for (unsigned i = 1; i <= n; i++)
		buf_addf(&b, "line %u of the output\n", i);
	assert_int_equal(b.error, 0);
	assert_int_equal(write(fd, b.data, b.len), (ssize_t)b.len);
	buf_free(&b);
	return fd;
}

static char *text_of(int fd, size_t *ret_len)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	char *text = malloc((size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)st.st_size, 0), st.st_size);
	text[st.st_size] = '\0';
	*ret_len = (size_t)st.st_size;
	return text;
}

static void what_fits_is_left_as_it_is(void **state)
{
	struct output_bound b = { .limit_bytes = LIMIT };
	_cleanup_close_ int fd = file_of_lines(100);
	uint64_t cut = 1;
	size_t before, after;

	(void)state;
	_cleanup_free_ char *was = text_of(fd, &before);
	assert_int_equal(output_bound_finish(&b, fd, &cut), 0);
	_cleanup_free_ char *is = text_of(fd, &after);
	assert_int_equal(cut, 0);
	assert_int_equal(before, after);
	assert_string_equal(was, is);
}

static void head_and_tail_stay_in_whole_lines(void **state)
{
	struct output_bound b = { .limit_bytes = LIMIT };
	_cleanup_close_ int fd = file_of_lines(10000);
	uint64_t cut;
	size_t before, after;

	(void)state;
	_cleanup_free_ char *was = text_of(fd, &before);
	assert_int_equal(output_bound_finish(&b, fd, &cut), 0);
	_cleanup_free_ char *is = text_of(fd, &after);
	assert_true(after <= LIMIT);
	assert_true(after > LIMIT - 2 * 4096);
	char *gap = strstr(is, "\n[isorun: ");
	assert_non_null(gap);
	const size_t head = (size_t)(gap - is) + 1;
	const char *tail = strchr(gap + 1, '\n') + 1;
	assert_memory_equal(is, was, head);
	assert_true(strncmp(tail, "line ", 5) == 0);
	assert_string_equal(tail, was + before - strlen(tail));
	assert_int_equal(cut, before - head - strlen(tail));
}

static void one_line_without_an_end_is_cut_too(void **state)
{
	struct output_bound b = { .limit_bytes = OUTPUT_LIMIT_MIN_BYTES };
	_cleanup_close_ int fd = memfd_create("output", MFD_CLOEXEC);
	char text[OUTPUT_LIMIT_MIN_BYTES + 1];
	uint64_t cut;
	size_t after;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	assert_int_equal(output_bound_finish(&b, fd, &cut), 0);
	_cleanup_free_ char *is = text_of(fd, &after);
	assert_true(after <= OUTPUT_LIMIT_MIN_BYTES);
	assert_true(cut > 0);
	assert_non_null(strstr(is, "x\n[isorun: "));
	assert_non_null(strstr(is, "limit 4K]\nxx"));
}

static void a_growing_file_gets_a_hole(void **state)
{
	struct output_bound b = { .limit_bytes = LIMIT };
	_cleanup_close_ int fd = file_of_lines(100000);
	bool soon = false;
	struct stat st;
	uint64_t cut;
	uint64_t end;
	size_t before, after;

	(void)state;
	_cleanup_free_ char *was = text_of(fd, &before);
	assert_int_equal(output_bound_look(&b, fd, &end, &soon), 0);
	assert_true(soon);
	assert_int_equal(end, before - LIMIT / 2);
	assert_int_equal(output_bound_cut(&b, fd, end), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, before);
	assert_true(st.st_blocks * 512 <= LIMIT + LIMIT / 8);
	assert_int_equal(output_bound_look(&b, fd, &end, &soon), 0);
	assert_int_equal(end, 0);
	assert_false(soon);
	/* What is kept has nothing of the hole. */
	assert_int_equal(output_bound_finish(&b, fd, &cut), 0);
	_cleanup_free_ char *is = text_of(fd, &after);
	assert_int_equal(strlen(is), after);
	assert_string_equal(is + after - 1000, was + before - 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_left_as_it_is),
		cmocka_unit_test(head_and_tail_stay_in_whole_lines),
		cmocka_unit_test(one_line_without_an_end_is_cut_too),
		cmocka_unit_test(a_growing_file_gets_a_hole),
	};

	return cmocka_run_group_tests_name("suite/output_bound", tests, NULL, NULL);
}

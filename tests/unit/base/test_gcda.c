/* SPDX-License-Identifier: Apache-2.0 */
#include "base/gcda.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"

#define MAGIC    0x67636461u
#define GCC_12   0x4232322au /* "B22*" */
#define CLANG    0x3430382au /* "408*" */
#define STAMP    7u
#define FUNCTION 0x01000000u
#define ARCS     0x01a10000u
#define TOP_N    0x01a70000u
#define OBJECT   0xa1000000u

/* Two functions as gcc 12 writes them; a counter fits in 32 bits here. */
#define GCC(runs, max, x, y, z)                                                              \
	{ MAGIC, GCC_12, STAMP, 1, OBJECT, 8, runs, max, FUNCTION, 12, 11, 12, 13, ARCS, 16, \
	  x, 0, y, 0, FUNCTION, 12, 21, 22, 23, ARCS, 8, z, 0, 0 }

static void check(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, bool subtract,
		  const uint32_t *want, size_t n_want)
{
	_cleanup_buf_ struct buf got = BUF_INIT;

	assert_int_equal(gcda_combine(a, n_a * 4, b, n_b * 4, subtract, &got), 0);
	assert_int_equal(got.len, n_want * 4);
	assert_memory_equal(got.data, want, got.len);
}

#define CHECK(a, b, subtract, want) \
	check(a, ARRAY_SIZE(a), b, ARRAY_SIZE(b), subtract, want, ARRAY_SIZE(want))

static void counters_of_two_runs_add_up(void **state)
{
	(void)state;
	const uint32_t a[] = GCC(1, 5, 5, 0, 1);
	const uint32_t b[] = GCC(2, 4, 4, 2, 0);
	const uint32_t sum[] = GCC(3, 5, 9, 2, 1);
	CHECK(a, b, false, sum);
}

static void what_was_there_before_can_be_taken_off(void **state)
{
	(void)state;
	const uint32_t sum[] = GCC(3, 9, 9, 2, 1);
	const uint32_t before[] = GCC(2, 4, 4, 2, 0);
	const uint32_t own[] = GCC(1, 9, 5, 0, 1);
	CHECK(sum, before, true, own);
}

static void a_negative_length_is_so_many_zeros(void **state)
{
	(void)state;
	const uint32_t a[] = { MAGIC, GCC_12, STAMP, 1, FUNCTION, 12, 1, 2, 3, ARCS, -16u, 0 };
	const uint32_t b[] = { MAGIC, GCC_12, STAMP, 1, FUNCTION, 12, 1, 2, 3,
			       ARCS,  16,     4,     0, 5,        0,  0 };
	CHECK(a, b, false, b);
	CHECK(b, a, false, b);
	CHECK(a, a, false, a);
}

static void a_function_that_one_program_lacks_comes_from_the_other(void **state)
{
	(void)state;
	const uint32_t with[] = { MAGIC, CLANG, STAMP, FUNCTION, 3, 1, 2, 3, ARCS, 2, 9, 0, 0 };
	const uint32_t without[] = { MAGIC, CLANG, STAMP, FUNCTION, 0, 0 };
	CHECK(with, without, false, with);
	CHECK(without, with, false, with);
	CHECK(with, without, true, with);
	CHECK(without, with, true, without);
}

static void refuse(const void *a, size_t a_bytes, const void *b, size_t b_bytes, int code)
{
	_cleanup_buf_ struct buf got = BUF_INIT;

	assert_int_equal(gcda_combine(a, a_bytes, b, b_bytes, false, &got), code);
}

static void what_cannot_be_added_is_refused(void **state)
{
	(void)state;
	const uint32_t a[] = GCC(1, 5, 5, 0, 1);
	uint32_t other[] = GCC(1, 5, 5, 0, 1);
	const uint32_t top[] = { MAGIC, GCC_12, STAMP, 1, FUNCTION, 12, 1, 2,
				 3,     TOP_N,  8,     9, 0,        0 };

	/* At every length the file is whole or refused. */
	for (size_t n = 0; n < sizeof(a); n++)
		refuse(a, n, a, sizeof(a), -EINVAL);
	other[2] = STAMP + 1;
	refuse(a, sizeof(a), other, sizeof(other), -ESTALE);
	other[2] = STAMP;
	other[12] = 99;
	refuse(a, sizeof(a), other, sizeof(other), -ESTALE);
	refuse(top, sizeof(top), top, sizeof(top), -ENOTSUP);
	refuse("text, nothing else", 18, a, sizeof(a), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_of_two_runs_add_up),
		cmocka_unit_test(what_was_there_before_can_be_taken_off),
		cmocka_unit_test(a_negative_length_is_so_many_zeros),
		cmocka_unit_test(a_function_that_one_program_lacks_comes_from_the_other),
		cmocka_unit_test(what_cannot_be_added_is_refused),
	};
	return cmocka_run_group_tests_name("base/gcda", tests, NULL, NULL);
}

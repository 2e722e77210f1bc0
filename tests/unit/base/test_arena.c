/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static int set_up(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static void memory_is_zeroed_aligned_and_apart(void **state)
{
	const char *last = NULL;
	for (size_t i = 0; i < 3000; i++) {
		size_t size = i % 40 + 1;
		char *p = arena_alloc(*state, size);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		assert_ptr_not_equal(p, last);
		for (size_t j = 0; j < size; j++)
			assert_int_equal(p[j], 0);
		memset(p, 0xff, size);
		last = p;
	}
}

static void a_big_thing_does_not_waste_the_room_of_the_small(void **state)
{
	char *first = arena_alloc(*state, 16);
	char *big = arena_alloc(*state, 1 << 20);
	char *second = arena_alloc(*state, 16);
	assert_non_null(big);
	memset(big, 1, 1 << 20);
	assert_ptr_equal(second, first + 16);
	assert_int_equal(second[0], 0);
}

static void an_impossible_size_is_refused(void **state)
{
	assert_null(arena_alloc(*state, SIZE_MAX));
	assert_null(arena_alloc(*state, SIZE_MAX - 64));
	assert_non_null(arena_alloc(*state, 1));
}

static void copies_are_copies(void **state)
{
	char text[] = "hello";
	char *a = arena_strdup(*state, text);
	char *b = arena_strndup(*state, text, 3);
	char *c = arena_strndup(*state, text, 100);
	text[0] = 'j';
	assert_string_equal(a, "hello");
	assert_string_equal(b, "hel");
	assert_string_equal(c, "hello");
}

static void printf_takes_any_length(void **state)
{
	char *s = arena_printf(*state, "%s-%0*d", "n", 50000, 7);
	assert_int_equal(strlen(s), 50002);
	assert_int_equal(s[50001], '7');
}

static void free_accepts_null(void **state)
{
	(void)state;
	arena_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_is_zeroed_aligned_and_apart, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_big_thing_does_not_waste_the_room_of_the_small,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_impossible_size_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_are_copies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(printf_takes_any_length, set_up, tear_down),
		cmocka_unit_test(free_accepts_null),
	};
	return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}

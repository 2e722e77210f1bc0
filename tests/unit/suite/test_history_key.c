/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/history_key.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct spec spec;
static struct test test;

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; history_key_variable(i); i++)
		unsetenv(history_key_variable(i));
	test = (struct test){ .id = "t" };
	if (spec_init(&spec) < 0)
		return -1;
	spec.workspace = SPEC_TREE_OVERLAY;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	spec_fini(&spec);
	return 0;
}

static void assert_key(const char *stated, const char *key)
{
	char got[HISTORY_KEY_MAX];

	history_key_of(&test, &spec, stated, got);
	assert_string_equal(got, key);
}

static void the_usual_environment_has_no_key(void **state)
{
	(void)state;
	assert_key(NULL, "");
	assert_key("debug", "debug");
}

static void variables_count_as_the_test_will_see_them(void **state)
{
	char *own[] = { (char *)"OMP_NUM_THREADS=3", NULL };

	(void)state;
	setenv("OMP_NUM_THREADS", "1", 1);
	assert_key("debug", "debug OMP_NUM_THREADS=1");
	assert_int_equal(spec_set(&spec, "environment", "set", "OMP_NUM_THREADS=2", "x", NULL), 0);
	assert_key(NULL, "OMP_NUM_THREADS=2");
	test.env = own;
	assert_key(NULL, "OMP_NUM_THREADS=3");
	setenv("LD_PRELOAD", "a b", 1);
	assert_key(NULL, "LD_PRELOAD=a_b OMP_NUM_THREADS=3");
	spec.env_clear = true;
	assert_key(NULL, "OMP_NUM_THREADS=3");
	assert_int_equal(spec_set(&spec, "environment", "pass", "LD_*", "x", NULL), 0);
	assert_key(NULL, "LD_PRELOAD=a_b OMP_NUM_THREADS=3");
}

static void options_of_a_sanitizer_count_by_being_there(void **state)
{
	(void)state;
	setenv("ASAN_OPTIONS", "detect_leaks=0:log_path=/tmp/log.17", 1);
	assert_key(NULL, "ASAN_OPTIONS");
}

static void where_files_are_memory_of_the_test_is_the_usual(void **state)
{
	(void)state;
	spec.scratch = SPEC_SCRATCH_DISK;
	assert_key(NULL, "scratch=disk");
	spec.workspace = SPEC_TREE_SHARED;
	assert_key(NULL, "scratch=disk workspace=shared");
	spec.workspace = SPEC_TREE_READONLY;
	assert_key(NULL, "scratch=disk workspace=readonly");
}

static void a_long_key_ends_with_a_hash_of_all(void **state)
{
	char one[HISTORY_KEY_MAX];
	char two[HISTORY_KEY_MAX];
	char value[400];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	setenv("JAVA_TOOL_OPTIONS", value, 1);
	history_key_of(&test, &spec, NULL, one);
	value[sizeof(value) - 2] = 'y';
	setenv("JAVA_TOOL_OPTIONS", value, 1);
	history_key_of(&test, &spec, NULL, two);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), HISTORY_KEY_MAX - 1);
	assert_memory_equal(one, two, 100);
}

static void variables_are_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; history_key_variable(i); i++)
		assert_true(strcmp(history_key_variable(i - 1), history_key_variable(i)) < 0);
}

static void a_stated_key_is_one_word(void **state)
{
	static const char *const bad[] = { "", "a b", "tab\t", "\303\244",
					   "12345678901234567890123456789012345678901" };
	struct iso_err err = ISO_ERR_INIT;

	(void)state;
	assert_int_equal(history_key_check("debug-asan/x86_64", "here", &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_true(history_key_check(bad[i], "here", &err) < 0);
		assert_int_equal(err.kind, ISO_ERR_USAGE);
		assert_non_null(strstr(err.text, "here: "));
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_usual_environment_has_no_key),
		CASE(variables_count_as_the_test_will_see_them),
		CASE(options_of_a_sanitizer_count_by_being_there),
		CASE(where_files_are_memory_of_the_test_is_the_usual),
		CASE(a_long_key_ends_with_a_hash_of_all),
		CASE(variables_are_sorted),
		CASE(a_stated_key_is_one_word),
	};

	return cmocka_run_group_tests_name("suite/history_key", tests, NULL, NULL);
}

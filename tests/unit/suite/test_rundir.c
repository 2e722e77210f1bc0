/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/rundir.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <regex.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "place.h"

static void make(const struct place *p, char **ret_name, char **ret_dir)
{
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(rundir_make(p->dir, ret_name, ret_dir, &err), 0);
	assert_string_equal(err.text, "");
}

static void a_name_is_time_and_pid(void **state)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_free_ char *dir = NULL;
	regex_t regex;

	make(*state, &name, &dir);
	assert_int_equal(regcomp(&regex, "^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}"
				 "-[1-9][0-9]*$", REG_EXTENDED | REG_NOSUB), 0);
	assert_int_equal(regexec(&regex, name, 0, NULL, 0), 0);
	regfree(&regex);
	assert_true(str_ends(dir, name));
}

static void outputs_have_their_directory(void **state)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_free_ char *dir = NULL;

	make(*state, &name, &dir);
	_cleanup_free_ char *out = path_join(dir, "out");
	struct stat st;

	assert_int_equal(stat(out, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
}

static void two_runs_of_one_second_are_two(void **state)
{
	_cleanup_free_ char *name_a = NULL;
	_cleanup_free_ char *dir_a = NULL;
	_cleanup_free_ char *name_b = NULL;
	_cleanup_free_ char *dir_b = NULL;

	make(*state, &name_a, &dir_a);
	make(*state, &name_b, &dir_b);
	assert_string_not_equal(name_a, name_b);
	assert_int_equal(access(dir_a, F_OK), 0);
	assert_int_equal(access(dir_b, F_OK), 0);
}

static void last_leads_to_the_newest(void **state)
{
	char target[128] = "";

	for (int i = 0; i < 3; i++) {
		_cleanup_free_ char *name = NULL;
		_cleanup_free_ char *dir = NULL;

		make(*state, &name, &dir);
		memset(target, 0, sizeof(target));
		assert_true(readlink("runs/last", target, sizeof(target) - 1) > 0);
		assert_string_equal(target, name);
	}
}

static void a_directory_called_last_is_left_alone(void **state)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_free_ char *dir = NULL;
	struct stat st;

	place_file("runs/last/mine", "", 0644);
	make(*state, &name, &dir);
	assert_int_equal(stat("runs/last/mine", &st), 0);
}

static void a_place_that_is_a_file_is_named(void **state)
{
	struct iso_err err = ISO_ERR_INIT;
	char *name = NULL;
	char *dir = NULL;

	(void)state;
	place_file("state", "", 0644);
	assert_true(rundir_make("state", &name, &dir, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_HOST);
	assert_string_equal(err.text, "make a run directory in 'state': Not a directory");
	assert_null(name);
}

static void output_names_sort_by_test_then_attempt(void **state)
{
	_cleanup_free_ char *first = rundir_output_name(0, 1);
	_cleanup_free_ char *later = rundir_output_name(12344, 3);

	(void)state;
	assert_string_equal(first, "out/0001-1.txt");
	assert_string_equal(later, "out/12345-3.txt");
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_name_is_time_and_pid),
		CASE(outputs_have_their_directory),
		CASE(two_runs_of_one_second_are_two),
		CASE(last_leads_to_the_newest),
		CASE(a_directory_called_last_is_left_alone),
		CASE(a_place_that_is_a_file_is_named),
		CASE(output_names_sort_by_test_then_attempt),
	};

	return cmocka_run_group_tests_name("suite/rundir", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_dirs.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"

static char place[] = "/tmp/isorun-unit-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	unsetenv("ISORUN_STATE_DIR");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CONFIG_HOME");
	return mkdtemp(place) ? setenv("HOME", place, 1) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return fs_remove_tree_at(AT_FDCWD, place);
}

static void state_is_below_home_when_nothing_else_is_said(void **state)
{
	_cleanup_free_ char *want = path_join(place, ".local/state/isorun");
	_cleanup_free_ char *dir = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(host_state_dir(&dir, NULL), 0);
	assert_string_equal(dir, want);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void an_own_variable_wins_over_xdg(void **state)
{
	_cleanup_free_ char *own = path_join(place, "own");
	_cleanup_free_ char *xdg = path_join(place, "xdg");
	_cleanup_free_ char *want = path_join(place, "xdg/isorun");
	_cleanup_free_ char *first = NULL;
	_cleanup_free_ char *second = NULL;

	(void)state;
	setenv("XDG_STATE_HOME", xdg, 1);
	assert_int_equal(host_state_dir(&second, NULL), 0);
	assert_string_equal(second, want);
	setenv("ISORUN_STATE_DIR", own, 1);
	assert_int_equal(host_state_dir(&first, NULL), 0);
	assert_string_equal(first, own);
	unsetenv("ISORUN_STATE_DIR");
	unsetenv("XDG_STATE_HOME");
}

static void a_relative_xdg_directory_counts_as_not_set(void **state)
{
	_cleanup_free_ char *dir = NULL;

	(void)state;
	setenv("XDG_STATE_HOME", "state", 1);
	assert_int_equal(host_state_dir(&dir, NULL), 0);
	assert_true(str_starts(dir, place));
	unsetenv("XDG_STATE_HOME");
}

static void a_state_directory_that_cannot_be_made_is_told_with_a_cure(void **state)
{
	struct iso_err err = ISO_ERR_INIT;
	char *dir = NULL;

	(void)state;
	setenv("ISORUN_STATE_DIR", "/proc/isorun", 1);
	assert_true(host_state_dir(&dir, &err) < 0);
	assert_null(dir);
	assert_int_equal(err.kind, ISO_ERR_HOST);
	assert_non_null(strstr(err.text, "hint: set ISORUN_STATE_DIR"));
	unsetenv("ISORUN_STATE_DIR");
}

static void own_profiles_come_before_all_others(void **state)
{
	_cleanup_free_ char *own = path_join(place, ".config/isorun/profiles");
	_cleanup_strv_ char **dirs = NULL;
	size_t n;

	(void)state;
	assert_int_equal(host_profile_dirs(&dirs, NULL), 0);
	n = strv_len(dirs);
	assert_true(n > 2);
	assert_string_equal(dirs[0], own);
	assert_string_equal(dirs[1], "/etc/isorun/profiles");
	assert_string_equal(dirs[n - 1], ISORUN_DATADIR "/profiles");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_is_below_home_when_nothing_else_is_said),
		cmocka_unit_test(an_own_variable_wins_over_xdg),
		cmocka_unit_test(a_relative_xdg_directory_counts_as_not_set),
		cmocka_unit_test(a_state_directory_that_cannot_be_made_is_told_with_a_cure),
		cmocka_unit_test(own_profiles_come_before_all_others),
	};

	return cmocka_run_group_tests_name("cli/host_dirs", tests, set_up, tear_down);
}

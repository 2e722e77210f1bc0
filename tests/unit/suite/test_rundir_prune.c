/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/rundir.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "place.h"

/* A run of that project, which began at that time; -1: its log is empty. */
static void make_run(const char *name, const char *project, int64_t began_ns)
{
	_cleanup_buf_ struct buf dir = BUF_INIT;
	_cleanup_buf_ struct buf log = BUF_INIT;
	_cleanup_buf_ struct buf text = BUF_INIT;

	buf_addf(&dir, "runs/%s/out", name);
	buf_addf(&log, "runs/%s/" RUN_EVENTLOG, name);
	if (began_ns >= 0)
		buf_addf(&text, "{\"v\":1,\"event\":\"run-started\",\"cwd\":\"%s\","
			 "\"wall_start_ns\":%lld}\n{\"v\":1", project, (long long)began_ns);
	assert_int_equal(fs_mkdirs(buf_str(&dir), 0755), 0);
	assert_int_equal(fs_replace_at(AT_FDCWD, buf_str(&log), buf_str(&text), text.len, 0644),
			 0);
}

static bool is_there(const char *name)
{
	_cleanup_buf_ struct buf dir = BUF_INIT;

	buf_addf(&dir, "runs/%s", name);
	return faccessat(AT_FDCWD, buf_str(&dir), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static struct rundir_pruned prune(const char *project, int64_t before_ns, unsigned keep)
{
	const struct rundir_prune_rule rule = { project, before_ns, keep };
	struct rundir_pruned pruned = { 99, 99 };
	struct iso_err err = ISO_ERR_INIT;

	if (rundir_prune(".", &rule, &pruned, &err) < 0)
		fail_msg("%s", err.text);
	return pruned;
}

static void by_number_the_newest_of_each_project_stay(void **state)
{
	(void)state;
	make_run("a1", "/a", 10);
	make_run("a3", "/a", 30);
	make_run("a2", "/a", 20);
	make_run("b1", "/b", 1);
	assert_int_equal(prune("/a", INT64_MIN, 2).removed, 1);
	assert_false(is_there("a1"));
	assert_true(is_there("a2") && is_there("a3") && is_there("b1"));
	assert_int_equal(prune(NULL, INT64_MIN, 1).removed, 1);
	assert_true(is_there("a3") && is_there("b1"));
}

static void by_age_what_began_before_goes(void **state)
{
	(void)state;
	make_run("a1", "/a", 10);
	make_run("a2", "/a", 20);
	make_run("b1", "/b", 1);
	assert_int_equal(prune("/a", 20, 0).removed, 1);
	assert_true(is_there("a2") && is_there("b1"));
	assert_int_equal(prune("/a", 20, 0).removed, 0);
	assert_int_equal(prune(NULL, INT64_MAX, 0).removed, 2);
}

static void one_that_goes_on_stays(void **state)
{
	struct rundir_pruned pruned;

	(void)state;
	make_run("a1", "/a", 10);
	make_run("a2", "/a", 20);
	_cleanup_close_ int fd = rundir_lock("runs/a1");
	assert_true(fd >= 0);
	pruned = prune("/a", INT64_MIN, 1);
	assert_int_equal(pruned.removed, 0);
	assert_int_equal(pruned.kept_running, 1);
	assert_true(is_there("a1"));
	cleanup_close(&fd);
	fd = -1;
	assert_int_equal(prune("/a", INT64_MIN, 1).removed, 1);
}

static void what_says_nothing_of_itself_stays_for_a_day(void **state)
{
	const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

	(void)state;
	make_run("just begun", "/a", -1);
	assert_int_equal(prune(NULL, INT64_MAX, 1).removed, 0);
	assert_int_equal(utimensat(AT_FDCWD, "runs/just begun", old, 0), 0);
	assert_int_equal(prune("/a", INT64_MAX, 1).removed, 0);
	assert_int_equal(prune(NULL, INT64_MAX, 1).removed, 1);
}

static void links_and_files_are_no_runs_and_last_leads_somewhere(void **state)
{
	(void)state;
	make_run("a1", "/a", 10);
	make_run("a2", "/a", 20);
	assert_int_equal(symlink("a1", "runs/last"), 0);
	assert_int_equal(symlink("a1", "runs/mine"), 0);
	assert_int_equal(fs_replace_at(AT_FDCWD, "runs/notes", "x", 1, 0644), 0);
	assert_int_equal(prune("/a", INT64_MIN, 1).removed, 1);
	assert_false(is_there("last"));
	assert_true(is_there("mine") && is_there("notes") && is_there("a2"));
}

static void where_nothing_ever_ran_there_is_nothing_to_do(void **state)
{
	(void)state;
	assert_int_equal(prune(NULL, INT64_MAX, 1).removed, 0);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(by_number_the_newest_of_each_project_stay),
		CASE(by_age_what_began_before_goes),
		CASE(one_that_goes_on_stays),
		CASE(what_says_nothing_of_itself_stays_for_a_day),
		CASE(links_and_files_are_no_runs_and_last_leads_somewhere),
		CASE(where_nothing_ever_ran_there_is_nothing_to_do),
	};

	return cmocka_run_group_tests_name("suite/rundir_prune", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "place.h"

/* The page of the newest rows, not the first ones that are looked at. */
static void damage(const char *path)
{
	char *text = NULL;
	size_t len = 0;

	run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
	assert_int_equal(fs_read(path, 64 << 20, &text, &len), 0);
	const int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	memset(text, 0xee, 4096);
	for (size_t at = 4 * 4096; at + 4096 <= len; at += 4096)
		assert_int_equal(pwrite(fd, text, 4000, (off_t)at + 5), 4000);
	close(fd);
	free(text);
}

static void fill_pages(struct history *h, int n)
{
	assert_int_equal(history_begin(h, NULL), 0);
	for (int i = 0; i < n; i++)
		add(h, sample("t", i + 1));
	assert_int_equal(history_commit(h, NULL), 0);
}

static void a_database_damaged_in_its_middle_is_moved_aside_at_the_start(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	char *note = NULL;

	fill_pages(h, 500);
	history_close(h);
	damage(p->path);
	assert_int_equal(history_open(p->path, &h, &note, NULL), 0);
	assert_non_null(note);
	assert_non_null(strstr(note, "was damaged"));
	free(note);
	assert_int_equal(count_of(h, "t"), 0);
	history_close(h);
}

static void damage_that_shows_in_use_is_told_and_the_handle_begins_anew(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	struct history_attempt *rows = NULL;
	struct iso_err err = ISO_ERR_INIT;
	char *note = NULL;
	size_t n = 0;

	fill_pages(h, 500);
	history_close(h);
	h = open_ok(p->path);
	damage(p->path);
	assert_int_equal(history_of_test(h, "/src/a", "t", NULL, 5, &rows, &n, &err), -EBADMSG);
	assert_int_equal(err.code, EBADMSG);
	assert_int_equal(history_set_aside(h, &note, &err), 0);
	assert_non_null(note);
	free(note);
	assert_int_equal(count_of(h, "t"), 0);
	add_and_commit(h, sample("t", 1));
	assert_int_equal(count_of(h, "t"), 1);

	/* Who comes later finds that all is well, and moves nothing. */
	note = NULL;
	assert_int_equal(history_set_aside(h, &note, &err), 0);
	assert_null(note);
	assert_int_equal(count_of(h, "t"), 1);
	history_close(h);
}

static void who_writes_meanwhile_is_not_waited_for_and_the_rows_are_kept(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	sqlite3 *other;

	assert_int_equal(sqlite3_open(p->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(history_begin(h, NULL), 0);
	add(h, sample("t", 1));
	assert_int_equal(history_try_commit(h, NULL), -EBUSY);
	add(h, sample("t", 2));
	sqlite3_close(other);
	assert_int_equal(history_try_commit(h, NULL), 0);
	assert_int_equal(count_of(h, "t"), 2);
	history_close(h);
}

static void assert_verdict(struct history *h, enum history_verdict want)
{
	enum history_verdict got = HISTORY_UNKNOWN;

	assert_int_equal(history_verdict(h, "/src/a", "t", &got, NULL), 0);
	assert_int_equal(got, want);
}

static void run_of(struct history *h, const char *run, enum outcome outcome, bool retried,
		   int64_t taken)
{
	struct history_attempt a = sample("t", taken);

	a.run = run;
	a.outcome = outcome;
	a.retried = retried;
	add_and_commit(h, a);
}

static void the_verdict_is_that_of_the_newest_run_whatever_was_retried(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);

	assert_verdict(h, HISTORY_UNKNOWN);
	run_of(h, "r1", OUTCOME_FAILED, false, 10);
	assert_verdict(h, HISTORY_BAD);
	run_of(h, "r2", OUTCOME_FAILED, true, 20);
	assert_verdict(h, HISTORY_BAD); /* it died before it could try again */
	run_of(h, "r2", OUTCOME_PASSED, false, 21);
	assert_verdict(h, HISTORY_GOOD);
	run_of(h, "r3", OUTCOME_ERROR, false, 30);
	assert_verdict(h, HISTORY_BAD);
	/* One repetition of several failed. */
	run_of(h, "r4", OUTCOME_OUT_OF_MEMORY, true, 40);
	run_of(h, "r4", OUTCOME_PASSED, false, 41);
	run_of(h, "r4", OUTCOME_CRASHED, false, 42);
	run_of(h, "r4", OUTCOME_PASSED, false, 43);
	assert_verdict(h, HISTORY_BAD);
	run_of(h, "r5", OUTCOME_SKIPPED, false, 50);
	assert_verdict(h, HISTORY_GOOD);
	history_close(h);
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(a_database_damaged_in_its_middle_is_moved_aside_at_the_start),
		IN_PLACE(damage_that_shows_in_use_is_told_and_the_handle_begins_anew),
		IN_PLACE(who_writes_meanwhile_is_not_waited_for_and_the_rows_are_kept),
		IN_PLACE(the_verdict_is_that_of_the_newest_run_whatever_was_retried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

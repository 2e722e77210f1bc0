/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "place.h"

static void what_is_added_is_found_again_with_every_number(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	struct history_attempt a = sample("t", 7);
	struct history_attempt *rows = NULL;
	size_t n = 0;

	a.attempt = 3;
	a.outcome = OUTCOME_OUT_OF_MEMORY;
	a.mem_limit_bytes = UINT64_MAX;
	add_and_commit(h, a);
	history_close(h);

	h = open_ok(p->path);
	assert_int_equal(history_of_test(h, "/src/a", "t", NULL, 10, &rows, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].attempt, 3);
	assert_int_equal(rows[0].outcome, OUTCOME_OUT_OF_MEMORY);
	assert_int_equal(rows[0].wall_ns, 5);
	assert_int_equal(rows[0].cpu_ns, 4);
	assert_int_equal(rows[0].mem_peak_bytes, 3000);
	assert_int_equal(rows[0].mem_working_bytes, 2000);
	assert_int_equal(rows[0].mem_limit_bytes, INT64_MAX);
	assert_int_equal(rows[0].taken_wall_ns, 7);
	assert_null(rows[0].test);
	free(rows);
	history_close(h);
}

static void the_newest_come_first_and_no_more_than_asked(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	struct history_attempt *rows = NULL;
	size_t n = 0;

	assert_int_equal(history_begin(h, NULL), 0);
	for (int64_t i = 1; i <= 50; i++)
		add(h, sample("t", (i * 37) % 51));
	add(h, sample("another", 1000));
	assert_int_equal(history_commit(h, NULL), 0);

	assert_int_equal(history_of_test(h, "/src/a", "t", NULL, 20, &rows, &n, NULL), 0);
	assert_int_equal(n, 20);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(rows[i].taken_wall_ns, 50 - (int64_t)i);
	free(rows);
	assert_int_equal(history_of_program(h, "/src/a", "prog", "", 1, &rows, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].taken_wall_ns, 1000);
	free(rows);
	history_close(h);
}

static void an_unknown_test_has_no_rows_and_is_no_error(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	struct history_attempt *rows = (void *)1;
	size_t n = 9;

	add_and_commit(h, sample("t", 1));
	assert_int_equal(history_of_test(h, "/src/b", "t", NULL, 5, &rows, &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_null(rows);
	history_close(h);
}

static void what_is_not_committed_is_gone(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);

	assert_int_equal(history_begin(h, NULL), 0);
	add(h, sample("t", 1));
	assert_int_equal(count_of(h, "t"), 0);
	history_close(h);
	h = open_ok(p->path);
	assert_int_equal(count_of(h, "t"), 0);

	/* begin forgets what an earlier begin had collected */
	assert_int_equal(history_begin(h, NULL), 0);
	add(h, sample("t", 1));
	assert_int_equal(history_begin(h, NULL), 0);
	add(h, sample("t", 2));
	assert_int_equal(history_commit(h, NULL), 0);
	assert_int_equal(history_commit(h, NULL), 0);
	assert_int_equal(count_of(h, "t"), 1);
	history_close(h);
}

static void two_runs_at_once_both_write_without_waiting(void **state)
{
	struct place *p = *state;
	struct history *a = open_ok(p->path);
	struct history *b = open_ok(p->path);

	assert_int_equal(history_begin(a, NULL), 0);
	assert_int_equal(history_begin(b, NULL), 0);
	add(a, sample("a", 1));
	add(b, sample("b", 1));
	assert_int_equal(count_of(b, "a"), 0);
	assert_int_equal(history_commit(b, NULL), 0);
	assert_int_equal(history_commit(a, NULL), 0);
	assert_int_equal(count_of(a, "b"), 1);
	assert_int_equal(count_of(b, "a"), 1);
	history_close(a);
	history_close(b);
}

/* Eight processes meet a file that is not there yet, or is garbage. */
static unsigned race(const char *path)
{
	pid_t pids[8];
	unsigned ok = 0;

	for (size_t i = 0; i < 8; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			struct history *h = NULL;
			char *note = NULL;
			struct history_attempt a = sample("raced", 1);

			if (history_open(path, &h, &note, NULL) < 0)
				_exit(1);
			if (history_begin(h, NULL) < 0 || history_add(h, &a, NULL) < 0)
				_exit(2);
			_exit(history_commit(h, NULL) < 0 ? 3 : 0);
		}
	}
	for (size_t i = 0; i < 8; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		ok += status == 0;
	}
	return ok;
}

static void processes_that_make_the_file_at_once_lose_nothing(void **state)
{
	struct place *p = *state;

	assert_int_equal(race(p->path), 8);
	struct history *h = open_ok(p->path);
	assert_int_equal(count_of(h, "raced"), 8);
	history_close(h);
}

static void processes_that_find_garbage_move_it_once_and_lose_nothing(void **state)
{
	struct place *p = *state;
	char aside[128];

	assert_int_equal(fs_replace_at(AT_FDCWD, p->path, "rubbish, and more of it", 23, 0600), 0);
	assert_int_equal(race(p->path), 8);
	struct history *h = open_ok(p->path);
	assert_int_equal(count_of(h, "raced"), 8);
	history_close(h);
	snprintf(aside, sizeof(aside), "%s.broken-1", p->path);
	assert_int_equal(access(aside, F_OK), 0);
	snprintf(aside, sizeof(aside), "%s.broken-2", p->path);
	assert_int_equal(access(aside, F_OK), -1);
}

static void garbage_is_moved_aside_and_said(void **state)
{
	struct place *p = *state;
	static char noise[20000];
	struct history *h = NULL;
	char *note = NULL;
	char aside[128];

	for (int round = 1; round <= 2; round++) {
		memset(noise, 'x' + round, sizeof(noise));
		assert_int_equal(fs_replace_at(AT_FDCWD, p->path, noise, sizeof(noise), 0600), 0);
		struct iso_err err = ISO_ERR_INIT;
		assert_int_equal(history_open(p->path, &h, &note, &err), 0);
		assert_int_equal(err.code, 0);
		snprintf(aside, sizeof(aside), "%s.broken-%d", p->path, round);
		assert_non_null(note);
		assert_non_null(strstr(note, aside));
		free(note);
		add_and_commit(h, sample("t", 1));
		assert_int_equal(count_of(h, "t"), 1);
		history_close(h);

		char *text = NULL;
		size_t len = 0;
		assert_int_equal(fs_read(aside, 1 << 20, &text, &len), 0);
		assert_int_equal(len, sizeof(noise));
		assert_memory_equal(text, noise, len);
		free(text);
	}
}

static void a_database_whose_inside_is_broken_is_moved_aside(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	char *note = NULL;
	char *text = NULL;
	size_t len = 0;

	add_and_commit(h, sample("t", 1));
	history_close(h);
	assert_int_equal(fs_read(p->path, 1 << 20, &text, &len), 0);
	assert_true(len > 4096);
	memset(text + 100, 0xee, 3000); /* the page of the schema, below its header */
	assert_int_equal(fs_replace_at(AT_FDCWD, p->path, text, len, 0600), 0);
	free(text);

	assert_int_equal(history_open(p->path, &h, &note, NULL), 0);
	assert_non_null(note);
	free(note);
	assert_int_equal(count_of(h, "t"), 0);
	history_close(h);
}

static void assert_refused(const char *path, const char *why)
{
	struct history *h = NULL;
	char *note = NULL;
	struct iso_err err = ISO_ERR_INIT;

	assert_true(history_open(path, &h, &note, &err) < 0);
	assert_null(h);
	assert_null(note);
	assert_int_equal(err.kind, ISO_ERR_HOST);
	if (!strstr(err.text, why) || !strstr(err.text, path))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);

	history_close(h);
	run_sql(p->path, "PRAGMA user_version = 77");
	assert_refused(p->path, "schema 77 is of a newer isorun, this one knows 3");
	run_sql(p->path, "INSERT INTO attempt SELECT 1,'','','','',1,'',1,1,1,1,1,1,'',0");
}

static struct history_attempt sample_in(const char *key, int64_t taken)
{
	struct history_attempt a = sample("t", taken);

	snprintf(a.key, sizeof(a.key), "%s", key);
	return a;
}

static size_t count(struct history *h, const char *key)
{
	struct history_attempt *rows = NULL;
	size_t n = 0;

	assert_int_equal(history_of_test(h, "/src/a", "t", key, 9, &rows, &n, NULL), 0);
	for (size_t i = 0; key && i < n; i++)
		assert_string_equal(rows[i].key, key);
	free(rows);
	return n;
}

static void rows_of_one_environment_are_found_apart_or_with_all(void **state)
{
	const struct place *p = *state;
	struct history *h = open_ok(p->path);
	struct history_attempt *rows = NULL;
	size_t n = 0;

	add_and_commit(h, sample_in("", 1));
	add_and_commit(h, sample_in("asan", 2));
	add_and_commit(h, sample_in("asan", 3));
	assert_int_equal(count(h, ""), 1);
	assert_int_equal(count(h, "asan"), 2);
	assert_int_equal(count(h, "tsan"), 0);
	assert_int_equal(count(h, NULL), 3);
	assert_int_equal(history_of_program(h, "/src/a", "prog", "asan", 9, &rows, &n, NULL), 0);
	assert_int_equal(n, 2);
	free(rows);
	history_close(h);
}

/* As version 0.1 made it. */
static const char version_1[] =
	"CREATE TABLE attempt ( id INTEGER PRIMARY KEY, suite TEXT NOT NULL, test TEXT NOT NULL,"
	" program TEXT NOT NULL, run TEXT NOT NULL, attempt INTEGER NOT NULL,"
	" outcome TEXT NOT NULL, wall_ns INTEGER NOT NULL, cpu_ns INTEGER NOT NULL,"
	" mem_peak_bytes INTEGER NOT NULL, mem_working_bytes INTEGER NOT NULL,"
	" mem_limit_bytes INTEGER NOT NULL, taken_wall_ns INTEGER NOT NULL);"
	"CREATE INDEX attempt_by_test ON attempt (suite, test, taken_wall_ns);"
	"CREATE INDEX attempt_by_program ON attempt (suite, program, taken_wall_ns);"
	"PRAGMA application_id = 0x69736f72; PRAGMA user_version = 1;";

#define INSERT_1                                                                           \
	"INSERT INTO attempt (suite, test, program, run, attempt, outcome, wall_ns, cpu_ns," \
	" mem_peak_bytes, mem_working_bytes, mem_limit_bytes, taken_wall_ns) VALUES"        \
	" ('/src/a', 't', 'prog', 'r0', 1, 'passed', 1, 1, 10, 10, 10, 1)"

static void an_older_file_is_brought_up_to_date_and_its_rows_stay(void **state)
{
	const struct place *p = *state;
	sqlite3 *old;
	sqlite3_stmt *insert;

	run_sql(p->path, version_1);
	run_sql(p->path, INSERT_1);
	assert_int_equal(sqlite3_open(p->path, &old), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(old, INSERT_1, -1, &insert, NULL), SQLITE_OK);

	struct history *h = open_ok(p->path);
	assert_int_equal(count(h, ""), 1);
	/* An isorun that had it open before goes on writing. */
	assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
	sqlite3_finalize(insert);
	sqlite3_close(old);
	assert_int_equal(count(h, ""), 2);
	add_and_commit(h, sample_in("asan", 3));
	history_close(h);

	h = open_ok(p->path);
	assert_int_equal(count(h, NULL), 3);
	history_close(h);
}

static void a_file_without_a_version_is_refused(void **state)
{
	struct place *p = *state;

	run_sql(p->path, "CREATE TABLE attempt (x); PRAGMA application_id = 0x69736f72");
	assert_refused(p->path, "has no schema");
}

static void a_database_of_another_program_is_refused_and_left_alone(void **state)
{
	struct place *p = *state;
	char *text = NULL;
	char *again = NULL;
	size_t len = 0;
	size_t len_again = 0;

	run_sql(p->path, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
	assert_int_equal(fs_read(p->path, 1 << 20, &text, &len), 0);
	assert_refused(p->path, "is a database of another program");
	assert_int_equal(fs_read(p->path, 1 << 20, &again, &len_again), 0);
	assert_int_equal(len, len_again);
	assert_memory_equal(text, again, len);
	free(text);
	free(again);
}

static void a_missing_directory_is_an_error_with_its_reason(void **state)
{
	struct place *p = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/not/there.db", p->dir);
	assert_refused(path, "No such file or directory");
}

static void a_directory_in_its_place_is_an_error(void **state)
{
	struct place *p = *state;

	assert_refused(p->dir, "open");
}

/* Waits for as long as history waits for a lock: two seconds. */
static void a_lock_that_is_never_given_back_is_an_error_and_the_rows_can_be_kept(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	struct iso_err err = ISO_ERR_INIT;
	sqlite3 *other = NULL;

	assert_int_equal(sqlite3_open(p->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(history_begin(h, &err), 0);
	add(h, sample("t", 1));
	assert_int_equal(history_commit(h, &err), -EBUSY);
	assert_non_null(strstr(err.text, p->path));
	assert_int_equal(count_of(h, "t"), 0);
	sqlite3_close(other);
	assert_int_equal(history_commit(h, NULL), 0);
	assert_int_equal(count_of(h, "t"), 1);
	history_close(h);
}

static void quotes_and_bytes_in_names_are_only_text(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);

	add_and_commit(h, sample("it's \"; DROP TABLE attempt; --\n\xff", 1));
	assert_int_equal(count_of(h, "it's \"; DROP TABLE attempt; --\n\xff"), 1);
	history_close(h);
}

static void an_outcome_of_unknown_name_counts_as_an_error(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	struct history_attempt *rows = NULL;
	size_t n = 0;

	run_sql(p->path, "INSERT INTO attempt VALUES"
			 " (1,'/src/a','t','','',1,'exploded',1,1,1,1,1,1,'',0)");
	assert_int_equal(history_of_test(h, "/src/a", "t", NULL, 5, &rows, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].outcome, OUTCOME_ERROR);
	free(rows);
	history_close(h);
}

static void the_questions_of_a_run_are_answered_by_an_index(void **state)
{
	struct place *p = *state;
	struct history *h = open_ok(p->path);
	static const char *const keys[] = { "test", "program" };
	sqlite3 *db = NULL;

	history_close(h);
	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	for (size_t i = 0; i < 2; i++) {
		sqlite3_stmt *stmt = NULL;
		char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN SELECT * FROM attempt"
					    " WHERE suite = 'a' AND %s = 'b' AND env = 'c'"
					    " ORDER BY taken_wall_ns DESC, id DESC", keys[i]);

		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		const char *plan = (const char *)sqlite3_column_text(stmt, 3);
		assert_non_null(strstr(plan, "USING INDEX attempt_by_"));
		assert_int_equal(sqlite3_step(stmt), SQLITE_DONE); /* no sort step */
		sqlite3_finalize(stmt);
		sqlite3_free(sql);
	}
	sqlite3_close(db);
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(what_is_added_is_found_again_with_every_number),
		IN_PLACE(the_newest_come_first_and_no_more_than_asked),
		IN_PLACE(an_unknown_test_has_no_rows_and_is_no_error),
		IN_PLACE(what_is_not_committed_is_gone),
		IN_PLACE(two_runs_at_once_both_write_without_waiting),
		IN_PLACE(processes_that_make_the_file_at_once_lose_nothing),
		IN_PLACE(processes_that_find_garbage_move_it_once_and_lose_nothing),
		IN_PLACE(garbage_is_moved_aside_and_said),
		IN_PLACE(a_database_whose_inside_is_broken_is_moved_aside),
		IN_PLACE(a_newer_schema_is_refused_and_left_alone),
		IN_PLACE(rows_of_one_environment_are_found_apart_or_with_all),
		IN_PLACE(an_older_file_is_brought_up_to_date_and_its_rows_stay),
		IN_PLACE(a_file_without_a_version_is_refused),
		IN_PLACE(a_database_of_another_program_is_refused_and_left_alone),
		IN_PLACE(a_missing_directory_is_an_error_with_its_reason),
		IN_PLACE(a_directory_in_its_place_is_an_error),
		IN_PLACE(a_lock_that_is_never_given_back_is_an_error_and_the_rows_can_be_kept),
		IN_PLACE(quotes_and_bytes_in_names_are_only_text),
		IN_PLACE(an_outcome_of_unknown_name_counts_as_an_error),
		IN_PLACE(the_questions_of_a_run_are_answered_by_an_index),
	};

	return cmocka_run_group_tests_name("history/history", tests, NULL, NULL);
}

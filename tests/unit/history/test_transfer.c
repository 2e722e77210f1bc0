/* SPDX-License-Identifier: Apache-2.0 */
#include "history/transfer.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "history/schema.h"
#include "history/since.h"

#define MS INT64_C(1000000)
#define MIB (UINT64_C(1) << 20)

static char place[32];
static char *file;

static int make_place(void **state)
{
	(void)state;
	memcpy(place, "/tmp/isorun-unit-XXXXXX", sizeof("/tmp/isorun-unit-XXXXXX"));
	file = mkdtemp(place) ? path_join(place, "file") : NULL;
	return file ? 0 : -1;
}

static int remove_place(void **state)
{
	(void)state;
	free(file);
	return fs_remove_tree_at(AT_FDCWD, place);
}

static struct history *open_named(const char *name)
{
	_cleanup_free_ char *path = path_join(place, name);
	struct history *h = NULL;
	char *note = NULL;

	assert_int_equal(history_open(path, &h, &note, NULL), 0);
	assert_null(note);
	assert_int_equal(history_begin(h, NULL), 0);
	return h;
}

static struct history_attempt sample(const char *test, const char *run, int64_t taken)
{
	return (struct history_attempt){
		.suite = "/a", .test = test, .program = "/a/bin/prog", .run = run, .attempt = 1,
		.outcome = OUTCOME_PASSED, .wall_ns = 100 * MS, .cpu_ns = 4,
		.mem_peak_bytes = 30 * MIB, .mem_working_bytes = 20 * MIB,
		.mem_limit_bytes = 40 * MIB, .taken_wall_ns = taken,
	};
}

static void add(struct history *h, struct history_attempt a)
{
	assert_int_equal(history_add(h, &a, NULL), 0);
	assert_int_equal(history_commit(h, NULL), 0);
}

static size_t count(struct history *h, const char *suite, const char *test)
{
	struct history_attempt *rows = NULL;
	size_t n = 0;

	assert_int_equal(history_of_test(h, suite, test, NULL, 100, &rows, &n, NULL), 0);
	free(rows);
	return n;
}

static size_t import_ok(struct history *h, const char *suite)
{
	struct iso_err err = ISO_ERR_INIT;
	size_t n = 99;

	if (history_import(h, suite, file, &n, &err) < 0)
		fail_msg("%s", err.text);
	return n;
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void what_is_exported_is_another_projects_after_its_import(void **state)
{
	struct history *from = open_named("from.db");
	struct history *to = open_named("to.db");
	struct history_attempt other = sample("t", "r9", 1);
	struct history_attempt *rows = NULL;
	size_t n = 0;

	(void)state;
	other.suite = "/other";
	add(from, other);
	add(from, sample("t", "r1", 1));
	add(from, sample("t", "r2", 2));
	add(from, sample("u", "r2", 3));
	add(to, sample("t", "r1", 1));
	assert_int_equal(history_export(from, "/a", file, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_int_equal(import_ok(to, "/b"), 3);
	assert_int_equal(count(to, "/b", "t"), 2);
	assert_int_equal(count(to, "/other", "t"), 0);
	/* Where the tree is now, its program is. */
	assert_int_equal(history_of_program(to, "/b", "/b/bin/prog", "", 9, &rows, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_int_equal(rows[0].mem_working_bytes, 20 * MIB);
	free(rows);
	history_close(from);
	history_close(to);
}

static void importing_twice_changes_nothing_and_merges_what_is_new(void **state)
{
	struct history *from = open_named("from.db");
	struct history *to = open_named("to.db");
	size_t n = 0;

	(void)state;
	add(from, sample("t", "r1", 1));
	add(to, sample("t", "r0", 0));
	assert_int_equal(history_export(from, "/a", file, &n, NULL), 0);
	assert_int_equal(import_ok(to, "/a"), 1);
	assert_int_equal(import_ok(to, "/a"), 0);
	assert_int_equal(count(to, "/a", "t"), 2);
	assert_int_equal(import_ok(from, "/a"), 0); /* its own */
	add(from, sample("t", "r2", 2));
	assert_int_equal(history_export(from, "/a", file, &n, NULL), 0);
	assert_int_equal(import_ok(to, "/a"), 1);
	assert_int_equal(count(to, "/a", "t"), 3);
	history_close(from);
	history_close(to);
}

static void assert_refused(struct history *h, const char *why)
{
	struct iso_err err = ISO_ERR_INIT;
	size_t n = 0;

	assert_true(history_import(h, "/a", file, &n, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	if (!strstr(err.text, why) || !strstr(err.text, file))
		fail_msg("'%s' does not say '%s'", err.text, why);
	assert_int_equal(count(h, "/a", "t"), 1);
}

static void a_file_that_cannot_be_is_refused_and_nothing_is_lost(void **state)
{
	struct history *h = open_named("to.db");
	static char noise[20000];
	size_t n = 0;

	(void)state;
	add(h, sample("t", "r1", 1));
	assert_refused(h, "No such file");
	assert_int_equal(history_export(h, "/a", file, &n, NULL), 0);
	run_sql(file, "PRAGMA user_version = 77");
	assert_refused(h, "schema 77 is of a newer isorun, this one knows 3");
	run_sql(file, "PRAGMA application_id = 7");
	assert_refused(h, "another program");
	memset(noise, 'x', sizeof(noise));
	assert_int_equal(fs_replace_at(AT_FDCWD, file, noise, sizeof(noise), 0600), 0);
	assert_refused(h, "not a database");
	assert_int_equal(fs_replace_at(AT_FDCWD, file, "", 0, 0600), 0);
	assert_refused(h, "holds no history");
	history_close(h);
}

/* Cut in the middle, as by a transfer that broke. */
static void half_a_file_is_refused(void **state)
{
	struct history *h = open_named("to.db");
	size_t n = 0;

	(void)state;
	add(h, sample("t", "r1", 1));
	for (int i = 0; i < 300; i++)
		add(h, sample("u", "r1", i));
	assert_int_equal(history_export(h, "/a", file, &n, NULL), 0);
	assert_int_equal(truncate(file, 5 * 4096), 0);
	assert_refused(h, file);
	history_close(h);
}

static void a_file_of_an_older_isorun_is_read(void **state)
{
	struct history *h = open_named("to.db");

	(void)state;
	run_sql(file, "CREATE TABLE attempt (id INTEGER PRIMARY KEY, suite TEXT, test TEXT,"
		      " program TEXT, run TEXT, attempt INTEGER, outcome TEXT, wall_ns INTEGER,"
		      " cpu_ns INTEGER, mem_peak_bytes INTEGER, mem_working_bytes INTEGER,"
		      " mem_limit_bytes INTEGER, taken_wall_ns INTEGER);"
		      "INSERT INTO attempt VALUES (1,'/x','t','p','r',1,'passed',1,1,1,1,1,1);"
		      "INSERT INTO attempt VALUES (2,'/x','t','p','r',2,'passed',-1,1,1,1,1,1);"
		      "PRAGMA application_id = 0x69736f72; PRAGMA user_version = 1;");
	assert_int_equal(import_ok(h, "/a"), 1);
	assert_int_equal(count(h, "/a", "t"), 1);
	history_close(h);
}

static void old_runs_are_forgotten_by_age_or_by_number(void **state)
{
	struct history *h = open_named("to.db");
	struct history_attempt other = sample("t", "r0", 1);
	size_t n = 0;

	(void)state;
	other.suite = "/other";
	add(h, other);
	add(h, sample("t", "r1", 10));
	add(h, sample("u", "r1", 11));
	add(h, sample("t", "r2", 20));
	add(h, sample("t", "r3", 30));
	assert_int_equal(history_prune(h, "/a", INT64_MIN, 2, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(count(h, "/a", "t"), 2);
	assert_int_equal(count(h, "/other", "t"), 1);
	assert_int_equal(history_prune(h, "/a", 30, 0, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(history_prune(h, "/a", 30, 5, &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(history_prune(h, NULL, 30, 0, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(count(h, "/a", "t"), 1);
	history_close(h);
}

static void runs(struct history *h, const char *test, int64_t from, int n, int64_t wall_ms,
		 uint64_t mem, enum outcome outcome)
{
	for (int i = 0; i < n; i++) {
		struct history_attempt a = sample(test, from < 100 ? "old" : "new", from + i);

		a.wall_ns = wall_ms * MS;
		a.mem_working_bytes = mem;
		a.outcome = outcome;
		add(h, a);
	}
}

static void what_became_worse_since_a_run_is_told_and_the_rest_is_not(void **state)
{
	struct history *h = open_named("to.db");
	struct history_change *c = NULL;
	struct iso_err err = ISO_ERR_INIT;
	size_t n_since = 0;
	size_t n = 0;

	(void)state;
	runs(h, "same", 1, 6, 100, 20 * MIB, OUTCOME_PASSED);
	runs(h, "slow", 1, 6, 100, 20 * MIB, OUTCOME_PASSED);
	runs(h, "large", 1, 6, 100, 20 * MIB, OUTCOME_PASSED);
	runs(h, "broke", 1, 6, 100, 20 * MIB, OUTCOME_PASSED);
	runs(h, "was broken", 1, 6, 100, 20 * MIB, OUTCOME_FAILED);
	runs(h, "same", 101, 3, 110, 21 * MIB, OUTCOME_PASSED);
	runs(h, "slow", 101, 3, 300, 20 * MIB, OUTCOME_PASSED);
	runs(h, "large", 101, 3, 100, 90 * MIB, OUTCOME_PASSED);
	runs(h, "broke", 101, 1, 900, 90 * MIB, OUTCOME_FAILED);
	runs(h, "was broken", 101, 1, 900, 20 * MIB, OUTCOME_FAILED);
	runs(h, "fresh", 101, 1, 900, 20 * MIB, OUTCOME_TIMED_OUT);
	assert_int_equal(history_since(h, "/a", "old", &c, &n, &n_since, NULL), 0);
	assert_int_equal(n_since, 12);
	assert_int_equal(n, 4);
	assert_string_equal(c[0].test, "broke");
	assert_int_equal(c[0].kind, HISTORY_FAILS);
	assert_false(c[0].is_new);
	assert_string_equal(c[1].test, "fresh");
	assert_true(c[1].is_new);
	assert_int_equal(c[1].outcome, OUTCOME_TIMED_OUT);
	assert_string_equal(c[2].test, "slow");
	assert_int_equal(c[2].kind, HISTORY_SLOWER);
	assert_int_equal(c[2].before, 100 * MS);
	assert_int_equal(c[2].since, 300 * MS);
	assert_int_equal(c[2].n_before, 6);
	assert_string_equal(c[3].test, "large");
	assert_int_equal(c[3].since, 90 * MIB);
	history_changes_free(c, n);

	assert_true(history_since(h, "/a", "never", &c, &n, &n_since, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_non_null(strstr(err.text, "'never'"));
	history_close(h);
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(what_is_exported_is_another_projects_after_its_import),
		IN_PLACE(importing_twice_changes_nothing_and_merges_what_is_new),
		IN_PLACE(a_file_that_cannot_be_is_refused_and_nothing_is_lost),
		IN_PLACE(half_a_file_is_refused),
		IN_PLACE(a_file_of_an_older_isorun_is_read),
		IN_PLACE(old_runs_are_forgotten_by_age_or_by_number),
		IN_PLACE(what_became_worse_since_a_run_is_told_and_the_rest_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

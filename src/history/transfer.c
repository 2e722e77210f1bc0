/* SPDX-License-Identifier: Apache-2.0 */
#include "history/transfer.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/str.h"
#include "history/schema.h"

/* Between two batches others get to write: a run need not wait for a large import. */
enum { BATCH = 5000, N_COLUMNS = 14 };

static int run_sql(sqlite3 *db, const char *sql, const char *doing, struct iso_err *err)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
								     : history_fail(db, doing, err);
}

static int prepare(sqlite3 *db, const char *sql, const char *doing, sqlite3_stmt **ret,
		   struct iso_err *err)
{
	return sqlite3_prepare_v2(db, sql, -1, ret, NULL) == SQLITE_OK
		       ? 0 : history_fail(db, doing, err);
}

static void bind_text(sqlite3_stmt *stmt, int column, const char *text)
{
	sqlite3_bind_text(stmt, column, text, -1, SQLITE_TRANSIENT);
}

/* One that takes texts and yields no rows. */
static int run_with(sqlite3 *db, const char *sql, const char *text, const char *doing,
		    struct iso_err *err)
{
	sqlite3_stmt *stmt;
	int r = prepare(db, sql, doing, &stmt, err);

	if (r < 0)
		return r;
	bind_text(stmt, 1, text);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		r = history_fail(db, doing, err);
	sqlite3_finalize(stmt);
	return r;
}

/* As the reader of a file finds it: no journal beside it. */
static int fill(sqlite3 *out, const char *from, const char *suite, size_t *ret_n,
		struct iso_err *err)
{
	int r = history_schema_prepare(out, err);

	if (r == 0)
		r = run_sql(out, "PRAGMA journal_mode = DELETE", "write", err);
	if (r == 0)
		r = run_with(out, "ATTACH ?1 AS known", from, "read the history", err);
	if (r == 0)
		r = run_with(out, "INSERT INTO main.attempt (" HISTORY_COLUMNS ")"
				  " SELECT " HISTORY_COLUMNS " FROM known.attempt"
				  " WHERE suite = ?1 ORDER BY id", suite, "write", err);
	if (r == 0)
		*ret_n = (size_t)sqlite3_changes(out);
	return r;
}

static int write_new(const char *from, const char *suite, const char *path, size_t *ret_n,
		     struct iso_err *err)
{
	sqlite3 *out = NULL;
	int r;

	if (sqlite3_open_v2(path, &out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
	    SQLITE_OK)
		r = fill(out, from, suite, ret_n, err);
	else
		r = iso_err_set(err, ISO_ERR_HOST, out ? sqlite3_system_errno(out) : ENOMEM,
				"write '%s'", path);
	/* It puts the last pages into the file. */
	if (sqlite3_close(out) != SQLITE_OK && r == 0)
		r = history_fail(out, "write", err);
	return r;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat st_a;
	struct stat st_b;

	return stat(a, &st_a) == 0 && stat(b, &st_b) == 0 && st_a.st_dev == st_b.st_dev &&
	       st_a.st_ino == st_b.st_ino;
}

int history_export(struct history *h, const char *suite, const char *file, size_t *ret_n,
		   struct iso_err *err)
{
	const char *from = sqlite3_db_filename(history_connection(h), "main");
	_cleanup_buf_ struct buf fresh = BUF_INIT;
	size_t n = 0;

	if (is_same_file(from, file))
		return iso_err_set(err, ISO_ERR_USAGE, 0, "export '%s': that is the history itself",
				   file);

	buf_addf(&fresh, "%s.new-%ld", file, (long)getpid());
	if (fresh.error)
		return iso_err_set(err, ISO_ERR_HOST, fresh.error, "export");
	(void)unlink(buf_str(&fresh)); /* of a process that died */
	int r = write_new(from, suite, buf_str(&fresh), &n, err);

	if (r == 0 && rename(buf_str(&fresh), file) < 0)
		r = iso_err_set(err, ISO_ERR_HOST, errno, "write '%s'", file);
	if (r < 0)
		(void)unlink(buf_str(&fresh));
	else
		*ret_n = n;
	return r;
}

/* Columns that came later have what stands for them in the files of before.  A program
 * below the tree is where the tree is now. */
static const char *const select_sql[] = {
#define SELECT(env, retried)                                                               \
	"SELECT suite, test, CASE WHEN substr(program, 1, length(suite) + 1) ="            \
	" suite || '/' THEN ?1 || substr(program, length(suite) + 1) ELSE program END,"     \
	" run, attempt, outcome, wall_ns, cpu_ns, mem_peak_bytes, mem_working_bytes,"      \
	" mem_limit_bytes, taken_wall_ns, " env ", " retried " FROM attempt"                \
	" WHERE typeof(test) = 'text' AND typeof(taken_wall_ns) = 'integer'"                \
	" AND min(attempt, wall_ns, cpu_ns, mem_peak_bytes, mem_working_bytes,"             \
	" mem_limit_bytes) >= 0 ORDER BY id"
	SELECT("''", "0"),
	SELECT("env", "0"),
	SELECT("env", "retried"),
#undef SELECT
};
static_assert(ARRAY_SIZE(select_sql) == HISTORY_SCHEMA_VERSION, "each version can be read");

static const char insert_sql[] =
	"INSERT INTO main.attempt (" HISTORY_COLUMNS ")"
	" SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14"
	" WHERE NOT EXISTS (SELECT 1 FROM main.attempt WHERE suite = ?1 AND test = ?2"
	" AND env = ?13 AND taken_wall_ns = ?12 AND run = ?4 AND attempt = ?5)";

/* What a file holds that somebody hands over is his, not the host's. */
static int blame_user(int r, struct iso_err *err)
{
	if (r < 0 && err)
		err->kind = ISO_ERR_USAGE;
	return r;
}

static int open_file(const char *file, sqlite3 **ret, int *ret_version, struct iso_err *err)
{
	sqlite3 *in = NULL;
	int r = 0;

	if (access(file, R_OK) < 0)
		return iso_err_set(err, ISO_ERR_USAGE, errno, "import '%s'", file);
	if (sqlite3_open_v2(file, &in, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		r = iso_err_set(err, ISO_ERR_USAGE, in ? sqlite3_system_errno(in) : ENOMEM,
				"import '%s'", file);
	/* Whoever made the file may have put more into it than rows. */
	if (r == 0)
		r = run_sql(in, "PRAGMA trusted_schema = OFF", "import", err);
	if (r == 0)
		r = history_schema_look(in, ret_version, err);
	if (r == 0 && *ret_version == 0) {
		iso_err_set(err, ISO_ERR_USAGE, 0, "import '%s': it holds no history", file);
		r = -EPROTO;
	}
	if (r == 0)
		r = history_schema_check(in, err);
	if (r < 0) {
		sqlite3_close(in);
		return blame_user(r, err);
	}
	*ret = in;
	return 0;
}

struct import {
	sqlite3 *db;
	sqlite3 *in;
	sqlite3_stmt *rows;
	sqlite3_stmt *insert;
	const char *suite;
	size_t n_seen;
	size_t n_new;
};

static int add_row(struct import *i, struct iso_err *err)
{
	int r = 0;

	bind_text(i->insert, 1, i->suite);
	for (int column = 1; column < N_COLUMNS; column++)
		sqlite3_bind_value(i->insert, column + 1, sqlite3_column_value(i->rows, column));
	if (sqlite3_step(i->insert) != SQLITE_DONE)
		r = history_fail(i->db, "import", err);
	else
		i->n_new += (size_t)sqlite3_changes(i->db);
	sqlite3_reset(i->insert);
	if (r == 0 && ++i->n_seen % BATCH == 0)
		r = run_sql(i->db, "COMMIT; BEGIN IMMEDIATE", "import", err);
	return r;
}

static int copy_rows(struct import *i, struct iso_err *err)
{
	int code;
	int r = run_sql(i->db, "BEGIN IMMEDIATE", "import", err);

	if (r < 0)
		return r;
	while (r == 0 && (code = sqlite3_step(i->rows)) == SQLITE_ROW)
		r = add_row(i, err);
	if (r == 0 && code != SQLITE_DONE)
		r = blame_user(history_fail(i->in, "import", err), err);
	if (r == 0)
		r = run_sql(i->db, "COMMIT", "import", err);
	if (r < 0)
		(void)sqlite3_exec(i->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

int history_import(struct history *h, const char *suite, const char *file, size_t *ret_n,
		   struct iso_err *err)
{
	struct import i = { .db = history_connection(h), .suite = suite };
	int version = 0;
	int r = open_file(file, &i.in, &version, err);

	if (r < 0)
		return r;
	r = prepare(i.in, select_sql[version - 1], "import", &i.rows, err);
	if (r == 0) {
		bind_text(i.rows, 1, suite);
		r = prepare(i.db, insert_sql, "import", &i.insert, err);
	} else {
		r = blame_user(r, err);
	}
	if (r == 0)
		r = copy_rows(&i, err);
	sqlite3_finalize(i.insert);
	sqlite3_finalize(i.rows);
	sqlite3_close(i.in);
	if (r == 0)
		*ret_n = i.n_new;
	return r;
}

/* Which of them are forgotten is settled once, in a table of this process's own. */
static const char doomed_sql[] =
	"CREATE TEMP TABLE doomed AS SELECT id FROM main.attempt AS a"
	" WHERE (?1 IS NULL OR suite = ?1) AND (taken_wall_ns < ?2 OR (?3 > 0 AND NOT EXISTS"
	" (SELECT 1 FROM temp.kept WHERE kept.suite = a.suite AND kept.run = a.run)))";

static const char kept_sql[] =
	"CREATE TEMP TABLE kept AS SELECT suite, run FROM"
	" (SELECT suite, run, ROW_NUMBER() OVER (PARTITION BY suite ORDER BY newest DESC) AS nth"
	" FROM (SELECT suite, run, MAX(taken_wall_ns) AS newest FROM main.attempt"
	" GROUP BY suite, run)) WHERE nth <= ?1";

static int choose_doomed(sqlite3 *db, const char *suite, int64_t before_wall_ns,
			 unsigned keep_runs, struct iso_err *err)
{
	sqlite3_stmt *stmt;
	int r = prepare(db, kept_sql, "prune", &stmt, err);

	if (r < 0)
		return r;
	sqlite3_bind_int64(stmt, 1, keep_runs);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		r = history_fail(db, "prune", err);
	sqlite3_finalize(stmt);
	if (r == 0)
		r = run_sql(db, "CREATE INDEX temp.kept_by_run ON kept (suite, run)", "prune", err);
	if (r == 0)
		r = prepare(db, doomed_sql, "prune", &stmt, err);
	if (r < 0)
		return r;
	if (suite)
		bind_text(stmt, 1, suite);
	sqlite3_bind_int64(stmt, 2, before_wall_ns);
	sqlite3_bind_int64(stmt, 3, keep_runs);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		r = history_fail(db, "prune", err);
	sqlite3_finalize(stmt);
	return r;
}

static int forget_doomed(sqlite3 *db, size_t *ret_n, struct iso_err *err)
{
	size_t n = 0;

	for (;;) {
		int r = run_sql(db, "DELETE FROM main.attempt WHERE id IN"
				    " (SELECT id FROM temp.doomed ORDER BY rowid LIMIT 5000)",
				"prune", err);

		if (r < 0)
			return r;
		n += (size_t)sqlite3_changes(db);
		r = run_sql(db, "DELETE FROM temp.doomed WHERE rowid IN"
				" (SELECT rowid FROM temp.doomed ORDER BY rowid LIMIT 5000)",
			    "prune", err);
		if (r < 0)
			return r;
		if (sqlite3_changes(db) == 0)
			break;
	}
	*ret_n = n;
	return 0;
}

int history_prune(struct history *h, const char *suite, int64_t before_wall_ns,
		  unsigned keep_runs, size_t *ret_n, struct iso_err *err)
{
	sqlite3 *db = history_connection(h);
	size_t n = 0;
	int r = choose_doomed(db, suite, before_wall_ns, keep_runs, err);

	if (r == 0)
		r = forget_doomed(db, &n, err);
	(void)sqlite3_exec(db, "DROP TABLE IF EXISTS temp.doomed; DROP TABLE IF EXISTS temp.kept",
			   NULL, NULL, NULL);
	if (r < 0)
		return r;
	/* Gives the room back; where somebody else is at the file another day will do. */
	if (n)
		(void)sqlite3_exec(db, "VACUUM", NULL, NULL, NULL);
	*ret_n = n;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "history/schema.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define INDEXES                                                                            \
	"CREATE INDEX attempt_by_test ON attempt (suite, test, env, taken_wall_ns);"       \
	"CREATE INDEX attempt_by_program ON attempt (suite, program, env, taken_wall_ns);"

/* One flat table: every question is about one test or one program of one
 * suite, and a person with the sqlite3 shell can read it.  Outcomes go by
 * name, so that their numbers may change. */
static const char tables_sql[] =
	"CREATE TABLE attempt ("
	" id INTEGER PRIMARY KEY,"
	" suite TEXT NOT NULL,"
	" test TEXT NOT NULL,"
	" program TEXT NOT NULL,"
	" run TEXT NOT NULL,"
	" attempt INTEGER NOT NULL,"
	" outcome TEXT NOT NULL,"
	" wall_ns INTEGER NOT NULL,"
	" cpu_ns INTEGER NOT NULL,"
	" mem_peak_bytes INTEGER NOT NULL,"
	" mem_working_bytes INTEGER NOT NULL,"
	" mem_limit_bytes INTEGER NOT NULL,"
	" taken_wall_ns INTEGER NOT NULL,"
	" env TEXT NOT NULL DEFAULT '',"
	" retried INTEGER NOT NULL DEFAULT 0);"
	INDEXES;

/* What brings version I + 1 to the next.  Columns come last and have a default: an
 * older isorun that has the file open writes its rows all the same. */
static const char *const steps_sql[] = {
	"ALTER TABLE attempt ADD COLUMN env TEXT NOT NULL DEFAULT '';"
	"DROP INDEX attempt_by_test;"
	"DROP INDEX attempt_by_program;"
	INDEXES,
	/* Before there were repetitions, whatever was not the last attempt was retried. */
	"ALTER TABLE attempt ADD COLUMN retried INTEGER NOT NULL DEFAULT 0;"
	"UPDATE attempt SET retried = 1 WHERE id IN (SELECT id FROM (SELECT id, attempt,"
	" MAX(attempt) OVER (PARTITION BY suite, test, run) AS newest FROM attempt)"
	" WHERE attempt < newest);",
};
static_assert(sizeof(steps_sql) / sizeof(*steps_sql) == HISTORY_SCHEMA_VERSION - 1,
	      "a step from each version to the next");

int history_errno(int sqlite_code)
{
	switch (sqlite_code & 0xff) {
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return EBADMSG;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_READONLY:
		return EROFS;
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return EACCES;
	default:
		return EIO;
	}
}

int history_fail(sqlite3 *db, const char *doing, struct iso_err *err)
{
	int code = history_errno(sqlite3_errcode(db));

	if (!db)
		return iso_err_set(err, ISO_ERR_HOST, EBADF, "history: %s", doing);
	/* SQLite's words are exact; strerror beside them would repeat them worse. */
	iso_err_set(err, ISO_ERR_HOST, 0, "history '%s': %s: %s", sqlite3_db_filename(db, "main"),
		    doing, sqlite3_errmsg(db));
	if (err)
		err->code = code;
	return -code;
}

/* The single number that a PRAGMA or a count yields. */
static int read_number(sqlite3 *db, const char *sql, int *ret)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (code == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		*ret = sqlite3_column_int(stmt, 0);
	return sqlite3_finalize(stmt) != SQLITE_OK || code != SQLITE_OK ? -EIO : 0;
}

struct marks {
	int version;
	int application;
	int n_tables;
};

/* Yields what marks the file as ours, and refuses it when it is not.  Inside
 * a transaction: another process may be making the tables right now. */
static int look(sqlite3 *db, struct marks *ret, struct iso_err *err)
{
	const char *path = sqlite3_db_filename(db, "main");
	struct marks m = { 0, 0, 0 };

	if (read_number(db, "PRAGMA user_version", &m.version) < 0 ||
	    read_number(db, "PRAGMA application_id", &m.application) < 0 ||
	    read_number(db, "SELECT count(*) FROM sqlite_master", &m.n_tables) < 0)
		return history_fail(db, "read the schema", err);
	*ret = m;
	if (m.version == 0 && m.application == 0 && m.n_tables == 0)
		return 0;
	if (m.application != HISTORY_APPLICATION_ID) {
		iso_err_set(err, ISO_ERR_HOST, 0, "history '%s': is a database of another program",
			    path);
		return -EPROTO;
	}
	if (m.version < 1) {
		iso_err_set(err, ISO_ERR_HOST, 0, "history '%s': has no schema", path);
		return -EPROTO;
	}
	if (m.version > HISTORY_SCHEMA_VERSION) {
		iso_err_set(err, ISO_ERR_HOST, 0,
			    "history '%s': schema %d is of a newer isorun, this one knows %d",
			    path, m.version, HISTORY_SCHEMA_VERSION);
		iso_err_hint(err, "use that isorun, or point ISORUN_STATE_DIR elsewhere");
		return -EPROTO;
	}
	return 0;
}

int history_schema_look(sqlite3 *db, int *ret_version, struct iso_err *err)
{
	struct marks marks = { 0, 0, 0 };
	int r = look(db, &marks, err);

	if (r == 0)
		*ret_version = marks.version;
	return r;
}

int history_schema_check(sqlite3 *db, struct iso_err *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL) != SQLITE_OK)
		return history_fail(db, "check", err);
	if (sqlite3_step(stmt) != SQLITE_ROW) {
		r = history_fail(db, "check", err);
	} else {
		const char *said = (const char *)sqlite3_column_text(stmt, 0);

		if (said && strcmp(said, "ok") != 0) {
			iso_err_set(err, ISO_ERR_HOST, 0, "history '%s': is damaged: %s",
				    sqlite3_db_filename(db, "main"), said);
			r = -EBADMSG;
		}
	}
	sqlite3_finalize(stmt);
	return r;
}

static int mark(sqlite3 *db)
{
	char *pragmas = sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
					HISTORY_APPLICATION_ID, HISTORY_SCHEMA_VERSION);
	const int code = pragmas ? sqlite3_exec(db, pragmas, NULL, NULL, NULL) : SQLITE_NOMEM;

	sqlite3_free(pragmas);
	return code;
}

/* Inside BEGIN IMMEDIATE: of two processes that meet a new file, or an old one, one
 * does the work and the other finds it done. */
static int create_once(sqlite3 *db, struct iso_err *err)
{
	struct marks marks = { 0, 0, 0 };
	int r = look(db, &marks, err);
	int code = SQLITE_OK;

	if (r < 0 || marks.version == HISTORY_SCHEMA_VERSION)
		return r;
	if (marks.n_tables == 0)
		code = sqlite3_exec(db, tables_sql, NULL, NULL, NULL);
	else
		for (int v = marks.version; code == SQLITE_OK && v < HISTORY_SCHEMA_VERSION; v++)
			code = sqlite3_exec(db, steps_sql[v - 1], NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = mark(db);
	return code == SQLITE_OK ? 0 : history_fail(db, "make the tables", err);
}

static int create(sqlite3 *db, struct iso_err *err)
{
	/* WAL: readers never wait for the writer.  It is a mark in the file.  It
	 * may fail: the file system cannot have it, or another process is at
	 * it; what is really wrong shows in the next statement. */
	(void)sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return history_fail(db, "open", err);

	int r = create_once(db, err);
	if (r == 0 && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		r = history_fail(db, "make the tables", err);
	if (r < 0)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

int history_schema_prepare(sqlite3 *db, struct iso_err *err)
{
	struct marks marks = { 0, 0, 0 };

	/* NORMAL: a power cut may lose the last run's rows, never the file. */
	sqlite3_busy_timeout(db, HISTORY_WAIT_MS);
	if (sqlite3_exec(db, "PRAGMA synchronous = NORMAL; BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return history_fail(db, "open", err);

	int r = look(db, &marks, err);
	(void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL); /* it only read */
	if (r < 0 || marks.version == HISTORY_SCHEMA_VERSION)
		return r;
	return create(db, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "history/recover.h"
#include "history/schema.h"

enum statement {
	STMT_BEGIN,
	STMT_ADD,
	STMT_COMMIT,
	STMT_OF_TEST,
	STMT_OF_TEST_ANY,
	STMT_OF_PROGRAM,
	STMT_VERDICT,
	STMT_COUNT,
};

/* Rows wait in a temporary table, in this process's memory, until the commit
 * copies them over in one statement: a run may last an hour, and the lock on
 * the file is then held for milliseconds.  What is never committed dies with
 * the connection. */
static const char pending_sql[] =
	"PRAGMA temp_store = MEMORY;"
	"CREATE TEMP TABLE pending AS SELECT * FROM main.attempt LIMIT 0;";

/* What isorun itself failed at says nothing of a test. */
#define NEWEST_FIRST "AND outcome <> 'error' ORDER BY taken_wall_ns DESC, id DESC LIMIT ?3"

static const char *const statements_sql[] = {
	[STMT_BEGIN] = "DELETE FROM temp.pending",
	[STMT_ADD] = "INSERT INTO temp.pending (" HISTORY_COLUMNS ")"
		     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[STMT_COMMIT] = "INSERT INTO main.attempt (" HISTORY_COLUMNS ")"
			" SELECT " HISTORY_COLUMNS " FROM temp.pending ORDER BY rowid",
	[STMT_OF_TEST] = "SELECT " HISTORY_COLUMNS " FROM main.attempt"
			 " WHERE suite = ?1 AND test = ?2 AND env = ?4 " NEWEST_FIRST,
	[STMT_OF_TEST_ANY] = "SELECT " HISTORY_COLUMNS " FROM main.attempt"
			     " WHERE suite = ?1 AND test = ?2 " NEWEST_FIRST,
	[STMT_OF_PROGRAM] = "SELECT " HISTORY_COLUMNS " FROM main.attempt"
			    " WHERE suite = ?1 AND program = ?2 AND env = ?4 " NEWEST_FIRST,
	/* A run that died after an attempt that it wanted to retry has no other verdict. */
	[STMT_VERDICT] = "SELECT COUNT(*), SUM(retried = 0),"
			 " SUM(retried = 0 AND outcome NOT IN ('passed', 'skipped'))"
			 " FROM main.attempt WHERE suite = ?1 AND test = ?2 AND run ="
			 " (SELECT run FROM main.attempt WHERE suite = ?1 AND test = ?2"
			 " ORDER BY taken_wall_ns DESC, id DESC LIMIT 1)",
};
static_assert(ARRAY_SIZE(statements_sql) == STMT_COUNT, "one text for each statement");

/* A check reads all of the file, at some 300 MiB a second: what is larger shows its
 * faults in use. */
#define CHECK_MAX_BYTES (INT64_C(8) << 20)

struct history {
	char *path;
	sqlite3 *db;                 /* NULL: it could not be opened anew */
	sqlite3_stmt *stmts[STMT_COUNT];
};

sqlite3 *history_connection(struct history *h)
{
	return h->db;
}

static int prepare_statements(struct history *h, struct iso_err *err)
{
	if (sqlite3_exec(h->db, pending_sql, NULL, NULL, NULL) != SQLITE_OK)
		return history_fail(h->db, "open", err);
	for (size_t i = 0; i < STMT_COUNT; i++)
		if (sqlite3_prepare_v3(h->db, statements_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &h->stmts[i], NULL) != SQLITE_OK)
			return history_fail(h->db, "open", err);
	return 0;
}

/* A connection that could not be opened knows no file name. */
static int open_failed(sqlite3 *db, const char *path, struct iso_err *err)
{
	int code = db ? history_errno(sqlite3_errcode(db)) : ENOMEM;

	if (db && sqlite3_system_errno(db) != 0)
		code = sqlite3_system_errno(db);
	return iso_err_set(err, ISO_ERR_HOST, code, "history '%s': open", path);
}

static void detach(struct history *h)
{
	for (size_t i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(h->stmts[i]);
	memset(h->stmts, 0, sizeof(h->stmts));
	sqlite3_close(h->db);
	h->db = NULL;
}

static bool is_small(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size <= CHECK_MAX_BYTES;
}

/* One try at the file as it is; -EBADMSG when it is no database, or damaged. */
static int attach(struct history *h, bool check, struct iso_err *err)
{
	int r = 0;

	if (sqlite3_open_v2(h->path, &h->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		r = open_failed(h->db, h->path, err);
	if (r == 0)
		r = history_schema_prepare(h->db, err);
	if (r == 0 && check)
		r = history_schema_check(h->db, err);
	if (r == 0)
		r = prepare_statements(h, err);
	if (r < 0)
		detach(h);
	return r;
}

static int lock_dir(const char *path, bool exclusive, int *ret_fd, struct iso_err *err)
{
	if (recover_lock(path, exclusive, ret_fd) < 0)
		return iso_err_set(err, ISO_ERR_HOST, EBUSY,
				   "history '%s': another process holds its directory", path);
	if (*ret_fd < 0)
		log_debug("history '%s': no lock on its directory", path);
	return 0;
}

static int attach_locked(struct history *h, struct iso_err *err)
{
	_cleanup_close_ int lock_fd = -1;
	int r = lock_dir(h->path, false, &lock_fd, err);

	return r < 0 ? r : attach(h, is_small(h->path), err);
}

static bool is_sqlite(const char *path)
{
	static const char magic[] = "SQLite format 3";
	char begin[sizeof(magic)];
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd >= 0 && read(fd, begin, sizeof(begin)) == sizeof(begin) &&
	       memcmp(begin, magic, sizeof(magic)) == 0;
}

/* Another process may have put a sound file there since the caller looked. */
static int attach_anew(struct history *h, char **ret_note, struct iso_err *err)
{
	_cleanup_close_ int lock_fd = -1;
	int r = lock_dir(h->path, true, &lock_fd, err);

	if (r == 0)
		r = attach(h, true, err);
	if (r != -EBADMSG)
		return r;
	r = recover_move_aside(h->path, is_sqlite(h->path) ? "damaged" : "no database", ret_note,
			       err);
	return r < 0 ? r : attach(h, false, err);
}

int history_open(const char *path, struct history **ret, char **ret_note, struct iso_err *err)
{
	struct iso_err why = ISO_ERR_INIT;
	_cleanup_free_ char *note = NULL;
	struct history *h = calloc(1, sizeof(*h));

	if (!h || !(h->path = strdup(path))) {
		free(h);
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "history '%s'", path);
	}
	int r = attach_locked(h, &why);

	if (r == -EBADMSG)
		r = attach_anew(h, &note, &why);
	if (r < 0) {
		history_close(h);
		if (err)
			*err = why;
		return r;
	}
	*ret_note = TAKE_PTR(note);
	*ret = h;
	return 0;
}

int history_set_aside(struct history *h, char **ret_note, struct iso_err *err)
{
	_cleanup_free_ char *note = NULL;

	detach(h);
	int r = attach_anew(h, &note, err);

	if (r == 0)
		*ret_note = TAKE_PTR(note);
	return r;
}

void history_close(struct history *h)
{
	if (!h)
		return;
	detach(h);
	free(h->path);
	free(h);
}

/* Runs a statement that yields no rows; resets it, so that it holds no lock. */
static int run_statement(struct history *h, enum statement which, const char *doing,
			 struct iso_err *err)
{
	sqlite3_stmt *stmt = h->stmts[which];
	int r = 0;

	if (sqlite3_step(stmt) != SQLITE_DONE)
		r = history_fail(h->db, doing, err);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return r;
}

int history_begin(struct history *h, struct iso_err *err)
{
	return run_statement(h, STMT_BEGIN, "begin", err);
}

static void bind_text(sqlite3_stmt *stmt, int column, const char *text)
{
	sqlite3_bind_text(stmt, column, text ? text : "", -1, SQLITE_TRANSIENT);
}

/* SQLite's integers are signed: "no limit" (UINT64_MAX) becomes the largest. */
static void bind_bytes(sqlite3_stmt *stmt, int column, uint64_t bytes)
{
	sqlite3_bind_int64(stmt, column, bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes);
}

int history_add(struct history *h, const struct history_attempt *a, struct iso_err *err)
{
	sqlite3_stmt *stmt = h->stmts[STMT_ADD];

	/* A binding that fails for want of memory leaves NULL, which the
	 * table refuses at the commit. */
	bind_text(stmt, 1, a->suite);
	bind_text(stmt, 2, a->test);
	bind_text(stmt, 3, a->program);
	bind_text(stmt, 4, a->run);
	sqlite3_bind_int64(stmt, 5, a->attempt);
	bind_text(stmt, 6, outcome_name(a->outcome));
	sqlite3_bind_int64(stmt, 7, a->wall_ns);
	sqlite3_bind_int64(stmt, 8, a->cpu_ns);
	bind_bytes(stmt, 9, a->mem_peak_bytes);
	bind_bytes(stmt, 10, a->mem_working_bytes);
	bind_bytes(stmt, 11, a->mem_limit_bytes);
	sqlite3_bind_int64(stmt, 12, a->taken_wall_ns);
	bind_text(stmt, 13, a->key);
	sqlite3_bind_int(stmt, 14, a->retried);
	return run_statement(h, STMT_ADD, "add", err);
}

int history_commit(struct history *h, struct iso_err *err)
{
	int r = run_statement(h, STMT_COMMIT, "write", err);

	return r < 0 ? r : run_statement(h, STMT_BEGIN, "write", err);
}

int history_try_commit(struct history *h, struct iso_err *err)
{
	sqlite3_busy_timeout(h->db, 0);
	const int r = history_commit(h, err);

	sqlite3_busy_timeout(h->db, HISTORY_WAIT_MS);
	return r;
}

int history_verdict(struct history *h, const char *suite, const char *test,
		    enum history_verdict *ret, struct iso_err *err)
{
	sqlite3_stmt *stmt = h->stmts[STMT_VERDICT];
	int r = 0;

	bind_text(stmt, 1, suite);
	bind_text(stmt, 2, test);
	if (sqlite3_step(stmt) != SQLITE_ROW)
		r = history_fail(h->db, "read", err);
	else if (sqlite3_column_int(stmt, 0) == 0)
		*ret = HISTORY_UNKNOWN;
	else if (sqlite3_column_int(stmt, 1) == 0 || sqlite3_column_int(stmt, 2) > 0)
		*ret = HISTORY_BAD;
	else
		*ret = HISTORY_GOOD;
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return r;
}

/* A row whose outcome this isorun does not know counts as isorun's own error:
 * it then teaches neither time nor memory. */
static struct history_attempt read_row(sqlite3_stmt *stmt)
{
	struct history_attempt a = {
		.attempt = (unsigned)sqlite3_column_int64(stmt, 4),
		.outcome = OUTCOME_ERROR,
		.wall_ns = sqlite3_column_int64(stmt, 6),
		.cpu_ns = sqlite3_column_int64(stmt, 7),
		.mem_peak_bytes = (uint64_t)sqlite3_column_int64(stmt, 8),
		.mem_working_bytes = (uint64_t)sqlite3_column_int64(stmt, 9),
		.mem_limit_bytes = (uint64_t)sqlite3_column_int64(stmt, 10),
		.taken_wall_ns = sqlite3_column_int64(stmt, 11),
		.retried = sqlite3_column_int(stmt, 13) != 0,
	};
	const char *outcome = (const char *)sqlite3_column_text(stmt, 5);

	const char *key = (const char *)sqlite3_column_text(stmt, 12);

	if (outcome)
		(void)outcome_parse(outcome, &a.outcome);
	(void)snprintf(a.key, sizeof(a.key), "%s", key ? key : "");
	return a;
}

static int append(struct history_attempt **rows, size_t *n, size_t *cap,
		  struct history_attempt row)
{
	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : 16;
		struct history_attempt *p = reallocarray(*rows, more, sizeof(*p));

		if (!p)
			return -ENOMEM;
		*rows = p;
		*cap = more;
	}
	(*rows)[(*n)++] = row;
	return 0;
}

/* A statement without ?4 does not mind. */
static int query(struct history *h, enum statement which, const char *const words[3],
		 size_t max, struct history_attempt **ret, size_t *ret_n, struct iso_err *err)
{
	_cleanup_free_ struct history_attempt *rows = NULL;
	sqlite3_stmt *stmt = h->stmts[which];
	size_t n = 0;
	size_t cap = 0;
	int r = 0;
	int code;

	bind_text(stmt, 1, words[0]);
	bind_text(stmt, 2, words[1]);
	if (words[2])
		bind_text(stmt, 4, words[2]);
	sqlite3_bind_int64(stmt, 3, max > INT64_MAX ? INT64_MAX : (int64_t)max);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW && r == 0)
		r = append(&rows, &n, &cap, read_row(stmt));
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "history");
	else if (code != SQLITE_DONE)
		r = history_fail(h->db, "read", err);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(rows);
	*ret_n = n;
	return 0;
}

int history_of_test(struct history *h, const char *suite, const char *test, const char *key,
		    size_t max, struct history_attempt **ret, size_t *ret_n,
		    struct iso_err *err)
{
	const char *const words[] = { suite, test, key };

	return query(h, key ? STMT_OF_TEST : STMT_OF_TEST_ANY, words, max, ret, ret_n, err);
}

int history_of_program(struct history *h, const char *suite, const char *program,
		       const char *key, size_t max, struct history_attempt **ret, size_t *ret_n,
		       struct iso_err *err)
{
	const char *const words[] = { suite, program, key };

	return query(h, STMT_OF_PROGRAM, words, max, ret, ret_n, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "history/runs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "history/schema.h"

/* What was retried is no verdict. */
static const char runs_sql[] =
	"SELECT run, MIN(taken_wall_ns - wall_ns) AS began, COUNT(DISTINCT test),"
	" COUNT(DISTINCT test) FILTER (WHERE NOT retried AND"
	" outcome IN ('failed', 'timed-out', 'crashed', 'out-of-memory', 'error')), COUNT(*)"
	" FROM main.attempt WHERE suite = ?1 GROUP BY run ORDER BY began DESC, run DESC LIMIT ?2";

void history_runs_free(struct history_run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(runs[i].run);
	free(runs);
}

static int read_row(sqlite3_stmt *stmt, struct history_run **runs, size_t *n)
{
	struct history_run *grown = reallocarray(*runs, *n + 1, sizeof(*grown));
	const char *run = (const char *)sqlite3_column_text(stmt, 0);

	if (!grown)
		return -ENOMEM;
	*runs = grown;
	grown[*n] = (struct history_run){
		.run = strdup(run ? run : ""),
		.began_wall_ns = sqlite3_column_int64(stmt, 1),
		.tests = (unsigned)sqlite3_column_int64(stmt, 2),
		.bad = (unsigned)sqlite3_column_int64(stmt, 3),
		.attempts = (unsigned)sqlite3_column_int64(stmt, 4),
	};
	if (!grown[*n].run)
		return -ENOMEM;
	(*n)++;
	return 0;
}

int history_runs(struct history *h, const char *suite, size_t max, struct history_run **ret,
		 size_t *ret_n, struct iso_err *err)
{
	sqlite3 *db = history_connection(h);
	struct history_run *runs = NULL;
	sqlite3_stmt *stmt;
	size_t n = 0;
	int code;
	int r = 0;

	if (sqlite3_prepare_v2(db, runs_sql, -1, &stmt, NULL) != SQLITE_OK)
		return history_fail(db, "read", err);
	sqlite3_bind_text(stmt, 1, suite, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(stmt, 2, max > INT64_MAX ? INT64_MAX : (int64_t)max);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW && r == 0)
		r = read_row(stmt, &runs, &n);
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "history");
	else if (code != SQLITE_DONE)
		r = history_fail(db, "read", err);
	sqlite3_finalize(stmt);
	if (r < 0) {
		history_runs_free(runs, n);
		return r;
	}
	*ret = runs;
	*ret_n = n;
	return 0;
}

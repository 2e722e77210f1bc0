/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "history/schema.h"

#define BAD "outcome IN ('failed', 'timed-out', 'crashed')"

/* Attempts that isorun itself ended, or could not start, say nothing of a
 * test's time. */
#define OVERVIEW                                                                     \
	"SELECT test, COUNT(*), SUM(" BAD ") AS bad,"                                \
	" CAST(IFNULL(AVG(wall_ns) FILTER (WHERE outcome IN ('passed', 'failed')), 0)" \
	" AS INTEGER) AS wall, MAX(mem_peak_bytes) AS peak, MAX(taken_wall_ns), env" \
	" FROM main.attempt WHERE suite = ?1 GROUP BY test, env "

static const char *const overview_sql[] = {
	[HISTORY_SLOWEST] = OVERVIEW "ORDER BY wall DESC, test, env LIMIT ?2",
	[HISTORY_LARGEST] = OVERVIEW "ORDER BY peak DESC, test, env LIMIT ?2",
	[HISTORY_FLAKY] = OVERVIEW "HAVING bad > 0 AND SUM(outcome = 'passed') > 0"
				   " ORDER BY bad DESC, test, env LIMIT ?2",
};

void history_tests_free(struct history_test *tests, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(tests[i].test);
	free(tests);
}

static int read_row(sqlite3_stmt *stmt, struct history_test **tests, size_t *n)
{
	struct history_test *grown = reallocarray(*tests, *n + 1, sizeof(*grown));
	const char *test = (const char *)sqlite3_column_text(stmt, 0);
	const char *env = (const char *)sqlite3_column_text(stmt, 6);

	if (!grown)
		return -ENOMEM;
	*tests = grown;
	grown[*n] = (struct history_test){
		.test = strdup(test ? test : ""),
		.attempts = (unsigned)sqlite3_column_int64(stmt, 1),
		.bad = (unsigned)sqlite3_column_int64(stmt, 2),
		.wall_ns = sqlite3_column_int64(stmt, 3),
		.mem_peak_bytes = (uint64_t)sqlite3_column_int64(stmt, 4),
		.taken_wall_ns = sqlite3_column_int64(stmt, 5),
	};
	if (!grown[*n].test)
		return -ENOMEM;
	(void)snprintf(grown[*n].key, HISTORY_KEY_MAX, "%s", env ? env : "");
	(*n)++;
	return 0;
}

int history_tests(struct history *h, const char *suite, enum history_order order, size_t max,
		  struct history_test **ret, size_t *ret_n, struct iso_err *err)
{
	sqlite3 *db = history_connection(h);
	struct history_test *tests = NULL;
	sqlite3_stmt *stmt;
	size_t n = 0;
	int code;
	int r = 0;

	assert((size_t)order < ARRAY_SIZE(overview_sql));
	if (sqlite3_prepare_v2(db, overview_sql[order], -1, &stmt, NULL) != SQLITE_OK)
		return history_fail(db, "read", err);
	sqlite3_bind_text(stmt, 1, suite, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(stmt, 2, max > INT64_MAX ? INT64_MAX : (int64_t)max);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW && r == 0)
		r = read_row(stmt, &tests, &n);
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "history");
	else if (code != SQLITE_DONE)
		r = history_fail(db, "read", err);
	sqlite3_finalize(stmt);
	if (r < 0) {
		history_tests_free(tests, n);
		return r;
	}
	*ret = tests;
	*ret_n = n;
	return 0;
}

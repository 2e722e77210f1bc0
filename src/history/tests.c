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
#include "history/trend.h"

#define BAD "outcome IN ('failed', 'timed-out', 'crashed')"

/* Attempts that isorun itself ended, or could not start, say nothing of a
 * test's time. */
#define OVERVIEW                                                                     \
	"SELECT test, COUNT(*), SUM(" BAD ") AS bad,"                                \
	" CAST(IFNULL(AVG(wall_ns) FILTER (WHERE outcome IN ('passed', 'failed')), 0)" \
	" AS INTEGER) AS wall, MAX(mem_peak_bytes) AS peak, MAX(taken_wall_ns), env," \
	" SUM(outcome = 'passed') AS passed"                                         \
	" FROM main.attempt WHERE suite = ?1 AND outcome <> 'error' GROUP BY test, env "

static const char *const overview_sql[] = {
	[HISTORY_SLOWEST] = OVERVIEW "ORDER BY wall DESC, test, env LIMIT ?2",
	[HISTORY_LARGEST] = OVERVIEW "ORDER BY peak DESC, test, env LIMIT ?2",
	/* Sorted afterwards. */
	[HISTORY_FLAKY] = OVERVIEW "HAVING bad > 0 AND passed > 0 AND ?2 > 0",
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
		.passed = (unsigned)sqlite3_column_int64(stmt, 7),
	};
	if (!grown[*n].test)
		return -ENOMEM;
	(void)snprintf(grown[*n].key, HISTORY_KEY_MAX, "%s", env ? env : "");
	(*n)++;
	return 0;
}

/* Five of ten tell more than one of two. */
static int by_flakiness(const void *va, const void *vb)
{
	const struct history_test *a = va;
	const struct history_test *b = vb;
	double low_a;
	double low_b;
	double high;

	trend_wilson(a->bad, a->bad + a->passed, &low_a, &high);
	trend_wilson(b->bad, b->bad + b->passed, &low_b, &high);
	if (low_a > low_b || low_a < low_b)
		return low_a > low_b ? -1 : 1;
	const int order = strcmp(a->test, b->test);
	return order ? order : strcmp(a->key, b->key);
}

static size_t sort_flaky(struct history_test *tests, size_t n, size_t max)
{
	if (n)
		qsort(tests, n, sizeof(*tests), by_flakiness);
	for (; n > max; n--)
		free(tests[n - 1].test);
	return n;
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
	*ret_n = order == HISTORY_FLAKY ? sort_flaky(tests, n, max) : n;
	return 0;
}

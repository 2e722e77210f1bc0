/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  The rows come by test, environment and time, straight from an
 * index; one pass gathers what was before and since of one test in one environment, and
 * compares when the next begins. */
#include "history/since.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "history/schema.h"
#include "history/trend.h"

enum { NEWEST_MAX = 64 }; /* of what is older nothing is compared */

#define LEAST_NS (INT64_C(50) * 1000 * 1000)
#define LEAST_BYTES (INT64_C(4) << 20)

static const char rows_sql[] =
	"SELECT test, env, run, outcome, retried, wall_ns,"
	" CASE WHEN mem_working_bytes > 0 THEN mem_working_bytes ELSE mem_peak_bytes END,"
	" taken_wall_ns > ?2"
	" FROM main.attempt WHERE suite = ?1 AND outcome <> 'error'"
	" ORDER BY test, env, taken_wall_ns, id";

/* A ring of the newest of them. */
struct newest {
	int64_t values[NEWEST_MAX];
	size_t n;                  /* ever added */
};

struct side {
	struct newest wall_ns;
	struct newest mem_bytes;
	char *run;                 /* of the newest row */
	bool verdict;              /* that run came to one */
	bool bad;
	enum outcome outcome;      /* the bad one */
	unsigned n;
};

struct comparison {
	char *test;
	char *env;
	struct side before;
	struct side since;
	struct history_change *changes;
	size_t n;
};

static void newest_add(struct newest *s, int64_t value)
{
	s->values[s->n++ % NEWEST_MAX] = value;
}

static struct trend_samples newest_of(struct newest *s)
{
	return (struct trend_samples){ s->values, s->n < NEWEST_MAX ? s->n : NEWEST_MAX };
}

static int side_add(struct side *s, sqlite3_stmt *row)
{
	const char *run = (const char *)sqlite3_column_text(row, 2);
	const char *name = (const char *)sqlite3_column_text(row, 3);
	enum outcome outcome = OUTCOME_ERROR;

	if (!str_eq(s->run, run)) {
		free(s->run);
		s->run = strdup(run ? run : "");
		s->bad = s->verdict = false;
		if (!s->run)
			return -ENOMEM;
	}
	s->n++;
	if (name)
		(void)outcome_parse(name, &outcome);
	const bool good = outcome == OUTCOME_PASSED || outcome == OUTCOME_SKIPPED;
	if (sqlite3_column_int(row, 4) == 0) {
		s->verdict = true;
		if (!good && !s->bad) {
			s->bad = true;
			s->outcome = outcome;
		}
	}
	if (outcome == OUTCOME_PASSED) {
		newest_add(&s->wall_ns, sqlite3_column_int64(row, 5));
		newest_add(&s->mem_bytes, sqlite3_column_int64(row, 6));
	}
	return 0;
}

static void side_clear(struct side *s)
{
	free(s->run);
	*s = (struct side){ .run = NULL };
}

static int add_change(struct comparison *c, struct history_change change)
{
	struct history_change *grown = reallocarray(c->changes, c->n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	c->changes = grown;
	change.test = strdup(c->test);
	if (!change.test)
		return -ENOMEM;
	(void)snprintf(change.key, sizeof(change.key), "%s", c->env);
	grown[c->n++] = change;
	return 0;
}

static int compare_values(struct comparison *c, enum history_change_kind kind,
			  struct newest *before, struct newest *since, int64_t least)
{
	const struct trend_samples a = newest_of(before);
	const struct trend_samples b = newest_of(since);
	struct history_change change = {
		.kind = kind,
		.n_before = (unsigned)a.n,
		.n_since = (unsigned)b.n,
	};

	if (!trend_is_more(&a, &b, least, &change.before, &change.since))
		return 0;
	return add_change(c, change);
}

/* One test in one environment is complete. */
static int compare(struct comparison *c)
{
	const bool failed_before = c->before.bad || (c->before.n && !c->before.verdict);
	int r = 0;

	if (c->since.bad && !failed_before)
		r = add_change(c, (struct history_change){
					  .kind = HISTORY_FAILS,
					  .is_new = c->before.n == 0,
					  .outcome = c->since.outcome,
					  .n_before = c->before.n,
					  .n_since = c->since.n,
				  });
	if (r == 0)
		r = compare_values(c, HISTORY_SLOWER, &c->before.wall_ns, &c->since.wall_ns,
				   LEAST_NS);
	if (r == 0)
		r = compare_values(c, HISTORY_LARGER, &c->before.mem_bytes, &c->since.mem_bytes,
				   LEAST_BYTES);
	side_clear(&c->before);
	side_clear(&c->since);
	return r;
}

static int take_row(struct comparison *c, sqlite3_stmt *row)
{
	const char *test = (const char *)sqlite3_column_text(row, 0);
	const char *env = (const char *)sqlite3_column_text(row, 1);
	int r = 0;

	if (!str_eq(c->test, test) || !str_eq(c->env, env)) {
		if (c->test)
			r = compare(c);
		free(c->test);
		free(c->env);
		c->test = strdup(test ? test : "");
		c->env = strdup(env ? env : "");
		if (r == 0 && (!c->test || !c->env))
			r = -ENOMEM;
	}
	if (r < 0)
		return r;
	return side_add(sqlite3_column_int(row, 7) ? &c->since : &c->before, row);
}

static int by_kind(const void *va, const void *vb)
{
	const struct history_change *a = va;
	const struct history_change *b = vb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	const int order = strcmp(a->test, b->test);
	return order ? order : strcmp(a->key, b->key);
}

void history_changes_free(struct history_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(changes[i].test);
	free(changes);
}

/* When the last attempt of the run ended. */
static int unknown_run(const char *suite, const char *run, struct iso_err *err)
{
	iso_err_set(err, ISO_ERR_USAGE, 0,
		    "run '%s': the history of project '%s' does not know it", run, suite);
	return iso_err_hint(err, "isorun history --runs lists those that it knows");
}

static int find_run(sqlite3 *db, const char *suite, const char *run, int64_t *ret_ns,
		    struct iso_err *err)
{
	sqlite3_stmt *stmt;
	int r = 0;

	if (sqlite3_prepare_v2(db, "SELECT MAX(taken_wall_ns) FROM main.attempt"
				   " WHERE suite = ?1 AND run = ?2", -1, &stmt, NULL) != SQLITE_OK)
		return history_fail(db, "read", err);
	sqlite3_bind_text(stmt, 1, suite, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(stmt, 2, run, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(stmt) != SQLITE_ROW)
		r = history_fail(db, "read", err);
	else if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
		r = unknown_run(suite, run, err);
	else
		*ret_ns = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return r;
}

static int compare_all(sqlite3 *db, sqlite3_stmt *stmt, struct comparison *c, size_t *n_since,
		       struct iso_err *err)
{
	int code;
	int r = 0;

	while ((code = sqlite3_step(stmt)) == SQLITE_ROW && r == 0) {
		*n_since += (size_t)sqlite3_column_int(stmt, 7);
		r = take_row(c, stmt);
	}
	if (r == 0 && code != SQLITE_DONE)
		return history_fail(db, "read", err);
	if (r == 0 && c->test)
		r = compare(c);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "history") : 0;
}

int history_since(struct history *h, const char *suite, const char *run,
		  struct history_change **ret, size_t *ret_n, size_t *ret_n_since,
		  struct iso_err *err)
{
	sqlite3 *db = history_connection(h);
	struct comparison c = { .test = NULL };
	sqlite3_stmt *stmt;
	size_t n_since = 0;
	int64_t run_ns = 0;
	int r = find_run(db, suite, run, &run_ns, err);

	if (r < 0)
		return r;
	if (sqlite3_prepare_v2(db, rows_sql, -1, &stmt, NULL) != SQLITE_OK)
		return history_fail(db, "read", err);
	sqlite3_bind_text(stmt, 1, suite, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(stmt, 2, run_ns);
	r = compare_all(db, stmt, &c, &n_since, err);
	sqlite3_finalize(stmt);
	side_clear(&c.before);
	side_clear(&c.since);
	free(c.test);
	free(c.env);
	if (r < 0) {
		history_changes_free(c.changes, c.n);
		return r;
	}
	if (c.n)
		qsort(c.changes, c.n, sizeof(*c.changes), by_kind);
	*ret = c.changes;
	*ret_n = c.n;
	*ret_n_since = n_since;
	return 0;
}

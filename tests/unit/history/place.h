/* SPDX-License-Identifier: Apache-2.0 */
/* A database in a place of its own, and what is done with it. */
#ifndef TESTS_HISTORY_PLACE_H
#define TESTS_HISTORY_PLACE_H

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/path.h"
#include "history/history.h"
#include "history/schema.h"

struct place {
	char dir[64];
	char *path;
};

static inline int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	snprintf(p->dir, sizeof(p->dir), "/tmp/isorun-history-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	p->path = path_join(p->dir, "history.db");
	*state = p;
	return 0;
}

static inline int remove_place(void **state)
{
	struct place *p = *state;

	assert_int_equal(fs_remove_tree_at(AT_FDCWD, p->dir), 0);
	free(p->path);
	free(p);
	return 0;
}

static inline struct history *open_ok(const char *path)
{
	struct history *h = NULL;
	struct iso_err err = ISO_ERR_INIT;
	char *note = NULL;

	if (history_open(path, &h, &note, &err) < 0)
		fail_msg("%s", err.text);
	assert_null(note);
	return h;
}

static inline struct history_attempt sample(const char *test, int64_t taken)
{
	return (struct history_attempt){
		.suite = "/src/a", .test = test, .program = "prog", .run = "r1", .attempt = 1,
		.outcome = OUTCOME_PASSED, .wall_ns = 5, .cpu_ns = 4, .mem_peak_bytes = 3000,
		.mem_working_bytes = 2000, .mem_limit_bytes = 4000, .taken_wall_ns = taken,
	};
}

static inline void add(struct history *h, struct history_attempt a)
{
	struct iso_err err = ISO_ERR_INIT;

	if (history_add(h, &a, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void add_and_commit(struct history *h, struct history_attempt a)
{
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(history_begin(h, &err), 0);
	add(h, a);
	if (history_commit(h, &err) < 0)
		fail_msg("%s", err.text);
}

static inline size_t count_of(struct history *h, const char *test)
{
	struct history_attempt *rows = NULL;
	size_t n = 99;

	assert_int_equal(history_of_test(h, "/src/a", test, NULL, 100, &rows, &n, NULL), 0);
	free(rows);
	return n;
}

static inline void run_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* history/history.h - what past attempts took, in SQLite; its faults never fail a run. */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/outcome.h"

struct history;

/* The file is made when missing (its directory must exist).  Several isorun
 * processes may have it open (WAL, busy timeout).  A file that is no database,
 * or a damaged one, is moved aside to PATH.broken-N and begun anew, and *ret_note
 * says so (NULL otherwise; the caller frees). */
int history_open(const char *path, struct history **ret, char **ret_note, struct iso_err *err);
void history_close(struct history *h); /* accepts NULL */

/* What is damaged in the middle of a large file shows only in use: then any function
 * here gives -EBADMSG, and this does what history_open would have done.  The handle
 * stays, rows that were not committed are lost.  After a failure all else fails. */
int history_set_aside(struct history *h, char **ret_note, struct iso_err *err);

/* What is known of what changes sizes and is not the test itself: configuration, build.
 * One line for people; "" where nothing is. */
enum { HISTORY_KEY_MAX = 128 };

struct history_attempt {
	const char *suite;        /* the workspace's path: which project */
	const char *test;         /* id */
	const char *program;      /* what siblings share */
	const char *run;
	unsigned attempt;
	enum outcome outcome;
	int64_t wall_ns;          /* duration */
	int64_t cpu_ns;           /* user + system */
	uint64_t mem_peak_bytes;
	uint64_t mem_working_bytes;
	uint64_t mem_limit_bytes;
	int64_t taken_wall_ns;    /* CLOCK_REALTIME at its end */
	bool retried;             /* another attempt was made in its place: no verdict */
	char key[HISTORY_KEY_MAX]; /* in which environment */
};

/* Within one transaction per run: begin, add …, commit (or close: rolled back). */
int history_begin(struct history *h, struct iso_err *err);
int history_add(struct history *h, const struct history_attempt *a, struct iso_err *err);
int history_commit(struct history *h, struct iso_err *err);
/* Waits for nobody: -EBUSY while another process writes; the rows are kept. */
int history_try_commit(struct history *h, struct iso_err *err);

/* The newest `max` attempts of a test in the environment of that key, or in any (NULL),
 * newest first; strings are NULL in the rows, but for the key.  The caller frees. */
int history_of_test(struct history *h, const char *suite, const char *test, const char *key,
		    size_t max, struct history_attempt **ret, size_t *ret_n,
		    struct iso_err *err);
/* Likewise of any test of the same program; key is not NULL. */
int history_of_program(struct history *h, const char *suite, const char *program,
		       const char *key, size_t max, struct history_attempt **ret, size_t *ret_n,
		       struct iso_err *err);

/* How a test came out when it was last run, in whichever environment. */
enum history_verdict { HISTORY_UNKNOWN, HISTORY_GOOD, HISTORY_BAD };
int history_verdict(struct history *h, const char *suite, const char *test,
		    enum history_verdict *ret, struct iso_err *err);

/* What is known of each test of a project, in each of its environments. */
struct history_test {
	char *test;
	char key[HISTORY_KEY_MAX];
	unsigned attempts;
	unsigned bad;             /* failed, timed out or crashed */
	unsigned passed;
	int64_t wall_ns;          /* mean of the attempts that ran to their end */
	uint64_t mem_peak_bytes;  /* largest ever */
	int64_t taken_wall_ns;    /* of the newest */
};
void history_tests_free(struct history_test *tests, size_t n);

enum history_order {
	HISTORY_SLOWEST,
	HISTORY_LARGEST,
	HISTORY_FLAKY,            /* only those that passed and failed, by trend_wilson's low */
};

/* At most `max` rows; the caller frees with history_tests_free. */
int history_tests(struct history *h, const char *suite, enum history_order order, size_t max,
		  struct history_test **ret, size_t *ret_n, struct iso_err *err);

#endif

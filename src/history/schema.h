/* SPDX-License-Identifier: Apache-2.0 */
/* history/schema.h - the tables behind the history, and how a file comes to have them. */
#ifndef HISTORY_SCHEMA_H
#define HISTORY_SCHEMA_H

#include <sqlite3.h>

#include "base/err.h"

/* PRAGMA user_version; raise it with every change of the tables. */
#define HISTORY_SCHEMA_VERSION 3

/* All that is said of an attempt, without its number in the file. */
#define HISTORY_COLUMNS                                                                    \
	"suite, test, program, run, attempt, outcome, wall_ns, cpu_ns, mem_peak_bytes,"    \
	" mem_working_bytes, mem_limit_bytes, taken_wall_ns, env, retried"

/* PRAGMA application_id: "isor". */
#define HISTORY_APPLICATION_ID 0x69736f72

/* The errno value that says most of what an SQLite result code says. */
int history_errno(int sqlite_code);

struct history;
sqlite3 *history_connection(struct history *h); /* history.c; borrowed */

/* Fills *err from the connection's last error: "history 'FILE': <doing>: <SQLite's words>". */
int history_fail(sqlite3 *db, const char *doing, struct iso_err *err);

/* Sets the connection up, makes the tables where there are none, and brings those of
 * an older isorun up to date: it goes on writing to them where it has the file open,
 * and refuses it from then on.  A file that is no database gives -EBADMSG; one of a
 * newer isorun, or of another program, is refused. */
int history_schema_prepare(sqlite3 *db, struct iso_err *err);

/* The version of the tables of a file that is only read, 0 where it has none; refused as
 * above. */
int history_schema_look(sqlite3 *db, int *ret_version, struct iso_err *err);

/* -EBADMSG, with what is wrong, where a part of the file cannot be what was written. */
int history_schema_check(sqlite3 *db, struct iso_err *err);

/* How long a writer waits for others: who holds the file does so for milliseconds, so
 * whoever waits longer waits for something that is stuck. */
enum { HISTORY_WAIT_MS = 2000 };

#endif

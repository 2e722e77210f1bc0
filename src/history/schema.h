/* SPDX-License-Identifier: Apache-2.0 */
/* history/schema.h - the tables behind the history, and how a file comes to have them. */
#ifndef HISTORY_SCHEMA_H
#define HISTORY_SCHEMA_H

#include <sqlite3.h>

#include "base/err.h"

/* PRAGMA user_version; raise it with every change of the tables. */
#define HISTORY_SCHEMA_VERSION 2

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

#endif

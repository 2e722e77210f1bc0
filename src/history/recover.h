/* SPDX-License-Identifier: Apache-2.0 */
/* history/recover.h - a file that is no database makes room for a new one. */
#ifndef HISTORY_RECOVER_H
#define HISTORY_RECOVER_H

#include <stdbool.h>

#include "base/err.h"

/* A lock on the file's directory, held while SQLite opens the file (shared) and
 * while it is moved (exclusive).  Without it two processes move each other's
 * new file, and one that still has the broken file open plays tricks on the new
 * one's journal, which SQLite finds by name.  *ret_fd is to be closed, and -1
 * where the directory cannot be locked.  0, or -EBUSY when another process has
 * had it for HISTORY_WAIT_MS. */
int recover_lock(const char *path, bool exclusive, int *ret_fd);

/* Renames PATH to the first free PATH.broken-N, its journal with it; the note
 * says so in one line, with what it was, and is the caller's to free. */
int recover_move_aside(const char *path, const char *was, char **ret_note, struct iso_err *err);

#endif

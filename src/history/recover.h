/* SPDX-License-Identifier: Apache-2.0 */
/* history/recover.h - a file that is no database makes room for a new one. */
#ifndef HISTORY_RECOVER_H
#define HISTORY_RECOVER_H

#include "base/err.h"

/* Only the holder of this lock may move the file: two processes that find it
 * broken would otherwise move each other's new one.  A descriptor to close,
 * or -1 where the directory cannot be locked. */
int recover_lock(const char *path);

/* Renames PATH to the first free PATH.broken-N, its journal with it; the note
 * says so in one line and is the caller's to free. */
int recover_move_aside(const char *path, char **ret_note, struct iso_err *err);

#endif

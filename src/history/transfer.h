/* SPDX-License-Identifier: Apache-2.0 */
/* history/transfer.h - a project's history as one file, for caches; and how it is kept short. */
#ifndef HISTORY_TRANSFER_H
#define HISTORY_TRANSFER_H

#include "history/history.h"

/* Writes what is known of the project to a new file, or in place of the old one once all
 * of it is written; *ret_n attempts. */
int history_export(struct history *h, const char *suite, const char *file, size_t *ret_n,
		   struct iso_err *err);

/* Adds the attempts of an exported file that are not known yet, as the project's,
 * wherever it was when they were made.  A file that is damaged, none of ours, or of a
 * newer isorun is an ISO_ERR_USAGE.  *ret_n were new. */
int history_import(struct history *h, const char *suite, const char *file, size_t *ret_n,
		   struct iso_err *err);

/* Forgets attempts that ended before a time (INT64_MIN: none), and all but the newest
 * runs (0: all stay); of one project, or of all (NULL).  *ret_n are forgotten. */
int history_prune(struct history *h, const char *suite, int64_t before_wall_ns,
		  unsigned keep_runs, size_t *ret_n, struct iso_err *err);

#endif

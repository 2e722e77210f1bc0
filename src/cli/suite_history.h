/* SPDX-License-Identifier: Apache-2.0 */
/* cli/suite_history.h - the history below the state directory. */
#ifndef CLI_SUITE_HISTORY_H
#define CLI_SUITE_HISTORY_H

#include "history/history.h"
#include "report/sink.h"

/* Its file. */
#define SUITE_HISTORY "history.db"

/* A database that was broken and begun anew is told on standard error. */
int suite_history_open(const char *state_dir, struct history **ret, struct iso_err *err);

/* For whom can do without: NULL, after a warning, when it cannot be opened. */
/* After a failure: a damaged file is set aside; says what was lost. */
void suite_history_mend(struct history *history, struct iso_err *why);

struct history *suite_history_try(const char *state_dir);

/* What reports ask: arg is the struct history, or NULL, which knows of nothing. */
size_t suite_history_past(void *arg, const char *project, const char *test,
			  struct past_attempt *ret, size_t max);

#endif

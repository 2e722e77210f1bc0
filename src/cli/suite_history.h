/* SPDX-License-Identifier: Apache-2.0 */
/* cli/suite_history.h - the history below the state directory. */
#ifndef CLI_SUITE_HISTORY_H
#define CLI_SUITE_HISTORY_H

#include "history/history.h"

/* A database that was broken and begun anew is told on standard error. */
int suite_history_open(const char *state_dir, struct history **ret, struct iso_err *err);

/* For whom can do without: NULL, after a warning, when it cannot be opened. */
struct history *suite_history_try(const char *state_dir);

#endif

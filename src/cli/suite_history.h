/* SPDX-License-Identifier: Apache-2.0 */
/* cli/suite_history.h - the history below the state directory. */
#ifndef CLI_SUITE_HISTORY_H
#define CLI_SUITE_HISTORY_H

#include "history/history.h"

/* NULL, after a warning on standard error, when it cannot be opened. */
struct history *suite_history_open(const char *state_dir);

#endif

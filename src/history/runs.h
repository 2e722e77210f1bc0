/* SPDX-License-Identifier: Apache-2.0 */
/* history/runs.h - which runs of a project are known. */
#ifndef HISTORY_RUNS_H
#define HISTORY_RUNS_H

#include "history/history.h"

struct history_run {
	char *run;
	int64_t began_wall_ns;    /* of its first attempt */
	unsigned tests;
	unsigned bad;             /* of these: failed, timed out, crashed, or ran out of memory */
	unsigned attempts;
};
void history_runs_free(struct history_run *runs, size_t n);

/* The newest `max`, newest first; the caller frees with history_runs_free. */
int history_runs(struct history *h, const char *suite, size_t max, struct history_run **ret,
		 size_t *ret_n, struct iso_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* history/since.h - what has become worse since a run. */
#ifndef HISTORY_SINCE_H
#define HISTORY_SINCE_H

#include "history/history.h"

enum history_change_kind {
	HISTORY_FAILS,   /* passed when it was last run before, or was not there */
	HISTORY_SLOWER,
	HISTORY_LARGER,
};

struct history_change {
	enum history_change_kind kind;
	char *test;
	char key[HISTORY_KEY_MAX];
	bool is_new;             /* never seen before */
	enum outcome outcome;    /* of HISTORY_FAILS: of its newest verdict */
	int64_t before;          /* medians: nanoseconds, or bytes of working set */
	int64_t since;
	unsigned n_before;       /* attempts behind them */
	unsigned n_since;
};
void history_changes_free(struct history_change *changes, size_t n);

/* Compares the attempts after those of that run with it and all before, each test in
 * each of its environments; by kind, then by test.  What the noise explains is left out,
 * see trend_is_more.  *ret_n_since: attempts after the run.  A run that the project's
 * history does not know is an ISO_ERR_USAGE. */
int history_since(struct history *h, const char *suite, const char *run,
		  struct history_change **ret, size_t *ret_n, size_t *ret_n_since,
		  struct iso_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* cli/history_tell.h - what isorun history prints: tables for people, JSON for programs. */
#ifndef CLI_HISTORY_TELL_H
#define CLI_HISTORY_TELL_H

#include "history/history.h"
#include "history/runs.h"
#include "history/since.h"

/* All print to standard output.  The JSON ones are 0 or -ENOMEM. */
void history_tell_attempts(const struct history_attempt *a, size_t n);
int history_tell_attempts_json(const char *project, const char *test,
			       const struct history_attempt *a, size_t n);

/* rates: as --flaky has it, with how often each fails. */
void history_tell_tests(const struct history_test *tests, size_t n, bool rates);
int history_tell_tests_json(const char *project, const struct history_test *tests, size_t n);

void history_tell_changes(const char *run, size_t n_since, const struct history_change *changes,
			  size_t n);
int history_tell_changes_json(const char *project, const char *run, size_t n_since,
			      const struct history_change *changes, size_t n);

/* With what each was started by, where its directory below state_dir is still there. */
void history_tell_runs(const char *state_dir, const struct history_run *runs, size_t n);
int history_tell_runs_json(const char *project, const char *state_dir,
			   const struct history_run *runs, size_t n);

/* What became of the newest attempts of a test in one environment, beside those before. */
struct history_trend {
	unsigned n_new;      /* that passed; 0: nothing to compare */
	unsigned n_old;
	int64_t new_ns;      /* medians */
	int64_t old_ns;
	int64_t new_bytes;
	int64_t old_bytes;
	unsigned bad;        /* of all that passed or failed */
	unsigned judged;
};

/* The rows come newest first; those of other environments are not looked at.  Pure. */
void history_trend_of(const struct history_attempt *a, size_t n, const char *key,
		      struct history_trend *ret);

#endif

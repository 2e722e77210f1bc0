/* SPDX-License-Identifier: Apache-2.0 */
/* suite/rundir.h - the directory of one run: its name, its outputs, the link to the newest. */
#ifndef SUITE_RUNDIR_H
#define SUITE_RUNDIR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

#define RUN_EVENTLOG "events.jsonl" /* in it */

/* "2026-11-21T10-18-00-4711" below state_dir/runs (the time is UTC), with the
 * directory `out` in it; the link `last` beside it leads there.  The caller
 * frees both. */
int rundir_make(const char *state_dir, char **ret_name, char **ret_dir, struct iso_err *err);

/* Where attempt `attempt` (from 1) of test `index` (from 0) keeps its output,
 * relative to the run directory: "out/0007-1.txt".  The caller frees; NULL
 * when out of memory. */
char *rundir_output_name(size_t index, unsigned attempt);

/* A run that goes on holds this, from its beginning to its end: a descriptor to close, or
 * -1 where there is none. */
int rundir_lock(const char *dir);

/* The first event of that run's log; NULL where there is none (yet). */
struct json *rundir_first_event(int runs_fd, const char *name);

/* What the run was started by, as typed; the caller frees.  NULL: its directory is gone. */
char *rundir_command(const char *state_dir, const char *name);

struct rundir_prune_rule {
	const char *project;     /* of which tree; NULL: all */
	int64_t before_wall_ns;  /* remove what began before; INT64_MIN: none */
	unsigned keep;           /* and all but so many of the newest of each project; 0: none */
};

struct rundir_pruned {
	size_t removed;
	size_t kept_running;     /* would have been, but go on */
};

/* Removes directories of old runs, never of one that is locked. */
int rundir_prune(const char *state_dir, const struct rundir_prune_rule *rule,
		 struct rundir_pruned *ret, struct iso_err *err);

#endif

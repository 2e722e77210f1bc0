/* SPDX-License-Identifier: Apache-2.0 */
/* suite/rundir.h - the directory of one run: its name, its outputs, the link to the newest. */
#ifndef SUITE_RUNDIR_H
#define SUITE_RUNDIR_H

#include <stddef.h>

#include "base/err.h"

/* "2026-11-21T10-18-00-4711" below state_dir/runs (the time is UTC), with the
 * directory `out` in it; the link `last` beside it leads there.  The caller
 * frees both. */
int rundir_make(const char *state_dir, char **ret_name, char **ret_dir, struct iso_err *err);

/* Where attempt `attempt` (from 1) of test `index` (from 0) keeps its output,
 * relative to the run directory: "out/0007-1.txt".  The caller frees; NULL
 * when out of memory. */
char *rundir_output_name(size_t index, unsigned attempt);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* planner/budget.h - what all reservations together may hold on this host. */
#ifndef PLANNER_BUDGET_H
#define PLANNER_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Below this not even a shell runs: better to try and be told than to plan with nothing. */
#define BUDGET_MIN_BYTES (UINT64_C(16) << 20)

/* One bound on the budget, found by whoever knows the host. */
struct budget_bound {
	uint64_t bytes;
	char from[96]; /* "--budget", "memory limit of /ci/job-7", "available memory" */
	bool stated;   /* by the user: taken at its word, nothing is reserved */
};

struct budget {
	uint64_t bytes;   /* the smallest bound less the reserve, at least 16 MiB */
	char from[96];    /* the bound that binds */
};

/* Pure: of n bounds, the one that leaves least once its reserve (5 % of it,
 * between 64 MiB and 1 GiB; none for a bound that the user stated) is off. */
void budget_choose(const struct budget_bound *bounds, size_t n, struct budget *ret);

/* Pure: MemAvailable in the text of /proc/meminfo (kB, proc(5)), plus what our own
 * group holds now: memory that our reservations use already is not lost to the
 * budget. */
int budget_available(const char *meminfo, uint64_t ours_bytes, struct budget_bound *ret);

/* Pure: MemAvailable in the text of a meminfo file; -EINVAL when it has none. */
int budget_parse_available(const char *meminfo, uint64_t *ret_bytes);

/* The default demand of a test that nobody knows anything about: an even share
 * of the budget among `jobs`, or among four a cpu when jobs is 0; at least
 * 64 MiB, and never more than the budget. */
uint64_t budget_default_share(uint64_t budget_bytes, unsigned jobs, unsigned cpus);

#endif

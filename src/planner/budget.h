/* SPDX-License-Identifier: Apache-2.0 */
/* planner/budget.h - what all reservations together may hold on this host. */
#ifndef PLANNER_BUDGET_H
#define PLANNER_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One bound on the budget, found by whoever knows the host. */
struct budget_bound {
	uint64_t bytes;
	char from[96]; /* "--budget", "memory limit of /ci/job-7", "available memory" */
};

struct budget {
	uint64_t bytes;   /* the smallest bound less the reserve, at least 16 MiB */
	char from[96];    /* the bound that binds */
};

/* Pure: the smallest of n bounds; the reserve (5 % of it, between 64 MiB and
 * 1 GiB; none for a bound that the user stated) is taken off. */
void budget_choose(const struct budget_bound *bounds, size_t n, struct budget *ret);

/* MemAvailable of /proc/meminfo (kB, proc(5)), plus what our own group holds
 * now: memory that our reservations use already is not lost to the budget. */
int budget_read_available(uint64_t ours_bytes, struct budget_bound *ret);

/* The default demand of a test that nobody knows anything about. */
uint64_t budget_default_share(uint64_t budget_bytes, unsigned jobs, unsigned cpus);

#endif

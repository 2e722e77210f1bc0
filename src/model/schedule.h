/* SPDX-License-Identifier: Apache-2.0 */
/* model/schedule.h - what ran, or would run, when: spans of time with what each held. */
#ifndef MODEL_SCHEDULE_H
#define MODEL_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One attempt at a test. */
struct schedule_span {
	size_t test;         /* in the suite */
	int64_t start_ns;    /* since the schedule began */
	int64_t end_ns;
	uint64_t mem_bytes;  /* reserved */
	uint32_t cpus_milli; /* wanted; never 0 */
	bool oom;            /* it needed more and ran again */
};

struct schedule {
	struct schedule_span *spans; /* in the order of their starts */
	size_t n;
	int64_t end_ns;
	uint64_t budget_bytes;
	unsigned cpus;
	unsigned jobs;
	size_t n_too_big;    /* tests that need more than the whole budget */
};

void schedule_fini(struct schedule *s); /* accepts a zeroed one */

/* What is held in each of n equal parts of the time: the mean over the part,
 * in thousandths of what there is (of the budget, of the cpus, of the jobs that
 * run at once at most).  Any of the three may be NULL. */
void schedule_levels(const struct schedule *s, size_t n, uint32_t *ret_mem, uint32_t *ret_cpus,
		     uint32_t *ret_jobs);

/* The most tests that run at once at any time. */
size_t schedule_width(const struct schedule *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* model/schedule.h - what ran, or would run, when: spans of time with what each held. */
#ifndef MODEL_SCHEDULE_H
#define MODEL_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From at_ns on an attempt holds so much. */
struct schedule_change {
	struct schedule_change *next; /* a later one; NULL: none */
	int64_t at_ns;
	uint64_t mem_bytes;
	bool stands;         /* at its limit, until the next change */
};

/* One attempt at a test. */
struct schedule_span {
	size_t test;         /* in the suite */
	int64_t start_ns;    /* since the schedule began */
	int64_t end_ns;
	uint64_t mem_bytes;  /* reserved at its start */
	uint32_t cpus_milli; /* wanted while it does not stand; never 0 */
	bool oom;            /* it needed more, and runs again where there is more */
	bool gave_way;       /* oom, though only because others had to grow */
	struct schedule_change *changes; /* the schedule's; NULL: none */
};

/* A stretch of a span in which nothing changes. */
struct schedule_part {
	int64_t start_ns;
	int64_t end_ns;
	uint64_t mem_bytes;
	bool stands;
	const struct schedule_change *next; /* what ends it; NULL: the span's end */
};

struct schedule {
	struct schedule_span *spans; /* in the order of their starts */
	size_t n;
	int64_t end_ns;
	uint64_t budget_bytes;
	unsigned cpus;
	unsigned jobs;
	size_t n_too_big;    /* tests that need more than the whole budget */
	size_t n_paused;     /* tests that stand at their limit for any time */
	size_t n_gave_way;   /* attempts */
};

void schedule_fini(struct schedule *s); /* accepts a zeroed one */

/* At the latest of all times that the span has seen; 0 or -ENOMEM. */
int schedule_change(struct schedule_span *span, int64_t at_ns, uint64_t mem_bytes, bool stands);

/* The parts of a span in their order; false: there was no other. */
void schedule_first_part(const struct schedule_span *span, struct schedule_part *ret);
bool schedule_next_part(const struct schedule_span *span, struct schedule_part *part);

bool schedule_stands(const struct schedule_span *span); /* in its last part, so far */
int64_t schedule_paused_ns(const struct schedule_span *span);
uint64_t schedule_mem_end(const struct schedule_span *span); /* reserved at its end */

/* What is held in each of n equal parts of the time: the mean over the part,
 * in thousandths of what there is (of the budget, of the cpus, of the jobs that
 * run at once at most).  Any of the three may be NULL. */
void schedule_levels(const struct schedule *s, size_t n, uint32_t *ret_mem, uint32_t *ret_cpus,
		     uint32_t *ret_jobs);

/* The most tests that run at once at any time. */
size_t schedule_width(const struct schedule *s);

#endif

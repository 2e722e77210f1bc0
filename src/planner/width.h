/* SPDX-License-Identifier: Apache-2.0 */
/* planner/width.h - how many tests at once the machine carries, by how busy it is: pure. */
#ifndef PLANNER_WIDTH_H
#define PLANNER_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

#define PLAN_WIDTH_LOOK_NS (250 * NSEC_PER_MSEC)

/* The machine over the last moment. */
struct plan_width_load {
	bool idle_known;
	uint32_t idle_milli;       /* of the cpus that we may run on, thousandths of a cpu */
	bool queue_known;
	uint32_t queue;            /* threads that run or want to */
	uint32_t stalled_permille; /* of the time, for want of memory; 0: not known */
	size_t running;            /* of our tests */
	bool more;                 /* others wait for nothing but to be started */
};

enum plan_width_cause {
	WIDTH_KEPT,
	WIDTH_IDLE,      /* wider: cpus were idle though as many ran as may */
	WIDTH_CROWDED,   /* narrower: too many wanted the cpus */
	WIDTH_STALLED,   /* narrower: memory was short */
	WIDTH_RECOVERED, /* wider again after one of those */
	WIDTH_CAUSE_COUNT,
};

struct plan_width {
	unsigned now;
	unsigned begin;            /* where it began */
	unsigned most;
	unsigned cpus;
	bool chosen;               /* by a person: `now` is never above, and cpus decide nothing */
	double queue;              /* smoothed */
	int64_t hold_until_ns;
};

/* What it may come to. */
unsigned plan_width_most(unsigned jobs, bool chosen, unsigned cpus);

/* jobs: where to begin, as plan_jobs says or as a person chose. */
void plan_width_init(struct plan_width *w, unsigned jobs, bool chosen, unsigned cpus);

/* Looks at the load, at CLOCK_MONOTONIC now_ns; each PLAN_WIDTH_LOOK_NS. */
enum plan_width_cause plan_width_step(struct plan_width *w, const struct plan_width_load *load,
				      int64_t now_ns);

#endif

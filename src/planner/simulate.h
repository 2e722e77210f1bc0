/* SPDX-License-Identifier: Apache-2.0 */
/* planner/simulate.h - a whole run on a virtual clock, by the planner's own decisions: pure. */
#ifndef PLANNER_SIMULATE_H
#define PLANNER_SIMULATE_H

#include "model/schedule.h"
#include "planner/links.h"
#include "planner/queue.h"

#define PLAN_NO_FAMILY UINT32_MAX

/* What the planner thinks of a test, and what is true of it. */
struct plan_sim_test {
	struct plan_item item;  /* as it would be queued; state and started_ns are not looked at */
	int64_t wall_ns;        /* with all the cpus that it wants */
	uint64_t mem_bytes;     /* its working set; 0: not known, whatever it is given will do */
	uint32_t family;        /* tests of one program have the same, below n, and learn of each
				 * other while they run */
};

struct plan_sim_options {
	struct plan_limits limits;
	enum plan_order order;
	const struct plan_links *links; /* among the tests; NULL: none waits for another */
	bool follows;           /* limits.jobs is where it begins; plan_width_step moves it */
	uint64_t seed;
	uint64_t share_bytes;   /* what a test gets of which nothing is known */
	bool grows;             /* at its limit a test stands until it may grow; false: it runs
				 * out of memory there */
	int64_t own_ns;         /* what isorun adds to each attempt: of time, and of cpu time */
	int64_t own_cpu_ns;
};

/* Runs all tests: sorts by plan_sort, starts what plan_next would, betters
 * guesses by plan_learn, and gives more after an OOM by predict_after_oom.
 * What it takes for true of the machine:
 * - Tests that together want more cpus than there are go on slower, all by the
 *   same factor.  One of unknown need wants one cpu.
 * - Nobody else uses the machine.
 * - A test's memory grows evenly: with half of what it needs it is at its limit
 *   after half of its time.  Where the machine lets it grow it stands there until
 *   plan_grow gives it more or makes it give way; nobody starts meanwhile.  Where
 *   not it runs out of memory.  Who gave way or ran out is queued again.
 * 0 or -ENOMEM; *ret is to be finished in any case. */
int plan_simulate(const struct plan_sim_test *tests, size_t n,
		  const struct plan_sim_options *options, struct schedule *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* planner/queue.h - which test starts next: pure functions of demands, budget and what runs. */
#ifndef PLANNER_QUEUE_H
#define PLANNER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/amount.h"
#include "model/demand.h"

enum plan_order { PLAN_LONGEST, PLAN_LISTED, PLAN_RANDOM };

/* Four are neither started nor reserved for, though they wait.  Barred: the caller knows
 * that it cannot start just now.  Held: it does not want it started yet.  Resting: its
 * time has not come.  Blocked: others must end before, see planner/links.h.  Nor is one that
 * is carried: what another one has that runs is for both. */
enum plan_item_state {
	PLAN_WAITING,
	PLAN_BARRED,
	PLAN_HELD,
	PLAN_RESTING,
	PLAN_BLOCKED,
	PLAN_CARRIED,
	PLAN_RUNNING,
	PLAN_DONE,
};

/* One test as the queue sees it; the caller keeps the array in listed order. */
struct plan_item {
	struct demand demand;      /* mem_bytes is never 0 here */
	int64_t expected_ns;       /* 0: not known */
	int64_t follows_ns;        /* the longest chain of those that wait for it */
	int priority;              /* as its author says: more of it comes first */
	bool alone;                /* must have the whole budget: its last try after OOM */
	bool first;                /* before all that are not */
	unsigned round;            /* how often it ran: before those that did so more often */
	enum plan_item_state state;
	int64_t started_ns;        /* when running */
};

struct plan_limits {
	uint64_t budget_bytes;     /* for this suite's tests together */
	unsigned jobs;             /* running at once at most */
	unsigned cpus;
	const struct token_pools *tokens; /* those there are; NULL: none */
};

/* How many run at once at most where nobody said, and what a test may take of
 * the budget of which nothing is known; jobs 0: nobody said. */
unsigned plan_jobs(const struct plan_item *items, size_t n, unsigned cpus);
uint64_t plan_share(uint64_t budget_bytes, unsigned jobs, unsigned cpus);

/* What it begins with: its share, and where a limit can grow not more than 256 MiB, so
 * that unknown small tests are not held back by what is reserved for nothing. */
uint64_t plan_start(uint64_t share_bytes, bool grows);

/* Median of the known durations; `none` when nothing is known. */
int64_t plan_median_ns(const struct plan_item *items, size_t n, int64_t none);

/* The order in which waiting items are considered.  PLAN_LONGEST: largest
 * time x dominant share (of cpus, memory or jobs) first, unknown durations
 * taken as the median of the known ones, and the time of a chain behind it counted
 * with its own; before all that, those of a higher priority first.  PLAN_RANDOM: by the
 * seed, the same on every machine.  In both, `alone` and then `exclusive` items for
 * which nobody waits come last, so that the machine is drained once.  PLAN_LISTED:
 * exactly as given.  In all, rounds come one after the other, and what is to be first is
 * so within its round.  Items that are done are left out; returns how many of the n
 * places in ret_order it used. */
size_t plan_sort(const struct plan_item *items, size_t n, const struct plan_limits *limits,
	       enum plan_order order, uint64_t seed, size_t *ret_order);

/* The index of the item that may start now, or SIZE_MAX.  `order` names n items,
 * among them the n_running that run; done ones are skipped.  The first waiting
 * item of `order` is the head: when it does not fit, others may start only if
 * they do not delay it (EASY backfill by expected durations; unknown durations
 * may use only what the head leaves free).  A demand above the budget, and one
 * above all cpus, fits when nothing else of its kind runs.  Cpu demands that
 * are not known (0) bind nothing here: `jobs` does.  Of parts of tokens only
 * their sum is looked at, and that those above a half never share a unit: which
 * unit somebody gets is for the ledger to say, which may yet have it wait. */
size_t plan_next(const struct plan_item *items, const size_t *order, size_t n, size_t n_running,
		 const struct plan_limits *limits, int64_t now_ns);

/* Applies to an item that waits what its siblings teach (predict_sibling):
 * what was only guessed is replaced, what an OOM taught or another environment is only
 * raised, what was declared or is known of earlier runs stays.  True when it changed the
 * demand: then sort anew. */
bool plan_learn(struct plan_item *item, uint64_t sibling_bytes);

/* Lower bounds on the wall time of a suite, from what was measured. */
struct plan_bounds {
	int64_t longest_ns;
	int64_t cpu_ns;     /* sum of wall times weighted by cpus, over cores */
	int64_t memory_ns;  /* sum of time x memory over the budget */
};
struct plan_sample {
	int64_t wall_ns;
	uint64_t mem_bytes;
	uint32_t cpus_milli; /* measured: cpu time over wall time */
};
void plan_bounds_of(const struct plan_sample *samples, size_t n, const struct plan_limits *limits,
		    struct plan_bounds *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* planner/whatif.h - what holds a schedule back, and what a change would save: pure. */
#ifndef PLANNER_WHATIF_H
#define PLANNER_WHATIF_H

#include "planner/simulate.h"

/* What a run cannot be shorter than.  Exclusive tests are in each, because
 * nothing else goes on beside them. */
enum plan_bound {
	PLAN_BOUND_LONGEST, /* one test */
	PLAN_BOUND_CPU,     /* cpu time over cpus */
	PLAN_BOUND_MEMORY,  /* time x memory over the budget */
	PLAN_BOUND_JOBS,    /* time over the jobs that run at once at most */
	PLAN_BOUND_LOCK,    /* the tests that want one lock for themselves; 0: not two do */
	PLAN_BOUND_TOKEN,   /* time x units of one token over those there are */
	PLAN_BOUND_CHAIN,   /* tests that wait for each other, one after the other; 0: none do */
	PLAN_BOUND_COUNT
};

struct plan_bounds_found {
	int64_t ns[PLAN_BOUND_COUNT];
	enum plan_bound binds; /* the largest */
	size_t longest;        /* which test */
	const char *lock;      /* whose tests take the longest together; NULL: none is shared */
	const char *token;     /* likewise, borrowed from the limits; NULL: none is wanted */
};

/* 0 or -ENOMEM. */
int plan_bounds_find(const struct plan_sim_test *tests, size_t n,
		     const struct plan_sim_options *options, struct plan_bounds_found *ret);

enum plan_change {
	PLAN_MORE_MEMORY,  /* a GiB */
	PLAN_MORE_CPU,     /* one, and the jobs that come with it */
	PLAN_MORE_TOKEN,   /* one, of a kind that all tests together want more of than there are */
	PLAN_WITHOUT_LOCK,
	PLAN_SPLIT,        /* the longest test in two halves */
};

struct plan_whatif {
	enum plan_change change;
	const char *lock;  /* borrowed from a test's demand; NULL: of none */
	const char *token; /* borrowed from the limits; NULL: of none */
	int64_t end_ns;
};

/* Simulates the changes; of the locks only those eight whose tests take the
 * longest.  jobs_a_cpu: how many more jobs one more cpu brings.  0 or -ENOMEM;
 * the caller frees. */
int plan_whatif(const struct plan_sim_test *tests, size_t n,
		const struct plan_sim_options *options, unsigned jobs_a_cpu,
		struct plan_whatif **ret, size_t *ret_n);

#endif

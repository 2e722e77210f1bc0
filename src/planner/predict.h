/* SPDX-License-Identifier: Apache-2.0 */
/* planner/predict.h - from what was seen to what to reserve: pure. */
#ifndef PLANNER_PREDICT_H
#define PLANNER_PREDICT_H

#include <stddef.h>
#include <stdint.h>

#include "model/demand.h"
#include "model/result.h"

struct predict_sample {
	uint64_t mem_bytes;   /* working set, or the peak where that was never sampled */
	int64_t wall_ns;
	int64_t age_ns;       /* since it was taken; older ones weigh less (half-life one day) */
	int oom;              /* mem_bytes is a floor: it wanted more */
	int running;          /* likewise what it has grown to so far, and may do for it */
};

/* The 95th percentile, weighted by age, of what each sample asks for: peak
 * x 1.15 + 16 MiB, or twice the floor of an attempt that ran out of memory
 * and that no sample which passed explains.  When the latest sample is such an
 * OOM, at least twice its floor.  0 when there is no sample. */
uint64_t predict_memory(const struct predict_sample *samples, size_t n);

/* The demand of a test that nobody knows, when `n` siblings (tests of the same
 * program) were seen in this run: one sample each, of its latest attempt, age
 * 0, or of one that runs and has grown; a hundred suffice.  default_bytes when
 * there is none.  Falls below the default only once enough siblings were seen;
 * never above the budget. */
uint64_t predict_sibling(const struct predict_sample *siblings, size_t n,
			 uint64_t default_bytes, uint64_t budget_bytes);

/* What was seen, of a prediction that came of it: the same without the margin. */
uint64_t predict_unpadded(uint64_t predicted_bytes);

/* Weighted median of the attempts that did not run out of memory; 0: none. */
int64_t predict_wall(const struct predict_sample *samples, size_t n);

/* What to reserve after an attempt with `reserved` bytes ran out of memory:
 * doubled or the reached peak over 0.8, at most the budget.  `tries` such
 * attempts have been made; from the third on, and whenever it reaches the
 * budget, the next is the last and runs alone with the whole budget.  Returns
 * 0 when the attempt that failed already had the whole budget: give up. */
uint64_t predict_after_oom(uint64_t reserved_bytes, uint64_t peak_bytes, uint64_t budget_bytes,
			   unsigned tries, int *ret_alone);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* history/trend.h - rates and changes, and how sure they are: pure. */
#ifndef HISTORY_TREND_H
#define HISTORY_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The 95 % interval of a rate of which `hits` of n were seen (Wilson's score interval:
 * right also for few, and for none); 0 to 1 where n is 0. */
void trend_wilson(unsigned hits, unsigned n, double *ret_low, double *ret_high);

/* Sorts the values; 0 where there are none. */
int64_t trend_median(int64_t *values, size_t n);

/* What a test took before and since: times or sizes. */
struct trend_samples {
	int64_t *values; /* sorted and overwritten */
	size_t n;
};

/* Whether what was seen since is more than noise explains: its median is above the one of
 * before by more than `least`, than a quarter (a half, where fewer than five were seen
 * before), and than thrice the spread of either side (the median absolute deviation,
 * scaled to a standard deviation).  Yields both medians. */
bool trend_is_more(const struct trend_samples *before, const struct trend_samples *since,
		   int64_t least, int64_t *ret_before, int64_t *ret_since);

#endif

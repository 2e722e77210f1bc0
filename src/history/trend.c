/* SPDX-License-Identifier: Apache-2.0 */
#include "history/trend.h"

#include <math.h>
#include <stdlib.h>

enum { FEW = 5 };

void trend_wilson(unsigned hits, unsigned n, double *ret_low, double *ret_high)
{
	const double z = 1.959963984540054; /* 97.5 % of a normal distribution lie below */

	*ret_low = 0.0;
	*ret_high = 1.0;
	if (n == 0)
		return;
	const double size = n;
	const double rate = hits / size;
	const double scale = 1.0 + z * z / size;
	const double middle = (rate + z * z / (2.0 * size)) / scale;
	const double half = z / scale *
			    sqrt(rate * (1.0 - rate) / size + z * z / (4.0 * size * size));

	/* At the ends the two differ by rounding only. */
	*ret_low = hits == 0 ? 0.0 : middle - half;
	*ret_high = hits == n ? 1.0 : middle + half;
}

static int by_value(const void *va, const void *vb)
{
	const int64_t a = *(const int64_t *)va;
	const int64_t b = *(const int64_t *)vb;

	return a < b ? -1 : a > b;
}

int64_t trend_median(int64_t *values, size_t n)
{
	if (n == 0)
		return 0;
	qsort(values, n, sizeof(*values), by_value);
	return n % 2 ? values[n / 2]
		     : values[n / 2 - 1] + (values[n / 2] - values[n / 2 - 1]) / 2;
}

/* 1.4826 times the median absolute deviation is the standard deviation, where values are
 * normal; what strays far does not count.  Overwrites the values. */
static double spread_of(const struct trend_samples *s, int64_t median)
{
	for (size_t i = 0; i < s->n; i++)
		s->values[i] = s->values[i] > median ? s->values[i] - median
						     : median - s->values[i];
	return 1.4826 * (double)trend_median(s->values, s->n);
}

bool trend_is_more(const struct trend_samples *before, const struct trend_samples *since,
		   int64_t least, int64_t *ret_before, int64_t *ret_since)
{
	if (before->n == 0 || since->n == 0)
		return false;
	*ret_before = trend_median(before->values, before->n);
	*ret_since = trend_median(since->values, since->n);
	const double more = (double)*ret_since - (double)*ret_before;
	const double part = before->n < FEW ? 0.5 : 0.25;

	return more > (double)least && more > part * (double)*ret_before &&
	       more > 3.0 * spread_of(before, *ret_before) &&
	       more > 3.0 * spread_of(since, *ret_since);
}

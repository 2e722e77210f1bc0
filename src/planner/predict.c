/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/predict.h"

#include <stdbool.h>

#include "base/time.h"

#define MIB           (UINT64_C(1) << 20)
#define MARGIN        (16 * MIB)
#define HALF_LIFE_NS  (24 * 3600 * NSEC_PER_SEC)
#define WEIGHT_FRESH  (UINT64_C(1) << 32) /* a million samples do not overflow a sum */
#define MAX_HALVINGS  31

/* The second OOM may still be a test that grows; a third guess that fails costs
 * more than to give it everything at once. */
#define TRIES_BEFORE_ALONE 3

/* A few small siblings say little about the next: the 95th percentile needs
 * about this many before a demand below the default is worth the risk. */
#define SIBLINGS_ENOUGH 8

enum { MEDIAN_PERCENT = 50, DEMAND_PERCENT = 95 };

static uint64_t add_capped(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* 2^-(age / half-life), linear between whole half-lives: no libm on the path
 * of a launch, and the same on every machine. */
static uint64_t weight_of(int64_t age_ns)
{
	if (age_ns <= 0)
		return WEIGHT_FRESH;
	const int64_t halvings = age_ns / HALF_LIFE_NS;
	if (halvings >= MAX_HALVINGS)
		return 1;
	const uint64_t whole = WEIGHT_FRESH >> halvings;
	const uint64_t part_permille = (uint64_t)(age_ns % HALF_LIFE_NS / (HALF_LIFE_NS / 1000));
	return whole - whole / 2000 * part_permille;
}

/* What a sample says of the quantity in question; false: nothing. */
typedef bool sample_value(const struct predict_sample *s, const void *arg, uint64_t *ret);

/* Sum of the weights of all samples whose value is at most `bound`. */
static uint64_t weight_up_to(const struct predict_sample *samples, size_t n, sample_value *value,
			     const void *arg, uint64_t bound)
{
	uint64_t sum = 0;
	uint64_t v;
	for (size_t i = 0; i < n; i++)
		if (value(&samples[i], arg, &v) && v <= bound)
			sum += weight_of(samples[i].age_ns);
	return sum;
}

static void range_of(const struct predict_sample *samples, size_t n, sample_value *value,
		     const void *arg, uint64_t *ret_low, uint64_t *ret_high)
{
	uint64_t v;
	*ret_low = UINT64_MAX;
	*ret_high = 0;
	for (size_t i = 0; i < n; i++) {
		if (!value(&samples[i], arg, &v))
			continue;
		*ret_low = v < *ret_low ? v : *ret_low;
		*ret_high = v > *ret_high ? v : *ret_high;
	}
}

/* The smallest value at or below which `percent` of the weight lies; 0 when no
 * sample counts.  By bisection of the range of values: needs no memory to sort
 * in, and some dozen passes over the samples are cheap. */
static uint64_t percentile(const struct predict_sample *samples, size_t n, unsigned percent,
			   sample_value *value, const void *arg)
{
	const uint64_t total = weight_up_to(samples, n, value, arg, UINT64_MAX);
	if (total == 0)
		return 0;
	const uint64_t want = total / 100 * percent + (total % 100 * percent + 99) / 100;
	uint64_t low;
	uint64_t high;
	range_of(samples, n, value, arg, &low, &high);
	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;
		if (weight_up_to(samples, n, value, arg, middle) >= want)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Largest peak of an attempt that was not killed: what explains smaller floors. */
static uint64_t largest_passed(const struct predict_sample *samples, size_t n)
{
	uint64_t largest = 0;
	for (size_t i = 0; i < n; i++)
		if (!samples[i].oom && !samples[i].running && samples[i].mem_bytes > largest)
			largest = samples[i].mem_bytes;
	return largest;
}

static uint64_t doubled(uint64_t bytes)
{
	return add_capped(bytes, bytes);
}

static bool mem_value(const struct predict_sample *s, const void *arg, uint64_t *ret)
{
	const uint64_t *explained = arg;
	if (s->mem_bytes == 0 || (s->oom && s->mem_bytes < *explained))
		return false;
	*ret = s->running ? s->mem_bytes
	     : s->oom ? doubled(s->mem_bytes)
		      : add_capped(add_capped(s->mem_bytes, s->mem_bytes / 20 * 3), MARGIN);
	return true;
}

static bool wall_value(const struct predict_sample *s, const void *arg, uint64_t *ret)
{
	(void)arg;
	if (s->oom || s->wall_ns <= 0)
		return false;
	*ret = (uint64_t)s->wall_ns;
	return true;
}

static uint64_t mem_percentile(const struct predict_sample *samples, size_t n,
			       uint64_t explained)
{
	return percentile(samples, n, DEMAND_PERCENT, mem_value, &explained);
}

uint64_t predict_memory(const struct predict_sample *samples, size_t n)
{
	const uint64_t explained = largest_passed(samples, n);
	uint64_t want = mem_percentile(samples, n, explained);
	const struct predict_sample *latest = NULL;
	for (size_t i = 0; i < n; i++)
		if (!latest || samples[i].age_ns < latest->age_ns)
			latest = &samples[i];
	if (latest && latest->oom && latest->mem_bytes >= explained &&
	    want < doubled(latest->mem_bytes))
		want = doubled(latest->mem_bytes);
	return want;
}

uint64_t predict_sibling(const struct predict_sample *siblings, size_t n,
			 uint64_t default_bytes, uint64_t budget_bytes)
{
	uint64_t want = mem_percentile(siblings, n, largest_passed(siblings, n));
	if (want < default_bytes && n < SIBLINGS_ENOUGH)
		want = default_bytes;
	if (want == 0)
		want = default_bytes;
	return want < budget_bytes ? want : budget_bytes;
}

uint64_t predict_unpadded(uint64_t predicted_bytes)
{
	return predicted_bytes > MARGIN ? (predicted_bytes - MARGIN) / 23 * 20 : 0;
}

int64_t predict_wall(const struct predict_sample *samples, size_t n)
{
	return (int64_t)percentile(samples, n, MEDIAN_PERCENT, wall_value, NULL);
}

uint64_t predict_after_oom(uint64_t reserved_bytes, uint64_t peak_bytes, uint64_t budget_bytes,
			   unsigned tries, int *ret_alone)
{
	if (reserved_bytes >= budget_bytes)
		return 0;
	uint64_t want = doubled(reserved_bytes);
	const uint64_t over = add_capped(peak_bytes, peak_bytes / 4); /* peak / 0.8 */
	if (over > want)
		want = over;
	const bool last = tries >= TRIES_BEFORE_ALONE || want >= budget_bytes;
	*ret_alone = last;
	return last ? budget_bytes : want;
}

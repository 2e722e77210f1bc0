/* SPDX-License-Identifier: Apache-2.0 */
/* The sorting and summing half of planner/queue.h. */
#include "planner/queue.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "planner/budget.h"

static int by_value(const void *va, const void *vb)
{
	const int64_t a = *(const int64_t *)va;
	const int64_t b = *(const int64_t *)vb;
	return a < b ? -1 : a > b;
}

/* Two a cpu, as many tests wait for something half of their time.  Twice that
 * once it is known of each test what it uses of the cpus, because then no more
 * busy ones are let in than there are cpus. */
enum { JOBS_A_CPU = 2 };

#define START_MAX (UINT64_C(256) << 20)

unsigned plan_jobs(const struct plan_item *items, size_t n, unsigned cpus)
{
	size_t known = 0;
	for (size_t i = 0; i < n; i++)
		known += items[i].demand.cpus_milli > 0;
	return cpus * (known == n ? 2 * JOBS_A_CPU : JOBS_A_CPU);
}

/* The number of jobs itself may follow from the demands: then the first guess. */
uint64_t plan_share(uint64_t budget_bytes, unsigned jobs, unsigned cpus)
{
	return budget_default_share(budget_bytes, jobs ? jobs : JOBS_A_CPU * cpus, cpus);
}

uint64_t plan_start(uint64_t share_bytes, bool grows)
{
	return grows && share_bytes > START_MAX ? START_MAX : share_bytes;
}

int64_t plan_median_ns(const struct plan_item *items, size_t n, int64_t none)
{
	_cleanup_free_ int64_t *known = calloc(n + 1, sizeof(*known));
	size_t k = 0;
	for (size_t i = 0; known && i < n; i++)
		if (items[i].expected_ns > 0)
			known[k++] = items[i].expected_ns;
	if (k == 0)
		return none;
	qsort(known, k, sizeof(*known), by_value);
	return known[k / 2];
}

static double token_share(const struct plan_item *item, const struct plan_limits *limits)
{
	double share = 0.0;
	for (char **word = item->demand.tokens; word && *word; word++) {
		const int at = token_pools_find(limits->tokens, *word);
		const unsigned size = at < 0 ? 0 : token_pool_size(&limits->tokens->list[at]);
		const double part = size ? token_milli(*word) / (1000.0 * size) : 0.0;
		if (part > share)
			share = part;
	}
	return share;
}

/* The largest of its shares of the cpus, the memory, a token and the jobs.  One
 * whose need of cpus is not known takes a job and no more: so many jobs were
 * asked for because they fit. */
static double dominant_share(const struct plan_item *item, const struct plan_limits *limits)
{
	double share = token_share(item, limits);
	const double job = 1.0 / (limits->jobs ? limits->jobs : 1);
	const double cpu = item->demand.cpus_milli / (1000.0 * (limits->cpus ? limits->cpus : 1));
	const double mem = limits->budget_bytes
		? (double)item->demand.mem_bytes / (double)limits->budget_bytes : 0.0;
	if (job > share)
		share = job;
	if (cpu > share)
		share = cpu;
	return mem > share ? mem : share;
}

struct ranked {
	size_t index;
	unsigned round;
	bool first;
	int last;      /* 1: alone, 2: exclusive */
	int priority;  /* likewise, before the weight */
	double weight; /* more of it comes first */
};

static int by_rank(const void *va, const void *vb)
{
	const struct ranked *a = va;
	const struct ranked *b = vb;
	if (a->round != b->round)
		return a->round < b->round ? -1 : 1;
	if (a->first != b->first)
		return a->first ? -1 : 1;
	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->weight > b->weight || a->weight < b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* The number at `index` of splitmix64: the same run from the same seed anywhere,
 * which rand(3) does not promise, and whatever is done by now. */
static uint64_t random_at(uint64_t seed, size_t index)
{
	uint64_t z = seed + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t plan_sort(const struct plan_item *items, size_t n, const struct plan_limits *limits,
		 enum plan_order order, uint64_t seed, size_t *ret_order)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		if (items[i].state != PLAN_DONE)
			ret_order[k++] = i;
	_cleanup_free_ struct ranked *ranked = calloc(k + 1, sizeof(*ranked));
	if (!ranked)
		return k; /* out of memory: the listed order is an order, too */
	const int64_t median = plan_median_ns(items, n, NSEC_PER_SEC);
	for (size_t i = 0; i < k; i++) {
		const struct plan_item *item = &items[ret_order[i]];
		const int64_t ns = item->expected_ns > 0 ? item->expected_ns : median;
		ranked[i].index = ret_order[i];
		ranked[i].round = item->round;
		ranked[i].first = item->first;
		if (order == PLAN_LISTED)
			continue;
		if (!item->follows_ns)
			ranked[i].last = item->demand.exclusive ? 2 : item->alone;
		ranked[i].priority = order == PLAN_RANDOM ? 0 : item->priority;
		ranked[i].weight = order == PLAN_RANDOM
			? (double)(random_at(seed, ret_order[i]) >> 11)
			: (double)(ns + item->follows_ns) * dominant_share(item, limits);
	}
	qsort(ranked, k, sizeof(*ranked), by_rank);
	for (size_t i = 0; i < k; i++)
		ret_order[i] = ranked[i].index;
	return k;
}

bool plan_learn(struct plan_item *item, uint64_t sibling_bytes)
{
	struct demand *d = &item->demand;
	const bool guessed = d->mem_origin == DEMAND_DEFAULT || d->mem_origin == DEMAND_SIBLING;
	const bool floor = d->mem_origin == DEMAND_OOM || d->mem_origin == DEMAND_ELSEWHERE;
	const bool raised = floor && sibling_bytes > d->mem_bytes;
	const bool waits = item->state == PLAN_WAITING || item->state == PLAN_HELD ||
			   item->state == PLAN_RESTING || item->state == PLAN_BLOCKED;
	if (!waits || sibling_bytes == 0 ||
	    sibling_bytes == d->mem_bytes || (!guessed && !raised))
		return false;
	d->mem_bytes = sibling_bytes;
	d->mem_origin = DEMAND_SIBLING;
	return true;
}

/* Sums of time x resource, in double: nanoseconds x bytes overflow 64 bits
 * after half a minute of half a gigabyte. */
struct area {
	double longest_ns;
	double cpu_ns;   /* time x cpus */
	double mem;      /* time x bytes */
};

static void area_add(struct area *area, int64_t ns, uint64_t mem_bytes, uint64_t cpus_milli)
{
	const double t = (double)ns;
	if (t > area->longest_ns)
		area->longest_ns = t;
	area->cpu_ns += t * (double)cpus_milli / 1000.0;
	area->mem += t * (double)mem_bytes;
}

void plan_bounds_of(const struct plan_sample *samples, size_t n, const struct plan_limits *limits,
		    struct plan_bounds *ret)
{
	struct area area = { 0 };
	for (size_t i = 0; i < n; i++)
		area_add(&area, samples[i].wall_ns, samples[i].mem_bytes, samples[i].cpus_milli);
	ret->longest_ns = (int64_t)area.longest_ns;
	ret->cpu_ns = (int64_t)(area.cpu_ns / (limits->cpus ? limits->cpus : 1));
	ret->memory_ns = limits->budget_bytes
		? (int64_t)(area.mem / (double)limits->budget_bytes) : 0;
}

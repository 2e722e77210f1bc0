/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/whatif.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

#define GIB (UINT64_C(1) << 30)

enum { LOCKS_MAX = 8, UNKNOWN_CPUS_MILLI = 1000 };

/* A lock, and the time of the tests that want it. */
struct lock_sum {
	const char *name;
	int64_t ns;
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct lock_sum *)a)->name, ((const struct lock_sum *)b)->name);
}

static int by_sum(const void *va, const void *vb)
{
	const struct lock_sum *a = va;
	const struct lock_sum *b = vb;
	return a->ns != b->ns ? (a->ns < b->ns ? 1 : -1) : by_name(a, b);
}

/* Those that two tests or more share, the longest first; the caller frees. */
static int sum_locks(const struct plan_sim_test *tests, size_t n, struct lock_sum **ret,
		     size_t *ret_n)
{
	size_t n_uses = 0;
	for (size_t i = 0; i < n; i++)
		n_uses += strv_len(tests[i].item.demand.locks);
	struct lock_sum *sums = calloc(n_uses + 1, sizeof(*sums));
	if (!sums)
		return -ENOMEM;
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		for (char **l = tests[i].item.demand.locks; l && *l; l++)
			sums[k++] = (struct lock_sum){ *l, tests[i].wall_ns, 1 };
	qsort(sums, k, sizeof(*sums), by_name);
	size_t kept = 0;
	for (size_t i = 0, end; i < k; i = end) {
		struct lock_sum sum = sums[i];
		for (end = i + 1; end < k && by_name(&sums[i], &sums[end]) == 0; end++) {
			sum.ns += sums[end].ns;
			sum.n++;
		}
		if (sum.n > 1)
			sums[kept++] = sum;
	}
	qsort(sums, kept, sizeof(*sums), by_sum);
	*ret = sums;
	*ret_n = kept;
	return 0;
}

static size_t longest_of(const struct plan_sim_test *tests, size_t n)
{
	size_t longest = 0;
	for (size_t i = 1; i < n; i++)
		if (tests[i].wall_ns > tests[longest].wall_ns)
			longest = i;
	return longest;
}

/* Of those that run beside others; *ret_closed_ns: the time of those that do not. */
static size_t sample(const struct plan_sim_test *tests, size_t n, const struct plan_limits *limits,
		     struct plan_sample *samples, int64_t *ret_closed_ns)
{
	size_t k = 0;
	*ret_closed_ns = 0;
	for (size_t i = 0; i < n; i++) {
		const struct demand *d = &tests[i].item.demand;
		if (d->exclusive || tests[i].item.alone) {
			*ret_closed_ns += tests[i].wall_ns;
			continue;
		}
		samples[k++] = (struct plan_sample){
			.wall_ns = tests[i].wall_ns,
			.mem_bytes = d->mem_bytes < limits->budget_bytes ? d->mem_bytes
									 : limits->budget_bytes,
			.cpus_milli = d->cpus_milli ? d->cpus_milli : UNKNOWN_CPUS_MILLI,
		};
	}
	return k;
}

static int64_t lock_bound(const struct plan_sim_test *tests, size_t n, const char *lock)
{
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		const struct plan_item *item = &tests[i].item;
		if (!item->demand.exclusive && !item->alone && strv_has(item->demand.locks, lock))
			sum += tests[i].wall_ns;
	}
	return sum;
}

int plan_bounds_find(const struct plan_sim_test *tests, size_t n, const struct plan_limits *limits,
		     struct plan_bounds_found *ret)
{
	_cleanup_free_ struct plan_sample *samples = calloc(n + 1, sizeof(*samples));
	_cleanup_free_ struct lock_sum *locks = NULL;
	size_t n_locks = 0;
	if (!samples || sum_locks(tests, n, &locks, &n_locks) < 0)
		return -ENOMEM;
	struct plan_bounds b;
	int64_t closed_ns;
	int64_t sum_ns = 0;
	const size_t k = sample(tests, n, limits, samples, &closed_ns);
	plan_bounds_of(samples, k, limits, &b);
	for (size_t i = 0; i < k; i++)
		sum_ns += samples[i].wall_ns;
	*ret = (struct plan_bounds_found){
		.ns = {
			[PLAN_BOUND_LONGEST] = closed_ns + b.longest_ns,
			[PLAN_BOUND_CPU] = closed_ns + b.cpu_ns,
			[PLAN_BOUND_MEMORY] = closed_ns + b.memory_ns,
			[PLAN_BOUND_JOBS] =
				closed_ns + sum_ns / (limits->jobs ? limits->jobs : 1),
		},
		.longest = longest_of(tests, n),
	};
	if (n_locks) {
		ret->lock = locks[0].name;
		ret->ns[PLAN_BOUND_LOCK] = closed_ns + lock_bound(tests, n, ret->lock);
	}
	for (enum plan_bound i = 0; i < PLAN_BOUND_COUNT; i++)
		if (ret->ns[i] > ret->ns[ret->binds])
			ret->binds = i;
	return 0;
}

static int measure(const struct plan_sim_test *tests, size_t n,
		   const struct plan_sim_options *options, int64_t *ret_ns)
{
	struct schedule s = { 0 };
	const int r = plan_simulate(tests, n, options, &s);
	*ret_ns = s.end_ns;
	schedule_fini(&s);
	return r;
}

/* A copy with room for one more; the caller frees. */
static struct plan_sim_test *copy_tests(const struct plan_sim_test *tests, size_t n)
{
	struct plan_sim_test *copy = calloc(n + 1, sizeof(*copy));
	if (copy && n)
		memcpy(copy, tests, n * sizeof(*copy));
	return copy;
}

static int measure_split(const struct plan_sim_test *tests, size_t n,
			 const struct plan_sim_options *options, int64_t *ret_ns)
{
	_cleanup_free_ struct plan_sim_test *copy = copy_tests(tests, n);
	if (!copy)
		return -ENOMEM;
	struct plan_sim_test *longest = &copy[longest_of(tests, n)];
	longest->wall_ns = (longest->wall_ns + 1) / 2;
	longest->item.expected_ns = (longest->item.expected_ns + 1) / 2;
	copy[n] = *longest;
	return measure(copy, n + 1, options, ret_ns);
}

/* The list without the name; borrows its strings. */
static char **without(char *const *locks, const char *name)
{
	char **rest = calloc(strv_len(locks) + 1, sizeof(*rest));
	size_t k = 0;
	for (size_t i = 0; rest && locks[i]; i++)
		if (!str_eq(locks[i], name))
			rest[k++] = locks[i];
	return rest;
}

static int measure_without(const struct plan_sim_test *tests, size_t n,
			   const struct plan_sim_options *options, const char *lock,
			   int64_t *ret_ns)
{
	_cleanup_free_ struct plan_sim_test *copy = copy_tests(tests, n);
	int r = copy ? 0 : -ENOMEM;
	size_t done = 0;
	for (; r == 0 && done < n; done++) {
		char ***locks = &copy[done].item.demand.locks;
		if (!strv_has(*locks, lock))
			continue;
		*locks = without(*locks, lock);
		r = *locks ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = measure(copy, n, options, ret_ns);
	for (size_t i = 0; i < done; i++)
		if (copy[i].item.demand.locks != tests[i].item.demand.locks)
			free(copy[i].item.demand.locks);
	return r;
}

static int measure_change(const struct plan_sim_test *tests, size_t n,
			  const struct plan_sim_options *options, unsigned jobs_a_cpu,
			  struct plan_whatif *w)
{
	struct plan_sim_options changed = *options;
	switch (w->change) {
	case PLAN_MORE_MEMORY:
		changed.limits.budget_bytes += GIB;
		return measure(tests, n, &changed, &w->end_ns);
	case PLAN_MORE_CPU:
		changed.limits.cpus++;
		changed.limits.jobs += jobs_a_cpu;
		return measure(tests, n, &changed, &w->end_ns);
	case PLAN_WITHOUT_LOCK:
		return measure_without(tests, n, options, w->lock, &w->end_ns);
	case PLAN_SPLIT:
		break;
	}
	return measure_split(tests, n, options, &w->end_ns);
}

int plan_whatif(const struct plan_sim_test *tests, size_t n,
		const struct plan_sim_options *options, unsigned jobs_a_cpu,
		struct plan_whatif **ret, size_t *ret_n)
{
	_cleanup_free_ struct lock_sum *locks = NULL;
	size_t n_locks = 0;
	if (sum_locks(tests, n, &locks, &n_locks) < 0)
		return -ENOMEM;
	_cleanup_free_ struct plan_whatif *list = calloc(PLAN_SPLIT + LOCKS_MAX, sizeof(*list));
	if (!list)
		return -ENOMEM;
	size_t k = 0;
	list[k++].change = PLAN_MORE_MEMORY;
	list[k++].change = PLAN_MORE_CPU;
	for (size_t i = 0; i < n_locks && i < LOCKS_MAX; i++)
		list[k++] = (struct plan_whatif){ PLAN_WITHOUT_LOCK, locks[i].name, 0 };
	list[k++].change = PLAN_SPLIT;
	for (size_t i = 0; i < k; i++)
		if (measure_change(tests, n, options, jobs_a_cpu, &list[i]) < 0)
			return -ENOMEM;
	*ret = TAKE_PTR(list);
	*ret_n = k;
	return 0;
}

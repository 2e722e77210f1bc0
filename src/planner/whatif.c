/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/whatif.h"
#include "planner/width.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

#define GIB (UINT64_C(1) << 30)

enum { LOCKS_MAX = 8, UNKNOWN_CPUS_MILLI = 1000 };

/* A lock, and the time of the tests that do not share it. */
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

/* Those that two tests or more want, and not all of them shared, the longest first; the
 * caller frees. */
static int sum_locks(const struct plan_sim_test *tests, size_t n, struct lock_sum **ret,
		     size_t *ret_n)
{
	size_t n_uses = 0;
	for (size_t i = 0; i < n; i++) {
		const struct demand *d = &tests[i].item.demand;
		n_uses += strv_len(d->locks) + strv_len(d->shared_locks);
	}
	struct lock_sum *sums = calloc(n_uses + 1, sizeof(*sums));
	if (!sums)
		return -ENOMEM;
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		const struct demand *d = &tests[i].item.demand;
		for (char **l = d->locks; l && *l; l++)
			sums[k++] = (struct lock_sum){ *l, tests[i].wall_ns, 1 };
		for (char **l = d->shared_locks; l && *l; l++)
			sums[k++] = (struct lock_sum){ *l, 0, 1 };
	}
	qsort(sums, k, sizeof(*sums), by_name);
	size_t kept = 0;
	for (size_t i = 0, end; i < k; i = end) {
		struct lock_sum sum = sums[i];
		for (end = i + 1; end < k && by_name(&sums[i], &sums[end]) == 0; end++) {
			sum.ns += sums[end].ns;
			sum.n++;
		}
		if (sum.n > 1 && sum.ns > 0)
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

static uint64_t at_most(uint64_t bytes, uint64_t bound)
{
	return bytes < bound ? bytes : bound;
}

/* What it holds at least, as a mean over its time.  One that is given less than it
 * needs holds what it has grown to, or is run again with as much as it needs. */
static uint64_t least_held(const struct plan_sim_test *t, const struct plan_sim_options *o)
{
	const uint64_t given = at_most(t->item.demand.mem_bytes, o->limits.budget_bytes);
	const uint64_t needs = at_most(t->mem_bytes, o->limits.budget_bytes);
	if (needs <= given)
		return given;
	if (!o->grows)
		return needs;
	/* The same up to the part given/needs of its time, and evenly more from there. */
	const double part = (double)given / (double)needs;
	return (uint64_t)((double)needs * (part * part + 1.0) / 2.0);
}

/* Who wants more than there are has them all. */
static uint32_t cpus_had(const struct demand *d, const struct plan_limits *limits)
{
	const uint32_t milli = d->cpus_milli ? d->cpus_milli : UNKNOWN_CPUS_MILLI;
	const uint32_t most = limits->cpus ? limits->cpus * 1000 : 1000;
	return milli < most ? milli : most;
}

/* Of those that run beside others; *ret_closed_ns: the time of those that do not. */
static size_t sample(const struct plan_sim_test *tests, size_t n,
		     const struct plan_sim_options *options, struct plan_sample *samples,
		     int64_t *ret_closed_ns)
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
			.mem_bytes = least_held(&tests[i], options),
			.cpus_milli = cpus_had(d, &options->limits),
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

/* What the tests want of one token; *ret_ns: while they run, over the units there are. */
static uint64_t token_sum(const struct plan_sim_test *tests, size_t n,
			  const struct token_pool *pool, int64_t *ret_ns)
{
	uint64_t milli = 0;
	double ns = 0;
	for (size_t i = 0; i < n; i++)
		for (char **word = tests[i].item.demand.tokens; word && *word; word++) {
			if (!token_same_name(*word, pool->name))
				continue;
			milli += token_milli(*word);
			ns += (double)tests[i].wall_ns * token_milli(*word);
		}
	*ret_ns = milli ? (int64_t)(ns / AMOUNT_WHOLE / token_pool_size(pool)) : 0;
	return milli;
}

static void find_token_bound(const struct plan_sim_test *tests, size_t n,
			     const struct plan_limits *limits, struct plan_bounds_found *ret)
{
	for (size_t i = 0; limits->tokens && i < limits->tokens->n; i++) {
		const struct token_pool *pool = &limits->tokens->list[i];
		int64_t ns;
		if (token_sum(tests, n, pool, &ns) == 0 ||
		    (ret->token && ns <= ret->ns[PLAN_BOUND_TOKEN]))
			continue;
		ret->ns[PLAN_BOUND_TOKEN] = ns;
		ret->token = pool->name;
	}
}

static int find_chain_bound(const struct plan_sim_test *tests, size_t n,
			    const struct plan_sim_options *options, int64_t closed_ns,
			    struct plan_bounds_found *ret)
{
	_cleanup_free_ int64_t *ns = calloc(n + 1, sizeof(*ns));
	if (!ns)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (!tests[i].item.demand.exclusive && !tests[i].item.alone)
			ns[i] = tests[i].wall_ns;
	const int r = plan_links_longest(options->links, ns, &ret->ns[PLAN_BOUND_CHAIN]);
	ret->ns[PLAN_BOUND_CHAIN] += closed_ns;
	return r;
}

int plan_bounds_find(const struct plan_sim_test *tests, size_t n,
		     const struct plan_sim_options *options, struct plan_bounds_found *ret)
{
	const struct plan_limits *limits = &options->limits;
	_cleanup_free_ struct plan_sample *samples = calloc(n + 1, sizeof(*samples));
	_cleanup_free_ struct lock_sum *locks = NULL;
	size_t n_locks = 0;
	if (!samples || sum_locks(tests, n, &locks, &n_locks) < 0)
		return -ENOMEM;
	struct plan_bounds b;
	int64_t closed_ns;
	int64_t sum_ns = 0;
	const size_t k = sample(tests, n, options, samples, &closed_ns);
	plan_bounds_of(samples, k, limits, &b);
	for (size_t i = 0; i < k; i++)
		sum_ns += samples[i].wall_ns;
	const unsigned jobs = plan_width_most(limits->jobs, !options->follows, limits->cpus);
	*ret = (struct plan_bounds_found){
		.ns = {
			[PLAN_BOUND_LONGEST] = closed_ns + b.longest_ns,
			[PLAN_BOUND_CPU] = closed_ns + b.cpu_ns,
			[PLAN_BOUND_MEMORY] = closed_ns + b.memory_ns,
			[PLAN_BOUND_JOBS] = closed_ns + sum_ns / (jobs ? jobs : 1),
		},
		.longest = longest_of(tests, n),
	};
	if (n_locks) {
		ret->lock = locks[0].name;
		ret->ns[PLAN_BOUND_LOCK] = closed_ns + lock_bound(tests, n, ret->lock);
	}
	find_token_bound(tests, n, limits, ret);
	if (options->links && find_chain_bound(tests, n, options, closed_ns, ret) < 0)
		return -ENOMEM;
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

static int drop_from(char ***locks, const char *name)
{
	char **rest = without(*locks, name);
	if (!rest)
		return -ENOMEM;
	*locks = rest;
	return 0;
}

static int measure_without(const struct plan_sim_test *tests, size_t n,
			   const struct plan_sim_options *options, const char *lock,
			   int64_t *ret_ns)
{
	_cleanup_free_ struct plan_sim_test *copy = copy_tests(tests, n);
	int r = copy ? 0 : -ENOMEM;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct demand *d = &copy[i].item.demand;
		if (strv_has(d->locks, lock))
			r = drop_from(&d->locks, lock);
		if (r == 0 && strv_has(d->shared_locks, lock))
			r = drop_from(&d->shared_locks, lock);
	}
	if (r == 0)
		r = measure(copy, n, options, ret_ns);
	for (size_t i = 0; copy && i < n; i++) {
		if (copy[i].item.demand.locks != tests[i].item.demand.locks)
			free(copy[i].item.demand.locks);
		if (copy[i].item.demand.shared_locks != tests[i].item.demand.shared_locks)
			free(copy[i].item.demand.shared_locks);
	}
	return r;
}

static int measure_token(const struct plan_sim_test *tests, size_t n,
			 const struct plan_sim_options *options, const char *token,
			 int64_t *ret_ns)
{
	struct token_pools pools = *options->limits.tokens;
	struct plan_sim_options changed = *options;
	uint64_t *units = &pools.list[token_pools_find(&pools, token)].units;
	*units |= *units + 1; /* the lowest that there is not */
	changed.limits.tokens = &pools;
	return measure(tests, n, &changed, ret_ns);
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
	case PLAN_MORE_TOKEN:
		return measure_token(tests, n, options, w->token, &w->end_ns);
	case PLAN_WITHOUT_LOCK:
		return measure_without(tests, n, options, w->lock, &w->end_ns);
	case PLAN_SPLIT:
		break;
	}
	return measure_split(tests, n, options, &w->end_ns);
}

/* Adds those tokens of which more would change anything. */
static size_t add_tokens(const struct plan_sim_test *tests, size_t n,
			 const struct token_pools *pools, struct plan_whatif *list)
{
	size_t k = 0;
	for (size_t i = 0; pools && i < pools->n; i++) {
		const struct token_pool *pool = &pools->list[i];
		const unsigned size = token_pool_size(pool);
		int64_t ns;
		if (size < AMOUNT_UNITS &&
		    token_sum(tests, n, pool, &ns) > (uint64_t)size * AMOUNT_WHOLE)
			list[k++] = (struct plan_whatif){ .change = PLAN_MORE_TOKEN,
							  .token = pool->name };
	}
	return k;
}

int plan_whatif(const struct plan_sim_test *tests, size_t n,
		const struct plan_sim_options *options, unsigned jobs_a_cpu,
		struct plan_whatif **ret, size_t *ret_n)
{
	_cleanup_free_ struct lock_sum *locks = NULL;
	size_t n_locks = 0;
	if (sum_locks(tests, n, &locks, &n_locks) < 0)
		return -ENOMEM;
	_cleanup_free_ struct plan_whatif *list = calloc(PLAN_SPLIT + LOCKS_MAX + AMOUNTS_MAX,
							   sizeof(*list));
	if (!list)
		return -ENOMEM;
	size_t k = 0;
	list[k++].change = PLAN_MORE_MEMORY;
	list[k++].change = PLAN_MORE_CPU;
	k += add_tokens(tests, n, options->limits.tokens, list + k);
	for (size_t i = 0; i < n_locks && i < LOCKS_MAX; i++)
		list[k++] = (struct plan_whatif){ .change = PLAN_WITHOUT_LOCK,
						  .lock = locks[i].name };
	list[k++].change = PLAN_SPLIT;
	for (size_t i = 0; i < k; i++)
		if (measure_change(tests, n, options, jobs_a_cpu, &list[i]) < 0)
			return -ENOMEM;
	*ret = TAKE_PTR(list);
	*ret_n = k;
	return 0;
}

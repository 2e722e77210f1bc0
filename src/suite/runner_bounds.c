/* SPDX-License-Identifier: Apache-2.0 */
/* What the run could not be shorter than, by the bounds that isorun plan tells, of what was
 * measured. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "planner/whatif.h"
#include "suite/runner_state.h"

/* It held the cpus that it was thought to want, and what was declared of memory, also where
 * it used less; what was reserved on a guess the next run will not reserve. */
static struct plan_sim_test measured(const struct runner *r, size_t i)
{
	const struct run_test *t = &r->tests[i];
	struct plan_sim_test m = { .item = r->items[i], .family = PLAN_NO_FAMILY };
	struct demand *d = &m.item.demand;

	if (d->mem_origin != DEMAND_DECLARED || d->mem_bytes < t->sample.mem_bytes)
		d->mem_bytes = t->sample.mem_bytes;
	if (d->cpus_milli < t->sample.cpus_milli)
		d->cpus_milli = t->sample.cpus_milli;
	/* 0 would be taken for one that nobody knows. */
	if (!d->cpus_milli)
		d->cpus_milli = 1;
	m.mem_bytes = d->mem_bytes;
	/* No two repetitions of a test overlap. */
	m.wall_ns = t->measured ? t->sample.wall_ns + t->repeated_ns : 0;
	return m;
}

void run_measure(const struct runner *r, struct event *e)
{
	_cleanup_free_ struct plan_sim_test *tests = calloc(r->n + 1, sizeof(*tests));
	const struct plan_sim_options options = {
		.limits = r->limits,
		.links = r->links,
		.follows = !r->config->jobs,
	};
	struct plan_bounds_found found = { 0 };

	for (size_t i = 0; tests && i < r->n; i++) {
		tests[i] = measured(r, i);
		e->u.run_finished.sum_ns += tests[i].wall_ns;
	}
	if (!tests || plan_bounds_find(tests, r->n, &options, &found) < 0)
		return;
	e->u.run_finished.bound_longest_ns = found.ns[PLAN_BOUND_LONGEST];
	e->u.run_finished.bound_cpu_ns = found.ns[PLAN_BOUND_CPU];
	e->u.run_finished.bound_memory_ns = found.ns[PLAN_BOUND_MEMORY];
	e->u.run_finished.bound_jobs_ns = found.ns[PLAN_BOUND_JOBS];
	e->u.run_finished.bound_lock_ns = found.ns[PLAN_BOUND_LOCK];
	e->u.run_finished.bound_lock = found.lock;
	e->u.run_finished.bound_token_ns = found.ns[PLAN_BOUND_TOKEN];
	e->u.run_finished.bound_token = found.token;
	e->u.run_finished.bound_chain_ns = found.ns[PLAN_BOUND_CHAIN];
}

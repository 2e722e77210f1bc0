/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include "base/time.h"
#include "engine/host_load.h"

static size_t count_running(const struct runner *r)
{
	return r->n_active - r->n_waiting;
}

static bool has_more(const struct runner *r)
{
	size_t settled = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		settled += r->summary.counts[i];
	return settled + r->n_active + r->n_carried < r->n;
}

/* A half of a cpu more or less is worth a line of the log. */
enum { TOLD_MILLI = 500 };

static void tell_load(struct runner *r, const struct plan_width_load *load)
{
	const uint32_t all = r->limits.cpus * 1000;
	const uint32_t busy = load->idle_milli < all ? all - load->idle_milli : 0;

	if (load->idle_known && run_sample_store(&r->load_stored, busy, TOLD_MILLI, time_now_ns()))
		emit_load(r, busy);
}

static void look(void *arg)
{
	struct runner *r = arg;
	struct plan_width_load load = { .running = count_running(r), .more = has_more(r) };

	host_load_look(&r->load, &load);
	tell_load(r, &load);
	const enum plan_width_cause cause = plan_width_step(&r->width, &load, time_now_ns());
	if (cause != WIDTH_KEPT) {
		r->limits.jobs = r->width.now;
		emit_width(r, cause);
		runner_fill(r);
	}
	(void)loop_set_timer(r->config->loop, r->width_timer, time_now_ns() + PLAN_WIDTH_LOOK_NS);
}

int run_width_watch(struct runner *r)
{
	struct plan_width_load first;

	host_load_look(&r->load, &first);
	return loop_add_timer(r->config->loop, time_now_ns() + PLAN_WIDTH_LOOK_NS, look, r,
			      &r->width_timer);
}

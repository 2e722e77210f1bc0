/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  A fixed number of workers is too few for tests that wait
 * (for a server, a timer, each other) and too many for tests that compute.  So
 * the number begins at two a cpu and follows what the machine does:
 *
 * - wider by a quarter, while as many run as may, others wait, and a fifth of the
 *   cpus is idle all the same;
 * - narrower by an eighth, never below where it began, while more than two threads
 *   a cpu want to run: what was idle was so for a moment only.  Below that it
 *   would give way to whatever else the machine does, with tests that may sleep;
 * - narrower than what runs now, while memory is so short that nobody gets on.
 *   Reservations keep our own tests within the budget; this is for what others on
 *   the machine take.
 *
 * What runs goes on in any case: only the next start is put off. */
#include "planner/width.h"

enum {
	MOST_A_CPU = 16,
	QUEUE_A_CPU = 2,
	IDLE_A_CPU_MILLI = 200,
	STALLED_PERMILLE = 50,
	/* What was stopped must first be felt. */
	HOLD_NS_PER_STALL = 2,
};

/* Of each look a quarter: a look sees one moment of the run queue. */
#define QUEUE_WEIGHT 0.25

unsigned plan_width_most(unsigned jobs, bool chosen, unsigned cpus)
{
	return chosen || cpus * MOST_A_CPU < jobs ? jobs : cpus * MOST_A_CPU;
}

void plan_width_init(struct plan_width *w, unsigned jobs, bool chosen, unsigned cpus)
{
	*w = (struct plan_width){
		.now = jobs,
		.begin = jobs,
		.most = plan_width_most(jobs, chosen, cpus),
		.cpus = cpus,
		.chosen = chosen,
	};
}

static bool is_crowded(struct plan_width *w, const struct plan_width_load *load)
{
	if (!load->queue_known || w->chosen)
		return false;
	w->queue += QUEUE_WEIGHT * ((double)load->queue - w->queue);
	return w->queue > (double)(QUEUE_A_CPU * w->cpus) && w->now > w->begin;
}

static bool is_idle(const struct plan_width *w, const struct plan_width_load *load)
{
	return load->idle_known && load->idle_milli >= IDLE_A_CPU_MILLI * w->cpus;
}

static enum plan_width_cause set(struct plan_width *w, unsigned width, enum plan_width_cause cause)
{
	if (width == w->now)
		return WIDTH_KEPT;
	w->now = width;
	return cause;
}

static unsigned at_least(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

enum plan_width_cause plan_width_step(struct plan_width *w, const struct plan_width_load *load,
				      int64_t now_ns)
{
	const bool crowded = is_crowded(w, load);
	const unsigned running = (unsigned)load->running;
	if (load->stalled_permille >= STALLED_PERMILLE && running > 0) {
		w->hold_until_ns = now_ns + HOLD_NS_PER_STALL * NSEC_PER_SEC;
		const unsigned fewer = at_least(1, running - 1);
		return set(w, fewer < w->now ? fewer : w->now, WIDTH_STALLED);
	}
	if (crowded)
		return set(w, at_least(w->begin, w->now - at_least(1, w->now / 8)), WIDTH_CROWDED);
	if (running < w->now || !load->more || now_ns < w->hold_until_ns)
		return WIDTH_KEPT;
	const bool lost = w->now < w->begin;
	if (!is_idle(w, load) && !(lost && w->chosen))
		return WIDTH_KEPT;
	const unsigned wider = w->now + at_least(1, w->now / 4);
	return set(w, wider < w->most ? wider : w->most, lost ? WIDTH_RECOVERED : WIDTH_IDLE);
}

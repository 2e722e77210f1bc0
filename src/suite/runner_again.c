/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  A test that is to rest before its retry is in no slot, and the
 * planner neither starts it nor keeps room for it.  One timer is set to the end of the
 * shortest rest; the loop goes on for it while nothing else runs.
 *
 * A test that is to be repeated waits again like any other, behind all that were not
 * repeated as often: the place at the end of the order is its place, so nothing is
 * sorted anew. */
#include "suite/runner_state.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"

static void watch(struct runner *r);

static void on_rested(void *arg)
{
	struct runner *r = arg;
	const int64_t now_ns = time_now_ns();

	loop_remove_timer(r->config->loop, r->rest_timer);
	r->rest_timer = NULL;
	for (size_t i = 0; i < r->n; i++) {
		if (r->items[i].state != PLAN_RESTING || r->tests[i].rested_ns > now_ns)
			continue;
		r->items[i].state = PLAN_WAITING;
		r->n_resting--;
	}
	watch(r);
	runner_fill(r);
}

static void wake_all(struct runner *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].state == PLAN_RESTING)
			r->items[i].state = PLAN_WAITING;
	r->n_resting = 0;
}

static void watch(struct runner *r)
{
	int64_t at_ns = INT64_MAX;
	int rc = 0;

	for (size_t i = 0; r->n_resting && i < r->n; i++)
		if (r->items[i].state == PLAN_RESTING && r->tests[i].rested_ns < at_ns)
			at_ns = r->tests[i].rested_ns;
	if (at_ns == INT64_MAX)
		return;
	if (r->rest_timer)
		rc = loop_set_timer(r->config->loop, r->rest_timer, at_ns);
	else
		rc = loop_add_timer(r->config->loop, at_ns, on_rested, r, &r->rest_timer);
	if (rc < 0)
		wake_all(r); /* too early is better than never */
}

void run_test_rest(struct run_test *t, int64_t delay_ns)
{
	struct runner *r = t->run;

	r->items[t->index].state = PLAN_RESTING;
	t->rested_ns = time_now_ns() + delay_ns;
	r->n_resting++;
	watch(r);
}

static void move_behind_all(struct runner *r, size_t index)
{
	size_t k = 0;

	while (k < r->n_order && r->order[k] != index)
		k++;
	if (k == r->n_order)
		return; /* it is sorted anew in any case */
	memmove(&r->order[k], &r->order[k + 1], (r->n_order - k - 1) * sizeof(*r->order));
	r->order[r->n_order - 1] = index;
}

bool run_test_repeat(struct run_test *t)
{
	struct runner *r = t->run;
	const struct repeat_rule *rule = &r->config->repeat;
	char of[REPEAT_TEXT] = "";

	if (r->stopping || !repeat_again(rule, &t->repeats, r->config->max_failures > 0))
		return false;
	if (rule->times)
		(void)snprintf(of, sizeof(of), " of %u", rule->times);
	(void)snprintf(t->reason, sizeof(t->reason), "repetition %u%s", t->repeats.done + 1, of);
	/* What it needs is known by now; whether it may fail is asked anew. */
	t->log.failures = t->log.ooms = t->log.losses = 0;
	t->judged = false;
	t->repeated_ns += t->sample.wall_ns;
	r->items[t->index].round++;
	move_behind_all(r, t->index);
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  plan_next is EASY backfill: the first waiting item of
 * the order (the head) owns a reservation at the earliest moment at which what
 * runs now lets it in (the shadow).  Anyone else may start before it only when
 * either it is expected to be gone by then, or it fits beside the head then.
 *
 * What runs is thought to end at its expected time; what has no expectation, or
 * has outrun it, is thought to end after all others, oldest first.  That guess
 * may be wrong and still starves nobody: the reservation is worked out anew at
 * every call, later starters are always thought to end last, so the head waits
 * at most for those that ran before it became the head. */
#include "planner/queue.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "planner/scene.h"

static int by_end(const void *a, const void *b)
{
	return plan_by_end(a, b);
}

/* Of the *n_running that run, which are near the beginning; heap; NULL: no memory. */
static struct plan_running *running_list(const struct plan_item *items, const size_t *order,
					 size_t n, size_t *n_running, int64_t now_ns)
{
	struct plan_running *list = calloc(*n_running + 1, sizeof(*list));
	size_t found = 0;
	for (size_t k = 0; list && k < n && found < *n_running; k++) {
		const struct plan_item *item = &items[order[k]];
		if (item->state == PLAN_RUNNING)
			list[found++] = (struct plan_running){ item, plan_end_of(item, now_ns) };
	}
	if (list)
		qsort(list, found, sizeof(*list), by_end);
	*n_running = found;
	return list;
}

static size_t backfill(const struct plan_scene *scene, const struct plan_item *items,
		       const size_t *order, size_t n, size_t head_at)
{
	const struct plan_item *head = &items[order[head_at]];
	struct plan_shadow shadow;
	plan_shadow_of(scene, head, &shadow);
	for (size_t k = head_at + 1; k < n; k++) {
		const struct plan_item *item = &items[order[k]];
		if (item->state == PLAN_WAITING && plan_may_join(scene, item) &&
		    plan_leaves_head_alone(scene, &shadow, head, item))
			return order[k];
	}
	return SIZE_MAX;
}

size_t plan_next(const struct plan_item *items, const size_t *order, size_t n, size_t n_running,
		 const struct plan_limits *limits, int64_t now_ns)
{
	size_t head_at = 0;
	while (head_at < n && items[order[head_at]].state != PLAN_WAITING)
		head_at++;
	if (head_at == n)
		return SIZE_MAX;

	_cleanup_free_ struct plan_running *running =
		running_list(items, order, n, &n_running, now_ns);
	if (!running)
		return SIZE_MAX; /* whatever ends next gives memory back, and asks again */
	struct plan_scene scene = {
		.limits = limits,
		.now_ns = now_ns,
		.running = running,
		.n = n_running,
	};
	for (size_t i = 0; i < scene.n; i++)
		plan_load_add(&scene.load, running[i].item, limits);
	if (plan_may_join(&scene, &items[order[head_at]]))
		return order[head_at];
	if (scene.load.closed > 0 || scene.load.jobs >= limits->jobs)
		return SIZE_MAX;
	return backfill(&scene, items, order, n, head_at);
}

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
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"

#define END_UNKNOWN INT64_MAX

/* What a set of items holds together. */
struct load {
	uint64_t mem_bytes;
	uint64_t cpus_milli;
	size_t jobs;
	size_t closed; /* exclusive or alone: nothing joins, nothing is joined */
};

static bool is_closed(const struct plan_item *item)
{
	return item->alone || item->demand.exclusive;
}

static uint64_t mem_of(const struct plan_item *item, const struct plan_limits *limits)
{
	const uint64_t mem = item->demand.mem_bytes;
	return item->alone || mem > limits->budget_bytes ? limits->budget_bytes : mem;
}

static void load_add(struct load *load, const struct plan_item *item,
		     const struct plan_limits *limits)
{
	load->mem_bytes += mem_of(item, limits);
	load->cpus_milli += item->demand.cpus_milli;
	load->jobs++;
	load->closed += is_closed(item);
}

static void load_remove(struct load *load, const struct plan_item *item,
			const struct plan_limits *limits)
{
	load->mem_bytes -= mem_of(item, limits);
	load->cpus_milli -= item->demand.cpus_milli;
	load->jobs--;
	load->closed -= is_closed(item);
}

/* Locks apart: does the item fit beside the load? */
static bool load_admits(const struct load *load, const struct plan_item *item,
			const struct plan_limits *limits)
{
	const uint64_t cpus = item->demand.cpus_milli;
	if (load->jobs == 0)
		return true;
	if (load->closed > 0 || is_closed(item) || load->jobs >= limits->jobs)
		return false;
	if (load->mem_bytes > limits->budget_bytes ||
	    mem_of(item, limits) > limits->budget_bytes - load->mem_bytes)
		return false;
	return cpus == 0 || load->cpus_milli == 0 || limits->cpus == 0 ||
	       load->cpus_milli + cpus <= UINT64_C(1000) * limits->cpus;
}

static bool share_lock(const struct plan_item *a, const struct plan_item *b)
{
	if (!a->demand.locks || !b->demand.locks)
		return false;
	for (char **name = a->demand.locks; *name; name++)
		if (strv_has(b->demand.locks, *name))
			return true;
	return false;
}

/* One that runs, and when it is thought to end. */
struct running {
	const struct plan_item *item;
	int64_t end_ns;
};

/* Everything that runs, in the order in which it is thought to end. */
struct scene {
	const struct plan_limits *limits;
	int64_t now_ns;
	const struct running *running;
	size_t n;
	struct load load;
};

static int by_end(const void *va, const void *vb)
{
	const struct running *a = va;
	const struct running *b = vb;
	if (a->end_ns != b->end_ns)
		return a->end_ns < b->end_ns ? -1 : 1;
	if (a->item->started_ns != b->item->started_ns)
		return a->item->started_ns < b->item->started_ns ? -1 : 1;
	return a->item < b->item ? -1 : a->item > b->item;
}

static int64_t end_of(const struct plan_item *item, int64_t now_ns)
{
	if (item->expected_ns <= 0 || item->expected_ns > END_UNKNOWN - item->started_ns)
		return END_UNKNOWN;
	const int64_t end_ns = item->started_ns + item->expected_ns;
	return end_ns > now_ns ? end_ns : END_UNKNOWN;
}

/* Of the *n_running that run, which are near the beginning; heap; NULL: no memory. */
static struct running *running_list(const struct plan_item *items, const size_t *order, size_t n,
				    size_t *n_running, int64_t now_ns)
{
	struct running *list = calloc(*n_running + 1, sizeof(*list));
	size_t found = 0;
	for (size_t k = 0; list && k < n && found < *n_running; k++) {
		const struct plan_item *item = &items[order[k]];
		if (item->state == PLAN_RUNNING)
			list[found++] = (struct running){ item, end_of(item, now_ns) };
	}
	if (list)
		qsort(list, found, sizeof(*list), by_end);
	*n_running = found;
	return list;
}

/* May the item start beside those from `first` on, which are `load`? */
static bool may_join(const struct scene *scene, size_t first, const struct load *load,
		     const struct plan_item *item)
{
	if (!load_admits(load, item, scene->limits))
		return false;
	for (size_t i = first; i < scene->n; i++)
		if (share_lock(scene->running[i].item, item))
			return false;
	return true;
}

/* The head's reservation. */
struct shadow {
	int64_t at_ns;    /* END_UNKNOWN: nobody can say when */
	struct load load; /* what is held then, the head's own share included */
};

static void shadow_of(const struct scene *scene, const struct plan_item *head,
		      struct shadow *ret)
{
	struct load load = scene->load;
	int64_t at_ns = scene->now_ns;
	for (size_t i = 0; i < scene->n && !may_join(scene, i, &load, head); i++) {
		load_remove(&load, scene->running[i].item, scene->limits);
		at_ns = scene->running[i].end_ns;
	}
	load_add(&load, head, scene->limits);
	*ret = (struct shadow){ .at_ns = at_ns, .load = load };
}

/* Would the head start no later with this one started now? */
static bool leaves_head_alone(const struct scene *scene, const struct shadow *shadow,
			      const struct plan_item *head, const struct plan_item *item)
{
	if (shadow->at_ns != END_UNKNOWN && item->expected_ns > 0 &&
	    item->expected_ns <= shadow->at_ns - scene->now_ns)
		return true;
	return load_admits(&shadow->load, item, scene->limits) && !share_lock(head, item);
}

static size_t backfill(const struct scene *scene, const struct plan_item *items,
		       const size_t *order, size_t n, size_t head_at)
{
	const struct plan_item *head = &items[order[head_at]];
	struct shadow shadow;
	shadow_of(scene, head, &shadow);
	for (size_t k = head_at + 1; k < n; k++) {
		const struct plan_item *item = &items[order[k]];
		if (item->state == PLAN_WAITING && may_join(scene, 0, &scene->load, item) &&
		    leaves_head_alone(scene, &shadow, head, item))
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

	_cleanup_free_ struct running *running = running_list(items, order, n, &n_running, now_ns);
	if (!running)
		return SIZE_MAX; /* whatever ends next gives memory back, and asks again */
	struct scene scene = {
		.limits = limits,
		.now_ns = now_ns,
		.running = running,
		.n = n_running,
	};
	for (size_t i = 0; i < scene.n; i++)
		load_add(&scene.load, running[i].item, limits);
	if (may_join(&scene, 0, &scene.load, &items[order[head_at]]))
		return order[head_at];
	if (scene.load.closed > 0 || scene.load.jobs >= limits->jobs)
		return SIZE_MAX;
	return backfill(&scene, items, order, n, head_at);
}

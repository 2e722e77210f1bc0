/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/scene.h"

#include "base/str.h"

bool plan_is_closed(const struct plan_item *item)
{
	return item->alone || item->demand.exclusive;
}

uint64_t plan_mem_of(const struct plan_item *item, const struct plan_limits *limits)
{
	const uint64_t mem = item->demand.mem_bytes;
	return item->alone || mem > limits->budget_bytes ? limits->budget_bytes : mem;
}

bool plan_has_lock(const struct plan_item *item)
{
	return item->demand.locks || item->demand.shared_locks;
}

/* The item's share of one token, as one word says it; NULL: of none that there is. */
static struct plan_token_load *token_load(struct plan_load *load, const char *word,
					  const struct plan_limits *limits,
					  struct plan_token_load *ret)
{
	const int at = token_pools_find(limits->tokens, word);
	const uint32_t milli = token_milli(word);

	*ret = (struct plan_token_load){ .whole = milli / AMOUNT_WHOLE };
	if (milli < AMOUNT_WHOLE) {
		ret->milli = milli;
		ret->big = milli > AMOUNT_WHOLE / 2;
	}
	return at < 0 ? NULL : &load->tokens[at];
}

static void tokens_add(struct plan_load *load, const struct plan_item *item,
		       const struct plan_limits *limits)
{
	for (char **word = item->demand.tokens; word && *word; word++) {
		struct plan_token_load own;
		struct plan_token_load *to = token_load(load, *word, limits, &own);
		if (!to)
			continue;
		to->milli += own.milli;
		to->big += own.big;
		to->whole += own.whole;
	}
}

static void tokens_remove(struct plan_load *load, const struct plan_item *item,
			  const struct plan_limits *limits)
{
	for (char **word = item->demand.tokens; word && *word; word++) {
		struct plan_token_load own;
		struct plan_token_load *from = token_load(load, *word, limits, &own);
		if (!from)
			continue;
		from->milli -= own.milli;
		from->big -= own.big;
		from->whole -= own.whole;
	}
}

/* As few as can be. */
static uint64_t units_of(const struct plan_token_load *load)
{
	const uint64_t parts = (load->milli + AMOUNT_WHOLE - 1) / AMOUNT_WHOLE;
	return load->whole + (parts > load->big ? parts : load->big);
}

bool plan_tokens_fit(const struct plan_load *load, const struct plan_item *item,
		     const struct plan_limits *limits)
{
	if (!item->demand.tokens || !limits->tokens)
		return true;
	struct plan_load then = *load;
	tokens_add(&then, item, limits);
	for (size_t i = 0; i < limits->tokens->n; i++)
		if (units_of(&then.tokens[i]) > token_pool_size(&limits->tokens->list[i]) &&
		    units_of(&then.tokens[i]) > units_of(&load->tokens[i]))
			return false;
	return true;
}

void plan_load_add(struct plan_load *load, const struct plan_item *item,
		   const struct plan_limits *limits)
{
	load->mem_bytes += plan_mem_of(item, limits);
	load->cpus_milli += item->demand.cpus_milli;
	load->jobs++;
	load->locked += plan_has_lock(item);
	load->closed += plan_is_closed(item);
	tokens_add(load, item, limits);
}

void plan_load_remove(struct plan_load *load, const struct plan_item *item,
		      const struct plan_limits *limits)
{
	load->mem_bytes -= plan_mem_of(item, limits);
	load->cpus_milli -= item->demand.cpus_milli;
	load->jobs--;
	load->locked -= plan_has_lock(item);
	load->closed -= plan_is_closed(item);
	tokens_remove(load, item, limits);
}

/* Locks apart: does the item fit beside the load? */
static bool load_admits(const struct plan_load *load, const struct plan_item *item,
			const struct plan_limits *limits)
{
	const uint64_t cpus = item->demand.cpus_milli;
	if (load->jobs == 0)
		return true;
	if (load->closed > 0 || plan_is_closed(item) || load->jobs >= limits->jobs)
		return false;
	if (load->mem_bytes > limits->budget_bytes ||
	    plan_mem_of(item, limits) > limits->budget_bytes - load->mem_bytes ||
	    !plan_tokens_fit(load, item, limits))
		return false;
	return cpus == 0 || load->cpus_milli == 0 || limits->cpus == 0 ||
	       load->cpus_milli + cpus <= UINT64_C(1000) * limits->cpus;
}

static bool have_common(char *const *a, char *const *b)
{
	if (!a || !b)
		return false;
	for (char *const *name = a; *name; name++)
		if (strv_has(b, *name))
			return true;
	return false;
}

bool plan_locks_clash(const struct plan_item *a, const struct plan_item *b)
{
	return have_common(a->demand.locks, b->demand.locks) ||
	       have_common(a->demand.locks, b->demand.shared_locks) ||
	       have_common(a->demand.shared_locks, b->demand.locks);
}

bool plan_want_same(const struct plan_item *a, const struct plan_item *b)
{
	for (char **word = a->demand.tokens; word && *word; word++)
		for (char **other = b->demand.tokens; other && *other; other++)
			if (token_same_name(*word, *other))
				return true;
	return plan_locks_clash(a, b) ||
	       have_common(a->demand.shared_locks, b->demand.shared_locks);
}

int plan_by_end(const struct plan_running *a, const struct plan_running *b)
{
	if (a->end_ns != b->end_ns)
		return a->end_ns < b->end_ns ? -1 : 1;
	if (a->item->started_ns != b->item->started_ns)
		return a->item->started_ns < b->item->started_ns ? -1 : 1;
	return a->item < b->item ? -1 : a->item > b->item;
}

int64_t plan_end_of(const struct plan_item *item, int64_t now_ns)
{
	if (item->expected_ns <= 0 || item->expected_ns > PLAN_END_UNKNOWN - item->started_ns)
		return PLAN_END_UNKNOWN;
	const int64_t end_ns = item->started_ns + item->expected_ns;
	return end_ns > now_ns ? end_ns : PLAN_END_UNKNOWN;
}

/* How many of those that run, from the first, must have ended before none of
 * the others holds a lock against the item. */
static size_t lock_holders(const struct plan_scene *scene, const struct plan_item *item)
{
	size_t i = plan_has_lock(item) && scene->load.locked ? scene->n : 0;
	while (i > 0 && !plan_locks_clash(scene->running[i - 1].item, item))
		i--;
	return i;
}

bool plan_may_join(const struct plan_scene *scene, const struct plan_item *item)
{
	return load_admits(&scene->load, item, scene->limits) && lock_holders(scene, item) == 0;
}

void plan_shadow_of(const struct plan_scene *scene, const struct plan_item *head,
		    struct plan_shadow *ret)
{
	const size_t holders = lock_holders(scene, head);
	struct plan_load load = scene->load;
	int64_t at_ns = scene->now_ns;
	for (size_t i = 0; i < scene->n; i++) {
		if (i >= holders && load_admits(&load, head, scene->limits))
			break;
		plan_load_remove(&load, scene->running[i].item, scene->limits);
		at_ns = scene->running[i].end_ns;
	}
	plan_load_add(&load, head, scene->limits);
	*ret = (struct plan_shadow){ .at_ns = at_ns, .load = load };
}

bool plan_leaves_head_alone(const struct plan_scene *scene, const struct plan_shadow *shadow,
			    const struct plan_item *head, const struct plan_item *item)
{
	if (shadow->at_ns != PLAN_END_UNKNOWN && item->expected_ns > 0 &&
	    item->expected_ns <= shadow->at_ns - scene->now_ns)
		return true;
	return load_admits(&shadow->load, item, scene->limits) && !plan_locks_clash(head, item);
}

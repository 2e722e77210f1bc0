/* SPDX-License-Identifier: Apache-2.0 */
/* planner/scene.h - what runs just now, and who may join it without delaying the head. */
#ifndef PLANNER_SCENE_H
#define PLANNER_SCENE_H

#include "planner/queue.h"

#define PLAN_END_UNKNOWN INT64_MAX

/* What a set of items holds of one token. */
struct plan_token_load {
	uint64_t milli;  /* of parts of units */
	uint32_t big;    /* how many of those are above a half: no two share a unit */
	uint32_t whole;  /* units */
};

/* What a set of items holds together. */
struct plan_load {
	uint64_t mem_bytes;
	uint64_t cpus_milli;
	size_t jobs;
	size_t locked; /* that hold a lock */
	size_t closed; /* exclusive or alone: nothing joins, nothing is joined */
	struct plan_token_load tokens[AMOUNTS_MAX]; /* beside the limits' */
};

/* One that runs, and when it is thought to end. */
struct plan_running {
	const struct plan_item *item;
	int64_t end_ns;
};

/* Everything that runs, in the order in which it is thought to end. */
struct plan_scene {
	const struct plan_limits *limits;
	int64_t now_ns;
	const struct plan_running *running;
	size_t n;
	struct plan_load load;
};

/* The head's reservation. */
struct plan_shadow {
	int64_t at_ns;         /* PLAN_END_UNKNOWN: nobody can say when */
	struct plan_load load; /* what is held then, the head's own share included */
};

bool plan_is_closed(const struct plan_item *item);
uint64_t plan_mem_of(const struct plan_item *item, const struct plan_limits *limits);
bool plan_has_lock(const struct plan_item *item);
/* Do they want one lock, and one of them not only to share it? */
bool plan_locks_clash(const struct plan_item *a, const struct plan_item *b);
/* Do they want the same token, or the same lock in any way? */
bool plan_want_same(const struct plan_item *a, const struct plan_item *b);
/* Are there enough tokens for the item beside the load? */
bool plan_tokens_fit(const struct plan_load *load, const struct plan_item *item,
		     const struct plan_limits *limits);

void plan_load_add(struct plan_load *load, const struct plan_item *item,
		   const struct plan_limits *limits);
void plan_load_remove(struct plan_load *load, const struct plan_item *item,
		      const struct plan_limits *limits);

/* When the item, which runs, is thought to end; the order of such ends. */
int64_t plan_end_of(const struct plan_item *item, int64_t now_ns);
int plan_by_end(const struct plan_running *a, const struct plan_running *b);

/* May the item start beside all that runs? */
bool plan_may_join(const struct plan_scene *scene, const struct plan_item *item);

void plan_shadow_of(const struct plan_scene *scene, const struct plan_item *head,
		    struct plan_shadow *ret);

/* Would the head start no later with this one started now? */
bool plan_leaves_head_alone(const struct plan_scene *scene, const struct plan_shadow *shadow,
			    const struct plan_item *head, const struct plan_item *item);

#endif

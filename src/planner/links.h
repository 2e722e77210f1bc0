/* SPDX-License-Identifier: Apache-2.0 */
/* planner/links.h - which items wait until which others have ended: pure. */
#ifndef PLANNER_LINKS_H
#define PLANNER_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "planner/queue.h"

/* `after` starts once `before` is done. */
struct plan_edge {
	uint32_t before;
	uint32_t after;
	bool must_pass; /* and only if that came out well */
};

/* All edges among n items; never changes.  NULL stands for no edge at all. */
struct plan_links;

/* Sorts the edges in place; what is said twice is taken once.  0 (with NULL where there is
 * no edge), -ENOMEM, or -ELOOP: items wait for each other in a ring, whose members are then
 * the first *ret_ring of `ring`, of which there are n places, each waiting for the next
 * and the last for the first. */
int plan_links_new(size_t n, struct plan_edge *edges, size_t n_edges, struct plan_links **ret,
		   size_t *ring, size_t *ret_ring);
void plan_links_free(struct plan_links *l); /* accepts NULL */

/* The edges from an item, that is: who waits for it.  None from one past the n. */
const struct plan_edge *plan_links_from(const struct plan_links *l, size_t before, size_t *ret_n);

/* At the beginning: items that wait for any other become PLAN_BLOCKED, and each learns how
 * long the longest chain behind it takes.  *ret_awaited, the caller's to free, is how many
 * each still waits for.  0 or -ENOMEM. */
int plan_links_begin(const struct plan_links *l, struct plan_item *items, uint32_t **ret_awaited);

/* One is done: who waited for nobody else is PLAN_WAITING from now on.  True when any is. */
bool plan_links_done(const struct plan_links *l, size_t done, uint32_t *awaited,
		     struct plan_item *items);

/* How long the longest chain takes by these times of the items; 0 without links.  0 or
 * -ENOMEM. */
int plan_links_longest(const struct plan_links *l, const int64_t *ns, int64_t *ret_ns);

#endif

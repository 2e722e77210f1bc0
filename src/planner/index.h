/* SPDX-License-Identifier: Apache-2.0 */
/* planner/index.h - finds the waiting test that plan_next would, without a look at each. */
#ifndef PLANNER_INDEX_H
#define PLANNER_INDEX_H

#include "planner/queue.h"
#include "planner/scene.h"

struct plan_index;

/* Of those of the n in `order` that wait; all are borrowed.  NULL: no memory. */
struct plan_index *plan_index_new(const struct plan_item *items, const size_t *order, size_t n,
				  const struct plan_limits *limits);
void plan_index_free(struct plan_index *ix); /* accepts NULL */

void plan_index_remove(struct plan_index *ix, size_t at); /* order[at] waits no more */

/* Where in the order the first is that may start although the head may not, or
 * SIZE_MAX.  The head is one of those that wait; something runs. */
size_t plan_index_find(struct plan_index *ix, const struct plan_scene *scene,
		       const struct plan_item *head);

#endif

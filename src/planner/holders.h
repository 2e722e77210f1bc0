/* SPDX-License-Identifier: Apache-2.0 */
/* planner/holders.h - who holds what on the simulator's clock, as plan_grow wants to see it. */
#ifndef PLANNER_HOLDERS_H
#define PLANNER_HOLDERS_H

#include "planner/admit.h"

struct plan_holders {
	struct admit_row *rows; /* oldest first; `slot` is the span's number */
	size_t n;
	size_t cap;
	size_t standing;        /* of them: want more than they hold */
};

void holders_fini(struct plan_holders *h); /* accepts a zeroed one */

/* Spans come in the order of their numbers.  0 or -ENOMEM. */
int holders_add(struct plan_holders *h, size_t span, uint64_t mem_bytes, uint64_t budget_bytes);
void holders_remove(struct plan_holders *h, size_t span);

struct admit_row *holders_row(const struct plan_holders *h, size_t span); /* it is in */

/* It stands until it holds more; and it has got more. */
void holders_stand(struct plan_holders *h, struct admit_row *row, uint64_t want_bytes);
void holders_grow(struct plan_holders *h, struct admit_row *row);

#endif

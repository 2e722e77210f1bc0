/* SPDX-License-Identifier: Apache-2.0 */
/* planner/ledger_line.h - who is in line for memory: lets in, lets grow, watches.  Only ledger*.c
 * include it; the theory of operation is on top of ledger.c. */
#ifndef PLANNER_LEDGER_LINE_H
#define PLANNER_LEDGER_LINE_H

#include "planner/admit.h"
#include "planner/ledger.h"
#include "planner/ledger_table.h"

struct ledger {
	struct table table;
	struct admit_row *rows; /* scratch of collect; owned */
	size_t n_rows;
	size_t cap_rows;
};

struct watch {
	unsigned slot;
	int fd;
};

struct ledger_claim {
	struct ledger *ledger;  /* borrowed */
	unsigned slot;
	int fifo_fd;            /* keeps the slot alive */
	int epoll_fd;           /* -1 when it never had to wait */
	struct watch *watches;  /* owned */
	size_t n_watches;
	bool granted;           /* as far as we were told */
	uint64_t mem_bytes;     /* granted, likewise */
	struct amounts amounts; /* likewise */
	enum ledger_growth growth; /* what take_growth found */
};

/* All are called with the table's mutex held; negative results are -errno. */

int line_collect(struct ledger *l); /* l->rows become all in use, in the order of plan_admit */

/* Grants growth, and then admission to all that may start now, unless somebody
 * stands still.  `self` is the caller's slot, which needs no poke; TABLE_SLOTS:
 * none. */
int line_settle(struct ledger *l, unsigned self);

/* Growth of one that has not come to a stand: what is left once those that have
 * are served. */
int line_grow_now(struct ledger *l, unsigned slot);

/* Frees the rows of the dead; `self` is not looked at.  Returns how many. */
size_t line_sweep(struct ledger *l, unsigned self);

/* 1 when `take` finds what is waited for, 0 when it waits and is watching. */
int line_wait(struct ledger_claim *c, bool (*take)(struct ledger_claim *c));

/* The one behind one in line that leaves it must watch another; it cannot count on
 * the HUP, which a forked child of ours may hold back. */
void line_poke_next(struct ledger *l, unsigned slot);

void line_drop_watches(struct ledger_claim *c);
int line_listen(int epoll_fd, int fd, uint32_t events); /* adds fd to the set */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* planner/admit.h - who of those that wait at the ledger may start now: pure. */
#ifndef PLANNER_ADMIT_H
#define PLANNER_ADMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/amount.h"

/* A reservation that is held, or asked for. */
struct admit_row {
	uint64_t mem_bytes;    /* granted when held, else wanted */
	uint64_t budget_bytes; /* what its process may see reserved in total */
	uint64_t seq;          /* order of grants when held, else of asking */
	uint64_t ask_seq;      /* order of asking, from the same count */
	unsigned slot;         /* the caller's name for the row, not looked at */
	bool alone;            /* only when nothing else is held, and nothing joins it */
	bool held;
	bool admitted;         /* result: it waited, and may start */

	const struct amount *amounts; /* tokens and locks; borrowed */
	size_t n_amounts;
	uint64_t units[AMOUNTS_MAX]; /* result of one that is admitted: of each token, which */

	/* Of one that is held, for plan_grow. */
	uint64_t want_bytes;   /* above mem_bytes: it stands still until it has more */
	uint64_t grown_bytes;  /* result: what it holds from now on; 0: as before */
	bool may_rerun;        /* killing it costs only time */
	bool yields;           /* result: it is to give way */
	bool watched;          /* the ledger's own */
};

/* The bytes that a row takes of the budget: all of it when it is alone or
 * wants more than there is. */
uint64_t admit_bytes(const struct admit_row *row);

/* Rows: the held in the order in which they were granted, then the waiting,
 * oldest first.  Marks those that may start now and returns how many they are.
 *
 * 1. What is held together never exceeds the smallest budget of those that
 *    hold it.  Those that only wait bind nobody: a budget that dies while it
 *    waits would otherwise have to wake others.
 * 2. The oldest that cannot start is the head.  It owns a reservation: nobody
 *    knows how long the holders will take, so they are thought to end oldest
 *    first, and as many of them as must end for the head to start leave it its
 *    place.  Somebody younger starts only in what then remains beside the head.
 * 3. Nobody holds a unit of a token, or a lock, that another holds: parts of one
 *    unit add up to one at most, and locks that are shared are held beside each
 *    other.  All this is part of "to fit".
 * 4. So all who passed the head fit beside it together, and it starts at the
 *    latest when those end that held when it became head: nobody starves.
 * 4. Those who passed may have grown out of that place since.  While they have,
 *    nobody else passes: the head waits for them, too, but not for others that
 *    come after them and grow in their turn.
 */
size_t plan_admit(struct admit_row *rows, size_t n);

#endif

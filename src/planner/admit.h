/* SPDX-License-Identifier: Apache-2.0 */
/* planner/admit.h - who of those that wait at the ledger may start now: pure. */
#ifndef PLANNER_ADMIT_H
#define PLANNER_ADMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reservation that is held, or asked for. */
struct admit_row {
	uint64_t mem_bytes;    /* granted when held, else wanted */
	uint64_t budget_bytes; /* what its process may see reserved in total */
	uint64_t seq;          /* smaller is older */
	unsigned slot;         /* the caller's name for the row, not looked at */
	bool alone;            /* only when nothing else is held, and nothing joins it */
	bool held;
	bool admitted;         /* result: it waited, and may start */
};

/* The bytes that a row takes of the budget: all of it when it is alone or
 * wants more than there is. */
uint64_t admit_bytes(const struct admit_row *row);

/* Rows in any order of the held, and the waiting oldest first.  Marks those
 * that may start now and returns how many they are.
 *
 * 1. What is held together never exceeds the smallest budget of those that
 *    hold it.  Those that only wait bind nobody: a budget that dies while it
 *    waits would otherwise have to wake others.
 * 2. The oldest that cannot start is the head.  Nobody younger starts unless
 *    the head could still start beside all that is then held.  When nothing is
 *    held the head always starts, so everyone becomes head and starts.
 */
size_t plan_admit(struct admit_row *rows, size_t n);

#endif

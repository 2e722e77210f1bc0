/* SPDX-License-Identifier: Apache-2.0 */
/* planner/ledger_table.h - the ledger's shared rows and their mutex.  Only ledger*.c include it;
 * the theory of operation is on top of ledger.c. */
#ifndef PLANNER_LEDGER_TABLE_H
#define PLANNER_LEDGER_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "model/amount.h"

#define TABLE_SLOTS 4096
#define TABLE_TITLE 64

enum table_state { TABLE_FREE, TABLE_WAITING, TABLE_HELD };

/* All but `state` is only looked at, and only changed, under the mutex while
 * the state tells who it belongs to. */
struct table_row {
	_Atomic uint32_t state; /* enum table_state; written last */
	int32_t pid;
	uint64_t ask_seq;       /* order of asking */
	uint64_t grant_seq;     /* order of grants, when held */
	uint64_t mem_bytes;     /* wanted */
	uint64_t granted_bytes; /* when held */
	uint64_t budget_bytes;
	uint64_t want_bytes;    /* when held and standing still: what it would go on with; else 0 */
	int64_t since_ns;
	uint32_t alone;
	uint32_t may_rerun;
	uint32_t yields;        /* told to give way */
	char title[TABLE_TITLE];
	uint32_t n_amounts;
	struct amount amounts[AMOUNTS_MAX]; /* wanted; with their units when held */
};

struct table_file;

struct table {
	int dir_fd;             /* owned */
	int lock_fd;            /* -1 while the mutex is not ours */
	dev_t dev;              /* of the file that is mapped */
	ino_t ino;
	char *path;             /* of the table, for messages; owned */
	struct table_file *file;
};

/* Makes the directory (0700) and the table when missing; a table of an earlier
 * boot, a damaged one or one of another version is made anew when nobody lives
 * in it, and refused otherwise. */
int table_open(const char *dir, struct table *ret, struct iso_err *err);
void table_close(struct table *t);

int table_lock(struct table *t, struct iso_err *err);
void table_unlock(struct table *t);
void table_forget(struct table *t); /* in a fork: only closes our descriptors of it */

/* Under the mutex. */
struct table_row *table_row_at(struct table *t, unsigned slot);
unsigned table_high(const struct table *t);       /* no row at or above it is in use */
void table_raise(struct table *t, unsigned slot); /* before a row comes into use */
void table_free_row(struct table *t, unsigned slot);
uint64_t table_next_seq(struct table *t);

static inline enum table_state table_state_of(const struct table_row *row)
{
	const uint32_t state = atomic_load_explicit(&row->state, memory_order_acquire);
	return state == TABLE_WAITING || state == TABLE_HELD ? (enum table_state)state : TABLE_FREE;
}

static inline void table_set_state(struct table_row *row, enum table_state state)
{
	atomic_store_explicit(&row->state, (uint32_t)state, memory_order_release);
}

#endif

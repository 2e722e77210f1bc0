/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.
 *
 * The directory holds `table`, a file of fixed rows that everyone maps shared,
 * and one FIFO a row, `slot-NNNN`, made on first use and kept.  A row is a claim
 * that waits or holds; the slot's number is also ISORUN_SLOT.
 *
 * Who lives.  The owner of a slot opens its FIFO for reading and writing, puts
 * an open-file-description lock on it and keeps it open; the sandbox's init
 * inherits it by fork.  The lock is gone exactly when the last of them is, by
 * whatever death, and F_OFD_GETLK asks without side effects.  Reading the FIFO
 * could not: EOF means dead, but trying might eat a wake byte.
 *
 * Who changes.  All under one mutex, a lock on `table` that dies with its
 * holder.  So every change must be whole at any instant:
 *  1. A row is filled before its state word is set, and a FREE row is nobody's.
 *  2. Rows whose owner is dead count as held until swept; that only delays.
 *  3. Everyone whose turn or watch is about to change is poked (one byte into
 *     its FIFO) before the change.  It then blocks on the mutex, and if we die
 *     half-way it finds what we left and finishes the work: any process under
 *     the mutex grants for all (settle).
 *
 * Who wakes whom.  A waiter sleeps on one epoll descriptor that holds its own
 * FIFO (readable: poked) and watches, read-only opens of others' FIFOs that
 * report EPOLLHUP once their last writer is gone:
 *  4. in line stand first those that hold and stand still until they may grow,
 *     the oldest grant first, then the waiters by age.  The first in line watches
 *     all others that hold, everyone else the next one before it.  Who comes to
 *     stand still in the midst of the line makes nobody move: those behind watch
 *     somebody further ahead, and the first watches all holders.
 * Hence each death wakes exactly one living waiter, who sweeps, settles and
 * watches anew; and there is no herd.  Release pokes who is granted, so a death
 * notice is needed only for the killed.  The kernel drops the lock of a file
 * before it counts the writer off, and we test the lock after opening the
 * watch: a slot seen alive still had its writer, so its HUP will come.
 * Where a slot changed owners under a watch, the watch reports the new one's
 * end: more than is asked for, never less.
 *
 * A slot is taken only when its FIFO has no writer left: another sandbox's init
 * may have inherited a descriptor of its last owner, and would hold back the
 * HUP of the new one.
 *
 * Who grows.  One that holds and stands still at its limit puts what it wants into
 * its row.  Whoever settles raises what was granted, and the holder its limit only
 * once it has read that: so the sum of limits is below the budget whoever dies in
 * between.  While anybody stands nobody new is let in.  When all that hold stand, or
 * it helps an older one, one is marked to give way (plan_grow); its holder ends it
 * and releases, or takes back what it wanted when it got on without.
 *
 * Nothing here polls by time.  A process that is stopped (SIGSTOP) while it is
 * the oldest waiter delays the notice of deaths until it goes on or until
 * anyone asks or releases; one stopped inside the mutex delays everybody. */
#include "planner/ledger.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "planner/ledger_line.h"
#include "planner/ledger_slot.h"

static_assert(sizeof(((struct ledger_row *)0)->title) == TABLE_TITLE, "titles fit rows");

int ledger_open(const char *dir, struct ledger **ret, struct iso_err *err)
{
	_cleanup_free_ struct ledger *l = calloc(1, sizeof(*l));
	if (!l)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "open ledger '%s'", dir);
	const int r = table_open(dir, &l->table, err);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(l);
	return 0;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	table_close(&l->table);
	free(l->rows);
	free(l);
}

static void put_amounts(struct table_row *row, const struct amounts *amounts)
{
	row->n_amounts = amounts ? (uint32_t)amounts->n : 0;
	if (!row->n_amounts)
		return;
	/* More than there is would stand at the head of the line for ever. */
	for (size_t i = 0; i < amounts->n; i++)
		assert(amounts->list[i].kind != AMOUNT_TOKEN ||
		       amounts->list[i].milli <= (uint64_t)AMOUNT_WHOLE *
				(unsigned)__builtin_popcountll(amounts->list[i].have));
	memcpy(row->amounts, amounts->list, amounts->n * sizeof(row->amounts[0]));
}

static void take_amounts(const struct table_row *row, struct amounts *ret)
{
	ret->n = row->n_amounts < AMOUNTS_MAX ? row->n_amounts : AMOUNTS_MAX;
	memcpy(ret->list, row->amounts, ret->n * sizeof(ret->list[0]));
}

/* Notes a grant that the table shows. */
static bool take_grant(struct ledger_claim *c)
{
	const struct table_row *row = table_row_at(&c->ledger->table, c->slot);
	if (table_state_of(row) != TABLE_HELD)
		return false;
	c->granted = true;
	c->mem_bytes = row->granted_bytes;
	take_amounts(row, &c->amounts);
	line_drop_watches(c);
	return true;
}

/* Likewise growth, or the word that there will be none; ends the standing still. */
static bool take_growth(struct ledger_claim *c)
{
	struct table_row *row = table_row_at(&c->ledger->table, c->slot);
	if (row->granted_bytes > c->mem_bytes) {
		c->mem_bytes = row->granted_bytes;
		row->want_bytes = 0;
		row->yields = false;
		c->growth = LEDGER_GROWN;
	} else if (row->yields) {
		c->growth = LEDGER_YIELDS;
	} else {
		return false;
	}
	line_drop_watches(c);
	return true;
}

/* Takes the lowest slot that nobody has; *ret_fd keeps it. */
static int take_slot(struct ledger *l, unsigned *ret_slot, int *ret_fd)
{
	for (unsigned slot = 0; slot < TABLE_SLOTS; slot++) {
		if (table_state_of(table_row_at(&l->table, slot)) != TABLE_FREE)
			continue;
		const int fd = slot_take(l->table.dir_fd, slot);
		if (fd == -EBUSY)
			continue;
		if (fd < 0)
			return fd;
		*ret_slot = slot;
		*ret_fd = fd;
		return 0;
	}
	return -EUSERS;
}

/* Under the mutex: a row of its own, waiting as the youngest. */
static int enter(struct ledger_claim *c, const struct ledger_request *request)
{
	struct table *t = &c->ledger->table;
	int r = take_slot(c->ledger, &c->slot, &c->fifo_fd);
	if (r == -EUSERS && line_sweep(c->ledger, TABLE_SLOTS) > 0)
		r = take_slot(c->ledger, &c->slot, &c->fifo_fd);
	if (r < 0)
		return r;
	struct table_row *row = table_row_at(t, c->slot);
	row->pid = getpid();
	row->ask_seq = table_next_seq(t);
	row->mem_bytes = request->mem_bytes;
	row->granted_bytes = 0;
	row->budget_bytes = request->budget_bytes;
	row->since_ns = time_now_ns();
	row->want_bytes = 0;
	row->alone = request->alone;
	row->may_rerun = request->may_rerun;
	row->yields = false;
	(void)snprintf(row->title, sizeof(row->title), "%s", request->title ? request->title : "");
	put_amounts(row, request->amounts);
	table_raise(t, c->slot);
	table_set_state(row, TABLE_WAITING);
	return 0;
}

/* Under the mutex: frees the row and lets in who fits now. */
static void leave(struct ledger_claim *c)
{
	struct ledger *l = c->ledger;
	const struct table_row *row = table_row_at(&l->table, c->slot);
	if (table_state_of(row) == TABLE_WAITING || row->want_bytes)
		line_poke_next(l, c->slot);
	table_free_row(&l->table, c->slot);
	slot_give_back(TAKE_FD(c->fifo_fd));
	/* Out of memory: the oldest waiter watches us, and settles. */
	(void)line_settle(l, TABLE_SLOTS);
}

static void claim_free(struct ledger_claim *c)
{
	line_drop_watches(c);
	free(c->watches);
	if (c->epoll_fd >= 0)
		close(c->epoll_fd);
	if (c->fifo_fd >= 0)
		close(c->fifo_fd);
	free(c);
}

void ledger_forget(struct ledger *l)
{
	table_forget(&l->table);
}

void ledger_claim_forget(struct ledger_claim *c)
{
	/* The parent's watches stay in the set that it shares with us. */
	for (size_t i = 0; i < c->n_watches; i++)
		close(c->watches[i].fd);
	c->n_watches = 0;
	cleanup_close(&c->epoll_fd);
	cleanup_close(&c->fifo_fd);
	c->epoll_fd = c->fifo_fd = -1;
}

static int start_waiting(struct ledger_claim *c)
{
	c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll_fd < 0)
		return -errno;
	const int r = line_listen(c->epoll_fd, c->fifo_fd, EPOLLIN);
	return r < 0 ? r : line_wait(c, take_grant);
}

/* Under the mutex.  The dead are looked for only when they are in the way. */
static int enter_and_settle(struct ledger_claim *c, const struct ledger_request *request,
			    unsigned flags)
{
	struct ledger *l = c->ledger;
	int r = enter(c, request);
	if (r < 0)
		return r;
	r = line_settle(l, c->slot);
	if (r == 0 && !take_grant(c)) {
		if (!(flags & LEDGER_NOWAIT))
			r = start_waiting(c);
		else if (line_sweep(l, c->slot) > 0)
			r = line_settle(l, c->slot);
		if (r >= 0 && (flags & LEDGER_NOWAIT) && !take_grant(c))
			r = -EAGAIN;
	}
	if (r < 0)
		leave(c);
	return r < 0 ? r : 0;
}

int ledger_ask(struct ledger *l, const struct ledger_request *request, unsigned flags,
	       struct ledger_claim **ret, struct iso_err *err)
{
	struct ledger_claim *c = calloc(1, sizeof(*c));
	if (!c)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "ask for a reservation");
	*c = (struct ledger_claim){ .ledger = l, .fifo_fd = -1, .epoll_fd = -1 };
	int r = table_lock(&l->table, err);
	if (r < 0) {
		claim_free(c);
		return r;
	}
	r = enter_and_settle(c, request, flags);
	table_unlock(&l->table);
	if (r == 0) {
		*ret = c;
		return 0;
	}
	claim_free(c);
	if (r == -EAGAIN)
		return r;
	return iso_err_set(err, ISO_ERR_HOST, r, "enter ledger '%s'", l->table.path);
}

bool ledger_granted(const struct ledger_claim *c)
{
	return c->granted;
}

uint64_t ledger_mem_bytes(const struct ledger_claim *c)
{
	return c->mem_bytes;
}

const struct amounts *ledger_amounts(const struct ledger_claim *c)
{
	return &c->amounts;
}

unsigned ledger_slot(const struct ledger_claim *c)
{
	return c->slot;
}

int ledger_poll_fd(const struct ledger_claim *c)
{
	return c->epoll_fd;
}

int ledger_alive_fd(const struct ledger_claim *c)
{
	return c->fifo_fd;
}

int ledger_attend(struct ledger_claim *c, struct iso_err *err)
{
	struct ledger *l = c->ledger;
	if (c->granted)
		return 1;
	int r = table_lock(&l->table, err);
	if (r < 0)
		return r;
	/* Pokes are written under the mutex, too: none can come between this and
	 * the look at the table. */
	slot_drain(c->fifo_fd);
	r = line_wait(c, take_grant);
	table_unlock(&l->table);
	return r >= 0 ? r : iso_err_set(err, ISO_ERR_HOST, r, "wait in ledger '%s'",
					l->table.path);
}

/* Under the mutex: the next in line learns whom to watch, and may be let in. */
static void stand_no_more(struct ledger_claim *c)
{
	struct ledger *l = c->ledger;
	struct table_row *row = table_row_at(&l->table, c->slot);
	if (!row->want_bytes && !row->yields)
		return;
	line_poke_next(l, c->slot);
	row->want_bytes = 0;
	row->yields = false;
	line_drop_watches(c);
	(void)line_settle(l, c->slot);
}

/* Whether it is the last that holds anything. */
static bool holds_alone(struct ledger *l)
{
	size_t n = 0;

	if (line_collect(l) < 0)
		return false;
	for (size_t i = 0; i < l->n_rows; i++)
		n += l->rows[i].held && l->rows[i].mem_bytes > 0;
	return n == 1;
}

/* Under the mutex; ends with what `ret` is to be, or -errno. */
static int stand(struct ledger_claim *c, enum ledger_growth *ret)
{
	const int r = line_wait(c, take_growth);
	if (r < 0)
		return r;
	*ret = r ? c->growth : LEDGER_STANDS;
	if (*ret == LEDGER_YIELDS && holds_alone(c->ledger))
		*ret = LEDGER_HAS_ALL;
	return 0;
}

static int begin_to_stand(struct ledger_claim *c, enum ledger_growth *ret)
{
	if (c->epoll_fd < 0) {
		c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
		if (c->epoll_fd < 0)
			return -errno;
		const int r = line_listen(c->epoll_fd, c->fifo_fd, EPOLLIN);
		if (r < 0)
			return r;
	}
	return stand(c, ret);
}

int ledger_grow(struct ledger_claim *c, uint64_t want_bytes, unsigned flags,
		enum ledger_growth *ret, struct iso_err *err)
{
	struct ledger *l = c->ledger;
	struct table_row *row = table_row_at(&l->table, c->slot);
	int r = table_lock(&l->table, err);
	if (r < 0)
		return r;
	row->want_bytes = want_bytes;
	if (!(flags & LEDGER_NOWAIT)) {
		r = begin_to_stand(c, ret);
	} else {
		/* Nobody is told to give way for one that still runs. */
		r = line_grow_now(l, c->slot);
		*ret = r == 0 && take_growth(c) ? c->growth : LEDGER_STANDS;
	}
	if (r < 0 || (flags & LEDGER_NOWAIT))
		row->want_bytes = 0;
	table_unlock(&l->table);
	return r >= 0 ? 0 : iso_err_set(err, ISO_ERR_HOST, r, "grow in ledger '%s'", l->table.path);
}

int ledger_attend_growth(struct ledger_claim *c, enum ledger_growth *ret, struct iso_err *err)
{
	struct ledger *l = c->ledger;
	int r = table_lock(&l->table, err);
	if (r < 0)
		return r;
	slot_drain(c->fifo_fd);
	r = stand(c, ret);
	table_unlock(&l->table);
	return r >= 0 ? 0 : iso_err_set(err, ISO_ERR_HOST, r, "grow in ledger '%s'", l->table.path);
}

void ledger_grow_cancel(struct ledger_claim *c)
{
	struct ledger *l = c->ledger;
	if (table_lock(&l->table, NULL) < 0)
		return;
	stand_no_more(c);
	table_unlock(&l->table);
}

void ledger_release(struct ledger_claim *c)
{
	if (!c)
		return;
	struct ledger *l = c->ledger;
	/* Without the mutex (the table was removed) closing the FIFO says it. */
	if (table_lock(&l->table, NULL) == 0) {
		leave(c);
		table_unlock(&l->table);
	}
	claim_free(c);
}

static void copy_row(struct ledger *l, const struct admit_row *from, struct ledger_row *ret)
{
	const struct table_row *row = table_row_at(&l->table, from->slot);
	*ret = (struct ledger_row){
		.pid = row->pid,
		.held = from->held,
		.mem_bytes = from->mem_bytes,
		.budget_bytes = from->budget_bytes,
		.want_bytes = from->want_bytes > from->mem_bytes ? from->want_bytes : 0,
		.since_ns = row->since_ns,
		.slot = from->slot,
	};
	memcpy(ret->title, row->title, sizeof(ret->title) - 1);
	take_amounts(row, &ret->amounts);
}

int ledger_list(struct ledger *l, struct ledger_row **ret_rows, size_t *ret_n,
		struct iso_err *err)
{
	int r = table_lock(&l->table, err);
	if (r < 0)
		return r;
	if (line_sweep(l, TABLE_SLOTS) > 0)
		(void)line_settle(l, TABLE_SLOTS);
	r = line_collect(l);
	struct ledger_row *rows = r < 0 ? NULL : calloc(l->n_rows + 1, sizeof(*rows));
	for (size_t i = 0; rows && i < l->n_rows; i++)
		copy_row(l, &l->rows[i], &rows[i]);
	table_unlock(&l->table);
	if (!rows)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "list the ledger");
	*ret_rows = rows;
	*ret_n = l->n_rows;
	return 0;
}

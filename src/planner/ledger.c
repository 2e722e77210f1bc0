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
 *  4. the oldest waiter watches all that hold, every other waiter watches the
 *     next older one.
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
#include "planner/admit.h"
#include "planner/ledger_slot.h"
#include "planner/ledger_table.h"

static_assert(sizeof(((struct ledger_row *)0)->title) == TABLE_TITLE, "titles fit rows");

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
	uint64_t mem_bytes;     /* granted */
};

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

static int by_age(const void *va, const void *vb)
{
	const struct admit_row *a = va;
	const struct admit_row *b = vb;
	if (a->held != b->held)
		return a->held ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static int make_room(struct ledger *l, size_t n)
{
	if (n <= l->cap_rows)
		return 0;
	struct admit_row *rows = reallocarray(l->rows, n + 16, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	l->rows = rows;
	l->cap_rows = n + 16;
	return 0;
}

/* l->rows become all rows in use, in the order that plan_admit wants. */
static int collect(struct ledger *l)
{
	const unsigned high = table_high(&l->table);
	const int r = make_room(l, high);
	if (r < 0)
		return r;
	l->n_rows = 0;
	for (unsigned slot = 0; slot < high; slot++) {
		const struct table_row *row = table_row_at(&l->table, slot);
		const enum table_state state = table_state_of(row);
		if (state == TABLE_FREE)
			continue;
		const bool held = state == TABLE_HELD;
		l->rows[l->n_rows++] = (struct admit_row){
			.mem_bytes = held ? row->granted_bytes : row->mem_bytes,
			.budget_bytes = row->budget_bytes,
			.seq = held ? row->grant_seq : row->ask_seq,
			.slot = slot,
			.alone = row->alone,
			.held = held,
		};
	}
	if (l->n_rows > 1)
		qsort(l->rows, l->n_rows, sizeof(*l->rows), by_age);
	return 0;
}

/* Rule 3: those that are granted, those that stand behind one that is, and the
 * oldest that goes on waiting, who must watch the new holders. */
static void poke_changed(struct ledger *l, unsigned self)
{
	bool behind_admitted = false;
	bool head_found = false;
	for (size_t i = 0; i < l->n_rows; i++) {
		const struct admit_row *row = &l->rows[i];
		if (row->held)
			continue;
		const bool is_head = !row->admitted && !head_found;
		if (row->slot != self && (row->admitted || behind_admitted || is_head))
			slot_poke(l->table.dir_fd, row->slot);
		head_found |= is_head;
		behind_admitted = row->admitted;
	}
}

/* Grants to all that may start now.  `self` is the caller's slot, which needs
 * no poke; TABLE_SLOTS: none. */
static int settle(struct ledger *l, unsigned self)
{
	const int r = collect(l);
	if (r < 0 || plan_admit(l->rows, l->n_rows) == 0)
		return r;
	poke_changed(l, self);
	const int64_t now_ns = time_now_ns();
	for (size_t i = 0; i < l->n_rows; i++) {
		if (!l->rows[i].admitted)
			continue;
		struct table_row *row = table_row_at(&l->table, l->rows[i].slot);
		row->granted_bytes = admit_bytes(&l->rows[i]);
		row->grant_seq = table_next_seq(&l->table);
		row->since_ns = now_ns;
		table_set_state(row, TABLE_HELD);
	}
	return 0;
}

/* Frees the rows of the dead; `self` is not looked at.  Returns how many. */
static size_t sweep(struct ledger *l, unsigned self)
{
	size_t n = 0;
	for (unsigned slot = 0; slot < table_high(&l->table); slot++) {
		if (slot == self || table_state_of(table_row_at(&l->table, slot)) == TABLE_FREE)
			continue;
		_cleanup_close_ int fd = slot_watch(l->table.dir_fd, slot);
		if (fd >= 0 ? slot_alive(fd) : fd != -ENOENT)
			continue;
		table_free_row(&l->table, slot);
		n++;
	}
	return n;
}

static void drop_watch(struct ledger_claim *c, size_t i)
{
	/* Removed by name: a child that inherited the descriptor would keep it in
	 * the set after our close. */
	(void)epoll_ctl(c->epoll_fd, EPOLL_CTL_DEL, c->watches[i].fd, NULL);
	close(c->watches[i].fd);
	c->watches[i] = c->watches[--c->n_watches];
}

static void drop_watches(struct ledger_claim *c)
{
	while (c->n_watches > 0)
		drop_watch(c, c->n_watches - 1);
}

static int epoll_put(int epoll_fd, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };
	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* 0, 1 when the slot's owner is dead, or -errno. */
static int add_watch(struct ledger_claim *c, unsigned slot)
{
	for (size_t i = 0; i < c->n_watches; i++)
		if (c->watches[i].slot == slot)
			return 0;
	_cleanup_close_ int fd = slot_watch(c->ledger->table.dir_fd, slot);
	if (fd < 0)
		return fd == -ENOENT ? 1 : fd;
	if (!slot_alive(fd))
		return 1;
	struct watch *more = realloc(c->watches, (c->n_watches + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	c->watches = more;
	/* No events asked for: EPOLLHUP comes unasked, and others' wake bytes
	 * are none of ours. */
	const int r = epoll_put(c->epoll_fd, fd, 0);
	if (r < 0)
		return r;
	c->watches[c->n_watches++] = (struct watch){ .slot = slot, .fd = TAKE_FD(fd) };
	return 0;
}

/* Rule 4: the range of l->rows that the waiter in `slot` watches. */
static void find_watched(const struct ledger *l, unsigned slot, size_t *ret_from, size_t *ret_to)
{
	size_t n_held = 0;
	size_t at = 0;
	while (n_held < l->n_rows && l->rows[n_held].held)
		n_held++;
	while (at < l->n_rows && l->rows[at].slot != slot)
		at++;
	assert(at >= n_held && at < l->n_rows); /* a living waiter's row is nobody else's to free */
	*ret_from = at == n_held ? 0 : at - 1;
	*ret_to = at;
}

/* 0, 1 when one of those to watch is dead already, or -errno. */
static int move_watches(struct ledger_claim *c)
{
	const struct ledger *l = c->ledger;
	size_t from;
	size_t to;
	find_watched(l, c->slot, &from, &to);
	for (size_t i = c->n_watches; i-- > 0;) {
		size_t k = from;
		while (k < to && l->rows[k].slot != c->watches[i].slot)
			k++;
		if (k == to)
			drop_watch(c, i);
	}
	for (size_t k = from; k < to; k++) {
		const int r = add_watch(c, l->rows[k].slot);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Notes a grant that the table shows. */
static bool take_grant(struct ledger_claim *c)
{
	const struct table_row *row = table_row_at(&c->ledger->table, c->slot);
	if (table_state_of(row) != TABLE_HELD)
		return false;
	c->granted = true;
	c->mem_bytes = row->granted_bytes;
	drop_watches(c);
	return true;
}

/* Under the mutex: 1 when granted, 0 when it waits and is watching, or -errno. */
static int wait_turn(struct ledger_claim *c)
{
	for (;;) {
		if (take_grant(c))
			return 1;
		(void)sweep(c->ledger, c->slot);
		int r = settle(c->ledger, c->slot);
		if (r < 0)
			return r;
		if (take_grant(c))
			return 1;
		/* settle may have changed who is held since it collected */
		r = collect(c->ledger);
		if (r == 0)
			r = move_watches(c);
		if (r <= 0)
			return r;
	}
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
	if (r == -EUSERS && sweep(c->ledger, TABLE_SLOTS) > 0)
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
	row->alone = request->alone;
	(void)snprintf(row->title, sizeof(row->title), "%s", request->title ? request->title : "");
	table_raise(t, c->slot);
	table_set_state(row, TABLE_WAITING);
	return 0;
}

/* Under the mutex: frees the row and lets in who fits now. */
static void leave(struct ledger_claim *c)
{
	struct ledger *l = c->ledger;
	const struct table_row *row = table_row_at(&l->table, c->slot);
	/* The one behind a waiter that gives up must watch another; it cannot
	 * count on the HUP, which a forked child of ours may hold back. */
	if (table_state_of(row) == TABLE_WAITING && collect(l) == 0)
		for (size_t i = 0; i + 1 < l->n_rows; i++)
			if (l->rows[i].slot == c->slot)
				slot_poke(l->table.dir_fd, l->rows[i + 1].slot);
	table_free_row(&l->table, c->slot);
	slot_give_back(TAKE_FD(c->fifo_fd));
	/* Out of memory: the oldest waiter watches us, and settles. */
	(void)settle(l, TABLE_SLOTS);
}

static void claim_free(struct ledger_claim *c)
{
	drop_watches(c);
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
	const int r = epoll_put(c->epoll_fd, c->fifo_fd, EPOLLIN);
	return r < 0 ? r : wait_turn(c);
}

/* Under the mutex.  The dead are looked for only when they are in the way. */
static int enter_and_settle(struct ledger_claim *c, const struct ledger_request *request,
			    unsigned flags)
{
	struct ledger *l = c->ledger;
	int r = enter(c, request);
	if (r < 0)
		return r;
	r = settle(l, c->slot);
	if (r == 0 && !take_grant(c)) {
		if (!(flags & LEDGER_NOWAIT))
			r = start_waiting(c);
		else if (sweep(l, c->slot) > 0)
			r = settle(l, c->slot);
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
	r = wait_turn(c);
	table_unlock(&l->table);
	return r >= 0 ? r : iso_err_set(err, ISO_ERR_HOST, r, "wait in ledger '%s'",
					l->table.path);
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
		.since_ns = row->since_ns,
		.slot = from->slot,
	};
	memcpy(ret->title, row->title, sizeof(ret->title) - 1);
}

int ledger_list(struct ledger *l, struct ledger_row **ret_rows, size_t *ret_n,
		struct iso_err *err)
{
	int r = table_lock(&l->table, err);
	if (r < 0)
		return r;
	if (sweep(l, TABLE_SLOTS) > 0)
		(void)settle(l, TABLE_SLOTS);
	r = collect(l);
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

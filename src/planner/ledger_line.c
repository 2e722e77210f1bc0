/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/ledger_line.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "planner/grow.h"
#include "planner/ledger_slot.h"

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

int line_collect(struct ledger *l)
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
		const size_t n_amounts = row->n_amounts;
		l->rows[l->n_rows++] = (struct admit_row){
			.mem_bytes = held ? row->granted_bytes : row->mem_bytes,
			.budget_bytes = row->budget_bytes,
			.seq = held ? row->grant_seq : row->ask_seq,
			.ask_seq = row->ask_seq,
			.slot = slot,
			.alone = row->alone,
			.held = held,
			.want_bytes = held ? row->want_bytes : 0,
			.may_rerun = row->may_rerun,
			.yields = held && row->yields,
			.amounts = row->amounts,
			.n_amounts = n_amounts < AMOUNTS_MAX ? n_amounts : AMOUNTS_MAX,
		};
	}
	if (l->n_rows > 1)
		qsort(l->rows, l->n_rows, sizeof(*l->rows), by_age);
	return 0;
}

/* In line for memory: those that stand still, then those that are not in yet. */
static bool in_line(const struct admit_row *row)
{
	return !row->held || row->grown_bytes || row->want_bytes > row->mem_bytes;
}

/* Rule 3: those that are granted or told to give way, those that stand behind
 * one that leaves the line, and the first that stays in it, who must watch the
 * new holders. */
static void poke_changed(struct ledger *l, unsigned self)
{
	bool behind_leaving = false;
	bool head_found = false;
	for (size_t i = 0; i < l->n_rows; i++) {
		const struct admit_row *row = &l->rows[i];
		if (!in_line(row))
			continue;
		const bool leaves = row->admitted || row->grown_bytes;
		const bool is_head = !leaves && !head_found;
		if (row->slot != self && (leaves || row->yields || behind_leaving || is_head))
			slot_poke(l->table.dir_fd, row->slot);
		head_found |= is_head;
		behind_leaving = leaves;
	}
}

static void apply(struct ledger *l, const struct admit_row *from, int64_t now_ns)
{
	struct table_row *row = table_row_at(&l->table, from->slot);

	if (from->held) {
		if (from->grown_bytes) {
			/* The limit is raised only to what this says. */
			row->granted_bytes = from->grown_bytes;
			row->want_bytes = 0;
		}
		row->yields = from->yields;
		return;
	}
	row->granted_bytes = admit_bytes(from);
	for (size_t i = 0; i < from->n_amounts; i++)
		row->amounts[i].units = from->units[i];
	row->want_bytes = 0;
	row->yields = false;
	row->grant_seq = table_next_seq(&l->table);
	row->since_ns = now_ns;
	table_set_state(row, TABLE_HELD);
}

int line_settle(struct ledger *l, unsigned self)
{
	const int r = line_collect(l);
	if (r < 0)
		return r;
	size_t changed = plan_grow(l->rows, l->n_rows);
	if (!plan_grow_pending(l->rows, l->n_rows)) {
		for (size_t i = 0; i < l->n_rows; i++)
			if (l->rows[i].grown_bytes)
				l->rows[i].mem_bytes = l->rows[i].grown_bytes;
		changed += plan_admit(l->rows, l->n_rows);
	}
	if (!changed)
		return 0;
	poke_changed(l, self);
	const int64_t now_ns = time_now_ns();
	for (size_t i = 0; i < l->n_rows; i++)
		if (l->rows[i].held || l->rows[i].admitted)
			apply(l, &l->rows[i], now_ns);
	return 0;
}

int line_grow_now(struct ledger *l, unsigned slot)
{
	const int r = line_collect(l);
	if (r < 0)
		return r;
	if (plan_grow_now(l->rows, l->n_rows, slot))
		for (size_t i = 0; i < l->n_rows; i++)
			if (l->rows[i].slot == slot)
				apply(l, &l->rows[i], 0);
	return 0;
}

size_t line_sweep(struct ledger *l, unsigned self)
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

void line_drop_watches(struct ledger_claim *c)
{
	while (c->n_watches > 0)
		drop_watch(c, c->n_watches - 1);
}

int line_listen(int epoll_fd, int fd, uint32_t events)
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
	const int r = line_listen(c->epoll_fd, fd, 0);
	if (r < 0)
		return r;
	c->watches[c->n_watches++] = (struct watch){ .slot = slot, .fd = TAKE_FD(fd) };
	return 0;
}

/* Rule 4: what of l->rows the one in `slot` watches, by marking it; it stands in
 * line itself. */
static void mark_watched(struct ledger *l, unsigned slot)
{
	struct admit_row *ahead = NULL;
	size_t at = 0;
	while (at < l->n_rows && l->rows[at].slot != slot) {
		if (in_line(&l->rows[at]))
			ahead = &l->rows[at];
		at++;
	}
	assert(at < l->n_rows); /* a living one's row is nobody else's to free */
	for (size_t i = 0; i < l->n_rows; i++)
		l->rows[i].watched = i != at &&
				     (ahead ? &l->rows[i] == ahead : l->rows[i].held);
}

static bool is_watched(const struct ledger *l, unsigned slot)
{
	for (size_t i = 0; i < l->n_rows; i++)
		if (l->rows[i].slot == slot)
			return l->rows[i].watched;
	return false;
}

/* 0, 1 when one of those to watch is dead already, or -errno. */
static int move_watches(struct ledger_claim *c)
{
	struct ledger *l = c->ledger;
	mark_watched(l, c->slot);
	for (size_t i = c->n_watches; i-- > 0;)
		if (!is_watched(l, c->watches[i].slot))
			drop_watch(c, i);
	for (size_t k = 0; k < l->n_rows; k++) {
		const int r = l->rows[k].watched ? add_watch(c, l->rows[k].slot) : 0;
		if (r != 0)
			return r;
	}
	return 0;
}

int line_wait(struct ledger_claim *c, bool (*take)(struct ledger_claim *c))
{
	for (;;) {
		if (take(c))
			return 1;
		(void)line_sweep(c->ledger, c->slot);
		int r = line_settle(c->ledger, c->slot);
		if (r < 0)
			return r;
		if (take(c))
			return 1;
		/* settle may have changed who is held since it collected */
		r = line_collect(c->ledger);
		if (r == 0)
			r = move_watches(c);
		if (r <= 0)
			return r;
	}
}

void line_poke_next(struct ledger *l, unsigned slot)
{
	bool behind = false;
	if (line_collect(l) < 0)
		return;
	for (size_t i = 0; i < l->n_rows; i++) {
		if (behind && in_line(&l->rows[i])) {
			slot_poke(l->table.dir_fd, l->rows[i].slot);
			return;
		}
		behind |= l->rows[i].slot == slot;
	}
}

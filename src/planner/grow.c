/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/grow.h"

#define MIB (UINT64_C(1) << 20)

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

uint64_t grow_want(uint64_t limit_bytes, uint64_t known_bytes)
{
	const uint64_t step_bytes = larger(limit_bytes / 4, 64 * MIB);
	const uint64_t want_bytes =
		limit_bytes > UINT64_MAX - step_bytes ? UINT64_MAX : limit_bytes + step_bytes;

	return larger(want_bytes, known_bytes);
}

uint64_t grow_least(uint64_t limit_bytes)
{
	return larger(limit_bytes / 8, 4 * MIB);
}

static bool wants(const struct admit_row *row)
{
	return row->held && row->want_bytes > row->mem_bytes && !row->grown_bytes;
}

/* One inside of a test holds nothing of its own: that test may stand still. */
static bool holds(const struct admit_row *row)
{
	return row->held && row->mem_bytes > 0;
}

/* What the budget in force has left, and how many hold of it. */
static uint64_t room_of(const struct admit_row *rows, size_t n, size_t *ret_held)
{
	uint64_t budget_bytes = UINT64_MAX;
	uint64_t held_bytes = 0;

	*ret_held = 0;
	for (size_t i = 0; i < n; i++) {
		if (!holds(&rows[i]))
			continue;
		held_bytes += rows[i].mem_bytes;
		if (rows[i].budget_bytes < budget_bytes)
			budget_bytes = rows[i].budget_bytes;
		++*ret_held;
	}
	return held_bytes < budget_bytes ? budget_bytes - held_bytes : 0;
}

static size_t let_grow(struct admit_row *rows, size_t n, uint64_t room_bytes, size_t n_held)
{
	size_t changed = 0;

	for (size_t i = 0; i < n; i++) {
		struct admit_row *row = &rows[i];
		if (!wants(row) || row->yields)
			continue;
		uint64_t more_bytes = row->want_bytes - row->mem_bytes;
		uint64_t least_bytes = n_held == 1 ? 1 : grow_least(row->mem_bytes);
		if (least_bytes > more_bytes)
			least_bytes = more_bytes;
		if (room_bytes < least_bytes)
			continue;
		if (more_bytes > room_bytes)
			more_bytes = room_bytes;
		row->grown_bytes = row->mem_bytes + more_bytes;
		room_bytes -= more_bytes;
		changed++;
	}
	return changed;
}

/* NULL: nobody may, or somebody does already, or somebody still runs. */
static struct admit_row *choose_victim(struct admit_row *rows, size_t n)
{
	struct admit_row *oldest = NULL;
	struct admit_row *youngest = NULL;
	struct admit_row *again = NULL;

	for (size_t i = 0; i < n; i++) {
		struct admit_row *row = &rows[i];
		if (!holds(row))
			continue;
		if (!wants(row) || row->yields)
			return NULL;
		if (!oldest) {
			oldest = row;
			continue;
		}
		youngest = row;
		if (row->may_rerun)
			again = row;
	}
	if (!youngest)
		return oldest; /* it is alone */
	return again ? again : youngest;
}

/* Rule 4.  NULL: it would not help, or cost more than it helps. */
static struct admit_row *choose_in_favour(struct admit_row *rows, size_t n, uint64_t room_bytes)
{
	const struct admit_row *oldest = NULL; /* of those that stand */
	struct admit_row *victim = NULL;
	bool older_runs = false;

	for (size_t i = 0; i < n; i++) {
		struct admit_row *row = &rows[i];
		if (!holds(row))
			continue;
		if (row->yields)
			return NULL;
		if (!wants(row)) {
			older_runs = true;
		} else if (!oldest) {
			oldest = row;
		} else if (older_runs && row->may_rerun) {
			victim = row;
			room_bytes += row->mem_bytes;
		}
	}
	return victim && room_bytes >= oldest->want_bytes - oldest->mem_bytes ? victim : NULL;
}

size_t plan_grow(struct admit_row *rows, size_t n)
{
	size_t n_held;
	const uint64_t room_bytes = room_of(rows, n, &n_held);

	for (size_t i = 0; i < n; i++)
		rows[i].grown_bytes = 0;
	const size_t grown = let_grow(rows, n, room_bytes, n_held);
	if (grown)
		return grown;
	struct admit_row *victim = choose_victim(rows, n);
	if (!victim)
		victim = choose_in_favour(rows, n, room_bytes);
	if (!victim)
		return 0;
	victim->yields = true;
	return 1;
}

bool plan_grow_now(struct admit_row *rows, size_t n, unsigned slot)
{
	size_t n_held;
	const uint64_t room_bytes = room_of(rows, n, &n_held);
	struct admit_row *own = NULL;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].slot == slot)
			own = &rows[i];
		else if (wants(&rows[i]))
			return false;
	}
	return own && let_grow(own, 1, room_bytes, n_held) > 0;
}

bool plan_grow_pending(const struct admit_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wants(&rows[i]))
			return true;
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/admit.h"

#include <string.h>

/* What is held together. */
struct holding {
	uint64_t mem_bytes;
	uint64_t budget_bytes; /* the smallest of the holders' */
	size_t n;
	bool alone;
};

uint64_t admit_bytes(const struct admit_row *row)
{
	if (row->alone || row->mem_bytes > row->budget_bytes)
		return row->budget_bytes;
	return row->mem_bytes;
}

static void hold(struct holding *h, const struct admit_row *row)
{
	h->mem_bytes += row->held ? row->mem_bytes : admit_bytes(row);
	if (h->n == 0 || row->budget_bytes < h->budget_bytes)
		h->budget_bytes = row->budget_bytes;
	h->n++;
	h->alone |= row->alone;
}

static bool fits(const struct holding *h, const struct admit_row *row)
{
	if (h->n == 0)
		return true;
	if (h->alone || row->alone)
		return false;
	const uint64_t budget = row->budget_bytes < h->budget_bytes ? row->budget_bytes
								    : h->budget_bytes;
	return h->mem_bytes <= budget && admit_bytes(row) <= budget - h->mem_bytes;
}

static bool takes(const struct admit_row *row)
{
	return row->held || row->admitted;
}

/* How much of each unit of the token those from `first` on hold. */
static void sum_units(const struct admit_row *rows, size_t n, size_t first,
		      const struct amount *token, uint32_t ret_milli[AMOUNT_UNITS])
{
	memset(ret_milli, 0, AMOUNT_UNITS * sizeof(*ret_milli));
	for (size_t i = first; i < n; i++) {
		for (size_t k = 0; takes(&rows[i]) && k < rows[i].n_amounts; k++) {
			const struct amount *a = &rows[i].amounts[k];
			uint64_t units = rows[i].held ? a->units : rows[i].units[k];
			const uint32_t milli = a->milli < AMOUNT_WHOLE ? a->milli : AMOUNT_WHOLE;
			if (!amount_is_same(a, token))
				continue;
			for (; units; units &= units - 1)
				ret_milli[__builtin_ctzll(units)] += milli;
		}
	}
}

/* The unit that is fullest and still has room for the part: whole ones stay whole. */
static uint64_t choose_part(const struct amount *token, const uint32_t milli[AMOUNT_UNITS])
{
	unsigned best = AMOUNT_UNITS;
	for (unsigned i = 0; i < AMOUNT_UNITS; i++)
		if ((token->have >> i & 1) && milli[i] + token->milli <= AMOUNT_WHOLE &&
		    (best == AMOUNT_UNITS || milli[i] > milli[best]))
			best = i;
	return best == AMOUNT_UNITS ? 0 : UINT64_C(1) << best;
}

static uint64_t choose_whole(const struct amount *token, const uint32_t milli[AMOUNT_UNITS])
{
	uint32_t missing = token->milli / AMOUNT_WHOLE;
	uint64_t units = 0;
	for (unsigned i = 0; i < AMOUNT_UNITS && missing; i++) {
		if (!(token->have >> i & 1) || milli[i])
			continue;
		units |= UINT64_C(1) << i;
		missing--;
	}
	return missing ? 0 : units;
}

static bool lock_is_free(const struct admit_row *rows, size_t n, size_t first,
			 const struct amount *lock)
{
	for (size_t i = first; i < n; i++)
		for (size_t k = 0; takes(&rows[i]) && k < rows[i].n_amounts; k++) {
			const struct amount *a = &rows[i].amounts[k];
			if (amount_is_same(a, lock) && (a->kind == AMOUNT_LOCK ||
							lock->kind == AMOUNT_LOCK))
				return false;
		}
	return true;
}

/* Are there all tokens and locks for it beside those from `first` on?  ret_units:
 * which, when there are; NULL: does not matter. */
static bool amounts_fit(const struct admit_row *rows, size_t n, size_t first,
			const struct admit_row *row, uint64_t *ret_units)
{
	uint64_t units[AMOUNTS_MAX] = { 0 };
	for (size_t k = 0; k < row->n_amounts; k++) {
		const struct amount *a = &row->amounts[k];
		uint32_t milli[AMOUNT_UNITS];
		if (a->kind != AMOUNT_TOKEN) {
			if (!lock_is_free(rows, n, first, a))
				return false;
			continue;
		}
		sum_units(rows, n, first, a, milli);
		units[k] = a->milli < AMOUNT_WHOLE ? choose_part(a, milli)
						   : choose_whole(a, milli);
		if (!units[k])
			return false;
	}
	if (ret_units)
		memcpy(ret_units, units, sizeof(units));
	return true;
}

/* What is still held once just enough of the oldest holders have ended for the
 * head to fit: that of the rows from *ret_first on.  Those admitted in this round
 * are the youngest. */
static struct holding beside_head(const struct admit_row *rows, size_t n,
				  const struct admit_row *head, size_t *ret_first)
{
	struct holding left = { 0 };
	*ret_first = n;
	for (size_t i = n; i-- > 0;) {
		if (!takes(&rows[i]))
			continue;
		struct holding more = left;
		hold(&more, &rows[i]);
		if (!fits(&more, head) || !amounts_fit(rows, n, i, head, NULL))
			break;
		left = more;
		*ret_first = i;
	}
	return left;
}

/* Whether those that asked after the head, and hold, would let it in if they were
 * the only ones. */
static bool passers_leave_room(const struct admit_row *rows, size_t n,
			       const struct admit_row *head)
{
	struct holding passed = { 0 };
	for (size_t i = 0; i < n; i++)
		if (rows[i].held && rows[i].ask_seq > head->ask_seq)
			hold(&passed, &rows[i]);
	return fits(&passed, head);
}

/* The reservation of the oldest that cannot start. */
struct reserve {
	const struct admit_row *head; /* NULL: there is none */
	struct holding beside;        /* what it starts beside */
	size_t first;                 /* of the rows that hold that */
};

/* One that fits just now, in rows[i]: marked as admitted, unless the head would then not
 * fit beside what it is to start beside. */
static void admit(struct admit_row *rows, size_t n, size_t i, struct reserve *reserve)
{
	struct holding then = reserve->beside;
	hold(&then, &rows[i]);
	const size_t first = reserve->first < i ? reserve->first : i;
	rows[i].admitted = true;
	rows[i].admitted = !reserve->head || (fits(&then, reserve->head) &&
					      amounts_fit(rows, n, first, reserve->head, NULL));
	if (!rows[i].admitted)
		return;
	reserve->beside = then;
	reserve->first = first;
}

size_t plan_admit(struct admit_row *rows, size_t n)
{
	struct holding held = { 0 };
	for (size_t i = 0; i < n; i++) {
		rows[i].admitted = false;
		if (rows[i].held)
			hold(&held, &rows[i]);
	}

	struct reserve reserve = { .first = n };
	size_t admitted = 0;
	for (size_t i = 0; i < n; i++) {
		struct admit_row *row = &rows[i];
		if (row->held)
			continue;
		if (!fits(&held, row) || !amounts_fit(rows, n, 0, row, row->units)) {
			if (!reserve.head) {
				reserve.head = row;
				if (!passers_leave_room(rows, n, row))
					break;
				reserve.beside = beside_head(rows, n, row, &reserve.first);
			}
			continue;
		}
		admit(rows, n, i, &reserve);
		if (!row->admitted)
			continue;
		hold(&held, row);
		admitted++;
	}
	return admitted;
}

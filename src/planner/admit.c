/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/admit.h"

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

/* What is still held once just enough of the oldest holders have ended for the
 * head to fit.  Those admitted in this round are the youngest. */
static struct holding beside_head(const struct admit_row *rows, size_t n,
				  const struct admit_row *head)
{
	struct holding left = { 0 };
	for (size_t i = n; i-- > 0;) {
		if (!rows[i].held && !rows[i].admitted)
			continue;
		struct holding more = left;
		hold(&more, &rows[i]);
		if (!fits(&more, head))
			break;
		left = more;
	}
	return left;
}

size_t plan_admit(struct admit_row *rows, size_t n)
{
	struct holding held = { 0 };
	for (size_t i = 0; i < n; i++) {
		rows[i].admitted = false;
		if (rows[i].held)
			hold(&held, &rows[i]);
	}

	const struct admit_row *head = NULL;
	struct holding beside = { 0 };
	size_t admitted = 0;
	for (size_t i = 0; i < n; i++) {
		struct admit_row *row = &rows[i];
		if (row->held)
			continue;
		const bool fits_now = fits(&held, row);
		if (!fits_now && !head) {
			head = row;
			beside = beside_head(rows, n, head);
		}
		struct holding then = beside;
		hold(&then, row);
		if (!fits_now || (head && !fits(&then, head)))
			continue;
		row->admitted = true;
		hold(&held, row);
		beside = then;
		admitted++;
	}
	return admitted;
}

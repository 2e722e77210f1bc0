/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/holders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void holders_fini(struct plan_holders *h)
{
	free(h->rows);
	*h = (struct plan_holders){ .rows = NULL };
}

int holders_add(struct plan_holders *h, size_t span, uint64_t mem_bytes, uint64_t budget_bytes)
{
	if (h->n == h->cap) {
		const size_t cap = h->cap ? 2 * h->cap : 64;
		struct admit_row *rows = reallocarray(h->rows, cap, sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		h->rows = rows;
		h->cap = cap;
	}
	h->rows[h->n++] = (struct admit_row){
		.mem_bytes = mem_bytes,
		.budget_bytes = budget_bytes,
		.slot = (unsigned)span,
		.held = true,
		.may_rerun = true,
	};
	return 0;
}

struct admit_row *holders_row(const struct plan_holders *h, size_t span)
{
	size_t low = 0;
	size_t high = h->n;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (h->rows[middle].slot < span)
			low = middle + 1;
		else
			high = middle;
	}
	return &h->rows[low];
}

void holders_remove(struct plan_holders *h, size_t span)
{
	struct admit_row *row = holders_row(h, span);
	const size_t at = (size_t)(row - h->rows);
	h->standing -= row->want_bytes > 0;
	h->n--;
	memmove(row, row + 1, (h->n - at) * sizeof(*row));
}

void holders_stand(struct plan_holders *h, struct admit_row *row, uint64_t want_bytes)
{
	row->want_bytes = want_bytes;
	h->standing++;
}

void holders_grow(struct plan_holders *h, struct admit_row *row)
{
	row->mem_bytes = row->grown_bytes;
	row->grown_bytes = 0;
	row->want_bytes = 0;
	h->standing--;
}

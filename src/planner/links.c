/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/links.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/time.h"

struct plan_links {
	size_t n;
	size_t n_edges;
	size_t *first;           /* of each item, and past the last: places in `edges` */
	struct plan_edge *edges; /* by `before`, then by `after` */
	uint32_t *awaited;       /* of each item, when nothing is done */
	uint32_t *order;         /* all items, each behind those that it waits for */
};

static int by_ends(const void *va, const void *vb)
{
	const struct plan_edge *a = va;
	const struct plan_edge *b = vb;

	if (a->before != b->before)
		return a->before < b->before ? -1 : 1;
	return a->after < b->after ? -1 : a->after > b->after;
}

static size_t unite(struct plan_edge *edges, size_t n)
{
	size_t k = 0;

	qsort(edges, n, sizeof(*edges), by_ends);
	for (size_t i = 0; i < n; i++) {
		if (k && by_ends(&edges[k - 1], &edges[i]) == 0)
			edges[k - 1].must_pass |= edges[i].must_pass;
		else
			edges[k++] = edges[i];
	}
	return k;
}

void plan_links_free(struct plan_links *l)
{
	if (!l)
		return;
	free(l->first);
	free(l->edges);
	free(l->awaited);
	free(l->order);
	free(l);
}

static struct plan_links *allocate(size_t n, const struct plan_edge *edges, size_t n_edges)
{
	struct plan_links *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->n = n;
	l->n_edges = n_edges;
	l->first = calloc(n + 1, sizeof(*l->first));
	l->edges = calloc(n_edges, sizeof(*l->edges));
	l->awaited = calloc(n, sizeof(*l->awaited));
	l->order = calloc(n, sizeof(*l->order));
	if (!l->first || !l->edges || !l->awaited || !l->order) {
		plan_links_free(l);
		return NULL;
	}
	for (size_t i = 0; i < n_edges; i++) {
		assert(edges[i].before < n && edges[i].after < n);
		l->edges[i] = edges[i];
		l->first[edges[i].before + 1]++;
		l->awaited[edges[i].after]++;
	}
	for (size_t i = 0; i < n; i++)
		l->first[i + 1] += l->first[i];
	return l;
}

const struct plan_edge *plan_links_from(const struct plan_links *l, size_t before, size_t *ret_n)
{
	const bool is_in = l && before < l->n;

	*ret_n = is_in ? l->first[before + 1] - l->first[before] : 0;
	return is_in ? &l->edges[l->first[before]] : NULL;
}

/* Takes those first for which nothing is left to wait.  Whom it does not reach waits for one
 * that it does not reach either: `left` tells how many each of them still waits for. */
static size_t put_in_order(struct plan_links *l, uint32_t *left)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		left[i] = l->awaited[i];
		if (!left[i])
			l->order[n++] = (uint32_t)i;
	}
	for (size_t k = 0; k < n; k++) {
		size_t n_after;
		const struct plan_edge *e = plan_links_from(l, l->order[k], &n_after);

		for (size_t i = 0; i < n_after; i++)
			if (--left[e[i].after] == 0)
				l->order[n++] = e[i].after;
	}
	return n;
}

/* Of those that are left each waits for one that is left: whoever goes on from one to the
 * next comes round. */
static size_t find_ring(const struct plan_links *l, const uint32_t *left, size_t *ring,
			size_t *place)
{
	size_t at = 0;
	size_t n = 0;

	while (!left[at])
		at++;
	while (!place[at]) {
		ring[n++] = at;
		place[at] = n;
		for (size_t i = 0; i < l->n_edges; i++) {
			if (l->edges[i].after != at || !left[l->edges[i].before])
				continue;
			at = l->edges[i].before;
			break;
		}
	}
	const size_t begin = place[at] - 1;
	for (size_t i = begin; i < n; i++)
		ring[i - begin] = ring[i];
	return n - begin;
}

int plan_links_new(size_t n, struct plan_edge *edges, size_t n_edges, struct plan_links **ret,
		   size_t *ring, size_t *ret_ring)
{
	n_edges = unite(edges, n_edges);
	if (!n_edges) {
		*ret = NULL;
		return 0;
	}
	assert(n < UINT32_MAX);
	_cleanup_free_ uint32_t *left = calloc(n, sizeof(*left));
	_cleanup_free_ size_t *place = calloc(n, sizeof(*place));
	struct plan_links *l = left && place ? allocate(n, edges, n_edges) : NULL;

	if (!l)
		return -ENOMEM;
	if (put_in_order(l, left) < n) {
		*ret_ring = find_ring(l, left, ring, place);
		plan_links_free(l);
		return -ELOOP;
	}
	*ret = l;
	return 0;
}

int plan_links_begin(const struct plan_links *l, struct plan_item *items, uint32_t **ret_awaited)
{
	*ret_awaited = NULL;
	if (!l)
		return 0;
	uint32_t *awaited = calloc(l->n, sizeof(*awaited));

	if (!awaited)
		return -ENOMEM;
	const int64_t median_ns = plan_median_ns(items, l->n, NSEC_PER_SEC);

	for (size_t i = 0; i < l->n; i++) {
		awaited[i] = l->awaited[i];
		items[i].follows_ns = 0;
		if (awaited[i])
			items[i].state = PLAN_BLOCKED;
	}
	for (size_t k = l->n; k-- > 0;) {
		struct plan_item *item = &items[l->order[k]];
		size_t n;
		const struct plan_edge *e = plan_links_from(l, l->order[k], &n);

		for (size_t i = 0; i < n; i++) {
			const struct plan_item *next = &items[e[i].after];
			const int64_t ns = next->follows_ns +
				(next->expected_ns > 0 ? next->expected_ns : median_ns);

			item->follows_ns = ns > item->follows_ns ? ns : item->follows_ns;
		}
	}
	*ret_awaited = awaited;
	return 0;
}

bool plan_links_done(const struct plan_links *l, size_t done, uint32_t *awaited,
		     struct plan_item *items)
{
	size_t n;
	const struct plan_edge *e = plan_links_from(l, done, &n);
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		struct plan_item *item = &items[e[i].after];

		assert(awaited[e[i].after] > 0);
		if (--awaited[e[i].after] > 0 || item->state != PLAN_BLOCKED)
			continue;
		item->state = PLAN_WAITING;
		any = true;
	}
	return any;
}

int plan_links_longest(const struct plan_links *l, const int64_t *ns, int64_t *ret_ns)
{
	int64_t longest = 0;

	*ret_ns = 0;
	if (!l)
		return 0;
	_cleanup_free_ int64_t *until = calloc(l->n, sizeof(*until));

	if (!until)
		return -ENOMEM;
	for (size_t k = 0; k < l->n; k++) {
		const size_t i = l->order[k];
		size_t n;
		const struct plan_edge *e = plan_links_from(l, i, &n);

		until[i] += ns[i];
		longest = until[i] > longest ? until[i] : longest;
		for (size_t j = 0; j < n; j++)
			if (until[e[j].after] < until[i])
				until[e[j].after] = until[i];
	}
	*ret_ns = longest;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* Where each test stands that the suite holds now, by its number; SIZE_MAX: nowhere.  The
 * caller frees.  NULL: no memory. */
static size_t *places_of(const struct test_suite *s)
{
	size_t *places = calloc(s->n_added + 1, sizeof(*places));

	for (size_t i = 0; places && i < s->n_added; i++)
		places[i] = SIZE_MAX;
	for (size_t i = 0; places && i < s->n_tests; i++)
		places[s->tests[i]->number] = i;
	return places;
}

static size_t count(struct test *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool has_links(const struct test *t)
{
	return t->after || t->depends || t->cleanups;
}

struct edges {
	struct plan_edge *list;
	size_t n;
};

static void add_edges(struct edges *edges, const size_t *places, size_t after,
		      struct test *const *before, bool must_pass)
{
	for (; before && *before; before++) {
		const size_t i = places[(*before)->number];

		if (i == SIZE_MAX)
			continue;
		edges->list[edges->n++] = (struct plan_edge){
			.before = (uint32_t)i,
			.after = (uint32_t)after,
			.must_pass = must_pass,
		};
	}
}

static int refuse_ring(const struct test_suite *s, const size_t *ring, size_t n,
		       struct iso_err *err)
{
	enum { SHOWN = 6 };
	_cleanup_buf_ struct buf b = BUF_INIT;

	for (size_t i = 0; i < n && i < SHOWN; i++)
		buf_addf(&b, "'%s' after ", s->tests[ring[i]]->id);
	if (n > SHOWN)
		buf_addf(&b, "%zu more after ", n - SHOWN);
	buf_addf(&b, "'%s'", s->tests[ring[0]]->id);
	return iso_err_set(err, ISO_ERR_USAGE, 0, "tests wait for each other: %s", buf_str(&b));
}

int links_of(const struct test_suite *s, struct plan_links **ret, struct iso_err *err)
{
	size_t n_edges = 0;

	*ret = NULL;
	for (size_t i = 0; i < s->n_tests; i++)
		n_edges += count(s->tests[i]->after) + count(s->tests[i]->depends);
	if (!n_edges)
		return 0;
	_cleanup_free_ struct plan_edge *list = calloc(n_edges, sizeof(*list));
	_cleanup_free_ size_t *places = places_of(s);
	_cleanup_free_ size_t *ring = calloc(s->n_tests, sizeof(*ring));
	struct edges edges = { .list = list };
	size_t n_ring = 0;

	if (!list || !places || !ring)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "order of tests");
	for (size_t i = 0; i < s->n_tests; i++) {
		const struct test *t = s->tests[i];

		add_edges(&edges, places, i, t->after, false);
		add_edges(&edges, places, i, t->depends, true);
	}
	const int r = plan_links_new(s->n_tests, list, edges.n, ret, ring, &n_ring);

	if (r == -ELOOP)
		return refuse_ring(s, ring, n_ring, err);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "order of tests") : 0;
}

static void mark(struct test *const *list)
{
	for (; list && *list; list++)
		(*list)->linked = true;
}

int links_check(struct test_suite *s, struct iso_err *err)
{
	struct plan_links *links;
	const int r = links_of(s, &links, err);

	plan_links_free(links);
	for (size_t i = 0; r == 0 && i < s->n_tests; i++) {
		struct test *t = s->tests[i];

		t->linked |= has_links(t);
		mark(t->after);
		mark(t->depends);
		mark(t->cleanups);
	}
	return r;
}

/* Who is there, and who has come to be. */
struct company {
	struct test **all;  /* those of the suite, then whom they brought */
	size_t n;
	bool *is_in;        /* by number */
	bool *is_last;      /* likewise, of those that were brought: to clear away */
};

static void bring(struct company *c, struct test *const *list, bool is_last)
{
	for (; list && *list; list++) {
		const size_t number = (*list)->number;

		if (c->is_in[number])
			continue;
		c->is_in[number] = true;
		c->is_last[number] = is_last;
		c->all[c->n++] = *list;
	}
}

/* Before those that were chosen whoever they depend on, behind them who clears away. */
static void put(struct test_suite *s, const struct company *c)
{
	const size_t n = s->n_tests;
	size_t k = 0;

	for (size_t i = c->n; i-- > n;)
		if (!c->is_last[c->all[i]->number])
			s->tests[k++] = c->all[i];
	for (size_t i = 0; i < n; i++)
		s->tests[k++] = c->all[i];
	for (size_t i = n; i < c->n; i++)
		if (c->is_last[c->all[i]->number])
			s->tests[k++] = c->all[i];
	s->n_tests = k;
}

int links_complete(struct test_suite *s)
{
	_cleanup_free_ struct test **all = calloc(s->n_added + 1, sizeof(struct test *));
	_cleanup_free_ bool *is_in = calloc(s->n_added + 1, sizeof(*is_in));
	_cleanup_free_ bool *is_last = calloc(s->n_added + 1, sizeof(*is_last));
	struct company c = { .all = all, .is_in = is_in, .is_last = is_last };

	if (!all || !is_in || !is_last)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_tests; i++) {
		all[c.n++] = s->tests[i];
		is_in[s->tests[i]->number] = true;
	}
	for (size_t k = 0; k < c.n; k++) {
		const struct test *t = all[k];

		if (t->disabled)
			continue;
		bring(&c, t->depends, false);
		bring(&c, t->cleanups, true);
	}
	if (c.n > s->n_tests)
		put(s, &c);
	return 0;
}

enum spec_tree links_workspace(const struct test *t, const struct spec *spec)
{
	return t->linked && !spec->workspace_set ? SPEC_TREE_SHARED : spec->workspace;
}

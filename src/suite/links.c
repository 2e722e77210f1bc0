/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* A test and its number. */
struct place {
	const struct test *test;
	size_t index;
};

static int by_test(const void *va, const void *vb)
{
	const struct place *a = va;
	const struct place *b = vb;

	return a->test < b->test ? -1 : a->test > b->test;
}

/* Sorted; the caller frees.  NULL: no memory. */
static struct place *places_of(const struct test_suite *s)
{
	struct place *places = calloc(s->n_tests + 1, sizeof(*places));

	for (size_t i = 0; places && i < s->n_tests; i++)
		places[i] = (struct place){ s->tests[i], i };
	if (places)
		qsort(places, s->n_tests, sizeof(*places), by_test);
	return places;
}

/* SIZE_MAX: it was not chosen. */
static size_t index_of(const struct place *places, size_t n, const struct test *t)
{
	const struct place key = { .test = t };
	const struct place *found = bsearch(&key, places, n, sizeof(key), by_test);

	return found ? found->index : SIZE_MAX;
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

static void add_edges(struct edges *edges, const struct place *places, size_t n_tests,
		      size_t after, struct test *const *before, bool must_pass)
{
	for (; before && *before; before++) {
		const size_t i = index_of(places, n_tests, *before);

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
	_cleanup_free_ struct place *places = places_of(s);
	_cleanup_free_ size_t *ring = calloc(s->n_tests, sizeof(*ring));
	struct edges edges = { .list = list };
	size_t n_ring = 0;

	if (!list || !places || !ring)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "order of tests");
	for (size_t i = 0; i < s->n_tests; i++) {
		const struct test *t = s->tests[i];

		add_edges(&edges, places, s->n_tests, i, t->after, false);
		add_edges(&edges, places, s->n_tests, i, t->depends, true);
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

/* Those of the list that are there and not chosen yet are, and go to the end of `todo`. */
static void choose_all(struct test *const *list, const struct place *places, size_t n,
		       bool *chosen, size_t *todo, size_t *n_todo)
{
	for (; list && *list; list++) {
		const size_t i = index_of(places, n, *list);

		if (i == SIZE_MAX || chosen[i])
			continue;
		chosen[i] = true;
		todo[(*n_todo)++] = i;
	}
}

int links_pull_in(const struct test_suite *s, bool *chosen)
{
	bool any = false;

	for (size_t i = 0; i < s->n_tests; i++)
		any |= chosen[i] && has_links(s->tests[i]);
	if (!any)
		return 0;
	_cleanup_free_ struct place *places = places_of(s);
	_cleanup_free_ size_t *todo = calloc(s->n_tests, sizeof(*todo));
	size_t n_todo = 0;

	if (!places || !todo)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_tests; i++)
		if (chosen[i])
			todo[n_todo++] = i;
	for (size_t k = 0; k < n_todo; k++) {
		const struct test *t = s->tests[todo[k]];

		if (t->disabled)
			continue;
		choose_all(t->depends, places, s->n_tests, chosen, todo, &n_todo);
		choose_all(t->cleanups, places, s->n_tests, chosen, todo, &n_todo);
	}
	return 0;
}

enum spec_tree links_workspace(const struct test *t, const struct spec *spec)
{
	return t->linked && !spec->workspace_set ? SPEC_TREE_SHARED : spec->workspace;
}

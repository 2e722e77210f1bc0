/* SPDX-License-Identifier: Apache-2.0 */
/* From names to tests: the part of suite/links.h that sources call. */
#include "suite/links.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

enum kind { DEPENDS, AFTER, CLEANUPS, KIND_COUNT };

struct link {
	struct test *owner;
	struct test *other;
	enum kind kind;
	size_t number; /* in which it was found: lists keep that order */
};

enum role { SETS_UP, REQUIRES, CLEARS };

/* A test in a fixture. */
struct part {
	const char *fixture;
	enum role role;
	struct test *test;
	size_t index; /* of the test */
};

struct resolver {
	struct test_suite *suite;
	size_t first;
	struct test **by_id;  /* those from `first` on, sorted */
	size_t n;
	struct link *links;
	size_t n_links, cap;
	struct part *parts;
	size_t n_parts;
	struct iso_err *err;
};

static int no_memory(struct resolver *r)
{
	return iso_err_set(r->err, ISO_ERR_HOST, ENOMEM, "order of tests");
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp((*(struct test *const *)a)->id, (*(struct test *const *)b)->id);
}

static int add_link(struct resolver *r, struct test *owner, enum kind kind, struct test *other)
{
	if (r->n_links == r->cap) {
		const size_t cap = r->cap ? 2 * r->cap : 64;
		struct link *grown = reallocarray(r->links, cap, sizeof(*grown));

		if (!grown)
			return no_memory(r);
		r->links = grown;
		r->cap = cap;
	}
	r->links[r->n_links] = (struct link){ owner, other, kind, r->n_links };
	r->n_links++;
	return 0;
}

static const char *id_at(size_t i, const void *arg)
{
	const struct resolver *r = arg;

	return r->by_id[i]->id;
}

static int refuse(struct resolver *r, const struct test *t, const char *name)
{
	const char *near = str_nearest(name, r->n, id_at, r);

	iso_err_set(r->err, ISO_ERR_USAGE, 0,
		    "%s: test '%s' waits for '%s', and no test is called that", t->named.where,
		    t->id, name);
	return near ? iso_err_hint(r->err, "did you mean '%s'?", near) : -EINVAL;
}

/* An id wins over a glob that it looks like; a glob never means the test itself. */
static int link_name(struct resolver *r, struct test *t, enum kind kind, const char *name)
{
	struct test key = { .id = name };
	struct test *at = &key;
	struct test **found = bsearch(&at, r->by_id, r->n, sizeof(at), compare_ids);
	bool any = false;

	/* Of several tests of one name it may find the one that asks. */
	if (found && (*found != t || t->named.where))
		return add_link(r, t, kind, *found);
	for (size_t i = r->first; strpbrk(name, "*?[") && i < r->suite->n_tests; i++) {
		struct test *other = r->suite->tests[i];

		if (other == t || fnmatch(name, other->id, 0) != 0)
			continue;
		any = true;
		if (add_link(r, t, kind, other) < 0)
			return -ENOMEM;
	}
	return any || !t->named.where ? 0 : refuse(r, t, name);
}

static int link_names(struct resolver *r, struct test *t, enum kind kind, char *const *names)
{
	int rc = 0;

	for (; rc == 0 && names && *names; names++)
		rc = link_name(r, t, kind, *names);
	return rc;
}

static int by_fixture(const void *va, const void *vb)
{
	const struct part *a = va;
	const struct part *b = vb;
	const int r = strcmp(a->fixture, b->fixture);

	if (r || a->role != b->role)
		return r ? r : a->role < b->role ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static size_t collect(struct part *parts, size_t n, char *const *names, enum role role,
		      struct test *t, size_t index)
{
	for (; names && *names; names++, n++)
		if (parts)
			parts[n] = (struct part){ *names, role, t, index };
	return n;
}

static size_t collect_all(const struct resolver *r, struct part *parts)
{
	size_t n = 0;

	for (size_t i = r->first; i < r->suite->n_tests; i++) {
		struct test *t = r->suite->tests[i];

		n = collect(parts, n, t->named.setup, SETS_UP, t, i);
		n = collect(parts, n, t->named.fixtures, REQUIRES, t, i);
		n = collect(parts, n, t->named.cleanup, CLEARS, t, i);
	}
	return n;
}

/* One fixture: [0, uses) set it up, [uses, clears) require it, [clears, n) clear it away. */
static int link_fixture(struct resolver *r, const struct part *parts, size_t uses, size_t clears,
			size_t n)
{
	int rc = 0;

	if (uses == 0 && clears == n && parts[0].test->named.where)
		return iso_err_set(r->err, ISO_ERR_USAGE, 0,
				   "%s: test '%s' requires the fixture '%s', which no test sets up",
				   parts[0].test->named.where, parts[0].test->id,
				   parts[0].fixture);
	for (size_t i = uses; i < clears; i++) {
		for (size_t k = 0; rc == 0 && k < uses; k++)
			rc = add_link(r, parts[i].test, DEPENDS, parts[k].test);
		for (size_t k = clears; rc == 0 && k < n; k++)
			rc = add_link(r, parts[i].test, CLEANUPS, parts[k].test);
	}
	for (size_t i = clears; i < n; i++)
		for (size_t k = 0; rc == 0 && k < clears; k++)
			rc = add_link(r, parts[i].test, AFTER, parts[k].test);
	return rc;
}

static int link_fixtures(struct resolver *r)
{
	r->n_parts = collect_all(r, NULL);
	r->parts = calloc(r->n_parts + 1, sizeof(*r->parts));
	if (!r->parts)
		return no_memory(r);
	(void)collect_all(r, r->parts);
	qsort(r->parts, r->n_parts, sizeof(*r->parts), by_fixture);
	int rc = 0;

	for (size_t i = 0, end; rc == 0 && i < r->n_parts; i = end) {
		size_t n_roles[CLEARS + 1] = { 0 };

		for (end = i; end < r->n_parts &&
			      str_eq(r->parts[end].fixture, r->parts[i].fixture); end++)
			n_roles[r->parts[end].role]++;
		rc = link_fixture(r, &r->parts[i], n_roles[SETS_UP],
				  n_roles[SETS_UP] + n_roles[REQUIRES], end - i);
	}
	return rc;
}

static int by_owner(const void *va, const void *vb)
{
	const struct link *a = va;
	const struct link *b = vb;

	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static bool holds(struct test *const *list, size_t n, const struct test *t)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == t)
			return true;
	return false;
}

static size_t count(struct test *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* Behind what the list holds already, but for what `better` says already. */
static int append(struct resolver *r, struct test ***list, struct test *const *better,
		  const struct link *links, size_t n)
{
	const size_t n_better = count(better);
	size_t had = count(*list);
	struct test **grown = arena_alloc(r->suite->arena, (had + n + 1) * sizeof(*grown));

	if (!grown)
		return no_memory(r);
	for (size_t i = 0; i < had; i++)
		grown[i] = (*list)[i];
	for (size_t i = 0; i < n; i++)
		/* A list of thousands has them from a fixture, each once. */
		if (i + had > 1000 || (!holds(grown, had, links[i].other) &&
				       !holds(better, n_better, links[i].other)))
			grown[had++] = links[i].other;
	*list = grown;
	return 0;
}

static int hand_out(struct resolver *r)
{
	int rc = 0;

	if (r->n_links)
		qsort(r->links, r->n_links, sizeof(*r->links), by_owner);
	for (size_t i = 0, end; rc == 0 && i < r->n_links; i = end) {
		const struct link *link = &r->links[i];
		struct test *t = link->owner;
		struct test ***const lists[KIND_COUNT] = { &t->depends, &t->after, &t->cleanups };

		for (end = i; end < r->n_links && r->links[end].owner == t &&
			      r->links[end].kind == link->kind; end++)
			;
		rc = append(r, lists[link->kind], link->kind == AFTER ? t->depends : NULL, link,
			    end - i);
	}
	return rc;
}

static bool names_any(const struct test *t)
{
	const struct test_links_named *named = &t->named;

	return named->after || named->depends || named->setup || named->cleanup ||
	       named->fixtures;
}

static int resolve(struct resolver *r)
{
	int rc = 0;

	r->n = r->suite->n_tests - r->first;
	r->by_id = calloc(r->n + 1, sizeof(struct test *));
	if (!r->by_id)
		return no_memory(r);
	memcpy(r->by_id, r->suite->tests + r->first, r->n * sizeof(struct test *));
	qsort(r->by_id, r->n, sizeof(struct test *), compare_ids);
	for (size_t i = r->first; rc == 0 && i < r->suite->n_tests; i++) {
		struct test *t = r->suite->tests[i];

		rc = link_names(r, t, AFTER, t->named.after);
		if (rc == 0)
			rc = link_names(r, t, DEPENDS, t->named.depends);
	}
	if (rc == 0)
		rc = link_fixtures(r);
	return rc < 0 ? rc : hand_out(r);
}

int links_resolve(struct test_suite *s, size_t first, struct iso_err *err)
{
	struct resolver r = { .suite = s, .first = first, .err = err };
	bool any = false;
	int rc = 0;

	for (size_t i = first; i < s->n_tests; i++)
		any |= names_any(s->tests[i]);
	if (any)
		rc = resolve(&r);
	free(r.by_id);
	free(r.links);
	free(r.parts);
	for (size_t i = first; i < s->n_tests; i++)
		s->tests[i]->named = (struct test_links_named){ 0 };
	return rc;
}

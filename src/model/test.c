/* SPDX-License-Identifier: Apache-2.0 */
#include "model/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

int test_suite_init(struct test_suite *s)
{
	*s = (struct test_suite){ .arena = arena_new() };
	return s->arena ? 0 : -ENOMEM;
}

void test_suite_fini(struct test_suite *s)
{
	free(s->tests);
	arena_free(s->arena);
	*s = (struct test_suite){ 0 };
}

static int grow(struct test_suite *s)
{
	size_t cap = s->cap ? s->cap : 32;

	/* Far above any real suite; the product below cannot overflow. */
	if (cap > SIZE_MAX / 4 / sizeof(struct test *))
		return -ENOMEM;
	cap *= 2;
	struct test **grown = reallocarray(s->tests, cap, sizeof(struct test *));
	if (!grown)
		return -ENOMEM;
	s->tests = grown;
	s->cap = cap;
	return 0;
}

struct test *test_suite_add(struct test_suite *s)
{
	if (s->n_tests == s->cap && grow(s) < 0)
		return NULL;
	struct test *t = arena_alloc(s->arena, sizeof(*t));
	if (!t)
		return NULL;
	t->retries = -1;
	t->number = s->n_added++;
	s->tests[s->n_tests++] = t;
	return t;
}

char **test_suite_strv(struct test_suite *s, char *const *v)
{
	const size_t n = strv_len(v);

	if (!n)
		return NULL;
	char **copy = arena_alloc(s->arena, (n + 1) * sizeof(*copy));
	if (!copy)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		copy[i] = arena_strdup(s->arena, v[i]);
		if (!copy[i])
			return NULL;
	}
	return copy;
}

/* A test with the id it came with: ids change while equal ones are told apart. */
struct named {
	const char *id;
	size_t index; /* in listed order: the first of equals keeps its id */
};

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->id, ((const struct named *)b)->id);
}

static int by_id_then_index(const void *a, const void *b)
{
	const struct named *x = a;
	const struct named *y = b;
	const int r = by_id(x, y);

	return r ? r : (x->index > y->index) - (x->index < y->index);
}

/* The next "ID~N" that no test came with.  Two different ids never yield the
 * same: the last '~' ends the id, and digits only follow it. */
static const char *free_id(struct arena *arena, const struct named *sorted, size_t n,
			   const char *id, unsigned *next)
{
	for (;;) {
		struct named key = { .id = arena_printf(arena, "%s~%u", id, (*next)++) };
		if (!key.id || !bsearch(&key, sorted, n, sizeof(key), by_id))
			return key.id;
	}
}

int test_suite_make_ids_unique(struct test_suite *s)
{
	if (s->n_tests < 2)
		return 0;
	_cleanup_free_ struct named *sorted = calloc(s->n_tests, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_tests; i++)
		sorted[i] = (struct named){ .id = s->tests[i]->id, .index = i };
	qsort(sorted, s->n_tests, sizeof(*sorted), by_id_then_index);

	unsigned next = 2;
	for (size_t i = 1; i < s->n_tests; i++) {
		if (!str_eq(sorted[i].id, sorted[i - 1].id)) {
			next = 2;
			continue;
		}
		const char *id = free_id(s->arena, sorted, s->n_tests, sorted[i].id, &next);
		if (!id)
			return -ENOMEM;
		s->tests[sorted[i].index]->id = id;
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  Whether a test may start depends on four numbers, its
 * locks and its tokens: it fits into what is free of memory and cpus, and it is either
 * over before the head's turn or fits beside the head.  Tests with the same
 * locks, the same tokens and about the same need of cpus and of memory are a class; a class is a
 * binary tree over its tests in their order, and each node knows the least
 * memory, cpus and time of those below it.  What even these do not satisfy is
 * passed over whole.
 *
 * Classes bound what a tree cannot: a lock or token that is held refuses its class at
 * once, and because cpus and memory differ by less than a factor of two within
 * one, a node whose least values satisfy mostly has a test below that does. */
#include "planner/index.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

enum { BANDS = 65 }; /* nought; then by powers of two */

struct node {
	uint64_t mem_bytes;  /* MEM_NONE: nobody below waits */
	int64_t ns;          /* PLAN_END_UNKNOWN where it is not known */
	uint32_t cpus_milli;
	uint32_t at;         /* place in the order */
	float cpu_area;      /* time x cpus */
	float mem_area;      /* time x memory */
};
#define MEM_NONE UINT64_MAX

static const struct node nobody = {
	MEM_NONE, PLAN_END_UNKNOWN, UINT32_MAX, UINT32_MAX, INFINITY, INFINITY,
};

struct class {
	struct node root;             /* a copy: looked at far more often than the tree */
	const struct plan_item *like; /* any: they have the same locks and tokens */
	bool picky;                   /* locks that another class or test has too, or tokens */
	const uint32_t *members;      /* places in the order, ascending */
	size_t n_leaves;              /* a power of two */
	struct node *nodes;           /* [1] is the root, leaves from [n_leaves] */
};

struct place {
	uint32_t class_at;
	uint32_t leaf;
};

struct plan_index {
	const struct plan_item *items;
	const size_t *order;
	const struct plan_limits *limits;
	size_t n;
	struct place *places;  /* beside order */
	uint32_t *members;
	struct class *classes;
	size_t n_classes;
	size_t latest;         /* class of whom was found last: where to look first */
	struct node *nodes;    /* of all classes */
	const struct plan_item **holders; /* as many as there are tests with locks */
	size_t n_holders;
};

/* A name that somebody wants locked, or all that somebody wants by name. */
struct lock_use {
	const struct demand *all;
	const char *name;
	size_t at;
};

static int by_name(const void *va, const void *vb)
{
	const struct lock_use *a = va;
	const struct lock_use *b = vb;
	return strcmp(a->name, b->name);
}

static int compare_lists(char *const *a, char *const *b)
{
	size_t i = 0;
	if (!a || !b)
		return (a && *a) - (b && *b);
	while (a[i] && str_eq(a[i], b[i]))
		i++;
	if (!a[i] || !b[i])
		return (a[i] != NULL) - (b[i] != NULL);
	return strcmp(a[i], b[i]);
}

static int by_list(const void *va, const void *vb)
{
	const struct lock_use *a = va;
	const struct lock_use *b = vb;
	int r = compare_lists(a->all->locks, b->all->locks);
	if (r == 0)
		r = compare_lists(a->all->shared_locks, b->all->shared_locks);
	return r ? r : compare_lists(a->all->tokens, b->all->tokens);
}

static const struct plan_item *item_at(const struct plan_index *ix, size_t at)
{
	return &ix->items[ix->order[at]];
}

/* In the order's places: one entry for each lock of each test; *ret_n entries. */
static struct lock_use *collect_names(const struct plan_index *ix, size_t *ret_n)
{
	size_t n = 0;
	for (size_t at = 0; at < ix->n; at++) {
		const struct demand *d = &item_at(ix, at)->demand;
		/* One more for the test itself, where it wants tokens. */
		n += strv_len(d->locks) + strv_len(d->shared_locks) + (d->tokens != NULL);
	}
	struct lock_use *uses = calloc(n + 1, sizeof(*uses));
	size_t k = 0;
	for (size_t at = 0; uses && at < ix->n; at++) {
		const struct demand *d = &item_at(ix, at)->demand;
		for (char **l = d->locks; l && *l; l++)
			uses[k++] = (struct lock_use){ .name = *l, .at = at };
		for (char **l = d->shared_locks; l && *l; l++)
			uses[k++] = (struct lock_use){ .name = *l, .at = at };
	}
	*ret_n = k;
	return uses;
}

/* Numbers the sets of locks and tokens from 1; 0 are tests without tokens and
 * without a lock that any other test has.  keys lie beside the order, zeroed.
 * False: no memory. */
static bool number_names(const struct plan_index *ix, uint32_t *keys)
{
	size_t n;
	_cleanup_free_ struct lock_use *uses = collect_names(ix, &n);
	if (!uses)
		return false;
	qsort(uses, n, sizeof(*uses), by_name);
	for (size_t i = 0; i < n; i++) {
		const bool shared = (i > 0 && by_name(&uses[i - 1], &uses[i]) == 0) ||
				    (i + 1 < n && by_name(&uses[i], &uses[i + 1]) == 0);
		keys[uses[i].at] |= shared;
	}
	size_t k = 0; /* one entry a test now: there is room for as many */
	for (size_t at = 0; at < ix->n; at++) {
		const struct demand *d = &item_at(ix, at)->demand;
		if (keys[at] || d->tokens)
			uses[k++] = (struct lock_use){ d, NULL, at };
	}
	qsort(uses, k, sizeof(*uses), by_list);
	uint32_t key = 0;
	for (size_t i = 0; i < k; i++) {
		key += i == 0 || by_list(&uses[i - 1], &uses[i]) != 0;
		keys[uses[i].at] = key;
	}
	return true;
}

static unsigned band_of(uint64_t number)
{
	unsigned band = 0;
	while (band < 64 && number >> band)
		band++;
	return band;
}

static struct node leaf_of(const struct plan_index *ix, uint32_t at)
{
	const struct plan_item *item = item_at(ix, at);
	const int64_t ns = item->expected_ns > 0 ? item->expected_ns : PLAN_END_UNKNOWN;
	const uint64_t mem = plan_mem_of(item, ix->limits);
	if (item->state != PLAN_WAITING || plan_is_closed(item))
		return nobody; /* the closed start when nothing else runs: as the head */
	return (struct node){
		.mem_bytes = mem < MEM_NONE ? mem : MEM_NONE - 1,
		.ns = ns,
		.cpus_milli = item->demand.cpus_milli,
		.at = at,
		.cpu_area = (float)ns * (float)item->demand.cpus_milli,
		.mem_area = (float)ns * (float)mem,
	};
}

#define LESS(a, b) ((a) < (b) ? (a) : (b))

static void node_join(struct node *ret, const struct node *a, const struct node *b)
{
	ret->mem_bytes = LESS(a->mem_bytes, b->mem_bytes);
	ret->ns = LESS(a->ns, b->ns);
	ret->cpus_milli = LESS(a->cpus_milli, b->cpus_milli);
	ret->at = LESS(a->at, b->at);
	ret->cpu_area = LESS(a->cpu_area, b->cpu_area);
	ret->mem_area = LESS(a->mem_area, b->mem_area);
}

static size_t leaves_for(size_t n)
{
	size_t leaves = 1;
	while (leaves < n)
		leaves *= 2;
	return leaves;
}

/* Fills in the class of `n` members from `members` on. */
static void grow_tree(struct plan_index *ix, struct class *c, const uint32_t *members, size_t n)
{
	const uint32_t class_at = (uint32_t)(c - ix->classes);
	c->members = members;
	c->n_leaves = leaves_for(n);
	c->like = item_at(ix, members[0]);
	for (size_t i = 0; i < c->n_leaves; i++) {
		c->nodes[c->n_leaves + i] = nobody;
		if (i >= n)
			continue;
		ix->places[members[i]] = (struct place){ class_at, (uint32_t)i };
		c->nodes[c->n_leaves + i] = leaf_of(ix, members[i]);
	}
	for (size_t i = c->n_leaves; i-- > 1;)
		node_join(&c->nodes[i], &c->nodes[2 * i], &c->nodes[2 * i + 1]);
	c->root = c->nodes[1];
}

/* What divides tests into classes, and where in the order a test is. */
struct sorter {
	uint64_t key;
	uint32_t at;
};

static int by_key(const void *va, const void *vb)
{
	const struct sorter *a = va;
	const struct sorter *b = vb;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static uint64_t key_of(const struct plan_index *ix, const struct plan_item *item, uint32_t names)
{
	return ((uint64_t)names * BANDS + band_of(item->demand.cpus_milli)) * BANDS +
	       band_of(plan_mem_of(item, ix->limits));
}

/* The end of the class that begins at i. */
static size_t class_end(const struct sorter *sorted, size_t n, size_t i)
{
	const uint64_t key = sorted[i].key;
	while (i < n && sorted[i].key == key)
		i++;
	return i;
}

static bool allocate_classes(struct plan_index *ix, const struct sorter *sorted)
{
	size_t n_nodes = 0;
	size_t n_lockers = 0;
	for (size_t at = 0; at < ix->n; at++)
		n_lockers += plan_has_lock(item_at(ix, at));
	for (size_t i = 0, end; i < ix->n; i = end) {
		end = class_end(sorted, ix->n, i);
		ix->n_classes++;
		n_nodes += 2 * leaves_for(end - i);
	}
	ix->places = calloc(ix->n + 1, sizeof(*ix->places));
	ix->members = calloc(ix->n + 1, sizeof(*ix->members));
	ix->holders = calloc(n_lockers + 1, sizeof(struct plan_item *));
	ix->classes = calloc(ix->n_classes + 1, sizeof(*ix->classes));
	ix->nodes = calloc(n_nodes + 1, sizeof(*ix->nodes));
	return ix->places && ix->members && ix->holders && ix->classes && ix->nodes;
}

static void divide(struct plan_index *ix, const struct sorter *sorted)
{
	struct node *nodes = ix->nodes;
	struct class *c = ix->classes;
	for (size_t i = 0; i < ix->n; i++)
		ix->members[i] = sorted[i].at;
	for (size_t i = 0, end; i < ix->n; i = end, c++) {
		end = class_end(sorted, ix->n, i);
		c->nodes = nodes;
		c->picky = sorted[i].key >= BANDS * BANDS;
		grow_tree(ix, c, ix->members + i, end - i);
		nodes += 2 * c->n_leaves;
	}
}

static bool build(struct plan_index *ix)
{
	_cleanup_free_ uint32_t *names = calloc(ix->n + 1, sizeof(*names));
	_cleanup_free_ struct sorter *sorted = calloc(ix->n + 1, sizeof(*sorted));
	if (!names || !sorted || !number_names(ix, names))
		return false;
	for (size_t at = 0; at < ix->n; at++)
		sorted[at] = (struct sorter){ key_of(ix, item_at(ix, at), names[at]),
					      (uint32_t)at };
	qsort(sorted, ix->n, sizeof(*sorted), by_key);
	if (!allocate_classes(ix, sorted))
		return false;
	divide(ix, sorted);
	return true;
}

struct plan_index *plan_index_new(const struct plan_item *items, const size_t *order, size_t n,
				  const struct plan_limits *limits)
{
	struct plan_index *ix = calloc(1, sizeof(*ix));
	assert(n < UINT32_MAX);
	if (!ix)
		return NULL;
	*ix = (struct plan_index){ .items = items, .order = order, .limits = limits, .n = n };
	if (build(ix))
		return ix;
	plan_index_free(ix);
	return NULL;
}

void plan_index_free(struct plan_index *ix)
{
	if (!ix)
		return;
	free(ix->places);
	free(ix->members);
	free(ix->classes);
	free(ix->nodes);
	free(ix->holders);
	free(ix);
}

void plan_index_remove(struct plan_index *ix, size_t at)
{
	struct class *c = &ix->classes[ix->places[at].class_at];
	size_t i = c->n_leaves + ix->places[at].leaf;
	c->nodes[i] = nobody;
	while (i /= 2)
		node_join(&c->nodes[i], &c->nodes[2 * i], &c->nodes[2 * i + 1]);
	c->root = c->nodes[1];
}

/* What is left beside a load; the bounds are inclusive. */
struct room {
	uint64_t mem_bytes;
	uint64_t cpus_milli;
};

/* What somebody must be content with to start now. */
struct offer {
	struct room now;
	struct room beside;  /* the head, at its turn */
	bool has_beside;
	int64_t gap_ns;      /* until then; below 0: nobody knows */
	float cpu_area;      /* what is left now until then, rounded up */
	float mem_area;
};

static bool room_beside(const struct plan_load *load, const struct plan_limits *limits,
			struct room *ret)
{
	const uint64_t cpus = UINT64_C(1000) * limits->cpus;
	if (load->closed > 0 || load->jobs >= limits->jobs ||
	    load->mem_bytes > limits->budget_bytes)
		return false;
	ret->mem_bytes = limits->budget_bytes - load->mem_bytes;
	if (ret->mem_bytes == MEM_NONE)
		ret->mem_bytes--;
	ret->cpus_milli = load->cpus_milli == 0 || limits->cpus == 0 ? UINT32_MAX :
			  load->cpus_milli < cpus ? cpus - load->cpus_milli : 0;
	return true;
}

/* More than a float of a product is ever off by. */
#define ROUND_UP 1.000001F

static bool fits(const struct room *room, const struct node *v)
{
	return v->mem_bytes <= room->mem_bytes && v->cpus_milli <= room->cpus_milli;
}

/* Of a node: whether anybody below it may be. */
static bool is_content(const struct offer *offer, const struct node *v)
{
	if (!fits(&offer->now, v))
		return false;
	return (v->ns <= offer->gap_ns && v->cpu_area <= offer->cpu_area &&
		v->mem_area <= offer->mem_area) ||
	       (offer->has_beside && fits(&offer->beside, v));
}

/* The first place below node i, which is content, of one that is content and stands
 * before `end`; SIZE_MAX: none. */
static size_t find_below(const struct class *c, size_t i, const struct offer *offer, size_t end)
{
	if (i >= c->n_leaves)
		return c->nodes[i].at;
	for (size_t child = 2 * i; child <= 2 * i + 1; child++) {
		if (c->nodes[child].at >= end || !is_content(offer, &c->nodes[child]))
			continue;
		const size_t at = find_below(c, child, offer, end);
		if (at != SIZE_MAX)
			return at;
	}
	return SIZE_MAX;
}

/* Those of the scene that hold a lock: few, and asked for by each class. */
static void find_holders(struct plan_index *ix, const struct plan_scene *scene)
{
	ix->n_holders = 0;
	for (size_t i = 0; i < scene->n && ix->n_holders < scene->load.locked; i++)
		if (plan_has_lock(scene->running[i].item))
			ix->holders[ix->n_holders++] = scene->running[i].item;
}

static bool is_locked_out(const struct plan_index *ix, const struct plan_scene *scene,
			  const struct class *c)
{
	if (!c->picky)
		return false;
	for (size_t i = 0; i < ix->n_holders; i++)
		if (plan_locks_clash(ix->holders[i], c->like))
			return true;
	return !plan_tokens_fit(&scene->load, c->like, ix->limits);
}

static bool goes_with_head(const struct plan_index *ix, const struct plan_shadow *shadow,
			   const struct plan_item *head, const struct class *c)
{
	return !c->picky || (!plan_locks_clash(head, c->like) &&
			     plan_tokens_fit(&shadow->load, c->like, ix->limits));
}

static bool anybody_fits(const struct plan_index *ix, const struct room *now)
{
	for (size_t i = 0; i < ix->n_classes; i++)
		if (fits(now, &ix->classes[i].root))
			return true;
	return false;
}

size_t plan_index_find(struct plan_index *ix, const struct plan_scene *scene,
		       const struct plan_item *head)
{
	struct offer offer = { .gap_ns = -1 };
	if (!room_beside(&scene->load, ix->limits, &offer.now) || !anybody_fits(ix, &offer.now))
		return SIZE_MAX;
	struct plan_shadow shadow;
	plan_shadow_of(scene, head, &shadow);
	const bool room = room_beside(&shadow.load, ix->limits, &offer.beside);
	if (shadow.at_ns != PLAN_END_UNKNOWN)
		offer.gap_ns = shadow.at_ns - scene->now_ns;
	offer.cpu_area = (float)offer.gap_ns * (float)offer.now.cpus_milli * ROUND_UP;
	offer.mem_area = (float)offer.gap_ns * (float)offer.now.mem_bytes * ROUND_UP;

	find_holders(ix, scene);
	size_t best = SIZE_MAX;
	for (size_t k = 0, i = ix->latest; k < ix->n_classes; k++, i++) {
		i = i < ix->n_classes ? i : 0;
		const struct class *c = &ix->classes[i];
		offer.has_beside = room && goes_with_head(ix, &shadow, head, c);
		if (c->root.at >= best || !is_content(&offer, &c->root) ||
		    is_locked_out(ix, scene, c))
			continue;
		const size_t at = find_below(c, 1, &offer, best);
		if (at < best) {
			best = at;
			ix->latest = i;
		}
	}
	return best;
}

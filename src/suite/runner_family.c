/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  Tests of one program that nobody knows begin small and grow.  If
 * as many as there are jobs began at once and each grew large, most would have to give
 * way to the oldest, and what they had done by then would be lost.  So a program is
 * probed: until an attempt of it has ended so many of its tests run at once as fit the
 * budget if each that may still grow became GROWTH_TIMES as large as it began, or twice
 * as large as it is; PROBES_MIN in any case.  Who has not grown for a while counts with
 * what is reserved for it, so that tests that stay small are held back for moments only.
 *
 * Who is held back is not looked at by the planner, and blocks nobody: how much would
 * have to be reserved for it is not known.  While any is held, one of its program is
 * active, and its samples, its growth and its end come to runner_fill, which lets go
 * whom it can. */
#include "suite/runner_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"

enum {
	GROWTH_TIMES = 8,
	PROBES_MIN = 3,
	SETTLE_NS = 300 * 1000 * 1000,
};

/* Whom the kernel has slowed down at its limit (v2) sleeps up to two seconds more once
 * that was raised. */
#define SETTLE_RAISED_NS (3 * NSEC_PER_SEC)

static bool is_known(enum demand_origin origin)
{
	return origin == DEMAND_SIBLING || origin == DEMAND_HISTORY || origin == DEMAND_ELSEWHERE;
}

int run_families_make(struct runner *r)
{
	_cleanup_free_ const char **programs = calloc(r->n + 1, sizeof(*programs));
	_cleanup_free_ size_t *first = calloc(r->n + 1, sizeof(*first));

	/* As many as there are tests: which is whose is told by the index of the first. */
	r->families = calloc(r->n + 1, sizeof(*r->families));
	if (!programs || !first || !r->families)
		return -ENOMEM;
	for (size_t i = 0; i < r->n; i++)
		programs[i] = r->tests[i].test->program;
	if (str_first_equal(programs, r->n, first) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r->n; i++) {
		struct run_family *family = &r->families[first[i]];

		family->known |= is_known(r->items[i].demand.mem_origin);
		r->tests[i].family = family;
	}
	return 0;
}

/* Near its limit it may be slowed down (v2) or stand: that is no rest. */
static bool has_settled(const struct run_test *t, int64_t now_ns)
{
	const int64_t started_ns = t->run->items[t->index].started_ns;
	const int64_t still_ns = now_ns - (t->grown_ns ? t->grown_ns : started_ns);
	const int64_t settle_ns = t->raised ? SETTLE_RAISED_NS : SETTLE_NS;

	return t->started && t->seen_bytes < t->reserved_bytes / 5 * 4 &&
	       still_ns >= settle_ns && still_ns >= (now_ns - started_ns) / 4;
}

static uint64_t may_become_bytes(const struct runner *r, uint64_t reserved_bytes)
{
	const uint64_t begun_bytes = GROWTH_TIMES * r->rules.share_bytes;

	return begun_bytes > 2 * reserved_bytes ? begun_bytes : 2 * reserved_bytes;
}

static bool may_start(const struct runner *r, const struct run_family *family)
{
	const int64_t now_ns = time_now_ns();
	uint64_t bytes = may_become_bytes(r, 0);
	unsigned n_unsettled = 0;

	if (family->known || !r->grows)
		return true;
	for (unsigned i = 0; i < r->width.most; i++) {
		const struct run_test *t = r->slots[i];

		if (!t || t->family != family)
			continue;
		const bool settled = has_settled(t, now_ns);
		n_unsettled += !settled;
		bytes += settled ? t->reserved_bytes : may_become_bytes(r, t->reserved_bytes);
	}
	return n_unsettled < PROBES_MIN || bytes <= r->limits.budget_bytes;
}

/* Its own demand was said or learned: it waits for nobody's. */
static bool is_guess(const struct plan_item *item)
{
	return item->demand.mem_origin == DEMAND_DEFAULT ||
	       item->demand.mem_origin == DEMAND_SIBLING;
}

bool run_family_holds(struct run_test *t)
{
	struct runner *r = t->run;

	if (!is_guess(&r->items[t->index]) || may_start(r, t->family))
		return false;
	for (size_t k = 0; k < r->n_order; k++) {
		struct plan_item *item = &r->items[r->order[k]];

		if (r->tests[r->order[k]].family != t->family || item->state != PLAN_WAITING ||
		    !is_guess(item))
			continue;
		item->state = PLAN_HELD;
		r->n_held++;
	}
	t->family->holds = true;
	return true;
}

void run_families_let_go(struct runner *r)
{
	for (size_t k = 0; r->n_held && k < r->n_order; k++) {
		const size_t i = r->order[k];
		struct run_family *family = r->tests[i].family;

		if (r->items[i].state != PLAN_HELD)
			continue;
		/* The first of a program decides for all of it. */
		if (family->holds)
			family->holds = !may_start(r, family);
		if (family->holds)
			continue;
		r->items[i].state = PLAN_WAITING;
		r->n_held--;
	}
}

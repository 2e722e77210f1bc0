/* SPDX-License-Identifier: Apache-2.0 */
/* suite/demand.h - what a test will be admitted with: declared, learned or the default share. */
#ifndef SUITE_DEMAND_H
#define SUITE_DEMAND_H

#include <stddef.h>
#include <stdint.h>

#include "history/history.h"
#include "model/demand.h"
#include "model/test.h"
#include "planner/predict.h"

/* What is said of tests that say nothing themselves. */
struct demand_rules {
	struct history *history; /* NULL: none */
	const char *suite;       /* the history's name of the project */
	const char *key;         /* of the environment, see suite/history_key.h */
	uint64_t mem_bytes;      /* declared for all of its profile; 0: not */
	uint32_t cpus_milli;     /* likewise */
	uint64_t share_bytes;    /* to begin with, when nothing is known */
	uint64_t budget_bytes;   /* no demand is above it */
	int64_t now_wall_ns;
};

/* The demand at the start of a run, and the expected duration (0: not known).
 * Locks are borrowed from the test.  A history that cannot be read counts as
 * none: *err says why, and the return value is negative, but both results are
 * filled all the same. */
int demand_choose(const struct test *t, const struct demand_rules *rules, struct demand *ret,
		  int64_t *ret_expected_ns, struct iso_err *err);

/* Learns from attempts of this run: what tests of one program took. */
struct demand_siblings;

struct demand_siblings *demand_siblings_new(void); /* NULL when out of memory */
void demand_siblings_free(struct demand_siblings *s);

/* One sample a test, its latest; the test must outlive the siblings.  A sample
 * that cannot be kept is forgotten: demands stay as they were. */
void demand_siblings_add(struct demand_siblings *s, const struct test *t,
			 const struct predict_sample *sample);

/* The demand of any test of that program that nobody knows better, while few
 * were seen not below least_bytes; 0: none was seen. */
uint64_t demand_of_siblings(const struct demand_siblings *s, const char *program,
			    uint64_t least_bytes, uint64_t budget_bytes);

/* The same in whole MiB; true when it is more than it was at the last true, or less
 * by a sixteenth: a change that is worth to order all tests anew. */
bool demand_siblings_news(struct demand_siblings *s, const char *program,
			  const struct demand_rules *rules, uint64_t *ret_bytes);

#endif

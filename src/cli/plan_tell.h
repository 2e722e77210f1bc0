/* SPDX-License-Identifier: Apache-2.0 */
/* cli/plan_tell.h - what `isorun plan` found out, as text and as JSON. */
#ifndef CLI_PLAN_TELL_H
#define CLI_PLAN_TELL_H

#include "base/buf.h"
#include "planner/whatif.h"

struct forecast {
	size_t n;
	struct plan_sim_test *tests;
	const char **names;            /* beside tests; borrowed */
	struct plan_sim_options options;
	const char *budget_from;
	struct schedule schedule;
	struct plan_bounds_found bounds;
	struct plan_whatif *whatif;
	size_t n_whatif;
	size_t n_no_time;              /* tests whose duration nobody knows */
	int64_t guess_ns;              /* what they are taken for */
	size_t n_no_cpus;              /* tests whose need of cpus nobody knows */
};

void plan_add_text(struct buf *b, const struct forecast *f);
int plan_to_json(const struct forecast *f, char **ret_text); /* 0 or -ENOMEM */

/* "40 tests, 2 cpus, 8 at once, budget 3G: 9.8s" */
void plan_add_title(struct buf *b, const struct forecast *f);

#endif

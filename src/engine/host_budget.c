/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <stdio.h>

enum { BOUNDS_MAX = 16 };

int engine_budget(struct engine *e, struct budget *ret, struct iso_err *err)
{
	struct budget_bound bounds[BOUNDS_MAX + 2];
	struct cg_bound above[BOUNDS_MAX];
	size_t n = 0;

	if (e->stated_budget_bytes) {
		bounds[n] = (struct budget_bound){ .bytes = e->stated_budget_bytes,
						   .stated = true };
		snprintf(bounds[n++].from, sizeof(bounds[0].from), "%s", e->stated_budget_from);
	}
	int r = budget_read_available(cg_ours_bytes(e->cg), &bounds[n]);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read /proc/meminfo");
	n++;
	size_t n_above = cg_bounds_above(e->cg, above, BOUNDS_MAX);
	for (size_t i = 0; i < n_above; i++) {
		bounds[n] = (struct budget_bound){ .bytes = above[i].bytes };
		snprintf(bounds[n].from, sizeof(bounds[n].from), "limit of %.80s", above[i].path);
		n++;
	}
	budget_choose(bounds, n, ret);
	return 0;
}

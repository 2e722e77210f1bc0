/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/time.h"

enum {
	BOUNDS_MAX = 16,
	/* A suite of short tests asks a thousand times a second, and each answer
	 * takes a dozen files. */
	FRESH_NS = 20 * 1000 * 1000,
};

static int read_meminfo(struct engine *e)
{
	_cleanup_close_ int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	const ssize_t len = read(fd, e->meminfo, sizeof(e->meminfo) - 1);
	if (len < 0)
		return -errno;
	e->meminfo[len] = '\0';
	return 0;
}

static int find_budget(struct engine *e, struct budget *ret, struct iso_err *err)
{
	struct budget_bound bounds[BOUNDS_MAX + 2];
	struct cg_bound above[BOUNDS_MAX];
	size_t n = 0;

	if (e->stated_budget_bytes) {
		bounds[n] = (struct budget_bound){ .bytes = e->stated_budget_bytes,
						   .stated = true };
		snprintf(bounds[n++].from, sizeof(bounds[0].from), "%s", e->stated_budget_from);
	}
	int r = read_meminfo(e);
	if (r == 0)
		r = budget_available(e->meminfo, cg_ours_bytes(e->cg), &bounds[n]);
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

int engine_budget(struct engine *e, struct budget *ret, struct iso_err *err)
{
	const int64_t now_ns = time_now_ns();

	if (!e->budget_read_ns || now_ns - e->budget_read_ns > FRESH_NS) {
		int r = find_budget(e, &e->budget, err);
		if (r < 0)
			return r;
		e->budget_read_ns = now_ns;
	}
	*ret = e->budget;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "cgroup/driver.h"

/* v1 says "none" as the largest long in whole pages; no machine has this much. */
#define LIMIT_NONE (UINT64_C(1) << 60)

/* What pressure would not give back; 0 when it cannot be read. */
static uint64_t held_bytes(int dir_fd, const struct cg_counters *counters)
{
	uint64_t usage_bytes;
	char stat_text[CG_STAT_MAX];
	if (fs_read_u64_at(dir_fd, counters->usage, &usage_bytes) < 0)
		return 0;
	if (fs_read_small_at(dir_fd, "memory.stat", stat_text, sizeof(stat_text)) < 0)
		return usage_bytes;
	uint64_t back_bytes = cg_stat_sum(stat_text, counters->reclaimable);
	return usage_bytes > back_bytes ? usage_bytes - back_bytes : 0;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void name_bound(struct cg_bound *bound, const char *path)
{
	size_t len = strlen(path);
	size_t room = sizeof(bound->path) - 1;
	if (len <= room)
		snprintf(bound->path, sizeof(bound->path), "%s", path);
	else
		snprintf(bound->path, sizeof(bound->path), "...%s", path + len - (room - 3));
}

/* -ENOENT: `dir` is no group with the memory controller. */
static int read_limit(int dir_fd, const struct cg *cg, const struct cg_counters **ret_counters,
		      uint64_t *ret_bytes)
{
	const struct cg_counters *known = cg->driver->counters;
	const struct cg_counters *const tries[] = { known ? known : cg_v2.counters,
						    known ? NULL : cg_v1.counters };
	int r = -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(tries) && tries[i] && r == -ENOENT; i++) {
		r = fs_read_u64_at(dir_fd, tries[i]->limit, ret_bytes);
		*ret_counters = tries[i];
	}
	return r;
}

/* One row, when `dir` has a limit.  `ours_bytes` is UINT64_MAX until it was needed. */
static int bound_at(const struct cg *cg, int dir_fd, const char *dir, uint64_t *ours_bytes,
		    struct cg_bound *ret)
{
	const struct cg_counters *counters;
	uint64_t limit_bytes;
	int r = read_limit(dir_fd, cg, &counters, &limit_bytes);
	if (r < 0)
		return r;
	if (limit_bytes >= LIMIT_NONE)
		return 0;
	if (*ours_bytes == UINT64_MAX)
		*ours_bytes = cg->memory_fd < 0 ? cg->polled_bytes
						: held_bytes(cg->memory_fd, counters);
	uint64_t others_bytes = minus(held_bytes(dir_fd, counters), *ours_bytes);
	ret->bytes = minus(limit_bytes, others_bytes);
	name_bound(ret, dir);
	return 1;
}

size_t cg_bounds_above(const struct cg *cg, struct cg_bound *ret, size_t max)
{
	if (!cg->above_dir)
		return 0;
	_cleanup_free_ char *dir = strdup(cg->above_dir);
	if (!dir)
		return 0;
	_cleanup_close_ int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint64_t ours_bytes = UINT64_MAX;
	size_t n = 0;
	/* Up to the root of the hierarchy: the first group without the file
	 * (v2), or the first directory that is no group (v1). */
	while (n < max && dir_fd >= 0) {
		int r = bound_at(cg, dir_fd, dir, &ours_bytes, &ret[n]);
		if (r == -ENOENT)
			break;
		if (r > 0)
			n++;
		char *slash = strrchr(dir, '/');
		if (!slash || slash == dir)
			break;
		*slash = '\0';
		/* By "..": every launch comes here, and walking a long path at
		 * each level costs more than the reading does. */
		int up_fd = openat(dir_fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(dir_fd);
		dir_fd = up_fd;
	}
	return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/elastic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "cgroup/driver.h"

bool cg_polls(const struct cg *cg)
{
	return cg->driver->polls;
}

bool cg_limit_refuses(const struct cg *cg)
{
	return cg->driver->refuses;
}

int cg_find_leaf(struct cg_elastic *e, const struct cg_leaf *leaf)
{
	e->dir_fd = openat(e->cg->memory_fd, leaf->name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return e->dir_fd < 0 ? -errno : 0;
}

void cg_leave_leaf(struct cg_elastic *e)
{
	(void)e;
}

int cg_elastic_open(struct cg *cg, const struct cg_leaf *leaf, uint64_t limit_bytes,
		    struct cg_elastic **ret)
{
	struct cg_elastic *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->driver = cg->driver;
	e->cg = cg;
	e->limit_bytes = limit_bytes ? cg_round_limit(limit_bytes) : UINT64_MAX;
	e->fd = e->dir_fd = -1;
	int r = e->driver->find(e, leaf);
	if (r == 0 && e->driver->hear(e) < 0) {
		/* Nobody would hear of a test that stands (PREEMPT_RT has no event_control). */
		(void)cg_elastic_let_kill(e);
		r = -ENOTSUP;
	}
	if (r < 0) {
		cg_elastic_close(e);
		return r;
	}
	*ret = e;
	return 0;
}

/* Half of the limit: the other half takes a while to fill.  So does one that has just ended. */
static bool holds_little(const struct cg_elastic *e)
{
	uint64_t usage_bytes = 0;

	(void)fs_read_u64_at(e->dir_fd, e->driver->counters->usage, &usage_bytes);
	return usage_bytes < e->limit_bytes / 2;
}

int cg_elastic_watch_near(struct cg_elastic *e, bool in_any_case)
{
	if (!e->driver->hear_near)
		return 0;
	return !in_any_case && holds_little(e) ? 1 : e->driver->hear_near(e);
}

void cg_elastic_forget(struct cg_elastic *e)
{
	if (!e)
		return;
	if (e->fd >= 0)
		close(e->fd);
	if (e->dir_fd >= 0)
		close(e->dir_fd);
	e->fd = e->dir_fd = -1;
}

void cg_elastic_close(struct cg_elastic *e)
{
	if (!e)
		return;
	e->driver->leave(e);
	cg_elastic_forget(e);
	free(e);
}

int cg_elastic_fd(const struct cg_elastic *e, uint32_t *ret_events)
{
	*ret_events = e->events;
	return e->fd;
}

uint64_t cg_near_bytes(uint64_t limit_bytes)
{
	const uint64_t below_bytes = limit_bytes / 8;

	return limit_bytes - (below_bytes < CG_NEAR_MAX ? below_bytes : CG_NEAR_MAX);
}

int cg_look_at_leaf(const struct cg_elastic *e, struct cg_pressure *now)
{
	char text[CG_STAT_MAX];
	const ssize_t n = fs_read_small_at(e->dir_fd, "memory.stat", text, sizeof(text));

	if (n < 0)
		return (int)n;
	now->held_bytes = cg_stat_sum(text, e->driver->counters->held);
	/* Of kernel memory (sockets, page tables) v1 tells only the sum with all else.  The
	 * counters lag behind by some pages a cpu. */
	const struct cg_counters *counters = e->driver->counters;
	const uint64_t cache_bytes = cg_stat_sum(text, counters->reclaimable);
	uint64_t usage_bytes = 0;
	(void)fs_read_u64_at(e->dir_fd, counters->usage, &usage_bytes);
	const uint64_t least_bytes = cg_near_bytes(e->limit_bytes) / 8 * 7;
	now->near = now->held_bytes >= least_bytes ||
		    (usage_bytes > cache_bytes && usage_bytes - cache_bytes >= least_bytes);
	return 0;
}

int cg_elastic_look(struct cg_elastic *e, struct cg_pressure *ret)
{
	struct cg_pressure now = { .stands = false };
	const int r = e->driver->look(e, &now);

	if (r == 0)
		*ret = now;
	return r;
}

int cg_elastic_hold(struct cg_elastic *e)
{
	const int r = e->driver->hold(e);

	e->held = r == 0;
	return r;
}

int cg_elastic_raise(struct cg_elastic *e, uint64_t limit_bytes)
{
	e->limit_bytes = cg_round_limit(limit_bytes);
	const int r = e->driver->raise(e);
	e->held = e->held && r != 0;
	return r;
}

int cg_elastic_let_kill(struct cg_elastic *e)
{
	const int r = e->driver->let_kill(e);

	e->held = e->held && r < 0;
	return r;
}

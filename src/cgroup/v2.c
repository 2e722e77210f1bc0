/* SPDX-License-Identifier: Apache-2.0 */
/* Linux Documentation/admin-guide/cgroup-v2.rst. */
#include "cgroup/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"

static const char *const reclaimable[] = { "inactive_file", "active_file", "slab_reclaimable",
					   NULL };
static const char *const held[] = { "anon", "shmem", "slab_unreclaimable", "kernel_stack",
				    "pagetables", "percpu", "sock", NULL };

static const struct cg_counters counters = {
	.limit = "memory.max",
	.usage = "memory.current",
	.reclaimable = reclaimable,
	.held = held,
};

static void v2_plan(const struct cg *cg, const struct cg_limits *limits, struct cg_plan *plan)
{
	struct cg_group_plan *group = cg_plan_group(plan, cg->memory_fd);
	if (limits->mem_bytes)
		cg_plan_write(plan, group, "memory.max", cg_round_limit(limits->mem_bytes), false);
	if (limits->mem_bytes && limits->elastic)
		cg_plan_write(plan, group, "memory.high",
			      cg_near_bytes(cg_round_limit(limits->mem_bytes)), false);
	/* Absent when the kernel has no swap support. */
	cg_plan_write(plan, group, "memory.swap.max", 0, true);
	if (limits->pids && cg->pids_fd >= 0)
		cg_plan_write(plan, group, "pids.max", limits->pids, false);
	cg_plan_read(group, "memory.peak"); /* Linux 5.19 */
	cg_plan_read(group, "memory.events");
	/* More than there is: it gives back all it can and then says EAGAIN.
	 * Little, such as 4K, stops early and leaves page cache behind.  Always,
	 * since memory.stat does not yet know of the last pages on machines
	 * with several processors, and reading it costs as much. */
	group->empty_file = "memory.reclaim"; /* Linux 5.19 */
	group->empty_value = "64G";
}

static void v2_parse(const char *file, const char *text, struct cg_usage *usage)
{
	uint64_t n;
	if (str_eq(file, "memory.peak") && num_parse_u64(text, &n) == 0)
		usage->peak_bytes = n;
	if (!str_eq(file, "memory.events"))
		return;
	if (cg_stat_get(text, "oom_kill", &n))
		usage->oom_kills = n;
	if (cg_stat_get(text, "max", &n))
		usage->limit_hit = n > 0;
}

/* Below memory.max there is a kill, so the test is frozen at memory.high: at that
 * the kernel slows down whoever takes more, which leaves time for it. */
static int write_high(const struct cg_elastic *e, bool is_limit)
{
	char text[24] = "max";

	if (is_limit)
		(void)snprintf(text, sizeof(text), "%" PRIu64, cg_near_bytes(e->limit_bytes));
	return fs_write_at(e->dir_fd, "memory.high", text);
}

static int v2_hear(struct cg_elastic *e)
{
	/* Changes are told as EPOLLPRI until it is read again. */
	e->events = EPOLLPRI;
	e->fd = openat(e->dir_fd, "memory.events", O_RDONLY | O_CLOEXEC);
	return e->fd < 0 ? -errno : 0;
}

static int v2_look(struct cg_elastic *e, struct cg_pressure *now)
{
	char text[256];

	/* ENODEV: the group is gone. */
	if (pread(e->fd, text, sizeof(text), 0) < 0)
		return -errno;
	now->stands = e->held;
	return cg_look_at_leaf(e, now);
}

/* Linux 5.2; who is frozen can be killed all the same. */
static int v2_hold(struct cg_elastic *e)
{
	return fs_write_at(e->dir_fd, "cgroup.freeze", "1");
}

static int v2_go_on(struct cg_elastic *e)
{
	return e->held ? fs_write_at(e->dir_fd, "cgroup.freeze", "0") : 0;
}

static int v2_raise(struct cg_elastic *e)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, e->limit_bytes);
	int r = fs_write_at(e->dir_fd, "memory.max", text);
	if (r == 0)
		r = write_high(e, true);
	return r < 0 ? r : v2_go_on(e);
}

static int v2_let_kill(struct cg_elastic *e)
{
	const int r = write_high(e, false);

	return r < 0 ? r : v2_go_on(e);
}

const struct cg_driver cg_v2 = {
	.name = "v2",
	.counters = &counters,
	.plan = v2_plan,
	.parse = v2_parse,
	.polls = false,
	.refuses = false,
	.find = cg_find_leaf,
	.hear = v2_hear,
	.look = v2_look,
	.hold = v2_hold,
	.raise = v2_raise,
	.let_kill = v2_let_kill,
	.leave = cg_leave_leaf,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Linux Documentation/admin-guide/cgroup-v1/memory.rst and pids.rst. */
#include "cgroup/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"

/* "total_" keys count the groups below, too.  Version 1 has no keys for kernel
 * memory, and memory.kmem.usage_in_bytes counts what is reclaimable with it. */
static const char *const reclaimable[] = { "total_inactive_file", "total_active_file", NULL };
static const char *const held[] = { "total_rss", "total_shmem", NULL };

static const struct cg_counters counters = {
	.limit = "memory.limit_in_bytes",
	.usage = "memory.usage_in_bytes",
	.reclaimable = reclaimable,
	.held = held,
};

static void plan_memory(const struct cg *cg, const struct cg_limits *limits,
			struct cg_plan *plan)
{
	struct cg_group_plan *group = cg_plan_group(plan, cg->memory_fd);
	if (limits->mem_bytes) {
		uint64_t bytes = cg_round_limit(limits->mem_bytes);
		/* In this order: memsw must never be below the limit.  Kernels
		 * without swap accounting lack the second (swapaccount=1). */
		cg_plan_write(plan, group, "memory.limit_in_bytes", bytes, false);
		cg_plan_write(plan, group, "memory.memsw.limit_in_bytes", bytes, true);
	}
	if (limits->mem_bytes && limits->elastic)
		cg_plan_write(plan, group, "memory.oom_control", 1, false);
	cg_plan_write(plan, group, "memory.swappiness", 0, true);
	/* "0" is the writer itself.  cgroup.procs would wait for an RCU grace
	 * period, 9 ms when cold; one thread into tasks does not. */
	group->join_file = "tasks";
	cg_plan_read(group, "memory.max_usage_in_bytes");
	cg_plan_read(group, "memory.oom_control");
	/* After the peak, see v1_parse. */
	cg_plan_read(group, "memory.limit_in_bytes");
	/* A limit of 0 is refused (EBUSY) since some kernel memory stays, but
	 * only after the page cache was dropped: 60 us.  memory.force_empty
	 * tries 16 times for the same, 570 us; and asking memory.stat first
	 * does not help, since it does not yet know of the last few pages. */
	group->empty_file = "memory.limit_in_bytes";
	group->empty_value = "0";
}

static void v1_plan(const struct cg *cg, const struct cg_limits *limits, struct cg_plan *plan)
{
	plan_memory(cg, limits, plan);
	if (!limits->pids || cg->pids_fd < 0)
		return;
	struct cg_group_plan *group = &plan->groups[0];
	if (cg->pids_fd != cg->memory_fd) {
		group = cg_plan_group(plan, cg->pids_fd);
		group->join_file = "tasks";
	}
	cg_plan_write(plan, group, "pids.max", limits->pids, false);
}

static void v1_parse(const char *file, const char *text, struct cg_usage *usage)
{
	uint64_t n;
	if (str_eq(file, "memory.max_usage_in_bytes") && num_parse_u64(text, &n) == 0)
		usage->peak_bytes = n;
	else if (str_eq(file, "memory.limit_in_bytes") && num_parse_u64(text, &n) == 0)
		/* memory.failcnt would say it, but stays 0 on Linux 6.18. */
		usage->limit_hit = usage->peak_bytes >= n;
	else if (str_eq(file, "memory.oom_control") && cg_stat_get(text, "oom_kill", &n))
		usage->oom_kills = n; /* Linux 4.13 */
}

/* memory.rst, 9 and 10: one line "EVENTFD FD [THRESHOLD]".  Registering while a
 * test stands tells it at once; the kernel forgets it with the eventfd. */
static int hear_of(const struct cg_elastic *e, const char *file, uint64_t at_bytes)
{
	_cleanup_close_ int fd = openat(e->dir_fd, file, O_RDONLY | O_CLOEXEC);
	char line[64];

	if (fd < 0)
		return -errno;
	if (at_bytes)
		(void)snprintf(line, sizeof(line), "%d %d %" PRIu64, e->fd, fd, at_bytes);
	else
		(void)snprintf(line, sizeof(line), "%d %d", e->fd, fd);
	return fs_write_at(e->dir_fd, "cgroup.event_control", line);
}

/* A page fault stands still at the limit, but a system call (a write to a tmpfs,
 * a fork) is refused with ENOMEM: so the limit is to be raised before.  The kernel waits
 * for an RCU grace period, 10 to 20 ms, in which nothing else is started or heard of. */
static int v1_hear_near(struct cg_elastic *e)
{
	return hear_of(e, "memory.usage_in_bytes", cg_near_bytes(e->limit_bytes));
}

static int v1_hear(struct cg_elastic *e)
{
	e->events = EPOLLIN;
	e->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->fd < 0)
		return -errno;
	return hear_of(e, "memory.oom_control", 0);
}

static int v1_look(struct cg_elastic *e, struct cg_pressure *now)
{
	char text[256];
	uint64_t under_oom = 0;
	eventfd_t times;

	(void)eventfd_read(e->fd, &times);
	const ssize_t n = fs_read_small_at(e->dir_fd, "memory.oom_control", text, sizeof(text));
	if (n < 0)
		return (int)n;
	now->stands = cg_stat_get(text, "under_oom", &under_oom) && under_oom;
	return cg_look_at_leaf(e, now);
}

static int v1_hold(struct cg_elastic *e)
{
	(void)e;
	return -ENOTSUP;
}

static int v1_raise(struct cg_elastic *e)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, e->limit_bytes);
	/* In this order, since memsw must never be below the limit. */
	int r = fs_write_at(e->dir_fd, "memory.memsw.limit_in_bytes", text);
	if (r == 0 || r == -ENOENT)
		r = fs_write_at(e->dir_fd, "memory.limit_in_bytes", text);
	return r < 0 ? r : v1_hear_near(e);
}

static int v1_let_kill(struct cg_elastic *e)
{
	return fs_write_at(e->dir_fd, "memory.oom_control", "0");
}

const struct cg_driver cg_v1 = {
	.name = "v1",
	.counters = &counters,
	.plan = v1_plan,
	.parse = v1_parse,
	.polls = false,
	.refuses = true,
	.find = cg_find_leaf,
	.hear = v1_hear,
	.hear_near = v1_hear_near,
	.look = v1_look,
	.hold = v1_hold,
	.raise = v1_raise,
	.let_kill = v1_let_kill,
	.leave = cg_leave_leaf,
};

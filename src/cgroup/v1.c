/* SPDX-License-Identifier: Apache-2.0 */
/* Linux Documentation/admin-guide/cgroup-v1/memory.rst and pids.rst. */
#include "cgroup/driver.h"

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

const struct cg_driver cg_v1 = {
	.name = "v1",
	.counters = &counters,
	.plan = v1_plan,
	.parse = v1_parse,
};

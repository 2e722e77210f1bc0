/* SPDX-License-Identifier: Apache-2.0 */
/* Linux Documentation/admin-guide/cgroup-v2.rst. */
#include "cgroup/driver.h"

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

const struct cg_driver cg_v2 = {
	.name = "v2",
	.counters = &counters,
	.plan = v2_plan,
	.parse = v2_parse,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/cgroup.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/driver.h"

void cg_plan_leaf(const struct cg *cg, const char *name, const struct cg_limits *limits,
		  struct cg_plan *ret)
{
	assert(strlen(name) < sizeof(ret->name));
	memset(ret, 0, sizeof(*ret));
	strncpy(ret->name, name, sizeof(ret->name) - 1);
	cg->driver->plan(cg, limits, ret);
	/* The first group is the memory controller's. */
	if (limits->tell_cache && ret->n_groups)
		cg_plan_read(&ret->groups[0], "memory.stat");
}

struct cg_group_plan *cg_plan_group(struct cg_plan *plan, int parent_fd)
{
	assert(plan->n_groups < CG_MAX_GROUPS);
	struct cg_group_plan *group = &plan->groups[plan->n_groups++];
	group->parent_fd = parent_fd;
	group->name = plan->name;
	return group;
}

void cg_plan_write(struct cg_plan *plan, struct cg_group_plan *group, const char *file,
		   uint64_t value, bool optional)
{
	assert(group->n_writes < CG_MAX_WRITES);
	size_t i = group->n_writes++;
	char *text = plan->values[group - plan->groups][i];
	snprintf(text, sizeof(plan->values[0][0]), "%" PRIu64, value);
	group->writes[i].file = file;
	group->writes[i].value = text;
	group->writes[i].optional = optional;
}

void cg_plan_read(struct cg_group_plan *group, const char *file)
{
	assert(group->n_reads < CG_MAX_READS);
	group->reads[group->n_reads++] = file;
}

uint64_t cg_round_limit(uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	return bytes < page ? page : bytes - bytes % page;
}

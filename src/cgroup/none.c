/* SPDX-License-Identifier: Apache-2.0 */
/* No group that we may write to: no limits, and the limits above us are still read. */
#include "cgroup/driver.h"

static void none_plan(const struct cg *cg, const struct cg_limits *limits, struct cg_plan *plan)
{
	(void)cg;
	(void)limits;
	(void)plan;
}

static void none_parse(const char *file, const char *text, struct cg_usage *usage)
{
	(void)file;
	(void)text;
	(void)usage;
}

const struct cg_driver cg_none = {
	.name = "none",
	.counters = NULL,
	.plan = none_plan,
	.parse = none_parse,
};

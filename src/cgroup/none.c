/* SPDX-License-Identifier: Apache-2.0 */
/* No group that we may write to: no limits, and the limits above us are still read. */
#include "cgroup/driver.h"

#include <errno.h>

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

static int none_hear(struct cg_elastic *e)
{
	(void)e;
	return -ENOTSUP;
}

static int none_stands(struct cg_elastic *e, struct cg_pressure *now)
{
	(void)e;
	(void)now;
	return -ENOTSUP;
}

const struct cg_driver cg_none = {
	.name = "none",
	.counters = NULL,
	.plan = none_plan,
	.parse = none_parse,
	.grows = false,
	.refuses = false,
	.hear = none_hear,
	.stands = none_stands,
	.hold = none_hear,
	.raise = none_hear,
	.let_kill = none_hear,
};

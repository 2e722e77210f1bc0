/* SPDX-License-Identifier: Apache-2.0 */
#include "model/demand.h"

#include <assert.h>

#include "base/cleanup.h"

static const char *const names[] = {
	[DEMAND_DEFAULT] = "default",
	[DEMAND_SIBLING] = "sibling",
	[DEMAND_ELSEWHERE] = "other-key",
	[DEMAND_HISTORY] = "history",
	[DEMAND_OOM] = "oom",
	[DEMAND_DECLARED] = "declared",
};
static_assert(ARRAY_SIZE(names) == DEMAND_DECLARED + 1, "every origin has a name");

const char *demand_origin_name(enum demand_origin origin)
{
	assert((size_t)origin < ARRAY_SIZE(names));
	return names[origin];
}

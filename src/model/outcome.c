/* SPDX-License-Identifier: Apache-2.0 */
#include "model/outcome.h"

#include <assert.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/str.h"

static const char *const names[] = {
	[OUTCOME_PASSED] = "passed",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_TIMED_OUT] = "timed-out",
	[OUTCOME_OUT_OF_MEMORY] = "out-of-memory",
	[OUTCOME_CRASHED] = "crashed",
	[OUTCOME_SKIPPED] = "skipped",
	[OUTCOME_FLAKY] = "flaky",
	[OUTCOME_NOT_RUN] = "not-run",
	[OUTCOME_ERROR] = "error",
	[OUTCOME_QUARANTINED] = "quarantined",
};
static_assert(ARRAY_SIZE(names) == OUTCOME_COUNT, "every outcome has a name");

const char *outcome_name(enum outcome o)
{
	assert((size_t)o < OUTCOME_COUNT);
	return names[o];
}

bool outcome_parse(const char *name, enum outcome *ret)
{
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		if (str_eq(names[i], name)) {
			*ret = (enum outcome)i;
			return true;
		}
	return false;
}

bool outcome_is_good(enum outcome o)
{
	return o == OUTCOME_PASSED || o == OUTCOME_SKIPPED || o == OUTCOME_FLAKY ||
	       o == OUTCOME_QUARANTINED;
}

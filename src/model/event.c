/* SPDX-License-Identifier: Apache-2.0 */
#include "model/event.h"

#include <assert.h>

#include "base/cleanup.h"
#include "base/str.h"

static const char *const names[] = {
	[EVENT_RUN_STARTED] = "run-started",
	[EVENT_TEST_PLANNED] = "test-planned",
	[EVENT_ATTEMPT_STARTED] = "attempt-started",
	[EVENT_ATTEMPT_SAMPLED] = "attempt-sampled",
	[EVENT_ATTEMPT_PAUSED] = "attempt-paused",
	[EVENT_ATTEMPT_GROWN] = "attempt-grown",
	[EVENT_ATTEMPT_FINISHED] = "attempt-finished",
	[EVENT_TEST_FINISHED] = "test-finished",
	[EVENT_LOAD_SAMPLED] = "load-sampled",
	[EVENT_WIDTH_CHANGED] = "width-changed",
	[EVENT_WARNING] = "warning",
	[EVENT_INTERRUPTED] = "interrupted",
	[EVENT_RUN_FINISHED] = "run-finished",
};
static_assert(ARRAY_SIZE(names) == EVENT_COUNT, "every event has a name");

const char *event_name(enum event_kind kind)
{
	assert((size_t)kind < EVENT_COUNT);
	return names[kind];
}

bool event_parse_kind(const char *name, enum event_kind *ret)
{
	for (size_t i = 0; i < EVENT_COUNT; i++)
		if (str_eq(names[i], name)) {
			*ret = (enum event_kind)i;
			return true;
		}
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/retry.h"

#include <stdio.h>

#include "base/num.h"
#include "planner/grow.h"
#include "planner/predict.h"

static bool is_failure(enum outcome o)
{
	return o == OUTCOME_FAILED || o == OUTCOME_TIMED_OUT || o == OUTCOME_CRASHED;
}

static void decide_oom(const struct retry_log *log, const struct retry_try *ended,
		       struct retry_decision *ret)
{
	char before[NUM_TEXT];
	char after[NUM_TEXT];
	int alone = 0;

	if (ended->alone)
		return;
	ret->mem_bytes = predict_after_oom(ended->reserved_bytes, ended->peak_bytes,
					   ended->budget_bytes, log->ooms, &alone);
	/* What it held at its end it may not have had when it was refused memory. */
	if (!ret->mem_bytes && ended->mem_refused) {
		ret->mem_bytes = ended->budget_bytes;
		alone = 1;
	}
	if (!ret->mem_bytes)
		return; /* the whole budget was not enough */
	if (ret->mem_bytes < ended->kin_bytes)
		ret->mem_bytes = ended->kin_bytes;
	ret->again = true;
	ret->alone = alone;
	(void)snprintf(ret->reason, sizeof(ret->reason), "out of memory: %s instead of %s%s",
		       num_format_size(after, ret->mem_bytes),
		       num_format_size(before, ended->reserved_bytes), alone ? ", alone" : "");
}

/* With what it held and as much more as it would have asked for; it does not say
 * that this is enough, so it counts as no try of its own. */
static void decide_gave_way(const struct retry_try *ended, struct retry_decision *ret)
{
	char after[NUM_TEXT];

	ret->again = true;
	ret->mem_bytes = grow_want(ended->reserved_bytes, ended->kin_bytes);
	if (ret->mem_bytes > ended->budget_bytes)
		ret->mem_bytes = ended->budget_bytes;
	(void)snprintf(ret->reason, sizeof(ret->reason), "gave way to others: with %s now",
		       num_format_size(after, ret->mem_bytes));
}

/* Like want of memory it says nothing against the test. */
static void decide_private(struct retry_log *log, struct retry_decision *ret)
{
	log->on_disk = true;
	ret->again = ret->on_disk = true;
	(void)snprintf(ret->reason, sizeof(ret->reason),
		       "its private files filled their memory: on disk now");
}

static int64_t delay_before(const struct retry_try *ended, unsigned failures)
{
	int64_t delay_ns = ended->delay_ns;

	for (unsigned i = 1; i < failures && delay_ns < RETRY_DELAY_MAX_NS; i++)
		delay_ns = delay_ns * 2 < RETRY_DELAY_MAX_NS ? delay_ns * 2 : RETRY_DELAY_MAX_NS;
	return delay_ns;
}

static void decide_failure(struct retry_log *log, const struct retry_try *ended,
			   struct retry_decision *ret)
{
	log->failures++;
	ret->again = ended->retries > 0 && log->failures <= (unsigned)ended->retries;
	if (ret->again)
		ret->delay_ns = delay_before(ended, log->failures);
	(void)snprintf(ret->reason, sizeof(ret->reason), "%s", outcome_name(ended->outcome));
}

void retry_decide(struct retry_log *log, const struct retry_try *ended, struct retry_decision *ret)
{
	*ret = (struct retry_decision){ .again = false };
	log->attempts++;
	if (ended->gave_way) {
		decide_gave_way(ended, ret);
	} else if (ended->outcome == OUTCOME_OUT_OF_MEMORY) {
		log->ooms++;
		decide_oom(log, ended, ret);
		if (!ret->again && ended->private_full && !log->on_disk)
			decide_private(log, ret);
	} else if (is_failure(ended->outcome) && ended->private_full && !log->on_disk) {
		decide_private(log, ret);
	} else if ((ended->lost || ended->unforked) && log->losses++ == 0) {
		ret->again = true;
		(void)snprintf(ret->reason, sizeof(ret->reason), "%s",
			       ended->unforked ? "its fork server made no fork"
			       : ended->outcome == OUTCOME_ERROR ? "its sandbox was killed"
								 : "killed from outside");
	} else if (is_failure(ended->outcome)) {
		decide_failure(log, ended, ret);
	}
}

enum outcome retry_settle(const struct retry_log *log, enum outcome last)
{
	if (log->failures && outcome_is_good(last))
		return OUTCOME_FLAKY;
	return last;
}

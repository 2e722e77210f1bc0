/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the many samples of a run go into its event log. */
#include "suite/runner_state.h"

/* Two in the log are at least this part of the time so far apart: it grows with the
 * logarithm of the time, to some six hundred in an hour where five a second are taken. */
enum { SPREAD = 100 };

bool run_sample_store(struct stored_sample *last, uint64_t value, uint64_t least, int64_t now_ns)
{
	const uint64_t change = value > last->value ? value - last->value : last->value - value;

	if (!last->since_ns)
		last->since_ns = now_ns;
	if (change < least || change < last->value / 8)
		return false;
	if (last->taken_ns && now_ns - last->taken_ns < (now_ns - last->since_ns) / SPREAD)
		return false;
	last->taken_ns = now_ns;
	last->value = value;
	return true;
}

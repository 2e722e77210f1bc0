/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "engine/attempt.h"

bool attempt_waits_for(const struct attempt *a, char ret[ATTEMPT_WAIT_TEXT])
{
	_cleanup_free_ struct ledger_row *rows = NULL;
	const struct ledger_row *own = NULL;
	struct iso_err err = ISO_ERR_INIT;
	uint64_t held_bytes = 0;
	uint64_t budget_bytes = UINT64_MAX;
	char wanted[NUM_TEXT];
	char budget[NUM_TEXT];
	char held[NUM_TEXT];
	size_t n = 0;

	if ((a->state != ATTEMPT_WAITING && !a->stands_since_ns) ||
	    ledger_list(a->engine->ledger, &rows, &n, &err) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		const bool ours = rows[i].pid == getpid();

		if (ours && (!rows[i].held || rows[i].want_bytes))
			own = &rows[i];
		if ((rows[i].held || ours) && rows[i].budget_bytes < budget_bytes)
			budget_bytes = rows[i].budget_bytes;
		held_bytes += rows[i].held && !ours ? rows[i].mem_bytes : 0;
	}
	if (!own || !held_bytes)
		return false;
	if (own->held)
		(void)snprintf(ret, ATTEMPT_WAIT_TEXT,
			       "pauses at its memory limit of %s: of the budget of %s, %s is held "
			       "by others (isorun status)",
			       num_format_size(wanted, own->mem_bytes),
			       num_format_size(budget, budget_bytes),
			       num_format_size(held, held_bytes));
	else
		(void)snprintf(ret, ATTEMPT_WAIT_TEXT,
			       "waits for %s of the budget of %s: %s is held by others "
			       "(isorun status)",
			       num_format_size(wanted, own->mem_bytes < budget_bytes
							       ? own->mem_bytes : budget_bytes),
			       num_format_size(budget, budget_bytes),
			       num_format_size(held, held_bytes));
	return true;
}

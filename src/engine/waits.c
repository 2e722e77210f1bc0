/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"
#include "engine/attempt.h"

static bool holds_same(const struct ledger_row *row, const struct amount *wanted)
{
	for (size_t i = 0; i < row->amounts.n; i++)
		if (amount_is_same(&row->amounts.list[i], wanted))
			return true;
	return false;
}

/* The first by name that it asks for and somebody else holds, or stands in line for before
 * it; NULL: there is none. */
static const struct amount *wanted_name(const struct ledger_row *rows, size_t n,
					const struct ledger_row *own)
{
	for (size_t i = 0; !own->held && i < own->amounts.n; i++)
		for (size_t k = 0; k < n && &rows[k] != own; k++)
			if (rows[k].pid != own->pid &&
			    holds_same(&rows[k], &own->amounts.list[i]))
				return &own->amounts.list[i];
	return NULL;
}

/* "waits for gpu=2, which others hold". */
static bool tell_name(const struct amount *wanted, char ret[ATTEMPT_WAIT_TEXT])
{
	const struct amounts one = { .n = 1, .list = { *wanted } };
	_cleanup_strv_ char **words = NULL;

	if (amounts_words(&one, false, &words) < 0)
		return false;
	(void)snprintf(ret, ATTEMPT_WAIT_TEXT,
		       "waits for %s '%s', which others hold (isorun status)",
		       wanted->kind == AMOUNT_TOKEN ? "the token" : "the lock", words[0]);
	return true;
}

bool attempt_stands(const struct attempt *a)
{
	return a->stands_since_ns != 0;
}

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
	const struct amount *name = own ? wanted_name(rows, n, own) : NULL;
	if (name)
		return tell_name(name, ret);
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

uint64_t attempt_budget_bytes(const struct attempt *a)
{
	return a->budget_bytes;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Limits are probed by a command that breaks them: a limit that is accepted by
 * the kernel and does nothing is the worst case. */
#include "cli/doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "history/history.h"
#include "planner/ledger.h"

#define MIB (UINT64_C(1) << 20)

void doctor_sandbox(struct doctor *d, struct doctor_finding *ret)
{
	struct doctor_trial t;

	if (doctor_try(d, ":", 64 * MIB, false, NULL, &t, ret)) {
		if (t.degraded && *t.degraded)
			doctor_find(ret, DOCTOR_DEGRADED, "see the rows above and below",
				    "without %s", t.degraded);
		else
			doctor_find(ret, DOCTOR_OK, NULL, "%s",
				    "the default profile, whole, ran a command");
	}
	doctor_trial_fini(&t);
}

/* Its buffer is one piece that it really fills, and keeps for long enough to be seen
 * by one who only looks now and then. */
static const char fill[] = "exec dd if=/dev/zero of=/dev/null bs=96M count=16 2>/dev/null";

void doctor_memory_limit(struct doctor *d, struct doctor_finding *ret)
{
	struct doctor_trial t;

	if (doctor_try(d, fill, 32 * MIB, false, NULL, &t, ret)) {
		if (t.oom && d->prepared.place.version == CG_NONE)
			doctor_find(ret, DOCTOR_DEGRADED, "see the row 'cgroup'", "%s",
				    "memory is polled; what grows fast goes over its limit");
		else if (t.oom)
			doctor_find(ret, DOCTOR_OK, NULL, "%s",
				    "96M were refused under a limit of 32M");
		else
			doctor_find(ret, DOCTOR_MISSING, "see the row 'cgroup'", "%s",
				    "96M were granted under a limit of 32M");
	}
	doctor_trial_fini(&t);
}

void doctor_memory_growth(struct doctor *d, struct doctor_finding *ret)
{
	const bool polled = d->is_prepared && d->prepared.place.version == CG_NONE;
	const uint64_t start_bytes = 32 * MIB;
	struct doctor_trial t;

	if (doctor_try(d, fill, start_bytes, true, NULL, &t, ret)) {
		if (polled && t.exit_status == 0 && t.limit_bytes > start_bytes)
			doctor_find(ret, DOCTOR_DEGRADED, "see the row 'cgroup'", "%s",
				    "memory is polled; at its limit a test is stopped by signals");
		else if (t.exit_status == 0 && t.limit_bytes > start_bytes)
			doctor_find(ret, DOCTOR_OK, NULL, "%s",
				    "96M were had by a limit that began at 32M");
		else if (t.oom)
			doctor_find(ret, DOCTOR_ABSENT,
				    "nothing to do: a test is run again with more", "%s",
				    "a test at its limit is killed, and does not wait for room");
		else
			doctor_find(ret, DOCTOR_MISSING, "see the row 'cgroup'", "%s",
				    "96M were granted under a limit of 32M");
	}
	doctor_trial_fini(&t);
}

void doctor_pids_limit(struct doctor *d, struct doctor_finding *ret)
{
	static const struct doctor_entry few[] = { { "limits", "pids", "8" }, { 0 } };
	struct doctor_trial t;

	if (d->is_prepared && !d->prepared.place.pids_dir) {
		doctor_find(ret, DOCTOR_MISSING, "see the row 'cgroup'", "%s",
			    "no cgroup counts processes");
		return;
	}
	if (doctor_try(d, "exec 2>/dev/null; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; "
			   "do sleep 1 & done; kill $(jobs -p)", 64 * MIB, false, few, &t, ret)) {
		if (t.exit_status != 0)
			doctor_find(ret, DOCTOR_OK, NULL, "%s",
				    "the ninth process was refused under a limit of 8");
		else
			doctor_find(ret, DOCTOR_MISSING, "a cgroup with the pids controller",
				    "%s", "16 processes were granted under a limit of 8");
	}
	doctor_trial_fini(&t);
}

void doctor_cgroup(struct doctor *d, struct doctor_finding *ret)
{
	static const char *const names[] = { "none", "v1", "v2" };
	const struct cg_place *place = &d->prepared.place;
	const char *cure;

	if (!d->is_prepared) {
		doctor_find(ret, DOCTOR_MISSING, NULL, "not looked for: %s", d->why.text);
		return;
	}
	if (place->version != CG_NONE) {
		doctor_find(ret, DOCTOR_OK, NULL, "%s at %s%s", names[place->version],
			    place->memory_dir, place->pids_dir ? "" : ", without pids");
		return;
	}
	/* "what was tried; cure: what mends it" */
	cure = place->why_none ? strstr(place->why_none, "; cure: ") : NULL;
	doctor_find(ret, DOCTOR_MISSING,
		    cure ? cure + strlen("; cure: ")
			 : "systemd-run --user --scope -p Delegate=yes isorun ...",
		    "%.*s", cure ? (int)(cure - place->why_none) : 400,
		    place->why_none ? place->why_none : "no group that we may write to");
}

void doctor_budget(struct doctor *d, struct doctor_finding *ret)
{
	struct iso_err err = ISO_ERR_INIT;
	struct budget budget;
	char text[NUM_TEXT];

	if (!d->engine)
		doctor_find(ret, DOCTOR_MISSING, NULL, "not looked for: %s", d->why.text);
	else if (engine_budget(d->engine, &budget, &err) < 0)
		doctor_find(ret, DOCTOR_MISSING, NULL, "%s", err.text);
	else
		doctor_find(ret, DOCTOR_OK, NULL, "%s, bound by %s",
			    num_format_size(text, budget.bytes), budget.from);
}

void doctor_ledger(struct doctor *d, struct doctor_finding *ret)
{
	_cleanup_free_ struct ledger_row *rows = NULL;
	struct iso_err err = ISO_ERR_INIT;
	struct ledger *l = NULL;
	size_t n = 0;
	int r = -ENOENT;

	if (!d->runtime_dir)
		err = d->why;
	else
		r = ledger_open(d->runtime_dir, &l, &err);
	if (r == 0) {
		r = ledger_list(l, &rows, &n, &err);
		ledger_close(l);
	}
	if (r < 0)
		doctor_find(ret, DOCTOR_MISSING, "set XDG_RUNTIME_DIR to a directory of your own",
			    "%s", err.text);
	else
		doctor_find(ret, DOCTOR_OK, NULL, "%s, %zu reservations now", d->runtime_dir, n);
}

void doctor_history(struct doctor *d, struct doctor_finding *ret)
{
	_cleanup_free_ char *path = d->state_dir ? path_join(d->state_dir, "history.db") : NULL;
	_cleanup_free_ char *note = NULL;
	struct iso_err err = ISO_ERR_INIT;
	struct history *h = NULL;

	if (!path)
		err = d->state_why;
	else if (history_open(path, &h, &note, &err) == 0)
		history_close(h);
	if (h)
		doctor_find(ret, note ? DOCTOR_DEGRADED : DOCTOR_OK,
			    note ? "nothing to do: it began anew" : NULL, "%s",
			    note ? note : path);
	else
		doctor_find(ret, DOCTOR_MISSING,
			    "set ISORUN_STATE_DIR to a directory that you may write", "%s",
			    err.text);
}

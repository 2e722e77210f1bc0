/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"

static void on_ended(struct attempt *a, const struct result *r, void *arg)
{
	struct doctor_trial *t = arg;
	struct buf b = BUF_INIT;

	(void)a;
	t->started = r->started;
	t->oom = r->oom;
	t->exit_status = r->exit_status;
	t->limit_bytes = r->usage.mem_limit_end_bytes;
	t->error = r->error ? strdup(r->error) : NULL;
	for (size_t i = 0; i < r->n_degraded; i++)
		buf_addf(&b, "%s%s (%s)", i ? ", " : "", r->degraded[i].what,
			 r->degraded[i].why);
	if (buf_finish(&b, &t->degraded) < 0)
		t->degraded = NULL;
	loop_stop(t->loop);
}

void doctor_trial_fini(struct doctor_trial *t)
{
	free(t->error);
	free(t->degraded);
}

bool doctor_try(struct doctor *d, const char *line, uint64_t mem_bytes, bool elastic,
		const struct doctor_entry *entries, struct doctor_trial *t,
		struct doctor_finding *ret)
{
	char shell[] = "/bin/sh";
	char option[] = "-c";
	_cleanup_free_ char *text = strdup(line);
	char *argv[] = { shell, option, text, NULL };
	struct iso_err err = ISO_ERR_INIT;
	struct spec spec = { 0 };
	struct attempt *attempt;
	int r = -EINVAL;

	*t = (struct doctor_trial){ .loop = d->loop };
	if (!d->engine || !text || spec_copy(&d->prepared.spec, &spec) < 0) {
		doctor_find(ret, DOCTOR_MISSING, NULL, "not tried: %s", d->why.text);
		return false;
	}
	for (; entries && entries->section; entries++)
		if (spec_set(&spec, entries->section, entries->key, entries->value, "doctor",
			     &err) < 0)
			break;
	const struct attempt_request request = {
		.spec = &spec, .argv = argv, .cwd = "/", .title = "isorun doctor", .attempt = 1,
		.slot = -1, .mem_bytes = mem_bytes, .elastic = elastic,
		.timeout_ns = 10 * NSEC_PER_SEC,
		.grace_ns = NSEC_PER_SEC, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1,
		.ended = on_ended, .arg = t,
	};

	r = engine_start(d->engine, &request, 0, &attempt, &err);
	if (r == 0)
		r = loop_run(d->loop);
	spec_fini(&spec);
	if (r < 0)
		doctor_find(ret, DOCTOR_MISSING, NULL, "%s", err.text);
	else if (!t->started)
		doctor_find(ret, DOCTOR_MISSING, NULL, "%s", t->error ? t->error : "?");
	return r == 0 && t->started;
}

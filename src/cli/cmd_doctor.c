/* SPDX-License-Identifier: Apache-2.0 */
/* isorun doctor: what this host permits, with the one line that mends each gap. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/host_dirs.h"
#include "cli/host_prepare.h"
#include "cli/say.h"

struct doctor_values {
	bool help;
	bool json;
};

static const struct opt rows[] = {
	OPT_HELP,
	{ 0, "json", NULL, opt_flag, offsetof(struct doctor_values, json),
	  "one JSON object on standard output", NULL },
};
static const struct opt_group groups[] = { { "Options", rows, ARRAY_SIZE(rows) } };
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

static const struct doctor_probe probes[] = {
	{ "kernel", doctor_kernel },
	{ "user namespace", doctor_user_ns },
	{ "mount namespace", doctor_mount_ns },
	{ "pid namespace", doctor_pid_ns },
	{ "network namespace", doctor_net_ns },
	{ "ipc namespace", doctor_ipc_ns },
	{ "uts namespace", doctor_uts_ns },
	{ "cgroup namespace", doctor_cgroup_ns },
	{ "tmpfs", doctor_tmpfs },
	{ "overlay", doctor_overlay },
	{ "loopback", doctor_loopback },
	{ "nat", doctor_nat },
	{ "netem", doctor_netem },
	{ "seccomp", doctor_seccomp },
	{ "pidfd", doctor_pidfd },
	{ "read-only mounts", doctor_mount_setattr },
	{ "cgroup", doctor_cgroup },
	{ "sandbox", doctor_sandbox },
	{ "memory limit", doctor_memory_limit },
	{ "memory growth", doctor_memory_growth },
	{ "pids limit", doctor_pids_limit },
	{ "budget", doctor_budget },
	{ "ledger", doctor_ledger },
	{ "history", doctor_history },
};

static const char *const state_names[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_DEGRADED] = "degraded",
	[DOCTOR_MISSING] = "missing",
	[DOCTOR_ABSENT] = "absent",
};
_Static_assert(ARRAY_SIZE(state_names) == DOCTOR_STATE_COUNT, "every state has its word");

void doctor_find(struct doctor_finding *f, enum doctor_state state, const char *mend,
		 const char *fmt, ...)
{
	static const char hint_mark[] = "\nhint: ";
	struct buf b = BUF_INIT;
	const char *hint;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	f->state = state;
	if (buf_finish(&b, &f->detail) < 0)
		f->detail = NULL;
	/* An error's own hint is on a line of its own. */
	hint = f->detail ? strstr(f->detail, hint_mark) : NULL;
	if (!mend && state != DOCTOR_OK)
		mend = hint ? hint + strlen(hint_mark)
			    : "mend what this row names; with ISORUN_DEBUG=1 each step is told";
	f->mend = mend ? strdup(mend) : NULL;
	if (f->detail)
		f->detail[strcspn(f->detail, "\n")] = '\0';
}

/* What cannot be had is told by the probes that need it. */
static void doctor_open(struct doctor *d)
{
	struct engine_config config = { .prepared = &d->prepared };
	int r = host_runtime_dir(&d->runtime_dir, &d->why);

	if (host_state_dir(&d->state_dir, &d->state_why) < 0)
		d->state_dir = NULL;
	if (r < 0)
		return;
	r = host_prepare(d->runtime_dir, NULL, NULL, &d->prepared, &d->why);
	d->is_prepared = r == 0;
	if (r == 0 && loop_open(&d->loop) < 0)
		r = iso_err_set(&d->why, ISO_ERR_HOST, ENOMEM, "make an event loop");
	if (r < 0)
		return;
	config.runtime_dir = d->runtime_dir;
	if (engine_open(d->loop, &config, &d->engine, &d->why) < 0)
		d->engine = NULL;
}

static void doctor_close(struct doctor *d)
{
	engine_close(d->engine);
	if (d->loop)
		loop_close(d->loop);
	prepared_fini(&d->prepared);
	free(d->runtime_dir);
	free(d->state_dir);
}

static void print_lines(const struct doctor_finding *found)
{
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		const struct doctor_finding *f = &found[i];

		printf("%-9s %-18s %s\n", state_names[f->state], probes[i].name,
		       f->detail ? f->detail : "");
		if (f->mend)
			printf("%-9s mend: %s\n", "", f->mend);
	}
}

static void print_json(const struct doctor_finding *found, bool full)
{
	struct json *top = json_object();
	struct json *list = json_array();
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		struct json *j = json_object();

		json_set_str(j, "name", probes[i].name);
		json_set_str(j, "state", state_names[found[i].state]);
		json_set_str(j, "detail", found[i].detail);
		json_set_str(j, "mend", found[i].mend);
		json_add(list, j);
	}
	json_set_str(top, "version", ISORUN_VERSION);
	json_set_bool(top, "isolates_fully", full);
	json_set(top, "probes", list);
	if (json_dump(top, true, &text) == 0)
		puts(text);
	json_free(top);
}

static int examine(bool json)
{
	struct doctor d = { .why = ISO_ERR_INIT, .state_why = ISO_ERR_INIT };
	struct doctor_finding found[ARRAY_SIZE(probes)] = { 0 };
	bool full = true;

	doctor_open(&d);
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		probes[i].probe(&d, &found[i]);
		full = full && (found[i].state == DOCTOR_OK || found[i].state == DOCTOR_ABSENT);
	}
	doctor_close(&d);
	if (json)
		print_json(found, full);
	else
		print_lines(found);
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		free(found[i].detail);
		free(found[i].mend);
	}
	return full ? 0 : STATUS_FAILED;
}

static int run(char **argv)
{
	struct doctor_values v = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	char **words;
	int r = command_parse(&cmd_doctor, 0, argv, &v, &words, &err);

	if (r > 0)
		return 0;
	if (r == 0 && *words)
		r = iso_err_set(&err, ISO_ERR_USAGE, 0, "doctor takes no words: '%s'", *words);
	return r < 0 ? say_fault(&err) : examine(v.json);
}

const struct command cmd_doctor = {
	.name = "doctor",
	.words = "",
	.summary = "what this host permits, with the line that mends each gap",
	.options = &table,
	.run = run,
};

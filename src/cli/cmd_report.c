/* SPDX-License-Identifier: Apache-2.0 */
/* isorun report: renders a stored run again, by feeding its event log to the reports. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "cli/suite_history.h"
#include "cli/suite_sinks.h"

struct report_values {
	bool help;
	struct report_files reports;
	enum github_choice github;
	bool verbose;
};

#define FIELD(member) offsetof(struct report_values, member)

static const struct opt rows[] = {
	OPT_GITHUB(FIELD(github)),
	OPT_HELP,
	{ 'v', "verbose", NULL, opt_flag, FIELD(verbose), "a line and its output for each test",
	  NULL },
};
OPTIONS_REPORT(FIELD(reports));
static const struct opt_group groups[] = {
	{ "Options", rows, ARRAY_SIZE(rows) },
	{ "Reports (FILE - is standard output)", report_rows, ARRAY_SIZE(report_rows) },
};
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

/* A run is named by its directory's last part; "last" is the newest. */
static int find_run(const char *name, char **ret_dir, struct iso_err *err)
{
	_cleanup_free_ char *state_dir = NULL;
	_cleanup_free_ char *dir = NULL;
	struct buf b = BUF_INIT;
	int r = host_state_dir(&state_dir, err);

	if (r < 0)
		return r;
	if (strchr(name, '/'))
		buf_adds(&b, name);
	else
		buf_addf(&b, "%s/runs/%s", state_dir, name);
	if (buf_finish(&b, &dir) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "find run '%s'", name);
	if (access(dir, F_OK) < 0) {
		iso_err_set(err, ISO_ERR_USAGE, 0, "run '%s': there is none such", name);
		return iso_err_hint(err, "the runs are in %s/runs", state_dir);
	}
	*ret_dir = TAKE_PTR(dir);
	return 0;
}

static int replay(const char *dir, const struct suite_sinks *sinks, struct iso_err *err)
{
	_cleanup_free_ char *log = NULL;
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s/%s", dir, RUN_EVENTLOG);
	if (buf_finish(&b, &log) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "read '%s'", dir);
	return eventlog_replay(log, sinks->list, sinks->n, err);
}

/* Asked of runs that have one on this machine; nothing is made where there is none. */
static struct history *open_history(void)
{
	_cleanup_free_ char *state_dir = NULL;
	_cleanup_free_ char *path = NULL;
	struct iso_err err = ISO_ERR_INIT;

	if (host_state_dir(&state_dir, &err) < 0)
		return NULL;
	path = path_join(state_dir, SUITE_HISTORY);
	return path && access(path, F_OK) == 0 ? suite_history_try(state_dir) : NULL;
}

static int report(const struct report_values *v, const char *name, struct iso_err *err)
{
	_cleanup_free_ char *dir = NULL;
	struct iso_err late = ISO_ERR_INIT;
	struct suite_sinks sinks;
	int r = find_run(name, &dir, err);
	struct history *history = r == 0 && v->reports.html ? open_history() : NULL;
	const struct past past = { suite_history_past, history };
	const struct suite_sinks_options options = {
		.past = &past,
		.run_dir = dir,
		.reports = &v->reports,
		.github = v->github,
		/* With a file asked for, the terminal gets the summary only. */
		.quiet = report_any(&v->reports),
		.verbose = v->verbose,
	};

	if (r < 0)
		return r;
	r = suite_sinks_open(&sinks, &options, err);
	if (r == 0)
		r = replay(dir, &sinks, err);
	if (suite_sinks_close(&sinks, &late) < 0 && r == 0) {
		r = -late.code;
		*err = late;
	}
	history_close(history);
	return r;
}

static int run(char **argv)
{
	struct report_values v = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	char **words;
	int r = command_parse(&cmd_report, 0, argv, &v, &words, &err);

	if (r > 0)
		return 0;
	if (r == 0 && words[0] && words[1])
		r = iso_err_set(&err, ISO_ERR_USAGE, 0, "report takes one run, not '%s' too",
				words[1]);
	if (r == 0)
		r = suite_reports_check(&v.reports, &err);
	if (r == 0)
		r = report(&v, words[0] ? words[0] : "last", &err);
	return r < 0 ? say_fault(&err) : 0;
}

const struct command cmd_report = {
	.name = "report",
	.words = "[RUN]",
	.summary = "renders a stored run again, as text or as a report",
	.options = &table,
	.run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* cli/suite_sinks.h - where a run's events go: log, terminal, the reports asked for. */
#ifndef CLI_SUITE_SINKS_H
#define CLI_SUITE_SINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/opt.h"
#include "report/format.h"
#include "suite/rundir.h"

opt_parse_fn opt_report; /* const char *: once only */

/* The options of a command that writes reports: its values have a struct
 * report_files at `at`. */
#define OPTIONS_REPORT(at)                                                                 \
	enum { REPORTS_AT = (at) };                                                         \
	static const struct opt report_rows[] = { REPORT_FORMATS(OPTION_REPORT) }
#define OPTION_REPORT(name, help)                                                          \
	{ 0, #name, "FILE", opt_report, REPORTS_AT + offsetof(struct report_files, name),   \
	  help, NULL },

/* Annotations and a job summary for GitHub; AUTO: where a run of its own is a step of
 * GitHub Actions, but not that of a test. */
enum github_choice { GITHUB_AUTO, GITHUB_ON, GITHUB_OFF };
opt_parse_fn opt_github;    /* enum github_choice: ON */
opt_parse_fn opt_no_github; /* likewise: OFF */
#define OPT_GITHUB(at)                                                                     \
	{ 0, "github", NULL, opt_github, at, "annotations and a job summary for GitHub", NULL }

/* ISO_ERR_USAGE: two of them would be mixed on standard output. */
int suite_reports_check(const struct report_files *files, struct iso_err *err);

struct suite_sinks {
	struct sink **list;
	size_t n;
	struct sink *tty;       /* one of the list */
	bool live;              /* the terminal wants to be ticked */
};

struct suite_sinks_options {
	const char *run_dir;
	const struct report_files *reports;
	enum github_choice github;
	const struct past *past; /* for the reports; may be NULL */
	bool quiet;
	bool verbose;
	int events_fd;          /* who started us hears of each there; 0: nobody did */
	bool store;             /* write the event log of run_dir */
};

/* Progress goes to standard output, or to standard error when a report has
 * taken standard output. */
int suite_sinks_open(struct suite_sinks *s, const struct suite_sinks_options *o,
		     struct iso_err *err);

/* Closes all; the first fault is returned. */
int suite_sinks_close(struct suite_sinks *s, struct iso_err *err);

#endif

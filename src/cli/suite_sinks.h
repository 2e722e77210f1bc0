/* SPDX-License-Identifier: Apache-2.0 */
/* cli/suite_sinks.h - where a run's events go: log, terminal, the reports asked for. */
#ifndef CLI_SUITE_SINKS_H
#define CLI_SUITE_SINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/sink.h"

/* The event log of a run below its directory. */
#define RUN_EVENTLOG "events.jsonl"

struct suite_sinks {
	struct sink *list[4];
	size_t n;
	struct sink *tty;       /* one of the list */
	bool live;              /* the terminal wants to be ticked */
};

struct suite_sinks_options {
	const char *run_dir;
	const char *junit_file; /* NULL: none; "-": standard output */
	const char *json_file;  /* likewise */
	bool quiet;
	bool verbose;
	bool store;             /* write the event log of run_dir */
};

/* Progress goes to standard output, or to standard error when a report has
 * taken standard output. */
int suite_sinks_open(struct suite_sinks *s, const struct suite_sinks_options *o,
		     struct iso_err *err);

/* Closes all; the first fault is returned. */
int suite_sinks_close(struct suite_sinks *s, struct iso_err *err);

#endif

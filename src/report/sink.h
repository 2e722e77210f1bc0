/* SPDX-License-Identifier: Apache-2.0 */
/* report/sink.h - a report is a fold over events: what every sink provides. */
#ifndef REPORT_SINK_H
#define REPORT_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/event.h"

struct sink;

struct sink_driver {
	const char *name;

	/* Takes one event; strings are borrowed.  An error is kept and
	 * returned by close: a full disk must not end a run. */
	void (*event)(struct sink *s, const struct event *e);

	/* Writes what is left, frees s.  0, or -errno with *err filled. */
	int (*close)(struct sink *s, struct iso_err *err);
};

/* First member of every sink's own struct. */
struct sink {
	const struct sink_driver *driver;
};

/* What is known of a past attempt. */
struct past_attempt {
	int64_t taken_wall_ns;     /* CLOCK_REALTIME at its end */
	enum outcome outcome;
	int64_t wall_ns;
	uint64_t mem_peak_bytes;
};

/* Who remembers; asked when the report is written, so that it knows of this run, too. */
struct past {
	/* Fills in the newest attempts of a test of the project, at most `max`, newest
	 * first; how many.  A fault is no past. */
	size_t (*of_test)(void *arg, const char *project, const char *test,
			  struct past_attempt *ret, size_t max);
	void *arg;
};

/* What a report is asked for with; borrowed until it is open. */
struct report_request {
	const char *path;      /* "-" is standard output */
	const char *run_dir;   /* where the outputs are; NULL: where the run says */
	const struct past *past; /* copied; NULL: nobody remembers */
};

/* Opens the file at once, so that a path that cannot be written is known before an
 * hour of tests.  The formats are in report/format.h. */
typedef int report_open_fn(const struct report_request *rq, struct sink **ret,
			   struct iso_err *err);

/* JSON lines, each one write(2).  `path` "-" is standard output. */
int sink_eventlog_open(const char *path, struct sink **ret, struct iso_err *err);

struct tty_options {
	int fd;            /* the terminal or pipe; borrowed */
	bool live;         /* a status area that is drawn again; false: plain lines */
	bool color;
	bool quiet;        /* failures and the summary only */
	bool verbose;      /* a line for each test, with its output */
	unsigned columns;  /* 0: ask the terminal, also after SIGWINCH */
	unsigned rows;
};
/* Progress while it runs, failures with the end of their output as they come,
 * the summary at the end. */
int sink_tty_open(const struct tty_options *options, struct sink **ret, struct iso_err *err);
/* Redraws the status area; a no-op when not live. */
void sink_tty_tick(struct sink *s, int64_t t_ns);

/* Reads a stored event log and feeds every event to n sinks.  A log that ends
 * mid-line (its run died) is read up to its last whole event. */
int eventlog_replay(const char *path, struct sink *const *sinks, size_t n, struct iso_err *err);

/* The record of one attempt as a JSON object of several lines, with the keys of
 * the event log's results and `verdict`; 0 or -ENOMEM. */
int result_record_text(const struct result *r, char **ret_text);

#endif

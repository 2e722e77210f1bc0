/* SPDX-License-Identifier: Apache-2.0 */
/* report/github.h - a run for GitHub Actions: annotations of a step, and its job summary. */
#ifndef REPORT_GITHUB_H
#define REPORT_GITHUB_H

#include "report/sink.h"

/* What GitHub takes. */
enum {
	GITHUB_ANNOTATIONS_MAX = 10,      /* of a kind, from a step */
	GITHUB_SUMMARY_MAX_BYTES = 1 << 20, /* of all that a step wrote */
};

/* Borrowed until it is open, but for fd: until it is closed. */
struct github_options {
	int fd;                    /* annotations are lines of the step's output */
	const char *summary_file;  /* Markdown is added to it; NULL: none is wanted */
	const char *workspace;     /* files are named from there; NULL: from the suite's */
	const char *run_dir;       /* as in struct report_request */
};
int sink_github_open(const struct github_options *options, struct sink **ret,
		     struct iso_err *err);

#endif

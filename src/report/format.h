/* SPDX-License-Identifier: Apache-2.0 */
/* report/format.h - the reports that --NAME FILE writes: a row and a file each. */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include <stddef.h>

#include "report/sink.h"

/* Sorted.  X(name, help): the option's name, what --help says of it.
 * sink_NAME_open writes it. */
#define REPORT_FORMATS(X)                                                          \
	X(ctrf, "write a CTRF JSON report")                                        \
	X(html, "write one page to look at and search in")                         \
	X(json, "write the events as JSON lines")                                  \
	X(junit, "write a JUnit XML report")                                       \
	X(markdown, "write a page of Markdown")                                    \
	X(tap, "write TAP, version 14")                                            \
	X(trace, "write a trace for Perfetto or Chrome")

/* Where each report goes: "-" is standard output, NULL: it was not asked for. */
struct report_files {
#define REPORT_FILE(name, help) const char *name;
	REPORT_FORMATS(REPORT_FILE)
#undef REPORT_FILE
};

#define REPORT_OPEN(name, help) report_open_fn sink_##name##_open;
REPORT_FORMATS(REPORT_OPEN)
#undef REPORT_OPEN

struct report_format {
	const char *name;
	size_t offset;         /* of its file in struct report_files */
	report_open_fn *open;
};

const struct report_format *report_format_at(size_t i); /* NULL: past the last */
const char *report_file_of(const struct report_files *files, const struct report_format *f);

bool report_any(const struct report_files *files);       /* was one asked for? */

/* The first that goes to standard output, after `after` (NULL: of all); NULL: none. */
const struct report_format *report_on_stdout(const struct report_files *files,
					     const struct report_format *after);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* report/line.h - one line for what ended, and what a failure needs to be understood. */
#ifndef REPORT_LINE_H
#define REPORT_LINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "report/fold.h"

/* "FAIL    1.2s    64M  id: exit status 1 (2 attempts)" */
void line_add_test(struct buf *b, const struct fold_test *t, bool color);

/* "again   1.1s    60M  id: exit status 1"; the attempt that ended last. */
void line_add_again(struct buf *b, const struct fold_test *t, bool color);

/* Below the line of an attempt: its output, made safe; no more than a megabyte from its
 * end, and then where the whole is.  NULL: it has none. */
void line_add_output(struct buf *b, const struct fold *f, const char *output, bool color);

struct line_options {
	bool color;
	bool whole_output; /* as of line_add_output, not a few lines of it */
};

/* Below the line of a failed test: the end of its output, made safe, where the
 * whole of it is, and a command to copy that runs the test alone. */
void line_add_failure(struct buf *b, const struct fold *f, const struct fold_test *t,
		      const struct line_options *o);

/* "cd /src && isorun --memory 1G -- ./test 3": a command to copy that runs a test alone,
 * which has one. */
void line_add_alone(struct buf *b, const struct fold_test *t);

#endif

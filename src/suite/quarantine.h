/* SPDX-License-Identifier: Apache-2.0 */
/* suite/quarantine.h - tests that are known to be flaky, until a day: pure, but for the file. */
#ifndef SUITE_QUARANTINE_H
#define SUITE_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/test.h"

/* One line of the file: "2026-12-31 net/test_dns*  # reason". */
struct quarantine_line {
	char *pattern;         /* a glob that matches ids */
	char *date;
	char *reason;          /* "" where none is given */
	int64_t until_wall_ns; /* when the day is over, UTC */
	unsigned number;
};

struct quarantine {
	char *file;
	struct quarantine_line *lines;
	size_t n;
};
void quarantine_fini(struct quarantine *q); /* accepts a zeroed one */

/* Empty lines and those that begin with # are skipped; a fault is an ISO_ERR_USAGE with
 * FILE:LINE.  *ret is to be finished in any case. */
int quarantine_parse(const char *text, const char *file, struct quarantine *ret,
		     struct iso_err *err);
int quarantine_load(const char *file, struct quarantine *ret, struct iso_err *err);

/* Marks the tests that a line holds which has not expired, the first that does.  Yields a
 * sentence for each line that has expired, or matches no test; the caller frees the list.
 * 0 or -ENOMEM. */
int quarantine_apply(const struct quarantine *q, struct test_suite *s, int64_t now_wall_ns,
		     char ***ret_notes);

#endif

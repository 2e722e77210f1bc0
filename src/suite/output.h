/* SPDX-License-Identifier: Apache-2.0 */
/* suite/output.h - reads what a test printed, for those tests whose verdict lies in it. */
#ifndef SUITE_OUTPUT_H
#define SUITE_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/test.h"
#include "suite/tap.h"

/* What an attempt's output says; zeroed when nobody had to look. */
struct output_facts {
	bool pass_matched;
	bool fail_matched;
	bool skip_matched;
	char fail_line[TAP_DETAIL_MAX]; /* the line that matched, cut */
	char skip_line[TAP_DETAIL_MAX]; /* likewise */
	enum tap_verdict tap;           /* of TAP programs */
	char tap_detail[TAP_DETAIL_MAX];
	uint64_t cut_bytes;             /* of it was left out: not all was looked at */
};

/* Reads fd from its start, in pieces: an output of any size costs no more
 * memory than a small one.  A pattern is matched within lines of at most
 * 64 KiB; where patterns_span, within any 64 KiB that begin at a multiple of half of
 * that.  Does not read at all where the test needs none of it. */
int output_read(int fd, const struct test *t, struct output_facts *ret, struct iso_err *err);

/* Whether a pattern compiles; the reason goes to *err. */
int output_check_pattern(const char *pattern, struct iso_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* suite/output.h - reads what a test printed, for those tests whose verdict lies in it. */
#ifndef SUITE_OUTPUT_H
#define SUITE_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/test.h"
#include "suite/tap.h"

enum { CASES_WHY_MAX = 200 };

/* What a program of many cases told of those that it was to run, see suite/cases_told.h. */
struct cases_facts {
	bool asked;                     /* it was to; else all else is zero */
	bool whole;                     /* it did so, to the end */
	size_t n;                       /* cases, */
	size_t n_failed;                /* of them, */
	size_t n_skipped;
	size_t n_missing;               /* beside them: that were asked for by name */
	char failed[CASES_WHY_MAX];     /* the first that did, */
	char why[CASES_WHY_MAX];        /* and why; where none did, why the first was skipped */
};

/* What an attempt's output says; zeroed where nobody had to look. */
struct output_facts {
	bool pass_matched;
	bool fail_matched;
	bool skip_matched;
	char fail_line[TAP_DETAIL_MAX]; /* the line that matched, cut */
	char skip_line[TAP_DETAIL_MAX]; /* likewise */
	enum tap_verdict tap;           /* of TAP programs */
	char tap_detail[TAP_DETAIL_MAX];
	uint64_t cut_bytes;             /* of it is not kept */
	uint64_t unread_bytes;          /* of those, which nobody has looked at */
	struct cases_facts cases;
};

/* A look through what a test prints, as far as it has come. */
struct output_scan;

/* *ret is NULL where the verdict of the test does not lie in its output. */
int output_scan_new(const struct test *t, struct output_scan **ret, struct iso_err *err);
void output_scan_free(struct output_scan *s); /* may be NULL */

/* Reads fd from where it came to last up to `end`, or to its own end, in pieces: an
 * output of any size costs no more memory than a small one.  A pattern is matched within
 * lines of at most 64 KiB; where patterns_span, within any 64 KiB that begin at a
 * multiple of half of that.  0 or -errno. */
int output_scan_until(struct output_scan *s, int fd, uint64_t end);

uint64_t output_scan_at(const struct output_scan *s); /* how far it came */
void output_scan_skip(struct output_scan *s, uint64_t to); /* goes on there */

/* No more comes; what it cannot know is left as it is: how much is not kept and was not
 * read, and what a program told of its cases. */
void output_scan_end(struct output_scan *s, struct output_facts *ret);

/* Whether a pattern compiles; the reason goes to *err. */
int output_check_pattern(const char *pattern, struct iso_err *err);

#endif

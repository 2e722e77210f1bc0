/* SPDX-License-Identifier: Apache-2.0 */
/* suite/tap.h - reads the output of a TAP program (13 and 14) as it comes: pure. */
#ifndef SUITE_TAP_H
#define SUITE_TAP_H

#include <stdbool.h>
#include <stddef.h>

enum { TAP_LINE_MAX = 512, TAP_DETAIL_MAX = 200 };

/* What is known so far.  Plain data; tap_init before the first tap_feed. */
struct tap {
	char line[TAP_LINE_MAX];      /* the one that is not ended yet, cut */
	size_t line_len;
	bool planned;
	bool plan_is_last;            /* nothing may follow it */
	unsigned long plan;           /* tests announced */
	unsigned long ran;            /* test lines seen */
	unsigned long failed;         /* "not ok" without TODO */
	bool bailed;
	bool skip_all;                /* "1..0" */
	bool broken;                  /* the first detail is a breach of the protocol */
	char detail[TAP_DETAIL_MAX];  /* the first thing that went wrong, or why all was skipped */
};

enum tap_verdict { TAP_PASSED, TAP_FAILED, TAP_SKIPPED };

void tap_init(struct tap *t);
void tap_feed(struct tap *t, const char *text, size_t len);

/* No more comes: checks the plan.  t->detail says why it failed or was
 * skipped; it is "" when it passed. */
enum tap_verdict tap_end(struct tap *t);

#endif

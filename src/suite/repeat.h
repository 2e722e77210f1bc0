/* SPDX-License-Identifier: Apache-2.0 */
/* suite/repeat.h - how often each test runs, and what it comes to in the end: pure. */
#ifndef SUITE_REPEAT_H
#define SUITE_REPEAT_H

#include <stdbool.h>

#include "suite/judge.h"

/* Zeroed: once. */
struct repeat_rule {
	unsigned times;           /* at most; 0: once, or without end where it is until_fail */
	bool until_fail;          /* the first failure ends it */
};

/* The repetitions of one test so far, each with all its retries; zeroed before the first. */
struct repeat_log {
	unsigned done;
	unsigned bad;
	unsigned flaky;
	unsigned passed;
	unsigned first_bad;       /* the attempt that settled the first bad one */
	struct judgement decisive; /* of that, or of the newest */
};

/* A repetition came out so, by the attempt of that number. */
void repeat_book(struct repeat_log *log, const struct judgement *j, unsigned attempt);

/* Whether there is to be another.  What has failed is not repeated where a failure ends the
 * run in any case. */
bool repeat_again(const struct repeat_rule *rule, const struct repeat_log *log,
		  bool failure_ends);

/* Failed where any of them did, as the first of these; else flaky where any was; else as
 * the newest, but for a skip among others that passed.  At least one was booked. */
void repeat_settle(const struct repeat_log *log, struct judgement *ret);

/* "10", "until-fail", "until-fail:10"; false: none of these. */
bool repeat_parse(const char *text, struct repeat_rule *ret);

enum { REPEAT_TEXT = 32 };
/* The same back; NULL where tests run once. */
const char *repeat_text(const struct repeat_rule *rule, char text[REPEAT_TEXT]);

#endif

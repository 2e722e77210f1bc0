/* SPDX-License-Identifier: Apache-2.0 */
/* suite/judge.h - from how an attempt ended and what it printed to its outcome: pure. */
#ifndef SUITE_JUDGE_H
#define SUITE_JUDGE_H

#include "model/outcome.h"
#include "model/result.h"
#include "model/test.h"
#include "suite/output.h"

enum { JUDGE_DETAIL_MAX = 400 };

struct judgement {
	enum outcome outcome;
	char detail[JUDGE_DETAIL_MAX]; /* one line for people; "" when there is nothing to say */
};

/* The first that applies: isorun's own error; the time limit; a memory kill,
 * whatever the status, at its own limit or another; a signal; fail-pattern; an output
 * of which some went unread though fail-pattern or TAP lines are looked for in all of it;
 * what a program told of its cases, where neither a pass-pattern nor a skip status says
 * otherwise; skip-pattern; a skip status (77, or the test's own); pass-pattern, whatever
 * the status; TAP; the exit status.  Of a test that must fail, passed and failed then change
 * places. */
void judge_attempt(const struct test *t, const struct result *r, const struct output_facts *facts,
		   int64_t timeout_ns, struct judgement *ret);

#endif

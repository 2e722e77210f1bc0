/* SPDX-License-Identifier: Apache-2.0 */
/* suite/retry.h - whether a test gets another attempt, and with how much memory: pure. */
#ifndef SUITE_RETRY_H
#define SUITE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/outcome.h"

/* The attempts of one test so far; zeroed before the first. */
struct retry_log {
	unsigned attempts;
	unsigned failures;  /* that were not for want of memory */
	unsigned ooms;      /* in a row or not */
	bool on_disk;       /* the latest had its private files there */
	unsigned losses;    /* sandboxes that somebody else killed */
};

/* What the attempt that just ended had and did. */
struct retry_try {
	enum outcome outcome;
	bool gave_way;            /* out of memory only because others had to grow */
	bool mem_refused;         /* out of memory, but at a limit that grew later */
	bool private_full;        /* its private files in memory were, and may be on disk */
	bool lost;                /* killed from outside: its sandbox, or by the host for memory */
	bool unforked;            /* its fork server made no fork: likewise */
	uint64_t reserved_bytes;
	uint64_t peak_bytes;
	uint64_t budget_bytes;
	uint64_t kin_bytes;       /* what tests like it are known to need; 0: not known */
	bool alone;               /* it had the whole budget, whatever that came to */
	int retries;              /* allowed after failures; OOM retries do not count */
	int64_t delay_ns;         /* before the first of these; 0: none */
};

enum { RETRY_REASON_MAX = 120 };

/* No delay is doubled beyond this. */
#define RETRY_DELAY_MAX_NS (INT64_C(300) * 1000 * 1000 * 1000)

struct retry_decision {
	bool again;
	bool alone;               /* with the whole budget */
	bool on_disk;             /* its private files from now on */
	uint64_t mem_bytes;       /* for the next attempt; 0: as before */
	int64_t delay_ns;         /* until then */
	char reason[RETRY_REASON_MAX]; /* "out of memory: 2G instead of 1G", "failed" */
};

/* Books the attempt in *log and decides.  An attempt that ran out of memory is
 * always made again with more, until it has had the whole budget; a failed,
 * crashed or timed out one up to `retries` times, each time after twice the delay, and
 * once more where only its private files may not have fitted.  One that was lost says
 * nothing of its test, and is made again once.  isorun's own errors are not
 * tried again: the same host refuses the same thing. */
void retry_decide(struct retry_log *log, const struct retry_try *ended, struct retry_decision *ret);

/* The outcome of the test when `last` is that of its last attempt: flaky when
 * it came out well after a failure (an attempt that only lacked memory is none). */
enum outcome retry_settle(const struct retry_log *log, enum outcome last);

#endif

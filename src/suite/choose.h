/* SPDX-License-Identifier: Apache-2.0 */
/* suite/choose.h - which tests run by what past runs say of them: pure, but for the recall. */
#ifndef SUITE_CHOOSE_H
#define SUITE_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "history/history.h"
#include "model/test.h"

/* Of one test; an array of these lies beside the suite's tests, and is thinned and
 * ordered with them. */
struct choose_fact {
	bool known;      /* it has run */
	bool failed;     /* when it was last run, and nobody expected that */
	int64_t wall_ns; /* median of its past; 0: not known */
};

/* Asks the history of `project`, in whichever environment the tests ran there.  All that
 * is said depends on the rows alone, so that machines with the same rows say the same. */
int choose_recall(struct history *h, const char *project, const struct test_suite *s,
		  struct choose_fact *facts, struct iso_err *err);

/* Keeps those that failed, and who depends on them, if any did; returns how many. */
size_t choose_failed(struct test_suite *s, struct choose_fact *facts);

/* Moves those that failed to the front; all else stays in order.  Returns how many. */
size_t choose_failed_first(struct test_suite *s, struct choose_fact *facts);

struct choose_shard {
	unsigned index;  /* from 1 */
	unsigned count;  /* 0: no shards */
};

/* "2/5"; false: it is none. */
bool choose_parse_shard(const char *text, struct choose_shard *ret);

struct choose_share {
	size_t n;        /* of the tests */
	size_t n_all;
	int64_t ns;      /* what they are thought to take one after the other; 0: not known */
	int64_t all_ns;
	uint32_t split;  /* the same where the tests, their times and the number of shards are */
};

/* Keeps the tests of one shard, in their order.  Each test is in exactly one shard: the
 * longest first, each goes where there is least to do.  What nobody knows is taken for the
 * median of the others; where nothing is known, shards differ by one test at most.
 * 0 or -ENOMEM. */
int choose_shard(struct test_suite *s, struct choose_fact *facts,
		 const struct choose_shard *shard, struct choose_share *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* model/outcome.h - how an attempt, and in the end a test, came out. */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include <stdbool.h>

enum outcome {
	OUTCOME_PASSED,
	OUTCOME_FAILED,
	OUTCOME_TIMED_OUT,
	OUTCOME_OUT_OF_MEMORY,
	OUTCOME_CRASHED,  /* ended by a signal that isorun did not send */
	OUTCOME_SKIPPED,
	OUTCOME_FLAKY,    /* of a test: passed, after an attempt that did not (an OOM kill alone
			   * does not make it flaky) */
	OUTCOME_NOT_RUN,  /* the run ended before its turn */
	OUTCOME_ERROR,    /* isorun's own: the sandbox could not be made, the program not found */
	OUTCOME_QUARANTINED, /* of a test: it failed, and is known to do so */
	OUTCOME_COUNT,
};

const char *outcome_name(enum outcome o);                   /* "timed-out" */
bool outcome_parse(const char *name, enum outcome *ret);
bool outcome_is_good(enum outcome o);   /* passed, skipped, flaky or quarantined */

#endif

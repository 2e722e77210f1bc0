/* SPDX-License-Identifier: Apache-2.0 */
/* suite/source_cases.h - sources of programs that hold many cases and list them themselves. */
#ifndef SUITE_SOURCE_CASES_H
#define SUITE_SOURCE_CASES_H

#include <stdbool.h>

#include "base/capture.h"
#include "suite/source_kind.h"

struct cases; /* of one program, being collected */

/* What a program is asked, and how a part of it is run. */
struct cases_kind {
	const char *name;               /* "gtest" */
	const char *const *list;        /* what follows the program; NULL-terminated */
	bool names_hash;                /* its name ends with '-' and a hash of the build */
	bool any_status;                /* it lists with a status of its own */
	const char *skip_pattern;       /* in the output of a single case that passes:
					 * skipped; NULL: none */
	const struct cases_driver *driver; /* of what it tells; NULL: it does not exactly */
	bool runs_beside;               /* in the program's directory, where nobody said where */

	/* Calls cases_add for each case that the text (it may be changed) lists, in order. */
	int (*parse)(struct cases *c, char *text);

	/* Adds the words that have the program run one case; without a name all of the
	 * suite.  0 or -ENOMEM. */
	int (*choose)(const char *suite, const char *name, char ***argv);
};

/* suite: NULL where the kind has none.  0 or -ENOMEM. */
int cases_add(struct cases *c, const char *suite, const char *name);

/* Asks each program that the pattern matches, and adds its cases, its suites or the program
 * as tests. */
int cases_load(const struct source_ctx *ctx, const struct cases_kind *kind, const char *pattern,
	       struct iso_err *err);

/* For kinds that find nothing by themselves: to run a program to see what it is may do
 * anything. */
int cases_detect_none(const struct source_ctx *ctx, struct iso_err *err);

/* What the command line, else the source's section, else the kind says. */
enum source_granularity source_granularity(const struct source_ctx *ctx,
					   enum source_granularity otherwise);
/* Whether tests of a kind that can may be run several in a launch. */
bool source_shares_launches(const struct source_ctx *ctx);

#endif

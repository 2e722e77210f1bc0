/* SPDX-License-Identifier: Apache-2.0 */
/* suite/cases_driver.h - how a program runs several of its cases at once, and tells of each. */
#ifndef SUITE_CASES_DRIVER_H
#define SUITE_CASES_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"
#include "model/test.h"

/* One case, as its program tells of it.  Strings are borrowed. */
struct case_told {
	const char *suite;     /* NULL where the kind has none */
	const char *name;
	enum outcome outcome;  /* passed, failed or skipped */
	int64_t wall_ns;       /* 0: not told */
	const char *why;       /* why it was skipped, or what failed; NULL: not told */
};

/* A negative errno ends the reading. */
typedef int case_told_fn(const struct case_told *told, void *arg);

/* Of one kind of programs. */
struct cases_driver {
	/* Of the environment: who sets it wants the program's report himself, which then tells
	 * isorun nothing.  NULL: there is none. */
	const char *own_variable;

	/* Its report is asked of each test, too, not of chunks alone: it takes nothing from what
	 * the program prints otherwise. */
	bool of_each;

	/* It goes to a file, else it is standard output itself. */
	bool to_file;

	/* Adds the words that have the program run these n cases, which are single ones.  0 or
	 * -ENOMEM. */
	int (*choose)(const struct test *const *cases, size_t n, char ***argv);

	/* Adds the words that have it tell of them, in that file; NULL: in standard output.
	 * 0 or -ENOMEM. */
	int (*tell)(const char *file, char ***argv);

	/* Calls `told` for each case that the report (it may be changed) tells of.  -EBADMSG: it
	 * is not whole; else as `told`, or -ENOMEM. */
	int (*read)(char *text, size_t len, case_told_fn *told, void *arg);
};

#endif

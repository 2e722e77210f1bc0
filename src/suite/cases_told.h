/* SPDX-License-Identifier: Apache-2.0 */
/* suite/cases_told.h - what a program told of its cases: all in all, and of each asked for. */
#ifndef SUITE_CASES_TOLD_H
#define SUITE_CASES_TOLD_H

#include "base/err.h"
#include "suite/cases_driver.h"
#include "suite/output.h"

/* Of one test that was asked for. */
struct case_found {
	bool found;
	bool again;            /* it was told of more than once */
	enum outcome outcome;
	int64_t wall_ns;
	char why[CASES_WHY_MAX];
};

/* Told of twice it is as bad as the worse. */
void case_found_note(struct case_found *f, const struct case_told *told);

/* Reads a report.  The tests asked for are single cases; ret_found has one for each.
 * A report that is not whole is none: facts that say so, and nothing found.
 * 0 or -ENOMEM. */
int cases_told_read(const struct cases_driver *driver, char *text, size_t len,
		    const struct test *const *asked, size_t n, struct case_found *ret_found,
		    struct cases_facts *ret);

#endif

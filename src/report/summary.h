/* SPDX-License-Identifier: Apache-2.0 */
/* report/summary.h - what a person wants to know when a run is over. */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include <stdbool.h>

#include "base/buf.h"
#include "report/fold.h"

struct summary_options {
	bool color;
	bool verbose;  /* lists are not cut */
};

/* Sections that have nothing to say are left out; the last line is always
 * "N passed, N failed, N skipped". */
void summary_add(struct buf *b, const struct fold *f, const struct summary_options *options);

#endif

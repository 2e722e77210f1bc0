/* SPDX-License-Identifier: Apache-2.0 */
/* report/markdown.h - a run as a page of Markdown (GitHub's, which GitLab reads, too). */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "report/fold.h"

enum { MARKDOWN_MIN_BYTES = 32 << 10 };

struct markdown_options {
	size_t max_bytes;     /* MARKDOWN_MIN_BYTES or more; what is above is counted only */
	const char *run_dir;  /* the outputs of failures are shown; NULL: they are not */
};

void markdown_add(struct buf *b, const struct fold *f, const struct markdown_options *o);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/news.h - what pid 1 reports, from records on a pipe to facts and words. */
#ifndef SANDBOX_NEWS_H
#define SANDBOX_NEWS_H

#include <limits.h>

#include "sandbox/plan.h"

struct news_reader {
	const struct sbx_plan *plan; /* whose steps a fault's number means */
	struct sbx_news news;
	bool of_nat;                 /* the fault is that of the step SBX_NAT */
	size_t have;                 /* bytes in space */
	char space[2 * PIPE_BUF];
};

/* Takes what the pipe holds now; `closed` when it has ended. */
void news_read(struct news_reader *r, int fd, const struct cg *cg);
void news_fini(struct sbx_news *news);

#endif

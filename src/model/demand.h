/* SPDX-License-Identifier: Apache-2.0 */
/* model/demand.h - what a test is thought to need. */
#ifndef MODEL_DEMAND_H
#define MODEL_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

/* Where a number of a demand comes from; the later wins over the earlier. */
enum demand_origin {
	DEMAND_DEFAULT,  /* nobody knows: the share of one slot */
	DEMAND_SIBLING,  /* learned in this run from tests of the same program */
	DEMAND_ELSEWHERE, /* learned in earlier runs in another environment: another history key */
	DEMAND_HISTORY,  /* learned in earlier runs */
	DEMAND_OOM,      /* widened after an attempt ran out of memory */
	DEMAND_DECLARED, /* option, manifest, tag */
};

struct demand {
	uint64_t mem_bytes;     /* 0: not known */
	uint32_t cpus_milli;    /* thousandths of a cpu; 0: not known, taken as 1000 */
	enum demand_origin mem_origin;
	bool exclusive;         /* runs with nothing else of the suite */
	char **locks;           /* names; two tests that have one in common never overlap; may be
				 * NULL, as all lists here */
	char **shared_locks;    /* names; they overlap with each other, not with `locks` */
	char **tokens;          /* "gpu=1", see model/amount.h; each name once */
};

const char *demand_origin_name(enum demand_origin origin); /* "default", "history", … */

#endif

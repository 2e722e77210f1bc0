/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/meter.h - how much memory the processes of a test hold, and when to look again. */
#ifndef CGROUP_METER_H
#define CGROUP_METER_H

#include "cgroup/tree.h"

/*
 * 1. The sum over all processes by their status file is cheap and never too little,
 *    but counts what they share once for each: a server that has forked ten times
 *    seems to be ten times as large.
 * 2. By smaps_rollup the sum is right, and takes the kernel longer the more memory
 *    there is.  So it is made only where there are several processes and the cheap
 *    sum says that it may tell something new, and not too often.
 * 3. Between two such sums the cheap one bounds what can have been added: growth,
 *    and one page for each minor fault, with which a shared page becomes its own.
 */
struct cg_meter {
	struct cg_tree tree;     /* as it was at the last look */
	uint64_t held_bytes;     /* what they hold, as of the last look */
	int64_t looked_ns;       /* 0: not yet */
	uint64_t grows_bytes_s;  /* between the last two looks */
	unsigned calm;           /* looks in a row without growth */
	int64_t cost_ns;         /* of cpu time, of the last look's cheap sum */
	struct cg_memory exact;  /* the last right sum, */
	uint64_t exact_sum_bytes; /* the cheap one then, */
	uint64_t exact_faults;   /* and all minor faults so far */
	int64_t exact_ns;        /* when that was; 0: never */
	int64_t exact_cost_ns;   /* of cpu time */
};

/* One look; `tmpfs` is a private memory file system as the test sees it, or NULL.
 * 0, -ENOENT when root is gone, -ENOMEM. */
int cg_meter_look(struct cg_meter *m, pid_t root, const char *tmpfs, uint64_t near_bytes,
		  uint64_t limit_bytes);
void cg_meter_fini(struct cg_meter *m);

/* The rest is pure.  Whether the right sum is to be made now: `exact_bytes` is what
 * the last one says, `bound_bytes` what the test may hold at most. */
bool cg_meter_is_due(const struct cg_meter *m, uint64_t exact_bytes, uint64_t bound_bytes,
		     uint64_t near_bytes, uint64_t limit_bytes, int64_t now_ns);

/* Takes what the look at now_ns found. */
void cg_meter_note(struct cg_meter *m, uint64_t held_bytes, int64_t now_ns);

/* What it will hold when it is looked at next, if it goes on as it does. */
uint64_t cg_meter_ahead(const struct cg_meter *m);

/* How long until the next look: by how soon the limit could be reached, longer when
 * nothing has grown for some looks, and so that looking takes a fiftieth of a
 * processor at most. */
enum {
	CG_LOOK_MIN_NS = 10 * 1000 * 1000,
	CG_LOOK_MAX_NS = 200 * 1000 * 1000,
	CG_LOOK_SHARE = 50,
};
int64_t cg_meter_pace_ns(const struct cg_meter *m, uint64_t limit_bytes);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/cgroup.h - limits and counters of one test, behind one interface for v1, v2 and none. */
#ifndef CGROUP_CGROUP_H
#define CGROUP_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* The group that holds all tests of this user: "isorun" below a group that we
 * may write to.  Found once a boot through libcgroup (cgroup/find.c) and kept
 * as text, so that the way from `isorun` to exec does without the library. */
enum cg_version { CG_NONE, CG_V1, CG_V2, CG_VERSION_COUNT };

struct cg_place {
	enum cg_version version;
	char *memory_dir;   /* absolute path of the isorun group of the memory controller */
	char *pids_dir;     /* likewise; on v2 the same; NULL: no controller */
	char *above_dir;    /* the nearest group whose memory limit binds our tests: the parent of
			     * memory_dir, or our own group for CG_NONE; NULL: none can be seen */
	char *self;         /* the text of /proc/self/cgroup it was found from */
	char *why_none;     /* what was tried in vain and, after "; cure: ", what mends it, on one
			     * line: with CG_NONE, and where only pids_dir is missing; else NULL */
};
void cg_place_fini(struct cg_place *p); /* leaves it zeroed */

/* As lines "key value", for the prepared bytes; from text: 0, -EINVAL for what
 * cg_place_to_text never writes, -ENOMEM. */
int cg_place_to_text(const struct cg_place *p, struct buf *b);
int cg_place_from_text(const char *text, struct cg_place *ret);

/* Whether the limit above is that of a test's leaf: we are in a test. */
bool cg_place_is_nested(const struct cg_place *p);

/* Looks where the memory controller is, makes the isorun group there, and makes,
 * joins and removes a leaf; CG_NONE with why_none when that does not work.
 * Errors only when out of memory.  Uses libcgroup; forks. */
int cg_find(struct cg_place *ret, struct iso_err *err);

/* One group being used: descriptors on the place.  Open fails with -ENOENT when
 * the place is stale (find again); a place without groups opens as "none". */
struct cg;
int cg_open(const struct cg_place *place, struct cg **ret, struct iso_err *err);
void cg_close(struct cg *cg); /* accepts NULL */
void cg_forget(struct cg *cg); /* in a fork: only closes our descriptors of it */
enum cg_version cg_version_of(const struct cg *cg);

/* What the memory of all our tests together is now, in bytes; for none of those of
 * this process that are watched, elastic.h, as they were last seen. */
uint64_t cg_ours_bytes(const struct cg *cg);

/* Every limit above us, less what others than our tests hold of it and cannot
 * be made to give back.  Fills at most max rows, nearest first; returns the
 * number.  `path` is for people: its head is cut when it is long. */
struct cg_bound {
	uint64_t bytes;
	char path[80];
};
size_t cg_bounds_above(const struct cg *cg, struct cg_bound *ret, size_t max);

/* The life of a leaf is a flat plan that the sandbox's init carries out, so
 * that no instant exists at which a SIGKILL of isorun leaves a group behind:
 * init makes the leaf, the test joins it, init reads the counters and removes
 * it when all processes are gone.  The driver only writes the plan. */
enum { CG_MAX_GROUPS = 2, CG_MAX_WRITES = 8, CG_MAX_READS = 8, CG_NAME = 64 };

struct cg_group_plan {
	int parent_fd;            /* O_PATH directory of the isorun group; borrowed from cg */
	const char *name;         /* of the leaf; borrowed from the plan */
	struct {
		const char *file; /* below the leaf */
		const char *value;
		bool optional;    /* a kernel without the file is no fault */
	} writes[CG_MAX_WRITES];  /* after mkdir, before anything joins */
	size_t n_writes;
	const char *join_file;    /* v1: "tasks": the test writes "0"; NULL: CLONE_INTO_CGROUP */
	const char *reads[CG_MAX_READS]; /* before removal: contents go to cg_parse_usage */
	size_t n_reads;
	const char *empty_file;   /* written after the reads and before removal, so that page cache
				   * pins nothing; its errors mean nothing; NULL: none */
	const char *empty_value;
	const char *empty_when;   /* only when this key of memory.stat is not 0; NULL: always */
};

/* Points into itself: not to be copied by assignment. */
struct cg_plan {
	struct cg_group_plan groups[CG_MAX_GROUPS];
	size_t n_groups;
	char name[CG_NAME];
	char values[CG_MAX_GROUPS][CG_MAX_WRITES][24]; /* where writes[].value points */
};

struct cg_limits {
	uint64_t mem_bytes;  /* 0: none; swap is off in any case */
	bool elastic;        /* at its limit it stands still: see elastic.h */
	uint64_t pids;       /* 0: none */
	bool tell_cache;     /* init reads what page cache there is at the end: 50 us more */
};

struct cg_usage {
	uint64_t peak_bytes;     /* the kernel's high-water mark; 0: not known */
	uint64_t oom_kills;
	bool limit_hit;          /* the limit was reached at least once */
	bool cache_told;
	uint64_t cache_bytes;    /* page cache at the end, which is in the peak, too */
};

/* The name of leaf n of this process: "PID-STARTTIME-N". */
void cg_leaf_name(const struct cg *cg, unsigned n, char ret_name[CG_NAME]);

/* Cpus that we may keep busy, at least 1: those that we may run on, or fewer by the
 * quota of our group or one above it, rounded up (cpu.max of v2, cpu.cfs_quota_us
 * of v1, as containers have them). */
unsigned cg_count_cpus(void);

/* The plan for a leaf `name` (unique, below CG_NAME bytes).  Never fails;
 * "none" yields no groups. */
void cg_plan_leaf(const struct cg *cg, const char *name, const struct cg_limits *limits,
		  struct cg_plan *ret);

/* Takes one counter file's text, as init read it, into usage (start from {}). */
void cg_parse_usage(const struct cg *cg, const char *file, const char *text,
		    struct cg_usage *usage);

/* What the leaf's processes hold now: what cannot be reclaimed (anon + shmem +
 * unreclaimable kernel memory) and what can (page cache); -ENOENT when it is gone,
 * -ENOTSUP for none. */
struct cg_held {
	uint64_t working_bytes;
	uint64_t cache_bytes;
};
int cg_sample(const struct cg *cg, const char *name, struct cg_held *ret);

/* Removes one leaf with any groups that the test made below it: for when the
 * plan's own removal came to nothing.  0, also when it was gone already, or
 * -EBUSY while processes are in it. */
int cg_remove_leaf(const struct cg *cg, const char *name);

/* Removes leaves whose init was killed with its isorun (names are
 * "PID-STARTTIME-N", so a leaf is dead when no such process lives).  Returns
 * the number removed.  One stat(2) a directory when there is no leaf at all. */
unsigned cg_sweep(const struct cg *cg);

#endif

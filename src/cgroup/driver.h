/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/driver.h - what v1, v2 and none each know; for the files of cgroup/ only. */
#ifndef CGROUP_DRIVER_H
#define CGROUP_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CG_GROUP_NAME "isorun" /* of the group that holds all leaves */

#include "cgroup/cgroup.h"
#include "cgroup/elastic.h"

enum { CG_STAT_MAX = 8192 }; /* bytes of a memory.stat, with room to spare */

/* One group's own counters, as files below it and keys of its memory.stat. */
struct cg_counters {
	const char *limit;              /* bytes, or "no limit" in the version's own way */
	const char *usage;              /* bytes, with page cache */
	const char *const *reclaimable; /* keys of what pressure would give back */
	const char *const *held;        /* keys of what it would not */
};

struct cg {
	const struct cg_driver *driver;
	enum cg_version version;
	int memory_fd;      /* O_PATH on the isorun group; -1: none */
	int pids_fd;        /* likewise; equal to memory_fd when it is the same directory */
	char *above_dir;    /* of the place; NULL: none */
	uint64_t polled_bytes; /* what the tests hold that are watched by looking */
	char owner[CG_NAME - 16]; /* "PID-STARTTIME" of the process that opened it */
};

/* How far below its limit a test is near it, at most. */
enum { CG_NEAR_MAX = 64 << 20 };
uint64_t cg_near_bytes(uint64_t limit_bytes);

struct cg_polled; /* none.c */

struct cg_elastic {
	const struct cg_driver *driver;
	struct cg *cg;
	int dir_fd;           /* O_PATH on the leaf; -1: there are none */
	int fd;               /* what is polled; -1: nothing */
	uint32_t events;      /* for epoll */
	uint64_t limit_bytes; /* as it is now, or is to be */
	bool held;            /* by cg_elastic_hold */
	struct cg_polled *polled; /* of "none" */
};

struct cg_driver {
	const char *name; /* "v1", "v2", "none" */

	/* What a group of this version looks like.  "none" has none of its own
	 * and says NULL: its readers try those of v2, then those of v1. */
	const struct cg_counters *counters;

	/* Adds the groups of a leaf to a plan that has only its name.  Never
	 * fails.  "none" adds none. */
	void (*plan)(const struct cg *cg, const struct cg_limits *limits, struct cg_plan *plan);

	/* Takes one counter file's text into usage; ignores files it did not ask for. */
	void (*parse)(const char *file, const char *text, struct cg_usage *usage);

	bool polls;                        /* see cg_polls */
	bool refuses;                      /* see cg_limit_refuses */
	/* Fills dir_fd, or polled.  -ENOENT: it is not there yet. */
	int (*find)(struct cg_elastic *e, const struct cg_leaf *leaf);
	/* The rest gets one that was found, and its limit; 0 or -errno. */
	int (*hear)(struct cg_elastic *e); /* fills fd and events */
	/* Has fd tell, too, when it comes near its limit, which takes long; NULL: it tells that
	 * in any case. */
	int (*hear_near)(struct cg_elastic *e);
	/* Takes what there is to read from fd, and fills all of *now, which is zeroed. */
	int (*look)(struct cg_elastic *e, struct cg_pressure *now);
	int (*hold)(struct cg_elastic *e); /* see cg_elastic_hold */
	int (*raise)(struct cg_elastic *e); /* to e->limit_bytes; it goes on, unless 1 */
	int (*let_kill)(struct cg_elastic *e);
	void (*leave)(struct cg_elastic *e); /* frees polled; the descriptors are closed later */
};

extern const struct cg_driver cg_v1;
extern const struct cg_driver cg_v2;
extern const struct cg_driver cg_none;
const struct cg_driver *cg_driver_of(enum cg_version version);

/* For drivers with leaves: opens the leaf; reads its memory.stat for what is held and
 * whether that is near the limit; does nothing. */
int cg_find_leaf(struct cg_elastic *e, const struct cg_leaf *leaf);
int cg_look_at_leaf(const struct cg_elastic *e, struct cg_pressure *now);
void cg_leave_leaf(struct cg_elastic *e);

/* Building plans; the arrays are sized for what drivers add (asserted). */
struct cg_group_plan *cg_plan_group(struct cg_plan *plan, int parent_fd);
void cg_plan_write(struct cg_plan *plan, struct cg_group_plan *group, const char *file,
		   uint64_t value, bool optional);
void cg_plan_read(struct cg_group_plan *group, const char *file);

/* The kernel counts in pages and rounds down; a limit below one page would be
 * none at all in the making. */
uint64_t cg_round_limit(uint64_t bytes);

/* The number after "KEY " at the start of a line; false when it is not there. */
bool cg_stat_get(const char *text, const char *key, uint64_t *ret);
uint64_t cg_stat_sum(const char *text, const char *const *keys);

/* True when the process PID-STARTTIME of a leaf's name lives, and also when
 * `name` is no such name: what is not ours is left alone. */
bool cg_owner_lives(const char *name);

/* Makes a leaf by the very plan that tests get, joins it and removes it. */
int cg_prove(const struct cg_place *place, struct iso_err *err);

/* rmdir, after the groups below it; 0 when it is gone, else -errno. */
int cg_remove_at(int parent_fd, const char *name);

#endif

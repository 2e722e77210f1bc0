/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/elastic.h - a test whose memory is watched, and whose limit may grow while it runs. */
#ifndef CGROUP_ELASTIC_H
#define CGROUP_ELASTIC_H

#include "cgroup/cgroup.h"

/* Whether nobody but the caller keeps the limit: memory is looked at now and then, the
 * test is stopped by signals where it may grow, and to be killed where it may not.
 * All tests are to be watched then, whether they may grow or not. */
bool cg_polls(const struct cg *cg);

/* Whether a system call at the limit fails with ENOMEM, where a page fault stands. */
bool cg_limit_refuses(const struct cg *cg);

struct cg_elastic; /* one test that is being watched */

/* What its memory is known by: the leaf's name, or where there are no leaves pid 1 of
 * its sandbox, and a private directory in memory as the test sees it (NULL: none). */
struct cg_leaf {
	const char *name;
	pid_t init;
	const char *tmpfs;
};

/* -ENOENT while init has not made it yet; -ENOTSUP where it cannot be watched: then
 * the kernel kills at the limit.  Strings are borrowed until it is closed; with 0 for
 * a limit it has none. */
int cg_elastic_open(struct cg *cg, const struct cg_leaf *leaf, uint64_t limit_bytes,
		    struct cg_elastic **ret);
void cg_elastic_close(struct cg_elastic *e); /* accepts NULL; who was stopped goes on */
void cg_elastic_forget(struct cg_elastic *e); /* likewise; in a fork: only closes our descriptors */

/* Has it told when it comes near its limit, from now on; before only that it stands there.
 * Where to ask for that takes long, one that holds little is let be, unless `in_any_case`: 1, to
 * be called again soon.  Else 0 or -errno. */
int cg_elastic_watch_near(struct cg_elastic *e, bool in_any_case);

/* Has one of these epoll events when it is time for cg_elastic_look; also now
 * and then for nothing. */
int cg_elastic_fd(const struct cg_elastic *e, uint32_t *ret_events);

struct cg_pressure {
	bool stands;          /* at its limit: it does not go on before that is raised */
	bool near;            /* it holds nearly as much as its limit; page cache apart */
	bool over;            /* cg_polls: it holds more than its limit, and nobody kills */
	bool runs_on;         /* cg_polls: it stands and takes more all the same */
	uint64_t held_bytes;  /* what cannot be reclaimed */
};
/* -ENOENT when the leaf is gone. */
int cg_elastic_look(struct cg_elastic *e, struct cg_pressure *ret);

/* Where a test that is near its limit would soon be killed there: makes it stand
 * before.  -ENOTSUP where it comes to a stand at the limit itself; -EAGAIN when that
 * is too early, and will be told of again. */
int cg_elastic_hold(struct cg_elastic *e);

/* A test that stands goes on, with more.  0 or -errno; 1: it still stands, for it
 * holds more than that. */
int cg_elastic_raise(struct cg_elastic *e, uint64_t limit_bytes);

/* From now on the kernel kills at the limit, at once where it stands there.  Where
 * nobody kills (cg_polls) it only goes on. */
int cg_elastic_let_kill(struct cg_elastic *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/elastic.h - a leaf whose limit may grow while its test runs. */
#ifndef CGROUP_ELASTIC_H
#define CGROUP_ELASTIC_H

#include "cgroup/cgroup.h"

/* Whether leaves of this driver can be planned so (cg_limits.elastic): at its
 * limit such a test stands still instead of being killed. */
bool cg_can_grow(const struct cg *cg);

/* Whether a system call at the limit fails with ENOMEM, where a page fault stands. */
bool cg_limit_refuses(const struct cg *cg);

struct cg_elastic; /* a leaf that is being watched */

/* -ENOENT while init has not made it yet; -ENOTSUP where it cannot be watched: then
 * the kernel kills at the limit. */
int cg_elastic_open(const struct cg *cg, const char *name, uint64_t limit_bytes,
		    struct cg_elastic **ret);
void cg_elastic_close(struct cg_elastic *e); /* accepts NULL */

/* Has one of these epoll events when it is time for cg_elastic_look; also now
 * and then for nothing. */
int cg_elastic_fd(const struct cg_elastic *e, uint32_t *ret_events);

struct cg_pressure {
	bool stands;          /* at its limit: it does not go on before that is raised */
	bool near;            /* it holds nearly as much as its limit; page cache apart */
	uint64_t held_bytes;  /* what cannot be reclaimed */
};
/* -ENOENT when the leaf is gone. */
int cg_elastic_look(struct cg_elastic *e, struct cg_pressure *ret);

/* Where a test that is near its limit would soon be killed there: makes it stand
 * before.  -ENOTSUP where it comes to a stand at the limit itself. */
int cg_elastic_hold(struct cg_elastic *e);

/* A test that stands goes on, with more.  0 or -errno. */
int cg_elastic_raise(struct cg_elastic *e, uint64_t limit_bytes);

/* From now on the kernel kills at the limit, at once where it stands there. */
int cg_elastic_let_kill(struct cg_elastic *e);

#endif

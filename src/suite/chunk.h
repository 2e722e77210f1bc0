/* SPDX-License-Identifier: Apache-2.0 */
/* suite/chunk.h - which tests of a program may share a launch, and how many do: pure.
 *
 * To launch a test costs some milliseconds, which is little beside most tests and much
 * beside those that take less.  A chunk is one launch that runs several such tests of a
 * program, one after the other. */
#ifndef SUITE_CHUNK_H
#define SUITE_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/test.h"
#include "planner/queue.h"

/* Whether what is said of a test lets it share a launch at all: nothing ties it to others,
 * its outcome is what its program tells, and no memory is its own. */
bool chunk_may_hold(const struct test *t);

/* Appends what those that share a launch have in common: equal texts, equal launches. */
void chunk_add_key(const struct test *t, struct buf *b);

/* The wall time that the members of a chunk are to have together.
 *
 * 20 times a launch: it costs 5 % of it then.  Where the suite is so short that chunks of
 * that length leave jobs idle at its end, less: with W of work in chunks of c, a launch
 * of L and J jobs it takes about (W + W / c * L) / J + c, which is least at
 * c = sqrt(W * L / J). */
int64_t chunk_wall_ns(int64_t launch_ns, int64_t work_ns, unsigned jobs);

/* Of each test, beside its plan item. */
struct chunk_mark {
	size_t group;        /* those with the same may share a launch; SIZE_MAX: with nobody */
	size_t name_bytes;   /* it takes so many of the command line */
};

struct chunk_rules {
	int64_t wall_ns;     /* see chunk_wall_ns */
	uint64_t mem_bytes;  /* there is no more room */
	bool adjacent;       /* only whoever is next in order */
};

enum {
	CHUNK_MOST = 1000,
	CHUNK_NAME_BYTES = 64 << 10, /* a word of a command may have 128 KiB, execve(2) */
};

/* Whom the test at order[at] is launched with: indexes, itself first; at most CHUNK_MOST.
 * Only those that wait, are expected to be short, and need about as much memory as it does:
 * what the launch needs is then what each of them needs.  Returns their number; 1: nobody. */
size_t chunk_gather(const struct plan_item *items, const struct chunk_mark *marks,
		    const size_t *order, size_t n, size_t at, const struct chunk_rules *rules,
		    size_t *ret_members);

#endif

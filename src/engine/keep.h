/* SPDX-License-Identifier: Apache-2.0 */
/* engine/keep.h - brings what a test wrote out of its overlay: what patterns name, atomically. */
#ifndef ENGINE_KEEP_H
#define ENGINE_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "sandbox/sandbox.h"

struct keep_request {
	char *const *globs;             /* of paths from the workspace, see path_matches */
	const struct sbx_layer *layers; /* all processes that wrote there are dead */
	size_t n_layers;
	const char *marks;              /* whose extended attributes are overlayfs's: "trusted",
					 * or "user" of a user's mount; a test may set the others.
					 * NULL: there are none */
	const char *tree;               /* the workspace */
	const char *into;               /* NULL: the tree itself.  Else a directory that collects,
					 * as an overlay's upper one does, for keep_apply; made */
};

struct keep_report {
	char **kept;                    /* paths, at most KEEP_NAMED of them */
	size_t n_kept;
	struct iso_err fault;           /* the first */
	size_t n_faults;
};
enum { KEEP_NAMED = 256 };

/* Files and links that match take the place of those in the tree; what the test
 * deleted is deleted there.  Each takes its place at once, with owner, mode and
 * time; of two tests the last one wins, except that counters in .gcda files add
 * up, and that a .coverage.* file gets a name that no other has. */
void keep_layers(const struct keep_request *rq, struct keep_report *ret);

/* Likewise of a copy of the tree, whose layer has no upper directory: one path
 * that was written there or deleted, as copy_compare tells it. */
void keep_path(const struct keep_request *rq, const char *path, bool deleted,
	       struct keep_report *ret);

/* What keep_layers collected in `from` goes to the tree, and `from` goes away
 * when all of it could.  Nothing there is nothing to do. */
void keep_apply(const char *from, const char *tree, struct keep_report *ret);

void keep_report_fini(struct keep_report *r);

#endif

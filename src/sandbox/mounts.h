/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/mounts.h - what mounts.c and workspace.c share: the scratch and the places in it. */
#ifndef SANDBOX_MOUNTS_H
#define SANDBOX_MOUNTS_H

#include "sandbox/plan.h"

enum { PRIVATE_MAX = 32 };

struct place {
	const char *dir;     /* real path of a private directory */
	const char *inside;  /* its directory in the scratch */
	bool dev;            /* the minimal /dev: filled, and read-only at its place */
};

struct scratch {
	const char *base;    /* where the scratch is mounted while it is filled */
	struct place places[PRIVATE_MAX];
	size_t n;
	int tree_fd;         /* of the directory on disk that it is; -1: it is a tmpfs */
};

/* The innermost place that holds the path; NULL: none does. */
const struct place *place_of(const struct scratch *sc, const char *path);

/* Where a path of the sandbox is while the scratch is being filled; NULL: not
 * in the scratch. */
const char *inside_scratch(struct sbx_plan *p, const struct scratch *sc, const char *path);

/* Directories from the scratch's own one down to `path`, or to its parent and
 * an empty file. */
void make_place(struct sbx_plan *p, const struct scratch *sc, const char *path, bool dir);

/* The workspace, and each mount below it when it is an overlay. */
struct tree {
	const char *path;
	const char *upper;   /* overlay */
	const char *work;
	int lower_fd;        /* overlay */
	int tree_fd;         /* to be placed; -1: nothing is */
};

struct workspace {
	bool overlay;
	bool devices;        /* overlay: device nodes in it can be opened */
	struct tree *trees;  /* [0] is the workspace itself */
	size_t n;
};

/* In this order: while the host's tree is whole; when the scratch is mounted;
 * when it is filled but for what shows below private directories. */
int workspace_hold(struct sbx_plan *p, const struct sbx_request *rq, const struct scratch *sc,
		   struct workspace *ret, struct iso_err *err);
int workspace_make_layers(struct sbx_plan *p, const struct scratch *sc, struct workspace *ws,
			  struct iso_err *err);
void workspace_show(struct sbx_plan *p, const struct sbx_request *rq, const struct scratch *sc,
		    const struct workspace *ws);

#endif

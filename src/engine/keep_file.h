/* SPDX-License-Identifier: Apache-2.0 */
/* engine/keep_file.h - one kept file takes its place; keep.c's own. */
#ifndef ENGINE_KEEP_FILE_H
#define ENGINE_KEEP_FILE_H

#include <stdbool.h>

#include "base/err.h"

struct keep_file {
	int from_fd;      /* a root that the path is below: what the test saw */
	const char *from; /* there */
	int upper_fd;     /* likewise, what it wrote; -1: not to be asked */
	const char *marks; /* as keep_request has it */
	int into_fd;      /* where it goes, below this root */
	const char *path; /* there, and for people */
	int tree_fd;      /* the workspace, when into_fd is another directory; else -1 */
};

/* 0, 1 for what is neither a file nor a link, or the error. */
int keep_file_bring(const struct keep_file *f, struct iso_err *err);

/* It was deleted: so it is below into_fd, or a whiteout there says it is to be. */
int keep_file_delete(const struct keep_file *f, struct iso_err *err);

#endif

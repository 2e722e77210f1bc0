/* SPDX-License-Identifier: Apache-2.0 */
/* engine/copy.h - a tree copied for one test, where no overlay is possible, and what it changed. */
#ifndef ENGINE_COPY_H
#define ENGINE_COPY_H

#include <stdbool.h>

#include "base/err.h"

/* Copies files, links and pipes with owner, mode and time, without data where
 * the file system shares it (FICLONE), across mounts.  `to` is made.  The
 * directory `except` is left out, and so are sockets, devices, what cannot be
 * read, and what the kernel makes up (/proc and such). */
int copy_tree(const char *from, const char *to, const char *except, struct iso_err *err);

/* Calls `visit` for each file of the copy that is not as in the tree ("x/" for
 * a new directory that is empty), and for each that the copy lacks. */
typedef void copy_visit(const char *path, bool deleted, void *arg);
int copy_compare(int copy_fd, int tree_fd, const char *except, copy_visit *visit, void *arg);

#endif

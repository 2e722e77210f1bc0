/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/tree.h - memory of a process tree by /proc, where no cgroup counts it. */
#ifndef CGROUP_TREE_H
#define CGROUP_TREE_H

#include <stdint.h>
#include <sys/types.h>

/* RssAnon + RssShmem of the process's descendants (proc(5), Linux 4.5), without
 * itself: pid 1 of a sandbox is not the test's.  Pages that they share count
 * once for each.  0, or -ENOENT when it is gone. */
int cg_tree_bytes(pid_t root, uint64_t *ret_bytes);

#endif

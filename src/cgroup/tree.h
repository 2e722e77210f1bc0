/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/tree.h - the processes of a test and their memory by /proc, where no cgroup knows them. */
#ifndef CGROUP_TREE_H
#define CGROUP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The descendants of a process without itself: pid 1 of a sandbox, which adopts what
 * loses its parent, is not the test's.  Parents come before their children. */
struct cg_process {
	pid_t pid;
	pid_t parent;
};
struct cg_tree {
	struct cg_process *at; /* owned */
	size_t n;
	size_t room;
};
enum { CG_TREE_MAX = 1 << 15 }; /* more are not found */

/* Empties it and fills it.  0, -ENOENT when root is gone, -ENOMEM. */
int cg_tree_find(struct cg_tree *t, pid_t root);
/* Appends the children of one process; 0 or -errno. */
int cg_tree_add_children(struct cg_tree *t, pid_t pid);
void cg_tree_fini(struct cg_tree *t);

/* What of /proc/PID/stat is of use here, proc(5). */
struct cg_process_stat {
	char state;
	pid_t parent;
	uint64_t faults;      /* minor ones: each may have made a page its own */
	uint64_t start_ticks; /* with the pid names a process for good */
};
bool cg_parse_stat(const char *text, struct cg_process_stat *ret);
int cg_read_stat(pid_t pid, struct cg_process_stat *ret); /* 0 or -errno */

/* Memory that the kernel cannot take back. */
struct cg_memory {
	uint64_t anon_bytes;  /* with what is in swap */
	uint64_t shmem_bytes; /* pages of tmpfs and of shared memory that are mapped */
};

/* /proc/PID/status (Linux 4.5), 10 us: what processes share counts for each. */
void cg_parse_status(const char *text, struct cg_memory *ret);
int cg_read_memory(pid_t pid, struct cg_memory *ret); /* 0 or -errno */
bool cg_is_traced(pid_t pid); /* by the same file */

/* /proc/PID/smaps_rollup (Linux 5.4 for these keys): what n share counts for each by
 * an nth.  The kernel walks the page tables: 25 ms for each GiB in small pages.
 * False: it has not got the keys. */
bool cg_parse_rollup(const char *text, struct cg_memory *ret);
int cg_read_shares(pid_t pid, struct cg_memory *ret); /* 0 or -errno */

#endif

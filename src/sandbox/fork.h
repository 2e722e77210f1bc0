/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/fork.h - forks into sandboxes: of this process, or of one that is lent what it needs. */
#ifndef SANDBOX_FORK_H
#define SANDBOX_FORK_H

#include "sandbox/child.h"

/* 0 in the fork; its pid in the sandbox's numbering; -errno. */
int fork_enter(struct sbx_entry *entry, struct iso_err *err);

/* sbx_lend, of a sandbox with that job. */
int fork_lend(const struct sbx_job *job, int init_fd, int door_fd, struct sbx_loan *ret,
	      struct iso_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/halt.h - all processes of a test stopped by SIGSTOP, and going on. */
#ifndef CGROUP_HALT_H
#define CGROUP_HALT_H

#include "cgroup/tree.h"

/* One that was met; not ours are those that the test had stopped itself, and those
 * that are traced, whose signals are their tracer's. */
struct cg_halted {
	pid_t pid;
	bool ours;
	uint64_t start_ticks;
};
struct cg_halt {
	struct cg_halted *at; /* owned; parents before their children */
	size_t n;
	size_t room;
};

/* Whether it waits for its child's exec: init does when it starts the test, which has
 * init's memory as long. */
bool cg_is_in_vfork(pid_t root);

/* Stops the descendants of root until nothing moves, parents before their
 * children: a shell that saw its child stop would take that for a ^Z.  Again, while
 * they are stopped: whoever was made to go on meanwhile.
 *
 * -EAGAIN, the first time: root waits for a child of vfork(2), and would not hear of
 * isorun's end any more if that were stopped; -ENOENT: root is gone; -ENOMEM.  In
 * these cases all go on. */
int cg_halt_stop(struct cg_halt *h, pid_t root);

/* Children before their parents.  Those that the test had stopped itself stay so. */
void cg_halt_go_on(struct cg_halt *h);

void cg_halt_fini(struct cg_halt *h); /* lets nobody go on */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* engine/host_load.h - how busy this machine is: idle cpus, run queue, want of memory. */
#ifndef ENGINE_HOST_LOAD_H
#define ENGINE_HOST_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "planner/width.h"

/* What the last look saw; zeroed before the first. */
struct host_load {
	int64_t taken_ns;    /* CLOCK_MONOTONIC; 0: never */
	bool idle_known;
	double idle_s;       /* of all cpus since boot */
	bool stalled_known;
	uint64_t stalled_us; /* with PSI: since boot */
	uint64_t swapped_in; /* else: pages since boot */
};

/* Fills what the kernel tells of the time since the last look, and nothing at
 * the first: idle cpus (/proc/uptime, proc_uptime(5)) and threads that run
 * or want to (/proc/loadavg, proc_loadavg(5)), where all cpus are ours to run on;
 * the time in which want of memory kept everybody waiting (/proc/pressure/memory,
 * "full", Linux 4.20), or by pages swapped in where that is not told; nothing of it while
 * a tenth of the memory is there (MemAvailable). */
void host_load_look(struct host_load *last, struct plan_width_load *ret);

#endif

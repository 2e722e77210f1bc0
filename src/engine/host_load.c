/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/host_load.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/time.h"
#include "cgroup/cgroup.h"
#include "planner/budget.h"

enum {
	TEXT_MAX = 8192, /* of /proc/vmstat, the longest */
	/* Who swaps in so many pages of 4 KiB a second does little else. */
	SWAPPED_PAGES_A_SEC = 2048,
	SHORT_PERCENT = 10, /* of all memory: less is there */
};

/* A quota, or a set of cpus, makes the machine's load say little of ours. */
static bool all_cpus_are_ours(void)
{
	return (long)cg_count_cpus() >= sysconf(_SC_NPROCESSORS_ONLN);
}

static bool read_idle(double *ret_s)
{
	char text[128];

	return fs_read_small_at(AT_FDCWD, "/proc/uptime", text, sizeof(text)) > 0 &&
	       sscanf(text, "%*f %lf", ret_s) == 1;
}

static bool read_queue(uint32_t *ret)
{
	char text[128];

	return fs_read_small_at(AT_FDCWD, "/proc/loadavg", text, sizeof(text)) > 0 &&
	       sscanf(text, "%*f %*f %*f %" SCNu32 "/", ret) == 1;
}

static bool read_stalled(uint64_t *ret_us)
{
	char text[512];

	if (fs_read_small_at(AT_FDCWD, "/proc/pressure/memory", text, sizeof(text)) <= 0)
		return false;
	const char *full = strstr(text, "full ");
	const char *total = full ? strstr(full, "total=") : NULL;
	return total && sscanf(total, "total=%" SCNu64, ret_us) == 1;
}

static uint64_t read_swapped_in(void)
{
	char text[TEXT_MAX];
	uint64_t pages = 0;

	if (fs_read_small_at(AT_FDCWD, "/proc/vmstat", text, sizeof(text)) <= 0)
		return 0;
	const char *line = strstr(text, "\npswpin ");
	return line && sscanf(line, " pswpin %" SCNu64, &pages) == 1 ? pages : 0;
}

static void look(bool cpus_are_ours, struct host_load *now)
{
	*now = (struct host_load){ .taken_ns = time_now_ns() };
	now->idle_known = cpus_are_ours && read_idle(&now->idle_s);
	now->stalled_known = read_stalled(&now->stalled_us);
	if (!now->stalled_known)
		now->swapped_in = read_swapped_in();
}

/* A test that reads more than its own limit holds stalls, too, and is no reason to
 * start fewer of others. */
static bool memory_is_short(void)
{
	char text[TEXT_MAX];
	uint64_t available;

	if (fs_read_small_at(AT_FDCWD, "/proc/meminfo", text, sizeof(text)) <= 0 ||
	    budget_parse_available(text, &available) < 0)
		return true;
	return available < SHORT_PERCENT * ((uint64_t)sysconf(_SC_PHYS_PAGES) *
				       (uint64_t)sysconf(_SC_PAGESIZE) / 100);
}

static uint32_t stalled_permille(const struct host_load *last, const struct host_load *now,
				 double seconds)
{
	double part = 0;

	if (now->stalled_known && last->stalled_known)
		part = (double)(now->stalled_us - last->stalled_us) / 1e6 / seconds;
	else if (now->swapped_in > last->swapped_in)
		part = (double)(now->swapped_in - last->swapped_in) / SWAPPED_PAGES_A_SEC / seconds;
	if (part <= 0 || !memory_is_short())
		return 0;
	return part > 1 ? 1000 : (uint32_t)(part * 1000);
}

void host_load_look(struct host_load *last, struct plan_width_load *ret)
{
	const bool cpus_are_ours = all_cpus_are_ours();
	struct host_load now;

	look(cpus_are_ours, &now);
	const double seconds = (double)(now.taken_ns - last->taken_ns) / (double)NSEC_PER_SEC;
	ret->queue_known = cpus_are_ours && read_queue(&ret->queue);
	if (last->taken_ns && seconds > 0) {
		const double idle = (now.idle_s - last->idle_s) / seconds;

		ret->idle_known = now.idle_known && last->idle_known && idle >= 0;
		ret->idle_milli = ret->idle_known ? (uint32_t)(idle * 1000) : 0;
		ret->stalled_permille = stalled_permille(last, &now, seconds);
	}
	*last = now;
}

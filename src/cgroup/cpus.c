/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"

/* Where everybody mounts them; a quota that is elsewhere is not seen. */
#define MOUNT_V2     "/sys/fs/cgroup"
#define MOUNT_HYBRID "/sys/fs/cgroup/unified"
#define MOUNT_V1     "/sys/fs/cgroup/cpu"

enum { TEXT_MAX = 4096 };

/* Whole cpus, rounded up, of "max 100000" or "150000 100000"; UINT_MAX: no quota. */
static unsigned parse_quota(const char *quota, const char *period)
{
	const long long us = strtoll(quota, NULL, 10);
	const long long of_us = strtoll(period, NULL, 10);

	if (us <= 0 || of_us <= 0)
		return UINT32_MAX;
	return (unsigned)((us + of_us - 1) / of_us);
}

static unsigned quota_v2(int dir_fd)
{
	char text[64];

	if (fs_read_small_at(dir_fd, "cpu.max", text, sizeof(text)) <= 0)
		return UINT32_MAX;
	const char *space = strchr(text, ' ');
	return space ? parse_quota(text, space) : UINT32_MAX;
}

static unsigned quota_v1(int dir_fd)
{
	char quota[64];
	char period[64];

	if (fs_read_small_at(dir_fd, "cpu.cfs_quota_us", quota, sizeof(quota)) <= 0 ||
	    fs_read_small_at(dir_fd, "cpu.cfs_period_us", period, sizeof(period)) <= 0)
		return UINT32_MAX;
	return parse_quota(quota, period);
}

/* The smallest quota of a group and all above it.  In a container the path may be
 * the host's and the mount the container's own: then it is that of the mount. */
static unsigned quota_of(const char *mount, const char *own, unsigned (*read_quota)(int dir_fd))
{
	_cleanup_free_ char *joined = malloc(strlen(mount) + strlen(own) + 1);
	unsigned least = UINT32_MAX;

	if (!joined)
		return least;
	(void)strcpy(joined, mount);
	(void)strcat(joined, own);
	_cleanup_free_ char *dir = path_clean(joined);
	while (dir && path_is_below(dir, mount)) {
		_cleanup_close_ int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		const unsigned here = fd >= 0 ? read_quota(fd) : UINT32_MAX;
		least = here < least ? here : least;
		char *up = path_dir(dir);
		free(dir);
		dir = up;
	}
	return least;
}

/* "4:cpu,cpuacct:/docker/7": the path, when that is what the line is; it is cut at
 * its end. */
static char *path_of_cpu(char *line)
{
	char *controllers = strchr(line, ':');
	char *path = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!path)
		return NULL;
	*path++ = '\0';
	for (char *save, *name = strtok_r(controllers + 1, ",", &save); name;
	     name = strtok_r(NULL, ",", &save))
		if (str_eq(name, "cpu"))
			return path;
	return NULL;
}

static unsigned cpu_quota(char *self)
{
	const bool hybrid = access(MOUNT_V2 "/cgroup.controllers", F_OK) < 0;
	unsigned least = UINT32_MAX;

	for (char *save, *line = strtok_r(self, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		unsigned here = UINT32_MAX;
		if (str_starts(line, "0::")) {
			here = quota_of(hybrid ? MOUNT_HYBRID : MOUNT_V2, line + 3, quota_v2);
		} else {
			const char *path = path_of_cpu(line);
			if (path)
				here = quota_of(MOUNT_V1, path, quota_v1);
		}
		least = here < least ? here : least;
	}
	return least;
}

unsigned cg_count_cpus(void)
{
	char self[TEXT_MAX];
	const unsigned may_run_on = proc_count_cpus();
	unsigned quota = UINT32_MAX;

	if (fs_read_small_at(AT_FDCWD, "/proc/self/cgroup", self, sizeof(self)) > 0)
		quota = cpu_quota(self);
	return quota < may_run_on ? quota : may_run_on;
}

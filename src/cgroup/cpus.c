/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"

/* Where everybody mounts them; a quota that is elsewhere is not seen. */
#define MOUNT_V2     "/sys/fs/cgroup"
#define MOUNT_HYBRID "/sys/fs/cgroup/unified"
#define MOUNT_V1     "/sys/fs/cgroup/cpu"

enum { TEXT_MAX = 4096 };

/* Whole cpus, rounded up; UINT_MAX: no quota ("max" of v2, "-1" of v1). */
static unsigned cpus_of(const char *quota, const char *period)
{
	uint64_t us;
	uint64_t of_us;

	if (num_parse_u64(quota, &us) < 0 || num_parse_u64(period, &of_us) < 0 || !us || !of_us)
		return UINT_MAX;
	return (unsigned)((us + of_us - 1) / of_us);
}

static bool read_line(int dir_fd, const char *name, char text[64])
{
	return fs_read_small_at(dir_fd, name, text, 64) > 0;
}

static unsigned quota_v2(int dir_fd)
{
	char text[64];

	if (!read_line(dir_fd, "cpu.max", text))
		return UINT_MAX;
	char *space = strchr(text, ' ');
	if (!space)
		return UINT_MAX;
	*space = '\0';
	return cpus_of(text, space + 1);
}

static unsigned quota_v1(int dir_fd)
{
	char quota[64];
	char period[64];

	if (!read_line(dir_fd, "cpu.cfs_quota_us", quota) ||
	    !read_line(dir_fd, "cpu.cfs_period_us", period))
		return UINT_MAX;
	return cpus_of(quota, period);
}

/* The smallest quota of a group and all above it.  In a container the path may be
 * the host's and the mount the container's own: then it is that of the mount. */
static unsigned quota_of(const char *mount, const char *own, unsigned (*read_quota)(int dir_fd))
{
	_cleanup_free_ char *joined = path_join(mount, own + 1);
	char *dir = joined ? path_clean(joined) : NULL;
	unsigned least = UINT_MAX;

	while (dir && path_is_below(dir, mount)) {
		_cleanup_close_ int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		const unsigned here = fd >= 0 ? read_quota(fd) : UINT_MAX;
		least = here < least ? here : least;
		char *up = path_dir(dir);
		free(dir);
		dir = up;
	}
	free(dir);
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
	unsigned least = UINT_MAX;

	for (char *save, *line = strtok_r(self, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		unsigned here = UINT_MAX;
		if (str_starts(line, "0::/")) {
			here = quota_of(hybrid ? MOUNT_HYBRID : MOUNT_V2, line + 3, quota_v2);
		} else {
			const char *path = path_of_cpu(line);
			if (path && *path == '/')
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
	unsigned quota = UINT_MAX;

	if (fs_read_small_at(AT_FDCWD, "/proc/self/cgroup", self, sizeof(self)) > 0)
		quota = cpu_quota(self);
	return quota < may_run_on ? quota : may_run_on;
}

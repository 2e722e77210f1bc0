/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cgroup/driver.h"

enum { DEPTH_MAX = 32 }; /* of groups that a test made in its own: bounds the recursion */

static DIR *open_dir_at(int parent_fd, const char *name)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d && fd >= 0)
		close(fd);
	return d;
}

static int remove_group(int parent_fd, const char *name, int depth)
{
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	int code = errno;
	if ((code != EBUSY && code != ENOTEMPTY) || depth == DEPTH_MAX)
		return -code;
	_cleanup_closedir_ DIR *d = open_dir_at(parent_fd, name);
	if (!d)
		return -code;
	const struct dirent *entry;
	while ((entry = readdir(d)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			(void)remove_group(dirfd(d), entry->d_name, depth + 1);
	/* What could not go below shows here again. */
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}

int cg_remove_at(int parent_fd, const char *name)
{
	return remove_group(parent_fd, name, 0);
}

int cg_remove_leaf(const struct cg *cg, const char *name)
{
	int r = 0;
	if (cg->memory_fd >= 0)
		r = cg_remove_at(cg->memory_fd, name);
	if (cg->pids_fd >= 0 && cg->pids_fd != cg->memory_fd) {
		int r_pids = cg_remove_at(cg->pids_fd, name);
		r = r ? r : r_pids;
	}
	return r;
}

static unsigned sweep_dir(int parent_fd)
{
	/* kernfs keeps the link count of a directory: 2 and one for each group
	 * below.  The files of a group are many, and listing them all is slow. */
	struct stat st;
	if (parent_fd < 0 || fstat(parent_fd, &st) < 0 || st.st_nlink == 2)
		return 0;
	_cleanup_closedir_ DIR *d = open_dir_at(parent_fd, ".");
	if (!d)
		return 0;
	unsigned n = 0;
	const struct dirent *entry;
	while ((entry = readdir(d)))
		/* A leaf with processes stays (EBUSY): an init may be cleaning
		 * up in it at this very moment. */
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    !cg_owner_lives(entry->d_name) &&
		    cg_remove_at(parent_fd, entry->d_name) == 0)
			n++;
	return n;
}

unsigned cg_sweep(const struct cg *cg)
{
	unsigned n = sweep_dir(cg->memory_fd);
	if (cg->pids_fd != cg->memory_fd)
		n += sweep_dir(cg->pids_fd);
	return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The scratch on disk outlives its mounts: when isorun is gone, init removes it. */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEPTH_MAX = 64, NAME_BYTES = 256 }; /* what lies deeper is left for the sweep */

struct removal {
	int fds[DEPTH_MAX];
	char names[DEPTH_MAX][NAME_BYTES]; /* of the directory, in the one above */
	int depth;
};

static bool enter(struct removal *r, int above_fd, const char *name)
{
	size_t n = child_text_len(name);

	if (r->depth + 1 >= DEPTH_MAX || n >= NAME_BYTES)
		return false;
	/* A test may have closed it to its own user. */
	(void)syscall(SYS_fchmodat, above_fd, name, 0700);
	int fd = openat(above_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	r->depth++;
	r->fds[r->depth] = fd;
	for (size_t i = 0; i <= n; i++)
		r->names[r->depth][i] = name[i];
	return true;
}

/* True when it is a directory that was entered. */
static bool remove_or_enter(struct removal *r, int dir_fd, const char *name)
{
	if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
		return false;
	if (unlinkat(dir_fd, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
		return false;
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno != ENOTEMPTY)
		return false;
	return enter(r, dir_fd, name);
}

void child_disk_remove(const struct sbx_job *job)
{
	char space[2048] __attribute__((aligned(8)));
	struct removal r = { .depth = -1 };

	if (job->disk_fd < 0)
		return;
	/* A mount point cannot be removed where it is one: the private directory
	 * that covers the scratch, then the scratch with what is mounted in it. */
	(void)umount2(job->disk_base, MNT_DETACH);
	(void)umount2(job->disk_base, MNT_DETACH);
	if (!enter(&r, job->disk_fd, job->disk_name))
		return;
	while (r.depth >= 0) {
		int fd = r.fds[r.depth];
		bool entered = false;
		long n = syscall(SYS_getdents64, fd, space, sizeof(space));
		for (long at = 0; at < n && !entered;) {
			const struct child_dirent *e = (const void *)(space + at);
			at += e->reclen;
			entered = remove_or_enter(&r, fd, e->name);
			/* The rest of this batch is read again after the way back. */
			if (entered)
				lseek(fd, e->off, SEEK_SET);
		}
		if (entered || n > 0)
			continue;
		close(fd);
		int above = r.depth ? r.fds[r.depth - 1] : job->disk_fd;
		(void)unlinkat(above, r.names[r.depth], AT_REMOVEDIR);
		r.depth--;
	}
}

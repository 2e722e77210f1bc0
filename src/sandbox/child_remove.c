/* SPDX-License-Identifier: Apache-2.0 */
/* What outlives the mount namespace, and is removed when nothing runs any more. */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOVES_MAX = 1 << 20 }; /* up and down: a bound, should a file system number oddly */

/* A directory left to go into: one at a time, so that depth costs nothing. */
struct below {
	uint64_t ino;    /* 0: none */
	char name[256];
};

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static void remove_entry(int dir_fd, const struct child_dirent *e, struct below *ret)
{
	if (unlinkat(dir_fd, e->name, 0) == 0 || unlinkat(dir_fd, e->name, AT_REMOVEDIR) == 0)
		return;
	if ((errno != ENOTEMPTY && errno != EEXIST) || ret->ino)
		return;
	ret->ino = e->ino;
	for (size_t i = 0; i < sizeof(ret->name); i++)
		ret->name[i] = e->name[i];
}

/* Removes what can be removed at once, and names one directory that cannot. */
static void empty(int dir_fd, struct below *ret)
{
	char space[2048] __attribute__((aligned(8)));
	long n;

	ret->ino = 0;
	lseek(dir_fd, 0, SEEK_SET);
	while ((n = syscall(SYS_getdents64, dir_fd, space, sizeof(space))) > 0)
		for (long at = 0; at < n;) {
			const struct child_dirent *e = (const void *)(space + at);
			if (!is_dots(e->name))
				remove_entry(dir_fd, e, ret);
			at += e->reclen;
		}
}

static int enter(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	/* Its owner may have closed it to himself. */
	if (fd < 0 && errno == EACCES && fchmodat(dir_fd, name, 0700, 0) == 0)
		fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		(void)fchmod(fd, 0700);
	return fd;
}

/* Down to a directory that can be emptied, up again, and so on: nobody is left who
 * could move one away meanwhile.  Each is read from its beginning again: where
 * entries went, an offset of before may lead past others.  Takes fd. */
static void empty_tree(int fd)
{
	struct below next;
	uint64_t left_ino = 0;
	int depth = 0;

	for (int moves = 0; fd >= 0 && moves < MOVES_MAX; moves++) {
		empty(fd, &next);
		/* Just left, and not to be removed: isorun will say so. */
		if (next.ino && next.ino == left_ino)
			break;
		struct stat st;
		left_ino = !next.ino && fstat(fd, &st) == 0 ? st.st_ino : 0;
		if (!next.ino && depth-- == 0)
			break;
		int other = next.ino ? enter(fd, next.name) : openat(fd, "..", O_RDONLY |
								     O_DIRECTORY | O_CLOEXEC);
		depth += next.ino != 0;
		close(fd);
		fd = other;
	}
	if (fd >= 0)
		close(fd);
}

void child_remove_scratch(const struct sbx_job *job)
{
	if (!job->scratch_path)
		return;
	(void)fchmod(job->scratch_fd, 0700);
	empty_tree(openat(job->scratch_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	(void)unlinkat(AT_FDCWD, job->scratch_path, AT_REMOVEDIR);
}

void child_remove_disk(const struct sbx_job *job)
{
	if (job->disk_fd < 0)
		return;
	/* A mount point cannot be removed where it is one: the private directory
	 * that covers the scratch, then the scratch with what is mounted in it. */
	(void)umount2(job->disk_base, MNT_DETACH);
	(void)umount2(job->disk_base, MNT_DETACH);
	empty_tree(enter(job->disk_fd, job->disk_name));
	(void)unlinkat(job->disk_fd, job->disk_name, AT_REMOVEDIR);
}

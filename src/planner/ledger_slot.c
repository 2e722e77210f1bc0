/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/ledger_slot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"

#define SLOT_PREFIX "slot-"
#define SLOT_NAME   16 /* "slot-4095" */

#define SLOT_FLAGS (O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)

static const char *slot_name(char name[SLOT_NAME], unsigned slot)
{
	(void)snprintf(name, SLOT_NAME, SLOT_PREFIX "%04u", slot);
	return name;
}

/* Empties the FIFO; true when a writer is left. */
static bool drain_has_writer(int fd)
{
	char bytes[64];
	ssize_t n;
	do
		n = read(fd, bytes, sizeof(bytes));
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0;
}

static int make_if_missing(int dir_fd, const char *name)
{
	_cleanup_close_ int fd = openat(dir_fd, name, O_RDONLY | SLOT_FLAGS);
	if (fd >= 0)
		return drain_has_writer(fd) ? -EBUSY : 0;
	if (errno != ENOENT)
		return -errno;
	return mkfifoat(dir_fd, name, 0600) < 0 ? -errno : 0;
}

int slot_take(int dir_fd, unsigned slot)
{
	char name[SLOT_NAME];
	const int r = make_if_missing(dir_fd, slot_name(name, slot));
	if (r < 0)
		return r;
	/* Read and write: never blocks, never EOF for us, and a byte that nobody
	 * reads raises no SIGPIPE (fifo(7): Linux allows it). */
	_cleanup_close_ int fd = openat(dir_fd, name, O_RDWR | SLOT_FLAGS);
	if (fd < 0)
		return -errno;
	/* Linux 3.15, fcntl(2): of the open file description, so that a forked
	 * child's copy of the descriptor keeps the lock. */
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
	return TAKE_FD(fd);
}

void slot_give_back(int fd)
{
	struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	(void)fcntl(fd, F_OFD_SETLK, &lock);
	close(fd);
}

int slot_watch(int dir_fd, unsigned slot)
{
	char name[SLOT_NAME];
	const int fd = openat(dir_fd, slot_name(name, slot), O_RDONLY | SLOT_FLAGS);
	return fd < 0 ? -errno : fd;
}

bool slot_alive(int watch_fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	/* When the kernel cannot say, the memory counts as taken. */
	return fcntl(watch_fd, F_OFD_GETLK, &lock) < 0 || lock.l_type != F_UNLCK;
}

void slot_poke(int dir_fd, unsigned slot)
{
	char name[SLOT_NAME];
	_cleanup_close_ int fd = openat(dir_fd, slot_name(name, slot), O_RDWR | SLOT_FLAGS);
	/* A full FIFO is readable already, and an owner that is gone needs nothing. */
	if (fd >= 0 && write(fd, "", 1) < 0)
		return;
}

void slot_drain(int fd)
{
	(void)drain_has_writer(fd);
}

bool slot_any_alive(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		if (!str_starts(e->d_name, SLOT_PREFIX))
			continue;
		_cleanup_close_ int watch_fd = openat(dir_fd, e->d_name, O_RDONLY | SLOT_FLAGS);
		if (watch_fd >= 0 && slot_alive(watch_fd))
			return true;
	}
	return false;
}

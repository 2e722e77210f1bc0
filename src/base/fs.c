/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/time.h"

static ssize_t read_some(int fd, void *data, size_t size)
{
	ssize_t n;
	do
		n = read(fd, data, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int fs_read_at(int dir_fd, const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	_cleanup_close_ int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	_cleanup_buf_ struct buf b = BUF_INIT;
	for (;;) {
		char piece[4096];
		ssize_t n = read_some(fd, piece, sizeof(piece));
		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		if ((size_t)n > max - b.len)
			return -EFBIG;
		buf_add(&b, piece, (size_t)n);
		if (b.error)
			return b.error;
	}
	size_t len = b.len;
	int r = buf_finish(&b, ret_text);
	if (r == 0 && ret_len)
		*ret_len = len;
	return r;
}

ssize_t fs_read_small_at(int dir_fd, const char *path, char *text, size_t size)
{
	_cleanup_close_ int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size_t len = 0;
	for (;;) {
		ssize_t n = read_some(fd, text + len, size - len);
		if (n < 0)
			return n;
		len += (size_t)n;
		/* Half a number is worse than none. */
		if (len == size)
			return -EFBIG;
		if (n == 0)
			break;
	}
	if (len > 0 && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return (ssize_t)len;
}

int fs_read_u64_at(int dir_fd, const char *path, uint64_t *ret)
{
	char text[32];
	ssize_t n = fs_read_small_at(dir_fd, path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	if (strcmp(text, "max") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	return num_parse_u64(text, ret);
}

/* What openat2(2) does, by one descriptor a part. */
static int open_by_parts(int dir_fd, const char *path, int flags)
{
	_cleanup_close_ int at = fcntl(dir_fd, F_DUPFD_CLOEXEC, 3);

	while (at >= 0) {
		size_t n = strcspn(path, "/");
		const char *rest = path + n + strspn(path + n, "/");
		_cleanup_free_ char *part = strndup(path, n);
		if (!part)
			return -ENOMEM;
		if (strcmp(part, "..") == 0 || !*part)
			return -EXDEV;
		int fd = openat(at, part,
				O_NOFOLLOW | O_CLOEXEC | (*rest ? O_PATH | O_DIRECTORY : flags));
		if (fd < 0 || !*rest)
			return fd < 0 ? -errno : fd;
		close(at);
		at = fd;
		path = rest;
	}
	return -errno;
}

int fs_open_beneath(int dir_fd, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long fd = syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));

	if (fd < 0 && errno == ENOSYS)
		return open_by_parts(dir_fd, path, flags);
	return fd < 0 ? -errno : (int)fd;
}

int fs_write_at(int dir_fd, const char *path, const char *text)
{
	/* Without O_TRUNC: kernel files do not need it, and kernfs allocates for it. */
	_cleanup_close_ int fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size_t len = strlen(text);
	ssize_t n;
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int fs_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;
	while (len > 0) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Creates a file beside `path` under a name that nobody has; the caller frees the name. */
static int create_beside(int dir_fd, const char *path, mode_t mode, int *ret_fd, char **ret_name)
{
	for (unsigned try = 0; try < 100; try++) {
		_cleanup_free_ char *name = NULL;
		unsigned long long salt = (unsigned long long)time_wall_ns() + try;
		if (asprintf(&name, "%s.new-%d-%llx", path, (int)getpid(), salt) < 0)
			return -ENOMEM;
		int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0) {
			*ret_fd = fd;
			*ret_name = TAKE_PTR(name);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

int fs_replace_at(int dir_fd, const char *path, const void *data, size_t len, mode_t mode)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *name = NULL;
	int r = create_beside(dir_fd, path, mode, &fd, &name);
	if (r < 0)
		return r;
	r = fs_write_all(fd, data, len);
	if (r == 0 && renameat(dir_fd, name, dir_fd, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir_fd, name, 0); /* the first error counts */
	return r;
}

static int make_one(const char *path, mode_t mode)
{
	struct stat st;
	if (mkdir(path, mode) == 0)
		return 0;
	int code = errno;
	/* EROFS and EACCES, too, come for directories that are there. */
	if (stat(path, &st) < 0)
		return -code;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int fs_mkdirs(const char *path, mode_t mode)
{
	int r = make_one(path, mode);
	if (r != -ENOENT || !path[0])
		return r;

	_cleanup_free_ char *copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	for (char *p = copy + strspn(copy, "/"); (p = strchr(p, '/')); p += strspn(p, "/")) {
		*p = '\0';
		/* As mkdir -p: we must get into what lies between. */
		r = make_one(copy, mode | 0300);
		*p = '/';
		if (r < 0)
			return r;
	}
	return make_one(path, mode);
}

/*
 * fs_remove_tree_at descends with one descriptor a level.  A directory deeper
 * than REMOVE_DEPTH is moved up to the top, to be met there by another round:
 * so a tree that a test nested a hundred thousand times costs neither our
 * descriptors nor our stack.
 *
 * Every directory is first tried with rmdir: EBUSY tells a mount point, whose
 * contents belong to another file system or, under a bind mount, to another
 * place of the same one, which st_dev would not tell.  ENOTEMPTY tells that it
 * is none, and only then is it entered.
 */
#define REMOVE_DEPTH 32

struct remover {
	int top_fd;
	unsigned moved; /* directories moved to the top */
};

static void keep_first(int *first, int r)
{
	if (*first == 0)
		*first = r;
}

static int remove_dir(struct remover *rm, int dir_fd, const char *name, unsigned depth);

static int remove_entry(struct remover *rm, int dir_fd, const char *name, unsigned depth)
{
	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	int code = errno;
	if (code != EISDIR)
		return -code;
	return remove_dir(rm, dir_fd, name, depth);
}

static int move_to_top(struct remover *rm, int dir_fd, const char *name)
{
	/* The tree may hold such names already. */
	for (unsigned try = 0; try < 16; try++) {
		char top_name[64];
		snprintf(top_name, sizeof(top_name), ".isorun-deep-%d-%u", (int)getpid(),
			 rm->moved++);
		if (renameat(dir_fd, name, rm->top_fd, top_name) == 0)
			return 0;
	}
	return -errno;
}

static int empty_dir(struct remover *rm, DIR *dir, unsigned depth)
{
	int first = 0;
	unsigned moved;
	do {
		moved = rm->moved;
		struct dirent *e;
		while (errno = 0, (e = readdir(dir))) {
			if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
				continue;
			keep_first(&first, remove_entry(rm, dirfd(dir), e->d_name, depth + 1));
		}
		keep_first(&first, -errno);
		rewinddir(dir);
	} while (depth == 0 && rm->moved != moved);
	return first;
}

/* A user's directory may be closed to that user; root gets in anyway. */
static bool open_up(int dir_fd, const char *name)
{
	return geteuid() == 0 || fchmodat(dir_fd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0;
}

static int remove_dir(struct remover *rm, int dir_fd, const char *name, unsigned depth)
{
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -errno;
	(void)open_up(dir_fd, name); /* where this fails, what follows says why */
	if (depth > REMOVE_DEPTH && move_to_top(rm, dir_fd, name) == 0)
		return 0;

	_cleanup_close_ int fd =
		openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	_cleanup_closedir_ DIR *dir = fdopendir(fd);
	if (!dir)
		return -errno;
	fd = -1; /* dir has it */
	if (depth == 0)
		rm->top_fd = dirfd(dir);
	int first = empty_dir(rm, dir, depth);
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		keep_first(&first, -errno);
	return first;
}

int fs_remove_tree_at(int dir_fd, const char *path)
{
	struct remover rm = { .top_fd = -1 };
	return remove_entry(&rm, dir_fd, path, 0);
}

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3 */
#endif

int fs_memory_file(const char *name, bool program, const void *data, size_t len)
{
	enum { SEALS = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL };
	const unsigned flags = MFD_CLOEXEC | (program ? MFD_ALLOW_SEALING : 0U);
	_cleanup_close_ int fd = memfd_create(name, flags | (program ? MFD_EXEC : 0U));

	/* An older kernel does not know the flag, and needs none. */
	if (fd < 0 && errno == EINVAL && program)
		fd = memfd_create(name, flags);
	if (fd < 0)
		return -errno;
	int r = fs_write_all(fd, data, len);
	if (r == 0 && program && fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		r = -errno;
	return r < 0 ? r : TAKE_FD(fd);
}

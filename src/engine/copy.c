/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

enum { DEPTH_MAX = 128, PATH_BYTES = 4096 };

struct walk {
	dev_t except_dev;
	ino_t except_ino;
	char path[PATH_BYTES]; /* from the tree's root */
	copy_visit *visit;
	void *arg;
};

static void set_except(struct walk *w, const char *except)
{
	struct stat st;

	w->except_ino = 0;
	if (except && stat(except, &st) == 0) {
		w->except_dev = st.st_dev;
		w->except_ino = st.st_ino;
	}
}

static bool is_excepted(const struct walk *w, const struct stat *st)
{
	return w->except_ino && st->st_ino == w->except_ino && st->st_dev == w->except_dev;
}

static bool is_dots(const char *name)
{
	return str_eq(name, ".") || str_eq(name, "..");
}

/* The length before, to go back to; PATH_BYTES: too long. */
static size_t push(struct walk *w, const char *name)
{
	size_t len = strlen(w->path);
	size_t n = strlen(name);

	if (len + n + 2 > sizeof(w->path))
		return PATH_BYTES;
	if (len)
		w->path[len] = '/';
	memcpy(w->path + len + (len > 0), name, n + 1);
	return len;
}

static int open_dir_at(int fd, const char *name)
{
	int dir = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return dir < 0 ? -errno : dir;
}

/* What the kernel makes up has no end, or no meaning as a copy. */
static bool is_made_up(int fd)
{
	static const unsigned long types[] = { PROC_SUPER_MAGIC,   SYSFS_MAGIC,
					       CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
					       DEBUGFS_MAGIC,      TRACEFS_MAGIC,
					       DEVPTS_SUPER_MAGIC };
	struct statfs st;

	if (fstatfs(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if ((unsigned long)st.f_type == types[i])
			return true;
	return false;
}

static int dress(int fd, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	/* A user's copy is the user's. */
	(void)!fchown(fd, st->st_uid, st->st_gid);
	return fchmod(fd, st->st_mode & 07777) < 0 || futimens(fd, times) < 0 ? -errno : 0;
}

static int copy_file(int from_dir, int to_dir, const char *name, const struct stat *st)
{
	_cleanup_close_ int from =
		openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (from < 0)
		return errno == EACCES || errno == EPERM || errno == ENOENT ? 0 : -errno;
	_cleanup_close_ int to =
		openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	int r = fs_copy_data(from, to);
	return r < 0 ? r : dress(to, st);
}

static int copy_link(int from_dir, int to_dir, const char *name, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	char target[PATH_BYTES];
	ssize_t n = readlinkat(from_dir, name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (symlinkat(target, to_dir, name) < 0)
		return -errno;
	(void)!fchownat(to_dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW);
	(void)utimensat(to_dir, name, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

static int copy_entries(struct walk *w, int from, int to, int depth);

static int copy_dir(struct walk *w, int from_dir, int to_dir, const char *name,
		    const struct stat *st, int depth)
{
	if (is_excepted(w, st))
		return 0;
	_cleanup_close_ int from = open_dir_at(from_dir, name);
	if (mkdirat(to_dir, name, 0700) < 0)
		return -errno;
	_cleanup_close_ int to = open_dir_at(to_dir, name);
	if (to < 0)
		return to;
	int r = 0;
	if (from >= 0 && !is_made_up(from))
		r = copy_entries(w, from, to, depth + 1);
	return r < 0 ? r : dress(to, st);
}

static int copy_entry(struct walk *w, int from, int to, const char *name, int depth)
{
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode))
		return copy_dir(w, from, to, name, &st, depth);
	if (S_ISREG(st.st_mode))
		return copy_file(from, to, name, &st);
	if (S_ISLNK(st.st_mode))
		return copy_link(from, to, name, &st);
	if (S_ISFIFO(st.st_mode))
		return mkfifoat(to, name, st.st_mode & 0777) < 0 ? -errno : 0;
	return 0;
}

static DIR *open_stream(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);

	if (!d && copy >= 0)
		close(copy);
	return d;
}

static int copy_entries(struct walk *w, int from, int to, int depth)
{
	_cleanup_closedir_ DIR *d = depth < DEPTH_MAX ? open_stream(from) : NULL;

	if (!d)
		return depth < DEPTH_MAX ? -errno : -ELOOP;
	const struct dirent *e;
	while ((e = readdir(d))) {
		if (is_dots(e->d_name))
			continue;
		size_t len = push(w, e->d_name);
		if (len == PATH_BYTES)
			return -ENAMETOOLONG;
		int r = copy_entry(w, from, to, e->d_name, depth);
		/* Where it failed is left in the path. */
		if (r < 0)
			return r;
		w->path[len] = '\0';
	}
	return 0;
}

int copy_tree(const char *from, const char *to, const char *except, struct iso_err *err)
{
	struct walk w = { 0 };
	struct stat st;
	_cleanup_close_ int from_fd = open_dir_at(AT_FDCWD, from);

	if (from_fd < 0 || fstat(from_fd, &st) < 0)
		return iso_err_set(err, ISO_ERR_HOST, from_fd < 0 ? from_fd : errno, "copy '%s'",
				   from);
	if (mkdir(to, 0700) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "make '%s'", to);
	_cleanup_close_ int to_fd = open_dir_at(AT_FDCWD, to);
	if (to_fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, to_fd, "open '%s'", to);
	set_except(&w, except);
	int r = copy_entries(&w, from_fd, to_fd, 0);
	if (r == 0)
		r = dress(to_fd, &st);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "copy '%s/%s' to '%s'", from, w.path, to)
		     : 0;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_mode == b->st_mode && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int compare(struct walk *w, int copy, int tree, int depth);

/* An entry of the copy. */
static int look_at_copy(struct walk *w, int copy, int tree, const char *name, int depth)
{
	struct stat new;
	struct stat old;

	if (fstatat(copy, name, &new, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	const bool was = tree >= 0 && fstatat(tree, name, &old, AT_SYMLINK_NOFOLLOW) == 0;
	if (!S_ISDIR(new.st_mode)) {
		if (!was || !same(&new, &old))
			w->visit(w->path, false, w->arg);
		return 0;
	}
	_cleanup_close_ int new_fd = open_dir_at(copy, name);
	_cleanup_close_ int old_fd = was && S_ISDIR(old.st_mode) ? open_dir_at(tree, name) : -1;
	if (was && !S_ISDIR(old.st_mode))
		w->visit(w->path, true, w->arg);
	return new_fd < 0 ? new_fd : compare(w, new_fd, old_fd, depth + 1);
}

/* An entry of the tree that the copy lacks; not what was never copied. */
static void look_at_missing(struct walk *w, int tree, const char *name)
{
	struct stat st;

	if (fstatat(tree, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || is_excepted(w, &st))
		return;
	if (S_ISREG(st.st_mode) && faccessat(tree, name, R_OK, AT_EACCESS) < 0)
		return;
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode) ||
	    S_ISFIFO(st.st_mode))
		w->visit(w->path, true, w->arg);
}

static int compare_tree(struct walk *w, int copy, int tree)
{
	_cleanup_closedir_ DIR *d = open_stream(tree);
	const struct dirent *e;

	if (is_made_up(tree))
		return 0;
	while (d && (e = readdir(d))) {
		struct stat st;
		if (is_dots(e->d_name) || fstatat(copy, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		size_t len = push(w, e->d_name);
		if (len == PATH_BYTES)
			return -ENAMETOOLONG;
		look_at_missing(w, tree, e->d_name);
		w->path[len] = '\0';
	}
	return 0;
}

static int compare(struct walk *w, int copy, int tree, int depth)
{
	_cleanup_closedir_ DIR *d = depth < DEPTH_MAX ? open_stream(copy) : NULL;
	const struct dirent *e;
	bool empty = true;

	if (!d)
		return depth < DEPTH_MAX ? -errno : -ELOOP;
	while ((e = readdir(d))) {
		if (is_dots(e->d_name))
			continue;
		empty = false;
		size_t len = push(w, e->d_name);
		if (len == PATH_BYTES)
			return -ENAMETOOLONG;
		int r = look_at_copy(w, copy, tree, e->d_name, depth);
		w->path[len] = '\0';
		if (r < 0)
			return r;
	}
	if (tree >= 0)
		return compare_tree(w, copy, tree);
	size_t len = empty ? push(w, "") : PATH_BYTES;
	if (len != PATH_BYTES) {
		w->visit(w->path, false, w->arg);
		w->path[len] = '\0';
	}
	return 0;
}

int copy_compare(int copy_fd, int tree_fd, const char *except, copy_visit *visit, void *arg)
{
	struct walk w = { .visit = visit, .arg = arg };

	set_except(&w, except);
	return compare(&w, copy_fd, tree_fd, 0);
}

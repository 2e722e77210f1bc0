/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file is copied to one without a name, which gets a name beside its place
 * only when it is whole, and is renamed: whoever looks sees the old file or the
 * new one, and a SIGKILL leaves no half of one.
 *
 * Counters are sums: what this test added to what it found goes on top of what
 * others have added.  What it found is the tree's file as long as all that is
 * kept is collected elsewhere (into_fd is not the tree), as a suite does.  A
 * single command's file goes straight to the tree, where others may have been
 * faster: one that was made from nothing adds up, one that began as a copy of
 * the tree's takes its place.
 */
#include "engine/keep_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/gcda.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"

enum { COUNTERS_MAX = 64 << 20, NAME_BYTES = 320, NAMES_MAX = 100000 };

/* A file on its way to its place. */
struct arrival {
	const struct keep_file *file;
	int dir_fd;              /* where it goes */
	const char *name;        /* there */
	char beside[NAME_BYTES]; /* the name until it is renamed */
};

static int fail(const struct keep_file *f, int code, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, code, "keep '%s'", f->path);
}

/* A directory where it goes, as path_dir names it. */
static int open_above(const struct keep_file *f, const char *dir)
{
	if (!str_eq(dir, "."))
		return fs_open_beneath(f->into_fd, dir, O_PATH | O_DIRECTORY);
	int fd = fcntl(f->into_fd, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

/* Makes a directory that the tree lacks like the one that the test made. */
static int make_dir(const struct keep_file *f, const char *path, size_t from_len)
{
	_cleanup_free_ char *from = strndup(f->from, from_len);
	_cleanup_free_ char *above = path_dir(path);
	struct stat st = { .st_mode = 0755, .st_uid = (uid_t)-1, .st_gid = (gid_t)-1 };

	if (!from || !above)
		return -ENOMEM;
	_cleanup_close_ int like = *from ? fs_open_beneath(f->from_fd, from, O_PATH) : -1;
	if (like >= 0 && fstat(like, &st) < 0)
		return -errno;
	_cleanup_close_ int dir = open_above(f, above);
	if (dir < 0)
		return dir;
	/* It must take the file. */
	const mode_t mode = (st.st_mode & 0777) | 0700;
	if (mkdirat(dir, path_base(path), mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	(void)!fchownat(dir, path_base(path), st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW);
	(void)!fchmodat(dir, path_base(path), mode, 0);
	return 0;
}

/* The directory that the file goes to, made where it is missing. */
static int open_parent(const struct keep_file *f)
{
	_cleanup_free_ char *parent = path_dir(f->path);
	const size_t at_len = strlen(f->path) - strlen(f->from);

	if (!parent)
		return -ENOMEM;
	if (str_eq(parent, ".")) {
		int fd = openat(f->into_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	int fd = fs_open_beneath(f->into_fd, parent, O_RDONLY | O_DIRECTORY);
	if (fd != -ENOENT)
		return fd;
	for (size_t end = strcspn(parent, "/");; end += 1 + strcspn(parent + end + 1, "/")) {
		_cleanup_free_ char *path = strndup(parent, end);
		int r = path ? make_dir(f, path, end > at_len ? end - at_len : 0) : -ENOMEM;
		if (r < 0)
			return r;
		if (!parent[end])
			break;
	}
	return fs_open_beneath(f->into_fd, parent, O_RDONLY | O_DIRECTORY);
}

static int begin(struct arrival *a, const struct keep_file *f)
{
	a->file = f;
	a->name = path_base(f->path);
	a->dir_fd = open_parent(f);
	if (a->dir_fd < 0)
		return a->dir_fd;
	/* Without the file's own name, which may be as long as names can be. */
	snprintf(a->beside, sizeof(a->beside), ".isorun.new-%d-%llx", (int)getpid(),
		 (unsigned long long)time_wall_ns());
	return 0;
}

/* The names of python3-coverage's files for parallel runs hold host, pid and a
 * random number below a million; in sandboxes host and pid are all the same. */
static bool wants_free_name(const char *name)
{
	return str_starts(name, ".coverage.");
}

static int take_free_name(struct arrival *a)
{
	char name[NAME_BYTES];

	for (unsigned i = 0; i < NAMES_MAX; i++) {
		int n = snprintf(name, sizeof(name), i ? "%s.%u" : "%s", a->name, i);
		if (n >= (int)sizeof(name))
			return -ENAMETOOLONG;
		if (linkat(a->dir_fd, a->beside, a->dir_fd, name, 0) == 0) {
			(void)unlinkat(a->dir_fd, a->beside, 0);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* From beside its place to its place. */
static int arrive(struct arrival *a)
{
	int r = 0;

	if (wants_free_name(a->name))
		r = take_free_name(a);
	else if (renameat(a->dir_fd, a->beside, a->dir_fd, a->name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(a->dir_fd, a->beside, 0);
	return r;
}

/* Without a name where the file system has such. */
static int create(struct arrival *a, bool *ret_named)
{
	int fd = openat(a->dir_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	*ret_named = fd < 0;
	if (fd < 0)
		fd = openat(a->dir_fd, a->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int dress(struct arrival *a, int fd, const struct stat *st, bool named)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	char path[64];

	/* Only root can give a file away.  Set-user-id bits stay behind: a test
	 * could leave a door in the tree by them. */
	(void)!fchown(fd, st->st_uid, st->st_gid);
	if (fchmod(fd, st->st_mode & 0777) < 0 || futimens(fd, times) < 0)
		return -errno;
	if (named)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, a->dir_fd, a->beside, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* With the bytes of `from`, or with those in `data`. */
static int put_file(struct arrival *a, int from, const struct buf *data, const struct stat *st)
{
	bool named;
	_cleanup_close_ int fd = create(a, &named);

	if (fd < 0)
		return fd;
	int r = data ? fs_write_all(fd, data->data, data->len) : fs_copy_data(from, fd);
	if (r == 0)
		r = dress(a, fd, st, named);
	if (r < 0) {
		if (named)
			(void)unlinkat(a->dir_fd, a->beside, 0);
		return r;
	}
	return arrive(a);
}

static int read_whole(int fd, char **ret, size_t *ret_bytes)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fs_read(path, COUNTERS_MAX, ret, ret_bytes);
}

/* 0 with the file of that path, -ENOENT when there is none. */
static int read_below(int root_fd, const char *path, char **ret, size_t *ret_bytes)
{
	_cleanup_close_ int fd = fs_open_beneath(root_fd, path, O_RDONLY | O_NONBLOCK);

	return fd < 0 ? fd : read_whole(fd, ret, ret_bytes);
}

/* Whether the test's file began as a copy of the tree's: overlayfs notes it. */
static bool began_as_copy(const struct keep_file *f)
{
	_cleanup_close_ int fd = -1;
	char name[64];

	/* All of the tree was copied, or the whole directory renamed. */
	if (f->upper_fd < 0)
		return true;
	if (!f->marks)
		return false;
	fd = fs_open_beneath(f->upper_fd, f->from, O_RDONLY | O_NONBLOCK);
	snprintf(name, sizeof(name), "%s.overlay.origin", f->marks);
	return fd >= 0 && fgetxattr(fd, name, NULL, 0) >= 0;
}

/* Replaces *sum by itself with the other file's counters; a file of another
 * build, or half a file, counts for nothing. */
static int combine(struct buf *sum, const char *other, size_t other_bytes, bool subtract)
{
	struct buf result = BUF_INIT;
	int r = subtract ? gcda_combine(sum->data, sum->len, other, other_bytes, true, &result)
			 : gcda_combine(other, other_bytes, sum->data, sum->len, false, &result);

	if (r == 0) {
		buf_free(sum);
		*sum = result;
		return 0;
	}
	buf_free(&result);
	return r == -ENOTSUP || r == -ENOMEM ? r : 0;
}

static int add_up(const struct keep_file *f, struct buf *sum)
{
	_cleanup_free_ char *before = NULL;
	_cleanup_free_ char *others = NULL;
	size_t bytes;
	int r = 0;

	if (f->tree_fd >= 0 && read_below(f->tree_fd, f->path, &before, &bytes) == 0)
		r = combine(sum, before, bytes, true);
	if (r < 0 || (f->tree_fd < 0 && began_as_copy(f)))
		return r;
	if (read_below(f->into_fd, f->path, &others, &bytes) == 0)
		r = combine(sum, others, bytes, false);
	return r;
}

static int put_counters(struct arrival *a, int from, const struct stat *st, struct iso_err *err)
{
	const struct keep_file *f = a->file;
	_cleanup_buf_ struct buf sum = BUF_INIT;
	_cleanup_buf_ struct buf whole = BUF_INIT;
	_cleanup_free_ char *text = NULL;
	size_t bytes;
	int r = read_whole(from, &text, &bytes);

	if (r < 0)
		return fail(f, r, err);
	/* Added to itself: a program that was killed leaves half a file. */
	r = gcda_combine(text, bytes, text, bytes, false, &whole);
	if (r == -EINVAL)
		return iso_err_set(err, ISO_ERR_HOST, 0,
				   "keep '%s': the counters are not whole, left out", f->path);
	buf_add(&sum, text, bytes);
	r = sum.error;
	/* Between reading the sum and replacing it nobody else may. */
	if (r == 0 && flock(a->dir_fd, LOCK_EX) < 0)
		r = -errno;
	if (r == 0)
		r = add_up(f, &sum);
	if (r == -ENOTSUP) {
		iso_err_set(err, ISO_ERR_HOST, 0,
			    "keep '%s': such counters cannot be added, the last test's are there",
			    f->path);
		buf_clear(&sum);
		buf_add(&sum, text, bytes);
		int put = put_file(a, -1, &sum, st);
		return put < 0 ? fail(f, put, err) : r;
	}
	if (r == 0)
		r = put_file(a, -1, &sum, st);
	return r < 0 ? fail(f, r, err) : 0;
}

static int put_link(struct arrival *a, const struct stat *st)
{
	const struct keep_file *f = a->file;
	char target[4096];
	_cleanup_close_ int fd = fs_open_beneath(f->from_fd, f->from, O_PATH);

	if (fd < 0)
		return fd;
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (symlinkat(target, a->dir_fd, a->beside) < 0)
		return -errno;
	(void)!fchownat(a->dir_fd, a->beside, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW);
	return arrive(a);
}

static int bring(struct arrival *a, const struct keep_file *f, const struct stat *st,
		 struct iso_err *err)
{
	int r = begin(a, f);

	if (r < 0)
		return fail(f, r, err);
	if (S_ISLNK(st->st_mode)) {
		r = put_link(a, st);
		return r < 0 ? fail(f, r, err) : 0;
	}
	_cleanup_close_ int from = fs_open_beneath(f->from_fd, f->from, O_RDONLY | O_NONBLOCK);
	if (from < 0)
		return fail(f, from, err);
	if (str_ends(a->name, ".gcda"))
		return put_counters(a, from, st, err);
	r = put_file(a, from, NULL, st);
	return r < 0 ? fail(f, r, err) : 0;
}

int keep_file_bring(const struct keep_file *f, struct iso_err *err)
{
	_cleanup_close_ int fd = fs_open_beneath(f->from_fd, f->from, O_PATH);
	struct arrival a = { .dir_fd = -1 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(f, fd < 0 ? fd : errno, err);
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return 1;
	int r = bring(&a, f, &st, err);
	if (a.dir_fd >= 0)
		close(a.dir_fd);
	return r;
}

/* As overlayfs: a device 0:0, which anybody may make since Linux 5.8. */
static int put_whiteout(const struct keep_file *f)
{
	struct arrival a;
	int r = begin(&a, f);

	if (r == 0 && mknodat(a.dir_fd, a.beside, S_IFCHR, makedev(0, 0)) < 0)
		r = -errno;
	if (r == 0 && renameat(a.dir_fd, a.beside, a.dir_fd, a.name) < 0)
		r = -errno;
	if (a.dir_fd >= 0)
		close(a.dir_fd);
	return r;
}

int keep_file_delete(const struct keep_file *f, struct iso_err *err)
{
	if (f->tree_fd >= 0) {
		int r = put_whiteout(f);
		return r < 0 ? fail(f, r, err) : 0;
	}
	_cleanup_free_ char *parent = path_dir(f->path);
	if (!parent)
		return fail(f, ENOMEM, err);
	_cleanup_close_ int dir = open_above(f, parent);
	if (dir < 0)
		return fail(f, dir, err);
	if (unlinkat(dir, path_base(f->path), 0) < 0 && errno != ENOENT)
		return fail(f, errno, err);
	return 0;
}

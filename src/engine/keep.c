/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer is walked by its upper directory, which holds what the test changed:
 * files, whiteouts (character devices 0:0) and directories.  A directory that is
 * opaque took the place of an older one, and one with a redirect was renamed:
 * all of what shows in such a one is the test's, and what the tree has under its
 * name is gone.  Contents are read from what the test saw, since the upper
 * directory need not hold the data of a file whose mode alone was changed.
 */
#include "engine/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/keep_file.h"

enum { DEPTH_MAX = 64, PATH_BYTES = 4096 };

struct keeper {
	const struct keep_request *rq;
	const struct sbx_layer *layer;
	int tree_fd;
	int into_fd;
	char path[PATH_BYTES]; /* from the workspace */
	size_t len;
	size_t at_len;         /* of the layer's own part of the path, with its slash */
	struct keep_report *ret;
};

/* A directory being walked. */
struct level {
	int upper_fd;          /* -1: all that shows is the test's */
	int merged_fd;
	bool wanted;           /* a pattern names it, and so all below it */
	int depth;
};

static void fault(struct keeper *k, const struct iso_err *why)
{
	if (k->ret->n_faults++ == 0)
		k->ret->fault = *why;
}

static void fault_code(struct keeper *k, int code)
{
	struct iso_err why = ISO_ERR_INIT;

	iso_err_set(&why, ISO_ERR_HOST, code, "keep '%s'", k->path);
	fault(k, &why);
}

static bool push(struct keeper *k, const char *name)
{
	size_t n = strlen(name);

	if (k->len + n + 2 > sizeof(k->path)) {
		fault_code(k, ENAMETOOLONG);
		return false;
	}
	if (k->len)
		k->path[k->len++] = '/';
	memcpy(k->path + k->len, name, n + 1);
	k->len += n;
	return true;
}

static void pop(struct keeper *k, size_t len)
{
	k->len = len;
	k->path[len] = '\0';
}

static bool is_wanted(const struct keeper *k)
{
	for (size_t i = 0; i < strv_len(k->rq->globs); i++)
		if (path_matches(k->rq->globs[i], k->path))
			return true;
	return false;
}

static struct keep_file file_of(const struct keeper *k)
{
	return (struct keep_file){
		.from_fd = k->layer->merged_fd,
		.from = k->path + k->at_len,
		.upper_fd = k->layer->upper_fd,
		.marks = k->rq->marks,
		.into_fd = k->into_fd,
		.path = k->path,
		.tree_fd = k->rq->into ? k->tree_fd : -1,
	};
}

static void note(struct keeper *k, int r, const struct iso_err *why)
{
	if (r < 0)
		fault(k, why);
	if (r != 0)
		return;
	if (k->ret->n_kept++ < KEEP_NAMED)
		(void)strv_add(&k->ret->kept, k->path);
}

static void bring(struct keeper *k)
{
	const struct keep_file f = file_of(k);
	struct iso_err why = ISO_ERR_INIT;

	note(k, keep_file_bring(&f, &why), &why);
}

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

static void drop(struct keeper *k)
{
	const struct keep_file f = file_of(k);
	struct iso_err why = ISO_ERR_INIT;
	_cleanup_close_ int seen = fs_open_beneath(f.from_fd, f.from, O_PATH);
	struct stat st;

	/* What took its place is brought instead. */
	if (seen < 0 || (fstat(seen, &st) == 0 && is_whiteout(&st)))
		note(k, keep_file_delete(&f, &why), &why);
}

static DIR *open_dir(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);

	if (!d && copy >= 0)
		close(copy);
	return d;
}

static bool is_dots(const char *name)
{
	return str_eq(name, ".") || str_eq(name, "..");
}

/* What the tree has at the path. */
static void drop_tree(struct keeper *k, bool wanted, int depth)
{
	_cleanup_close_ int fd = fs_open_beneath(k->tree_fd, k->path, O_PATH);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	wanted = wanted || is_wanted(k);
	if (!S_ISDIR(st.st_mode)) {
		if (wanted)
			drop(k);
		return;
	}
	_cleanup_closedir_ DIR *d = depth < DEPTH_MAX ? open_dir(fd) : NULL;
	if (!d) {
		fault_code(k, depth < DEPTH_MAX ? errno : ELOOP);
		return;
	}
	const size_t len = k->len;
	const struct dirent *e;
	while ((e = readdir(d)))
		if (!is_dots(e->d_name) && push(k, e->d_name)) {
			drop_tree(k, wanted, depth + 1);
			pop(k, len);
		}
}

/* Of a merged directory "opaque" may be "x": it only holds odd whiteouts. */
static bool has_mark(const struct keeper *k, int fd, const char *what, char wanted)
{
	char name[64];
	char value = '\0';

	if (!k->rq->marks)
		return false;
	snprintf(name, sizeof(name), "%s.overlay.%s", k->rq->marks, what);
	const ssize_t n = fgetxattr(fd, name, &value, wanted ? 1 : 0);
	return n >= 0 && (!wanted || value == wanted);
}

static void walk(struct keeper *k, const struct level *at);

static void enter(struct keeper *k, const struct level *at, const char *name, bool wanted)
{
	_cleanup_close_ int upper =
		at->upper_fd < 0 ? -1
				 : fs_open_beneath(at->upper_fd, name, O_RDONLY | O_DIRECTORY);
	_cleanup_close_ int merged = fs_open_beneath(at->merged_fd, name, O_PATH | O_DIRECTORY);

	if (merged < 0 || (at->upper_fd >= 0 && upper < 0)) {
		fault_code(k, merged < 0 ? merged : upper);
		return;
	}
	const bool own = upper < 0 || has_mark(k, upper, "opaque", 'y') ||
			 has_mark(k, upper, "redirect", '\0');
	if (own && upper >= 0)
		drop_tree(k, wanted, at->depth);
	const struct level below = {
		.upper_fd = own ? -1 : upper,
		.merged_fd = merged,
		.wanted = wanted,
		.depth = at->depth + 1,
	};
	walk(k, &below);
}

static void look_at(struct keeper *k, const struct level *at, const char *name)
{
	const bool wanted = at->wanted || is_wanted(k);
	struct stat st;

	if (fstatat(at->upper_fd < 0 ? at->merged_fd : at->upper_fd, name, &st,
		    AT_SYMLINK_NOFOLLOW) < 0)
		fault_code(k, errno);
	else if (S_ISDIR(st.st_mode))
		enter(k, at, name, wanted);
	else if (is_whiteout(&st))
		drop_tree(k, wanted, at->depth);
	else if (wanted)
		bring(k);
	else if (at->upper_fd >= 0)
		drop_tree(k, false, at->depth); /* of a directory whose place it took */
}

static void walk(struct keeper *k, const struct level *at)
{
	_cleanup_closedir_ DIR *d = NULL;

	if (at->depth < DEPTH_MAX)
		d = open_dir(at->upper_fd < 0 ? at->merged_fd : at->upper_fd);
	if (!d) {
		fault_code(k, at->depth < DEPTH_MAX ? errno : ELOOP);
		return;
	}
	const size_t len = k->len;
	const struct dirent *e;
	while ((e = readdir(d)))
		if (!is_dots(e->d_name) && push(k, e->d_name)) {
			look_at(k, at, e->d_name);
			pop(k, len);
		}
}

static void keep_layer(struct keeper *k, const struct sbx_layer *layer)
{
	const struct level top = {
		.upper_fd = layer->upper_fd,
		.merged_fd = layer->merged_fd,
	};

	k->layer = layer;
	pop(k, 0);
	if (*layer->at && !push(k, layer->at))
		return;
	k->at_len = k->len ? k->len + 1 : 0;
	walk(k, &top);
}

static int open_root(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Opens the roots; the caller closes them. */
static int begin(struct keeper *k)
{
	const struct keep_request *rq = k->rq;
	const char *into = rq->into ? rq->into : rq->tree;
	int r = rq->into ? fs_mkdirs(rq->into, 0700) : 0;

	k->tree_fd = open_root(rq->tree);
	k->into_fd = r < 0 ? r : open_root(into);
	if (k->tree_fd >= 0 && k->into_fd >= 0)
		return 0;
	struct iso_err why = ISO_ERR_INIT;
	r = iso_err_set(&why, ISO_ERR_HOST, k->tree_fd < 0 ? k->tree_fd : k->into_fd,
			"keep in '%s'", k->tree_fd < 0 ? rq->tree : into);
	fault(k, &why);
	return r;
}

static void end(const struct keeper *k)
{
	if (k->tree_fd >= 0)
		close(k->tree_fd);
	if (k->into_fd >= 0)
		close(k->into_fd);
}

void keep_layers(const struct keep_request *rq, struct keep_report *ret)
{
	struct keeper k = { .rq = rq, .ret = ret };

	if (begin(&k) == 0)
		for (size_t i = 0; i < rq->n_layers; i++)
			keep_layer(&k, &rq->layers[i]);
	end(&k);
}

/* A pattern names it, or a directory above it. */
static bool is_wanted_from_above(struct keeper *k)
{
	bool wanted = is_wanted(k);

	for (size_t i = 0; !wanted && i < k->len; i++)
		if (k->path[i] == '/') {
			k->path[i] = '\0';
			wanted = is_wanted(k);
			k->path[i] = '/';
		}
	return wanted;
}

void keep_path(const struct keep_request *rq, const char *path, bool deleted,
	       struct keep_report *ret)
{
	struct keeper k = { .rq = rq, .ret = ret, .layer = rq->layers };

	if (begin(&k) == 0 && push(&k, path)) {
		const bool wanted = is_wanted_from_above(&k);
		if (deleted)
			drop_tree(&k, wanted, 0);
		else if (wanted && !str_ends(path, "/"))
			bring(&k);
	}
	end(&k);
}

void keep_apply(const char *from, const char *tree, struct keep_report *ret)
{
	static char everything[] = "**";
	char *const globs[] = { everything, NULL };
	_cleanup_close_ int fd = open_root(from);
	const struct sbx_layer layer = { .upper_fd = fd, .merged_fd = fd, .at = "" };
	const struct keep_request rq = {
		.globs = globs,
		.layers = &layer,
		.n_layers = 1,
		.tree = tree,
	};

	if (fd == -ENOENT)
		return;
	keep_layers(&rq, ret);
	if (!ret->n_faults)
		(void)fs_remove_tree_at(AT_FDCWD, from);
}

void keep_report_fini(struct keep_report *r)
{
	strv_free(r->kept);
	*r = (struct keep_report){ 0 };
}

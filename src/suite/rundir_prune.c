/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  Who runs holds a lock on its run's directory, which the kernel
 * takes back when it dies; who prunes takes the same lock before it removes anything.
 * What a run was of, and when it began, the first line of its log says; a directory
 * without one may be a run that has just begun, and is left alone until it is a day old. */
#include "suite/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"

#define STRANGE_AGE_NS (24 * 3600 * NSEC_PER_SEC)

struct found {
	char *name;
	char *project;      /* "": nobody says */
	int64_t began_ns;
};

struct found_list {
	struct found *list;
	size_t n;
};

static void found_fini(struct found_list *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->list[i].name);
		free(f->list[i].project);
	}
	free(f->list);
}

int rundir_lock(const char *dir)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)flock(fd, LOCK_SH | LOCK_NB); /* without locks nobody prunes either */
	return fd;
}

static int64_t changed_ns(int runs_fd, const char *name)
{
	struct stat st;

	if (fstatat(runs_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return INT64_MAX;
	return st.st_mtim.tv_sec * NSEC_PER_SEC + st.st_mtim.tv_nsec;
}

static int add_found(struct found_list *f, int runs_fd, const char *name)
{
	struct found *grown = reallocarray(f->list, f->n + 1, sizeof(*grown));
	struct json *event = rundir_first_event(runs_fd, name);
	const char *project = event ? json_get_str(event, "cwd") : NULL;
	struct found one = { .name = strdup(name), .project = strdup(project ? project : "") };

	if (grown)
		f->list = grown;
	if (!event || !json_get_int(event, "wall_start_ns", &one.began_ns) || !project)
		one.began_ns = changed_ns(runs_fd, name);
	json_free(event);
	if (!grown || !one.name || !one.project) {
		free(one.name);
		free(one.project);
		return -ENOMEM;
	}
	grown[f->n++] = one;
	return 0;
}

static bool is_directory(int runs_fd, const char *name)
{
	struct stat st;

	return fstatat(runs_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int find_all(int runs_fd, struct found_list *f)
{
	const int fd = openat(runs_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int r = 0;

	if (!dir) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	for (struct dirent *e; r == 0 && (e = readdir(dir));)
		if (e->d_name[0] != '.' && is_directory(runs_fd, e->d_name))
			r = add_found(f, runs_fd, e->d_name);
	closedir(dir);
	return r;
}

/* By project, the newest first. */
static int by_project(const void *va, const void *vb)
{
	const struct found *a = va;
	const struct found *b = vb;
	const int order = strcmp(a->project, b->project);

	if (order)
		return order;
	if (a->began_ns != b->began_ns)
		return a->began_ns > b->began_ns ? -1 : 1;
	return strcmp(b->name, a->name);
}

/* `nth` of its project, from 0. */
static bool is_doomed(const struct found *f, const struct rundir_prune_rule *rule, size_t nth)
{
	if (rule->project && !str_eq(f->project, rule->project))
		return false;
	if (!*f->project)
		return f->began_ns < rule->before_wall_ns &&
		       f->began_ns < time_wall_ns() - STRANGE_AGE_NS;
	return f->began_ns < rule->before_wall_ns || (rule->keep && nth >= rule->keep);
}

/* 1: it is gone; 0: it goes on, or nobody can tell. */
static int remove_run(int runs_fd, const char *name)
{
	_cleanup_close_ int fd =
		openat(runs_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno; /* somebody else prunes, too */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return 0;
	const int r = fs_remove_tree_at(runs_fd, name);
	return r < 0 ? r : 1;
}

static void drop_dangling_last(int runs_fd)
{
	if (faccessat(runs_fd, "last", F_OK, 0) < 0 && errno == ENOENT)
		(void)unlinkat(runs_fd, "last", 0);
}

int rundir_prune(const char *state_dir, const struct rundir_prune_rule *rule,
		 struct rundir_pruned *ret, struct iso_err *err)
{
	_cleanup_free_ char *runs_dir = path_join(state_dir, "runs");
	struct rundir_pruned pruned = { 0, 0 };
	struct found_list f = { NULL, 0 };
	size_t nth = 0;

	_cleanup_close_ int fd = runs_dir ? open(runs_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0 && errno == ENOENT) {
		*ret = pruned; /* nothing ever ran */
		return 0;
	}
	int r = fd < 0 ? -errno : find_all(fd, &f);

	if (f.n)
		qsort(f.list, f.n, sizeof(*f.list), by_project);
	for (size_t i = 0; r >= 0 && i < f.n; i++) {
		nth = i && str_eq(f.list[i].project, f.list[i - 1].project) ? nth + 1 : 0;
		if (!is_doomed(&f.list[i], rule, nth))
			continue;
		r = remove_run(fd, f.list[i].name);
		pruned.removed += r > 0;
		pruned.kept_running += r == 0;
	}
	found_fini(&f);
	if (fd >= 0)
		drop_dangling_last(fd);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "remove runs in '%s'", runs_dir);
	*ret = pruned;
	return 0;
}

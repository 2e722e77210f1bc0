/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scratch on disk is a directory PID-STARTTIME-N, as a cgroup's leaf is: who
 * made it is known by its name.  Init makes it, isorun removes it when the attempt
 * has ended; when isorun was killed, init does (child_remove.c); and when both
 * were, or isorun while it kept files, the next that finds one sweeps it away.
 */
#include "engine/attempt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/path.h"
#include "cgroup/driver.h"

/* Its name tells of a process, whose number means another one in a container that
 * shares the directory: init holds its lock there, too. */
static bool is_orphaned(int dir_fd, const char *name)
{
	if (cg_owner_lives(name))
		return false;
	_cleanup_close_ int fd =
		openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void sweep(const char *dir)
{
	_cleanup_closedir_ DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && is_orphaned(dirfd(d), e->d_name))
			(void)fs_remove_tree_at(dirfd(d), e->d_name);
}

static int find_scratches(const struct engine *e, char **ret, struct iso_err *err)
{
	if (e->find_scratch)
		return e->find_scratch(ret, err);
	*ret = path_join(e->runtime_dir, "scratch");
	return *ret ? 0 : iso_err_set(err, ISO_ERR_HOST, ENOMEM, "scratch");
}

static int open_scratches(struct engine *e, struct iso_err *err)
{
	_cleanup_free_ char *dir = NULL;

	if (e->scratch_dir)
		return 0;
	int r = find_scratches(e, &dir, err);
	if (r < 0)
		return r;
	r = fs_mkdirs(dir, 0700);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "make '%s'", dir);
	sweep(dir);
	e->scratch_dir = TAKE_PTR(dir);
	return 0;
}

int attempt_name_disk(struct attempt *a, struct iso_err *err)
{
	_cleanup_free_ char *dir = NULL;
	char name[CG_NAME];
	int r = find_scratches(a->engine, &dir, err);

	if (r < 0)
		return r;
	cg_leaf_name(a->engine->cg, a->engine->next_leaf, name);
	a->disk = path_join(dir, name);
	return a->disk ? 0 : iso_err_set(err, ISO_ERR_HOST, ENOMEM, "scratch");
}

int attempt_find_disk(struct attempt *a, struct iso_err *err)
{
	struct engine *e = a->engine;
	char name[CG_NAME];

	if (a->disk)
		return 0;
	int r = open_scratches(e, err);
	if (r < 0)
		return r;
	cg_leaf_name(e->cg, e->next_leaf++, name);
	_cleanup_free_ char *path = path_join(e->scratch_dir, name);
	if (!path)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "scratch");
	a->disk = TAKE_PTR(path);
	return 0;
}

void attempt_remove_disk(struct attempt *a)
{
	if (!a->disk)
		return;
	int r = fs_remove_tree_at(AT_FDCWD, a->disk);
	if (r < 0 && r != -ENOENT)
		log_debug("'%s' stays for the next sweep: %s", a->disk, strerror(-r));
	free(a->tree_copy);
	free(a->disk);
	a->disk = a->tree_copy = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* place.h - a directory of a test's own, which is also where it runs. */
#ifndef TESTS_UNIT_SUITE_PLACE_H
#define TESTS_UNIT_SUITE_PLACE_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/path.h"

struct place {
	char dir[64];
	int old_fd;
};

static inline int place_setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	memcpy(p->dir, "/tmp/isorun-unit-XXXXXX", 24);
	assert_non_null(mkdtemp(p->dir));
	p->old_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(p->old_fd >= 0);
	assert_int_equal(chdir(p->dir), 0);
	*state = p;
	return 0;
}

static inline int place_teardown(void **state)
{
	struct place *p = *state;

	assert_int_equal(fchdir(p->old_fd), 0);
	close(p->old_fd);
	assert_int_equal(fs_remove_tree_at(AT_FDCWD, p->dir), 0);
	free(p);
	return 0;
}

/* A file in it, with the directories that lead there. */
static inline void place_file(const char *path, const char *text, mode_t mode)
{
	char *dir = path_dir(path);

	assert_int_equal(fs_mkdirs(dir, 0755), 0);
	assert_int_equal(fs_replace_at(AT_FDCWD, path, text, strlen(text), mode), 0);
	free(dir);
}

/* Noise in place of what a file holds, in the same inode. */
static inline void place_ruin(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	char noise[4096];

	if (fd < 0)
		return;
	memset(noise, 0x5a, sizeof(noise));
	for (int i = 0; i < 64; i++)
		assert_int_equal(fs_write_all(fd, noise, sizeof(noise)), 0);
	close(fd);
}

#endif

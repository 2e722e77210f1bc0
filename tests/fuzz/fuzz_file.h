/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_file.h - for readers that take a path: a folder of this process with one file in it. */
#ifndef TESTS_FUZZ_FILE_H
#define TESTS_FUZZ_FILE_H

#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char fuzz_dir[32];

static inline void fuzz_remove_dir(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", fuzz_dir);
	(void)!system(command);
}

static inline const char *fuzz_make_dir(void)
{
	if (!fuzz_dir[0]) {
		memcpy(fuzz_dir, "/tmp/isorun-fuzz-XXXXXX", 24);
		assert(mkdtemp(fuzz_dir));
		atexit(fuzz_remove_dir);
	}
	return fuzz_dir;
}

/* Anew, below the folder: the head, then the input. */
static inline void fuzz_write(const char *path, const void *head, size_t head_size,
			      const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd >= 0);
	assert(write(fd, head, head_size) == (ssize_t)head_size);
	assert(write(fd, data, size) == (ssize_t)size);
	close(fd);
}

#endif

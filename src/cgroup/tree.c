/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"

enum { TREE_MAX = 4096 };

struct tree {
	pid_t pids[TREE_MAX];
	size_t n;
};

/* "RssAnon:      123 kB" */
static uint64_t status_kib(const char *status, const char *key)
{
	const char *at = strstr(status, key);
	uint64_t kib = 0;

	if (!at)
		return 0;
	at += strlen(key);
	while (*at == ' ' || *at == '\t')
		at++;
	for (; isdigit((unsigned char)*at); at++)
		kib = kib * 10 + (uint64_t)(*at - '0');
	return kib;
}

static uint64_t process_bytes(pid_t pid)
{
	char path[32];
	char status[4096];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (fs_read_small_at(AT_FDCWD, path, status, sizeof(status)) < 0)
		return 0;
	return (status_kib(status, "RssAnon:") + status_kib(status, "RssShmem:")) * 1024;
}

static int add_children_of(struct tree *t, int task_fd, const char *tid)
{
	char path[NAME_MAX + 16];
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/children", tid);
	int r = fs_read_at(task_fd, path, 1 << 16, &text, &len);
	if (r < 0)
		return r;
	for (char *at = text; *at && t->n < TREE_MAX;) {
		pid_t child = 0;
		for (; isdigit((unsigned char)*at); at++)
			child = child * 10 + (*at - '0');
		if (child > 0)
			t->pids[t->n++] = child;
		while (*at && !isdigit((unsigned char)*at))
			at++;
	}
	return 0;
}

/* Each thread has children of its own: CONFIG_PROC_CHILDREN, proc(5), Linux 3.5. */
static int add_children(struct tree *t, pid_t pid)
{
	char path[32];
	const struct dirent *e;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	_cleanup_closedir_ DIR *dir = opendir(path);
	if (!dir)
		return -errno;
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			(void)add_children_of(t, dirfd(dir), e->d_name);
	return 0;
}

int cg_tree_bytes(pid_t root, uint64_t *ret_bytes)
{
	_cleanup_free_ struct tree *t = calloc(1, sizeof(*t));
	uint64_t bytes = 0;

	if (!t)
		return -ENOMEM;
	int r = add_children(t, root);
	if (r < 0)
		return r;
	for (size_t i = 0; i < t->n; i++) {
		bytes += process_bytes(t->pids[i]);
		(void)add_children(t, t->pids[i]);
	}
	*ret_bytes = bytes;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

static int add(struct cg_tree *t, pid_t pid, pid_t parent)
{
	if (t->n == t->room) {
		const size_t room = t->room ? t->room * 2 : 16;
		struct cg_process *at = reallocarray(t->at, room, sizeof(*at));
		if (!at)
			return -ENOMEM;
		t->at = at;
		t->room = room;
	}
	t->at[t->n++] = (struct cg_process){ .pid = pid, .parent = parent };
	return 0;
}

/* Skips blanks; 0 where there is no number. */
static uint64_t number_at(const char *at)
{
	uint64_t n = 0;

	for (; *at == ' ' || *at == '\t'; at++)
		;
	for (; isdigit((unsigned char)*at); at++)
		n = n * 10 + (uint64_t)(*at - '0');
	return n;
}

static int add_children_of(struct cg_tree *t, int task_fd, const char *tid, pid_t parent)
{
	char path[NAME_MAX + 16];
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/children", tid);
	int r = fs_read_at(task_fd, path, 1 << 18, &text, &len);
	for (const char *at = text; r == 0 && *at && t->n < CG_TREE_MAX;) {
		const pid_t child = (pid_t)number_at(at);
		if (child > 0)
			r = add(t, child, parent);
		at = strchr(at, ' ');
		if (!at)
			break;
		at++;
	}
	return r;
}

/* Each thread has children of its own: CONFIG_PROC_CHILDREN, proc(5), Linux 3.5. */
int cg_tree_add_children(struct cg_tree *t, pid_t pid)
{
	char path[32];
	const struct dirent *e;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	_cleanup_closedir_ DIR *dir = opendir(path);
	if (!dir)
		return -errno;
	/* A thread that ends meanwhile has no children any more. */
	while (r != -ENOMEM && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			r = add_children_of(t, dirfd(dir), e->d_name, pid);
	return r == -ENOMEM ? r : 0;
}

int cg_tree_find(struct cg_tree *t, pid_t root)
{
	t->n = 0;
	int r = cg_tree_add_children(t, root);
	for (size_t i = 0; i < t->n && r == 0; i++)
		if (cg_tree_add_children(t, t->at[i].pid) == -ENOMEM)
			r = -ENOMEM;
	return r;
}

void cg_tree_fini(struct cg_tree *t)
{
	free(t->at);
	*t = (struct cg_tree){ 0 };
}

/* The name, field 2, may itself hold blanks and parentheses; the last ')' ends it. */
bool cg_parse_stat(const char *text, struct cg_process_stat *ret)
{
	const char *at = strrchr(text, ')');

	if (!at || at[1] != ' ' || !at[2])
		return false;
	*ret = (struct cg_process_stat){ .state = at[2] };
	for (int field = 3; (at = strchr(at + 1, ' ')) && field <= 22; field++) {
		const uint64_t n = number_at(at + 1);
		if (field == 4)
			ret->parent = (pid_t)n;
		else if (field == 10)
			ret->faults = n;
		else if (field == 22)
			ret->start_ticks = n;
	}
	return ret->start_ticks > 0;
}

static int read_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	const ssize_t n = fs_read_small_at(AT_FDCWD, path, text, size);
	return n < 0 ? (int)n : 0;
}

int cg_read_stat(pid_t pid, struct cg_process_stat *ret)
{
	char text[1024];
	const int r = read_file(pid, "stat", text, sizeof(text));

	if (r < 0)
		return r;
	return cg_parse_stat(text, ret) ? 0 : -EINVAL;
}

/* "KEY:      123 kB" at the start of a line. */
static bool find_bytes(const char *text, const char *key, uint64_t *ret)
{
	const size_t len = strlen(key);

	for (const char *at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, key, len) != 0 || at[len] != ':')
			continue;
		*ret = number_at(at + len + 1) * 1024;
		return true;
	}
	return false;
}

static uint64_t bytes_of(const char *text, const char *key)
{
	uint64_t bytes = 0;

	(void)find_bytes(text, key, &bytes);
	return bytes;
}

void cg_parse_status(const char *text, struct cg_memory *ret)
{
	ret->anon_bytes = bytes_of(text, "RssAnon") + bytes_of(text, "VmSwap");
	ret->shmem_bytes = bytes_of(text, "RssShmem");
}

enum { STATUS_MAX = 1 << 14 }; /* its groups may be many */

bool cg_is_traced(pid_t pid)
{
	char text[STATUS_MAX];

	return read_file(pid, "status", text, sizeof(text)) == 0 &&
	       bytes_of(text, "TracerPid") > 0;
}

int cg_read_memory(pid_t pid, struct cg_memory *ret)
{
	char text[STATUS_MAX];
	const int r = read_file(pid, "status", text, sizeof(text));

	if (r == 0)
		cg_parse_status(text, ret);
	return r;
}

bool cg_parse_rollup(const char *text, struct cg_memory *ret)
{
	uint64_t anon_bytes;

	if (!find_bytes(text, "Pss_Anon", &anon_bytes))
		return false;
	ret->anon_bytes = anon_bytes + bytes_of(text, "SwapPss");
	ret->shmem_bytes = bytes_of(text, "Pss_Shmem");
	return true;
}

int cg_read_shares(pid_t pid, struct cg_memory *ret)
{
	char text[2048];
	const int r = read_file(pid, "smaps_rollup", text, sizeof(text));

	if (r < 0)
		return r;
	return cg_parse_rollup(text, ret) ? 0 : -ENOTSUP;
}

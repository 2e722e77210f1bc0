/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for one counter file: v1's memory.stat is about 1.3 kB, v2's 1.6 kB. */
enum { COUNTER_MAX = PIPE_BUF - 64 };

static int write_file(int dir_fd, const char *file, const char *value)
{
	int fd = openat(dir_fd, file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	int code = write(fd, value, child_text_len(value)) < 0 ? errno : 0;
	close(fd);
	return code;
}

static int make_group(const struct cg_group_plan *g, int *ret_join_fd)
{
	/* A leaf of the same name is our own, from an attempt to start that failed. */
	if (mkdirat(g->parent_fd, g->name, 0755) < 0 && errno != EEXIST)
		return errno;
	int dir = openat(g->parent_fd, g->name, O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno;
	int code = 0;
	for (size_t i = 0; i < g->n_writes && code == 0; i++) {
		code = write_file(dir, g->writes[i].file, g->writes[i].value);
		if (code && g->writes[i].optional)
			code = 0;
	}
	if (code == 0 && g->join_file) {
		int fd = openat(dir, g->join_file, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			code = errno;
		close(dir);
		dir = fd;
	}
	if (code && dir >= 0)
		close(dir);
	else if (code == 0)
		*ret_join_fd = dir;
	return code;
}

int child_cgroup_make(const struct cg_plan *plan, int join_fds[CG_MAX_GROUPS],
		      uint32_t *ret_group)
{
	for (size_t i = 0; i < plan->n_groups; i++) {
		int code = make_group(&plan->groups[i], &join_fds[i]);
		if (code) {
			*ret_group = (uint32_t)i;
			return code;
		}
	}
	return 0;
}

/* Whether a line "KEY VALUE" of the text has a value other than 0. */
static bool counts(const char *text, const char *key)
{
	size_t n = child_text_len(key);

	for (const char *line = text; *line;) {
		size_t i = 0;
		while (i < n && line[i] == key[i])
			i++;
		if (i == n && line[n] == ' ')
			return line[n + 1] != '0';
		while (*line && *line != '\n')
			line++;
		if (*line)
			line++;
	}
	return false;
}

static bool is_stat(const char *file)
{
	static const char name[] = "memory.stat";

	for (size_t i = 0; i < sizeof(name); i++)
		if (file[i] != name[i])
			return false;
	return true;
}

static void report_counters(const struct cg_group_plan *g, uint32_t group, int dir, int report_fd,
			    bool *ret_empty)
{
	char text[COUNTER_MAX];

	for (size_t i = 0; i < g->n_reads; i++) {
		ssize_t n = child_read_file(dir, g->reads[i], text, sizeof(text));
		if (n < 0)
			continue;
		const struct sbx_counter head = { .group = group, .read = (uint32_t)i };
		child_record(report_fd, SBX_REC_COUNTER, &head, sizeof(head), text, (size_t)n);
		if (g->empty_when && is_stat(g->reads[i]))
			*ret_empty = counts(text, g->empty_when);
	}
}

int child_cgroup_remove(const struct cg_plan *plan, int report_fd)
{
	int code = 0;

	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct cg_group_plan *g = &plan->groups[i];
		int dir = openat(g->parent_fd, g->name, O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0) {
			bool empty = !g->empty_when;
			report_counters(g, (uint32_t)i, dir, report_fd, &empty);
			/* Best effort: page cache that stays charged keeps the dead
			 * group's id in use until memory gets short. */
			if (g->empty_file && empty)
				(void)write_file(dir, g->empty_file, g->empty_value);
			close(dir);
		}
		if (unlinkat(g->parent_fd, g->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
			code = errno;
	}
	return code;
}

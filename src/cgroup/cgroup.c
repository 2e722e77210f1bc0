/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/cgroup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"
#include "cgroup/driver.h"

const struct cg_driver *cg_driver_of(enum cg_version version)
{
	static const struct cg_driver *const drivers[] = {
		[CG_NONE] = &cg_none,
		[CG_V1] = &cg_v1,
		[CG_V2] = &cg_v2,
	};
	static_assert(ARRAY_SIZE(drivers) == CG_VERSION_COUNT, "a driver for each version");
	assert(version < CG_VERSION_COUNT);
	return drivers[version];
}

static int open_group(const char *dir, int *ret_fd, struct iso_err *err)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "open cgroup '%s'", dir);
	*ret_fd = fd;
	return 0;
}

static int open_place(struct cg *cg, const struct cg_place *place, struct iso_err *err)
{
	if (place->above_dir) {
		cg->above_dir = strdup(place->above_dir);
		if (!cg->above_dir)
			return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "open cgroup");
	}
	if (place->version == CG_NONE)
		return 0;
	int r = open_group(place->memory_dir, &cg->memory_fd, err);
	if (r < 0 || !place->pids_dir)
		return r;
	if (str_eq(place->pids_dir, place->memory_dir)) {
		cg->pids_fd = cg->memory_fd;
		return 0;
	}
	return open_group(place->pids_dir, &cg->pids_fd, err);
}

/* proc(5), /proc/PID/stat field 22.  The name before it, field 2, may itself
 * hold blanks and parentheses; the last ')' ends it. */
static int start_time(const char *pid_text, char *ret_text, size_t size)
{
	char path[48];
	snprintf(path, sizeof(path), "/proc/%s/stat", pid_text);
	char text[1024];
	ssize_t n = fs_read_small_at(AT_FDCWD, path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	const char *p = strrchr(text, ')');
	for (int field = 2; p && field < 22; field++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	size_t len = p ? strspn(p, "0123456789") : 0;
	if (len == 0 || len >= size)
		return -EINVAL;
	memcpy(ret_text, p, len);
	ret_text[len] = '\0';
	return 0;
}

int cg_open(const struct cg_place *place, struct cg **ret, struct iso_err *err)
{
	struct cg *cg = calloc(1, sizeof(*cg));
	if (!cg)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "open cgroup");
	cg->version = place->version;
	cg->driver = cg_driver_of(place->version);
	cg->memory_fd = cg->pids_fd = -1;

	int r = open_place(cg, place, err);
	if (r < 0)
		goto undo_new;
	char start[24];
	r = start_time("self", start, sizeof(start));
	if (r < 0) {
		iso_err_set(err, ISO_ERR_HOST, r, "read '/proc/self/stat'");
		goto undo_new;
	}
	snprintf(cg->owner, sizeof(cg->owner), "%d-%s", (int)getpid(), start);
	*ret = cg;
	return 0;

undo_new:
	cg_close(cg);
	return r;
}

void cg_forget(struct cg *cg)
{
	if (cg->pids_fd >= 0 && cg->pids_fd != cg->memory_fd)
		close(cg->pids_fd);
	if (cg->memory_fd >= 0)
		close(cg->memory_fd);
	cg->pids_fd = cg->memory_fd = -1;
}

void cg_close(struct cg *cg)
{
	if (!cg)
		return;
	cg_forget(cg);
	free(cg->above_dir);
	free(cg);
}

enum cg_version cg_version_of(const struct cg *cg)
{
	return cg->version;
}

uint64_t cg_ours_bytes(const struct cg *cg)
{
	uint64_t bytes;
	if (cg->memory_fd < 0)
		return cg->polled_bytes;
	if (fs_read_u64_at(cg->memory_fd, cg->driver->counters->usage, &bytes) < 0)
		return 0;
	return bytes;
}

void cg_leaf_name(const struct cg *cg, unsigned n, char ret_name[CG_NAME])
{
	snprintf(ret_name, CG_NAME, "%s-%u", cg->owner, n);
}

bool cg_owner_lives(const char *name)
{
	char pid[16];
	size_t pid_len = strspn(name, "0123456789");
	if (pid_len == 0 || pid_len >= sizeof(pid) || name[pid_len] != '-')
		return true;
	const char *start = name + pid_len + 1;
	size_t start_len = strspn(start, "0123456789");
	if (start_len == 0 || start[start_len] != '-')
		return true;
	memcpy(pid, name, pid_len);
	pid[pid_len] = '\0';

	char now[24];
	int r = start_time(pid, now, sizeof(now));
	if (r < 0)
		return r != -ENOENT && r != -ESRCH;
	return strlen(now) == start_len && memcmp(now, start, start_len) == 0;
}

int cg_sample(const struct cg *cg, const char *name, struct cg_held *ret)
{
	if (cg->memory_fd < 0)
		return -ENOTSUP;
	char path[CG_NAME + 16];
	snprintf(path, sizeof(path), "%s/memory.stat", name);
	char text[CG_STAT_MAX];
	ssize_t n = fs_read_small_at(cg->memory_fd, path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	ret->working_bytes = cg_stat_sum(text, cg->driver->counters->held);
	ret->cache_bytes = cg_stat_sum(text, cg->driver->counters->reclaimable);
	return 0;
}

void cg_parse_usage(const struct cg *cg, const char *file, const char *text,
		    struct cg_usage *usage)
{
	if (!str_eq(file, "memory.stat")) {
		cg->driver->parse(file, text, usage);
		return;
	}
	usage->cache_told = true;
	usage->cache_bytes = cg_stat_sum(text, cg->driver->counters->reclaimable);
}

bool cg_stat_get(const char *text, const char *key, uint64_t *ret)
{
	size_t len = strlen(key);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, key, len) != 0 || line[len] != ' ')
			continue;
		char digits[24] = "";
		size_t n = strspn(line + len + 1, "0123456789");
		if (n >= sizeof(digits))
			return false;
		memcpy(digits, line + len + 1, n);
		return num_parse_u64(digits, ret) == 0;
	}
	return false;
}

uint64_t cg_stat_sum(const char *text, const char *const *keys)
{
	uint64_t sum = 0;
	for (; *keys; keys++) {
		uint64_t bytes = 0;
		(void)cg_stat_get(text, *keys, &bytes); /* older kernels lack some keys */
		sum += bytes;
	}
	return sum;
}

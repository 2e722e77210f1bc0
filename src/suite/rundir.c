/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/time.h"

/* Two runs of one second and one pid: machines, or containers, that share a
 * state directory. */
enum { SAME_NAME_MAX = 100 };
enum { FIRST_LINE_MAX = 1 << 16 };

static int make_name(unsigned n, char **ret)
{
	struct buf b = BUF_INIT;
	const time_t now = (time_t)(time_wall_ns() / NSEC_PER_SEC);
	struct tm tm;

	gmtime_r(&now, &tm);
	buf_addf(&b, "%04d-%02d-%02dT%02d-%02d-%02d-%ld", tm.tm_year + 1900, tm.tm_mon + 1,
		 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (long)getpid());
	if (n)
		buf_addf(&b, ".%u", n);
	return buf_finish(&b, ret);
}

/* rename(2) replaces the old link at once, so that `last` always leads
 * somewhere.  A file system without links is no reason to fail a run: names
 * sort by time, and whoever wants the newest can look for it. */
static void point_last(const char *runs_dir, const char *name)
{
	_cleanup_free_ char *link = path_join(runs_dir, "last");
	struct buf b = BUF_INIT;
	_cleanup_free_ char *fresh = NULL;

	buf_addf(&b, "%s/.last-%s", runs_dir, name);
	if (buf_finish(&b, &fresh) < 0 || !link)
		return;
	if (symlink(name, fresh) == 0 && rename(fresh, link) < 0)
		(void)unlink(fresh);
}

/* A directory that nobody else has.  0, or -errno. */
static int make_unique(const char *runs_dir, char **ret_name, char **ret_dir)
{
	for (unsigned n = 0; n < SAME_NAME_MAX; n++) {
		_cleanup_free_ char *name = NULL;

		if (make_name(n, &name) < 0 || !name)
			return -ENOMEM;
		_cleanup_free_ char *dir = path_join(runs_dir, name);

		if (!dir)
			return -ENOMEM;
		if (mkdir(dir, 0755) == 0) {
			*ret_name = TAKE_PTR(name);
			*ret_dir = TAKE_PTR(dir);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

int rundir_make(const char *state_dir, char **ret_name, char **ret_dir, struct iso_err *err)
{
	_cleanup_free_ char *runs_dir = path_join(state_dir, "runs");
	_cleanup_free_ char *name = NULL;
	_cleanup_free_ char *dir = NULL;
	int r = runs_dir ? fs_mkdirs(runs_dir, 0755) : -ENOMEM;

	if (r == 0)
		r = make_unique(runs_dir, &name, &dir);
	_cleanup_free_ char *out = r < 0 ? NULL : path_join(dir, "out");

	if (r == 0)
		r = out ? fs_mkdirs(out, 0755) : -ENOMEM;
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "make a run directory in '%s'", state_dir);
	point_last(runs_dir, name);
	*ret_name = TAKE_PTR(name);
	*ret_dir = TAKE_PTR(dir);
	return 0;
}

char *rundir_output_name(size_t index, unsigned attempt)
{
	struct buf b = BUF_INIT;
	char *text = NULL;

	buf_addf(&b, "out/%04zu-%u.txt", index + 1, attempt);
	return buf_finish(&b, &text) < 0 ? NULL : text;
}

struct json *rundir_first_event(int runs_fd, const char *name)
{
	_cleanup_buf_ struct buf path = BUF_INIT;
	_cleanup_free_ char *text = malloc(FIRST_LINE_MAX + 1);
	struct json *event = NULL;

	buf_addf(&path, "%s/" RUN_EVENTLOG, name);
	_cleanup_close_ int fd = openat(runs_fd, buf_str(&path), O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const ssize_t n = text && fd >= 0 ? read(fd, text, FIRST_LINE_MAX) : -1;
	const char *end = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;

	if (!end || json_parse(text, (size_t)(end - text), name, &event, NULL) < 0)
		return NULL;
	return event;
}

char *rundir_command(const char *state_dir, const char *name)
{
	_cleanup_free_ char *runs_dir = path_join(state_dir, "runs");
	_cleanup_close_ int fd = runs_dir ? open(runs_dir, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	struct json *event = fd >= 0 ? rundir_first_event(fd, name) : NULL;
	const char *command = event ? json_get_str(event, "command") : NULL;
	char *copy = command ? strdup(command) : NULL;

	json_free(event);
	return copy;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* escape list|run NAME|victim|witness: attempts to get out of a sandbox.
 *
 * `list` prints a line for each, with tabs: name, where it can be shown without
 * a sandbox, where it may succeed, what it tries, and why it may.  `run` ends
 * with 0 when it succeeded, 1 when it was refused, 77 when this machine has no
 * such thing.  `victim` is the process outside; it writes ./scene, by which
 * the attempts find it.  `witness` prints what no attempt may change. */
#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

static const struct escape_table *const tables[] = {
	&escape_files, &escape_mounts, &escape_ids,   &escape_processes,
	&escape_net,   &escape_calls,  &escape_bombs,
};
enum { N_TABLES = sizeof(tables) / sizeof(tables[0]) };

const char *scene(const char *key)
{
	static char lines[4096];
	static char value[512];
	const size_t n = strlen(key);

	if (!lines[0]) {
		FILE *f = fopen("scene", "r");

		if (f) {
			lines[fread(lines, 1, sizeof(lines) - 1, f)] = '\0';
			fclose(f);
		}
	}
	for (const char *line = lines; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 && line[n] == ' ') {
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + n + 1, "\n"),
				 line + n + 1);
			return value;
		}
	}
	return "";
}

unsigned long scene_number(const char *key)
{
	uint64_t n;

	return num_parse_u64(scene(key), &n) < 0 ? 0 : (unsigned long)n;
}

const char *scene_path(const char *name)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/%s", scene("dir"), name);
	return path;
}

int got(long r)
{
	return r < 0 ? errno : ESCAPED;
}

int reached(long r)
{
	return r < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS) ? errno : ESCAPED;
}

int got_open(const char *path, int flags)
{
	char byte;
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r = fd < 0 ? errno : ESCAPED;

	if (r == ESCAPED && (flags & O_ACCMODE) == O_RDONLY && !(flags & O_DIRECTORY)) {
		ssize_t n = read(fd, &byte, 1);
		/* EAGAIN: a device with nothing to say; EINVAL: one byte is too few. */
		r = n > 0 || (n < 0 && (errno == EAGAIN || errno == EINVAL)) ? ESCAPED
		    : n < 0						     ? errno
									     : ENODATA;
	}
	if (fd >= 0)
		close(fd);
	return r;
}

int got_secret(int fd)
{
	char text[sizeof(SECRET)] = "";
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int r = n < 0 ? errno : strcmp(text, SECRET) == 0 ? ESCAPED : ENODATA;

	if (fd >= 0)
		close(fd);
	return r;
}

int status_of_child(int (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run() & 0xff);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return errno;
	if (WIFSIGNALED(status))
		return ECANCELED;
	return WEXITSTATUS(status) == 0xff ? LACKS : WEXITSTATUS(status);
}

static int list(void)
{
	static const char *const where[] = { "anyone", "root", "apart", "apart-root", "nowhere" };

	for (size_t t = 0; t < N_TABLES; t++)
		for (size_t i = 0; i < tables[t]->n; i++) {
			const struct escape *e = &tables[t]->rows[i];

			printf("%s\t%s\t%s%s%s%s-\t%s\t%s\n", e->name, where[e->outside],
			       e->may & DEFAULT_ROOT ? "default-root " : "",
			       e->may & DEFAULT_USER ? "default-user " : "",
			       e->may & STRICT_ROOT ? "strict-root " : "",
			       e->may & STRICT_USER ? "strict-user " : "", e->tries,
			       e->may ? e->why : "");
		}
	return 0;
}

static int run(const struct escape *e)
{
	const long *a = e->args;
	int r;

	(void)scene("dir"); /* read before anybody leaves this directory */
	if (e->run)
		r = e->run();
	else
		r = reached(syscall(e->call, a[0], a[1], a[2], a[3], a[4], a[5]));
	printf("%s\n", r == ESCAPED ? "succeeded" : r == LACKS ? "lacking" : strerror(r));
	return r == ESCAPED ? 0 : r == LACKS ? 77 : 1;
}

static int find_and_run(const char *name)
{
	for (size_t t = 0; t < N_TABLES; t++)
		for (size_t i = 0; i < tables[t]->n; i++)
			if (strcmp(tables[t]->rows[i].name, name) == 0)
				return run(&tables[t]->rows[i]);
	fprintf(stderr, "escape: no attempt is called '%s'\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "run") == 0)
		return find_and_run(argv[2]);
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list();
	if (argc == 2 && strcmp(argv[1], "victim") == 0)
		return victim();
	if (argc == 2 && strcmp(argv[1], "witness") == 0)
		return witness();
	fprintf(stderr, "usage: escape list|run NAME|victim|witness\n");
	return 2;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a login by ssh or on a console starts is outside of the groups that the
 * user's systemd may give away, so there is none for tests.  The manager moves a
 * process into a scope of its own on request (StartTransientUnit,
 * org.freedesktop.systemd1(5)).  Asked through busctl(1), not by a run of
 * systemd-run(1) in our place: where that fails, nothing ran.
 */
#include "cli/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"

#define PATIENCE_NS (2 * NSEC_PER_SEC) /* the job of a scope takes some ms */

bool scope_is_wanted(const struct cg_place *place)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (place->version != CG_NONE || geteuid() == 0 || !place->self ||
	    !strstr(place->self, "0::/") || !runtime || runtime[0] != '/')
		return false;
	_cleanup_free_ char *bus = path_join(runtime, "bus");
	return bus && access(bus, W_OK) == 0;
}

static char *scope_name(void)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	char *name;

	buf_addf(&b, "isorun-%d.scope", (int)getpid());
	return buf_finish(&b, &name) < 0 ? NULL : name;
}

/* Its words are not for our user; that it failed is. */
static _Noreturn void call_manager(char *name)
{
	char pid[16];
	const char *const argv[] = {
		"busctl", "--user", "call", "org.freedesktop.systemd1",
		"/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
		"StartTransientUnit", "ssa(sv)a(sa(sv))", name, "fail",
		"3", "PIDs", "au", "1", pid, "Delegate", "b", "true",
		"CollectMode", "s", "inactive-or-failed", "0", NULL,
	};
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	snprintf(pid, sizeof(pid), "%d", (int)getppid());
	for (int fd = 0; null_fd >= 0 && fd <= 2; fd++)
		dup2(null_fd, fd);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(errno == ENOENT ? 127 : 126);
}

static int ask(char *name, struct iso_err *err)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "ask systemd for a scope");
	if (pid == 0)
		call_manager(name);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return iso_err_set(err, ISO_ERR_HOST, errno, "ask systemd for a scope");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return iso_err_set(err, ISO_ERR_HOST, 0, "ask systemd for a scope: no busctl");
	return iso_err_set(err, ISO_ERR_HOST, 0, "systemd gave no scope (busctl: status %d)",
			   WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static bool is_in(const char *name)
{
	_cleanup_free_ char *self = NULL;

	return fs_read("/proc/self/cgroup", 1 << 20, &self, NULL) == 0 && strstr(self, name);
}

int scope_enter(struct iso_err *err)
{
	const struct timespec moment = { .tv_nsec = 2 * 1000 * 1000 };
	_cleanup_free_ char *name = scope_name();
	int r = name ? ask(name, err) : iso_err_set(err, ISO_ERR_HOST, ENOMEM, "scope");

	if (r < 0)
		return r;
	/* The call only queues the job, and no event tells of a change of group. */
	for (int64_t end_ns = time_now_ns() + PATIENCE_NS; !is_in(name);) {
		if (time_now_ns() > end_ns)
			return iso_err_set(err, ISO_ERR_HOST, ETIMEDOUT, "wait for scope '%s'",
					   name);
		(void)nanosleep(&moment, NULL);
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/time.h"

/* Two pipes; the child's ends are closed here once it has them. */
struct pipes {
	int out[2];
	int err[2];
};

static void pipes_close(struct pipes *p)
{
	cleanup_close(&p->out[0]);
	cleanup_close(&p->out[1]);
	cleanup_close(&p->err[0]);
	cleanup_close(&p->err[1]);
}

static int pipes_open(struct pipes *p)
{
	*p = (struct pipes){ { -1, -1 }, { -1, -1 } };
	if (pipe2(p->out, O_CLOEXEC) == 0 && pipe2(p->err, O_CLOEXEC) == 0)
		return 0;
	const int r = -errno;

	pipes_close(p);
	return r;
}

static int spawn(char *const *argv, const char *dir, const struct pipes *p, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return -r;
	if (dir)
		r = posix_spawn_file_actions_addchdir_np(&actions, dir);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, p->out[1], 1);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, p->err[1], 2);
	if (r == 0)
		r = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* At the end of the file the descriptor is closed, and -1 from then on. */
static int read_some(int *fd, size_t max, struct buf *b)
{
	char piece[16384];
	const ssize_t n = read(*fd, piece, sizeof(piece));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n == 0) {
		close(*fd);
		*fd = -1;
		return 0;
	}
	if (b->len + (size_t)n > max)
		return -EFBIG;
	buf_add(b, piece, (size_t)n);
	return b->error;
}

static int read_both(struct pipes *p, size_t max, int64_t end_ns, struct buf *out,
		     struct buf *err)
{
	while (p->out[0] >= 0 || p->err[0] >= 0) {
		struct pollfd fds[] = {
			{ .fd = p->out[0], .events = POLLIN },
			{ .fd = p->err[0], .events = POLLIN },
		};
		const int64_t left_ms = (end_ns - time_now_ns()) / NSEC_PER_MSEC;
		const int n = left_ms > 0 ? poll(fds, ARRAY_SIZE(fds), (int)left_ms) : 0;
		int r = n == 0 ? -ETIMEDOUT : 0;

		if (n < 0 && errno != EINTR)
			r = -errno;
		if (n > 0 && fds[0].revents)
			r = read_some(&p->out[0], max, out);
		if (r == 0 && n > 0 && fds[1].revents)
			r = read_some(&p->err[0], max, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int capture_run(char *const *argv, const char *dir, size_t max, int64_t timeout_ns,
		struct capture *ret)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	_cleanup_buf_ struct buf err = BUF_INIT;
	struct pipes p;
	pid_t pid;
	int status;
	int r = pipes_open(&p);

	if (r < 0)
		return r;
	r = spawn(argv, dir, &p, &pid);
	if (r < 0) {
		pipes_close(&p);
		return r;
	}
	close(TAKE_FD(p.out[1]));
	close(TAKE_FD(p.err[1]));
	r = read_both(&p, max, time_now_ns() + timeout_ns, &out, &err);
	pipes_close(&p);
	if (r < 0)
		(void)kill(pid, SIGKILL); /* our child, not waited for yet */
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (r < 0)
		return r;
	*ret = (struct capture){ .status = status, .out_len = out.len, .err_len = err.len };
	r = buf_finish(&out, &ret->out);
	if (r == 0)
		r = buf_finish(&err, &ret->err);
	if (r < 0)
		capture_fini(ret);
	return r;
}

void capture_fini(struct capture *c)
{
	free(c->out);
	free(c->err);
	*c = (struct capture){ 0 };
}

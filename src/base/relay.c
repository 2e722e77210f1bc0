/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation.
 *
 *   in_fd --> in[] --> master ==pty== slave   (its users, and ours)
 *   out_fd <-- out[] <-- master
 *
 * 1. Each direction has one buffer, which is filled only when it is empty: a
 *    reader that is slow stops the writer, as without us.  Neither direction
 *    waits for the other: Ctrl-C comes through while output is stuck.  So no
 *    call may block: in_fd and out_fd are opened anew to be non-blocking
 *    without being so for the others who have them.  Where that is impossible
 *    (sockets; a terminal of another user) they are read when they are ready,
 *    and written in pieces that fit.
 * 2. Files are always ready, and epoll refuses them: they are read whenever the
 *    buffer is empty.
 * 3. The end of in_fd.  A terminal has no end: its users read one where the
 *    character VEOF is next in the queue, once.  So one is put there whenever
 *    the queue is empty, and again when it was read, or flushed, or became a
 *    mere byte by a change of mode.  No event tells of that; a timer looks.
 * 4. The end of the terminal's users: when all of them are dead, what the
 *    kernel still has is read until it has no more.
 */
#include "base/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/term.h"
#include "base/time.h"

enum {
	IN_SIZE = 16 * 1024,
	OUT_SIZE = 64 * 1024,
	/* More than a pty holds: a writer outside, if any, is not waited for. */
	LEFT_MAX = 1024 * 1024,
};
#define EOF_LOOK_MIN_NS (10 * NSEC_PER_MSEC)
#define EOF_LOOK_MAX_NS (160 * NSEC_PER_MSEC)

/* One of the two descriptors that are not the terminal. */
struct side {
	int fd;
	bool polls;      /* false: a file, always ready */
	bool blocks;     /* it could not be opened anew */
	struct loop_watch *watch;
	size_t at;
	size_t len;      /* bytes of the buffer from `at` on */
};

struct relay {
	struct loop *loop;
	int master_fd;
	int slave_fd;
	struct loop_watch *master_watch;
	uint32_t master_events;
	struct side in;
	struct side out;
	bool in_ended;
	bool in_is_terminal;
	bool out_broken;
	int error;
	struct loop_timer *eof_timer;
	int64_t eof_look_ns;
	bool finishing;
	size_t left;     /* of LEFT_MAX */
	relay_fn *done;
	void *done_arg;
	char in_bytes[IN_SIZE];
	char out_bytes[OUT_SIZE];
};

static void refresh(struct relay *r);

static bool can_be_opened_anew(int fd)
{
	struct stat st;

	/* A file has one position for all who got it from us. */
	return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode));
}

static int open_side(struct side *s, int fd, int access)
{
	char path[32];

	s->fd = -1;
	if (can_be_opened_anew(fd)) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		s->fd = open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	}
	s->blocks = s->fd < 0;
	if (s->blocks)
		s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return s->fd < 0 ? -errno : 0;
}

/* Whether epoll takes it. */
static int find_polls(struct loop *loop, struct side *s, loop_fd_fn *fn, struct relay *r)
{
	int code = loop_add_fd(loop, s->fd, 0, fn, r, &s->watch);

	s->polls = code == 0;
	loop_remove_fd(loop, s->watch);
	s->watch = NULL;
	return code == -EPERM ? 0 : code;
}

void relay_hang_up(struct relay *r)
{
	if (r->master_fd < 0)
		return;
	loop_remove_fd(r->loop, r->master_watch);
	r->master_watch = NULL;
	r->master_events = 0;
	r->in_ended = true;
	r->in.len = 0;
	cleanup_close(&r->slave_fd);
	cleanup_close(&r->master_fd);
	r->slave_fd = r->master_fd = -1;
	refresh(r);
}

static void lose_output(struct relay *r, int code)
{
	r->out.len = 0;
	r->out_broken = true;
	if (code != EPIPE && code != EIO && code != ECONNRESET)
		r->error = code;
	if (!r->finishing)
		relay_hang_up(r);
}

/* One write; true when there may be another at once. */
static bool write_out(struct relay *r)
{
	struct side *s = &r->out;
	size_t n = s->len;

	if (s->blocks && s->polls && n > PIPE_BUF)
		n = PIPE_BUF;
	ssize_t done = write(s->fd, r->out_bytes + s->at, n);
	if (done < 0 && errno == EINTR)
		return true;
	if (done < 0 && errno == EAGAIN)
		return false;
	if (done < 0) {
		lose_output(r, errno);
		return false;
	}
	s->at += (size_t)done;
	s->len -= (size_t)done;
	return s->len > 0 && !(s->blocks && s->polls);
}

/* False when the terminal has nothing (more). */
static bool read_master(struct relay *r)
{
	ssize_t n;

	if (r->master_fd < 0)
		return false;
	do
		n = read(r->master_fd, r->out_bytes, OUT_SIZE);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	r->out.at = 0;
	r->out.len = r->out_broken ? 0 : (size_t)n;
	return true;
}

static void try_write_out(struct relay *r)
{
	/* What may block is only written when it is known to be ready. */
	if (!(r->out.blocks && r->out.polls))
		while (r->out.len && write_out(r))
			;
}

static bool eof_is_wanted(struct relay *r, char *ret_eof)
{
	struct pollfd look = { .fd = r->slave_fd, .events = POLLIN };
	struct termios mode;

	if (poll(&look, 1, 0) != 0 || term_get_mode(r->slave_fd, &mode) < 0)
		return false;
	*ret_eof = (char)mode.c_cc[VEOF];
	return *ret_eof != '\0';
}

static void on_eof_timer(void *arg)
{
	struct relay *r = arg;
	char eof;

	if (r->master_fd < 0 || r->finishing)
		return;
	if (eof_is_wanted(r, &eof)) {
		(void)!write(r->master_fd, &eof, 1); /* full: then it is not wanted */
		r->eof_look_ns = EOF_LOOK_MIN_NS;
	} else if (r->eof_look_ns < EOF_LOOK_MAX_NS) {
		r->eof_look_ns *= 2;
	}
	(void)loop_set_timer(r->loop, r->eof_timer, time_now_ns() + r->eof_look_ns);
}

static void end_input(struct relay *r)
{
	r->in_ended = true;
	if (r->in_is_terminal) {
		relay_hang_up(r);
		return;
	}
	r->eof_look_ns = EOF_LOOK_MIN_NS;
	(void)loop_add_timer(r->loop, 0, on_eof_timer, r, &r->eof_timer);
}

static void read_in(struct relay *r)
{
	ssize_t n = read(r->in.fd, r->in_bytes, IN_SIZE);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	r->in.at = 0;
	r->in.len = n > 0 ? (size_t)n : 0;
	if (n <= 0)
		end_input(r);
}

static void write_in(struct relay *r)
{
	while (r->in.len && r->master_fd >= 0) {
		ssize_t n = write(r->master_fd, r->in_bytes + r->in.at, r->in.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		r->in.at += (size_t)n;
		r->in.len -= (size_t)n;
	}
}

static void feed(struct relay *r)
{
	write_in(r);
	while (!r->in.polls && !r->in_ended && !r->in.len) {
		read_in(r);
		write_in(r);
	}
}

static void on_in(int fd, uint32_t events, void *arg)
{
	struct relay *r = arg;

	(void)fd, (void)events;
	read_in(r);
	write_in(r);
	refresh(r);
}

static void go_on_finishing(struct relay *r);

static void on_out(int fd, uint32_t events, void *arg)
{
	struct relay *r = arg;

	(void)fd, (void)events;
	while (r->out.len && write_out(r))
		;
	if (r->finishing)
		go_on_finishing(r);
	else
		refresh(r);
}

static void on_master(int fd, uint32_t events, void *arg)
{
	struct relay *r = arg;

	(void)fd;
	if ((events & (EPOLLIN | EPOLLHUP)) && !r->out.len) {
		if (read_master(r))
			try_write_out(r);
		else if (events & EPOLLHUP)
			relay_hang_up(r);
	}
	if (events & EPOLLOUT)
		feed(r);
	refresh(r);
}

static void watch_side(struct relay *r, struct side *s, bool wanted, uint32_t events,
		       loop_fd_fn *fn)
{
	if (wanted == (s->watch != NULL))
		return;
	loop_remove_fd(r->loop, s->watch);
	s->watch = NULL;
	if (wanted)
		(void)loop_add_fd(r->loop, s->fd, events, fn, r, &s->watch);
}

static void watch_master(struct relay *r)
{
	uint32_t events = 0;

	if (r->master_fd >= 0 && !r->finishing) {
		events |= r->out.len ? 0 : EPOLLIN;
		events |= r->in.len ? EPOLLOUT : 0;
	}
	if (events == r->master_events)
		return;
	loop_remove_fd(r->loop, r->master_watch);
	r->master_watch = NULL;
	r->master_events = events;
	if (events)
		(void)loop_add_fd(r->loop, r->master_fd, events, on_master, r, &r->master_watch);
}

/* Watches what the buffers now allow to be read and written. */
static void refresh(struct relay *r)
{
	watch_side(r, &r->in, r->in.polls && !r->in_ended && !r->in.len && !r->finishing, EPOLLIN,
		   on_in);
	watch_side(r, &r->out, r->out.polls && r->out.len, EPOLLOUT, on_out);
	watch_master(r);
}

int relay_open(struct loop *loop, int master_fd, int slave_fd, int in_fd, int out_fd,
	       struct relay **ret)
{
	struct relay *r = calloc(1, sizeof(*r));

	if (!r) {
		close(master_fd);
		close(slave_fd);
		return -ENOMEM;
	}
	r->loop = loop;
	r->master_fd = master_fd;
	r->slave_fd = slave_fd;
	r->in.fd = r->out.fd = -1;
	r->in_is_terminal = isatty(in_fd);
	int code = fcntl(master_fd, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
	if (code == 0)
		code = open_side(&r->in, in_fd, O_RDONLY);
	if (code == 0)
		code = open_side(&r->out, out_fd, O_WRONLY);
	if (code == 0)
		code = find_polls(loop, &r->in, on_in, r);
	if (code == 0)
		code = find_polls(loop, &r->out, on_out, r);
	if (code < 0) {
		relay_free(r);
		return code;
	}
	feed(r);
	refresh(r);
	*ret = r;
	return 0;
}

int relay_master(const struct relay *r)
{
	return r->master_fd;
}

/* True when nothing is left, or can be got rid of. */
static bool drain(struct relay *r)
{
	for (;;) {
		try_write_out(r);
		if (r->out.len)
			return false;
		if (r->left == 0 || !read_master(r))
			return true;
		r->left -= r->out.len < r->left ? r->out.len : r->left;
	}
}

static void go_on_finishing(struct relay *r)
{
	bool all = drain(r);

	refresh(r);
	if (all)
		r->done(r->done_arg);
}

bool relay_finish(struct relay *r, relay_fn *done, void *arg)
{
	r->finishing = true;
	r->left = LEFT_MAX;
	r->done = done;
	r->done_arg = arg;
	bool all = drain(r);
	refresh(r);
	return all;
}

int relay_error(const struct relay *r)
{
	return r->error;
}

void relay_free(struct relay *r)
{
	if (!r)
		return;
	loop_remove_fd(r->loop, r->master_watch);
	loop_remove_fd(r->loop, r->in.watch);
	loop_remove_fd(r->loop, r->out.watch);
	if (r->eof_timer)
		loop_remove_timer(r->loop, r->eof_timer);
	cleanup_close(&r->master_fd);
	cleanup_close(&r->slave_fd);
	cleanup_close(&r->in.fd);
	cleanup_close(&r->out.fd);
	free(r);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation.  The sandbox's init makes the pseudo-terminal and sends
 * its ends; then a relay moves the bytes.  The caller's terminal, where standard
 * input is one, is in raw mode from then until the attempt ends: each key goes
 * to the inner terminal, which makes signals of Ctrl-C and Ctrl-Z for its own
 * foreground job.  Before, while the attempt waits for its turn, Ctrl-C must end
 * isorun itself.
 *
 * The mode is given back by terminal_free; around a stop by SIGTSTP; and, when
 * isorun dies without a word, by the sandbox's init, which has both modes and
 * lives until terminal_leave (child_terminal.c).
 */
#include "engine/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/term.h"

#ifndef TIOCSIG
#define TIOCSIG _IOW('T', 0x36, int)
#endif

struct terminal {
	struct loop *loop;
	struct sbx *sbx;             /* borrowed, until it has ended */
	struct sbx_terminal wanted;
	int in_fd;
	int out_fd;
	struct loop_watch *arrival;
	struct relay *relay;         /* NULL: it is not there yet, or not any more */
	bool raw;
	int error;
};

static void go_raw(struct terminal *t)
{
	const struct sbx_outer *outer = &t->wanted.outer;

	t->raw = outer->fd >= 0 && term_set_mode(outer->fd, &outer->raw) == 0;
}

void terminal_leave(struct terminal *t)
{
	const struct sbx_outer *outer = &t->wanted.outer;
	struct termios now;

	/* In the background, or where another has set a mode, it is not ours. */
	if (t->raw && term_get_mode(outer->fd, &now) == 0 && term_same_mode(&now, &outer->raw) &&
	    tcgetpgrp(outer->fd) == getpgrp())
		(void)term_set_mode(outer->fd, &outer->mode);
	t->raw = false;
}

/* False where none of the three is a terminal that knows its size. */
static bool find_size(const struct terminal *t, struct winsize *ret)
{
	const int fds[] = { t->in_fd, t->out_fd, STDERR_FILENO };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (ioctl(fds[i], TIOCGWINSZ, ret) == 0 && ret->ws_row && ret->ws_col)
			return true;
	return false;
}

/* The number that init has it by: terminal's own duplicates are closed there. */
static void find_outer(struct terminal *t, int number)
{
	struct sbx_terminal *w = &t->wanted;
	bool shows = isatty(t->out_fd);
	bool types = term_get_mode(t->in_fd, &w->outer.mode) == 0;

	w->outer.fd = types ? number : -1;
	w->silent = !types;
	w->plain = !types || !shows;
	if (types) {
		w->outer.raw = w->outer.mode;
		/* Others in the pipeline may write to the terminal as it was. */
		term_make_raw(&w->outer.raw, shows);
		w->mode = w->outer.mode;
	}
	w->has_mode = types || term_get_mode(t->out_fd, &w->mode) == 0;
	if (!find_size(t, &w->size))
		w->size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
}

int terminal_new(struct loop *loop, int in_fd, int out_fd, struct terminal **ret,
		 struct iso_err *err)
{
	struct terminal *t = calloc(1, sizeof(*t));

	if (!t)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "terminal");
	t->loop = loop;
	t->in_fd = fcntl(in_fd, F_DUPFD_CLOEXEC, 3);
	t->out_fd = fcntl(out_fd, F_DUPFD_CLOEXEC, 3);
	if (t->in_fd < 0 || t->out_fd < 0) {
		int code = errno;
		terminal_free(t);
		return iso_err_set(err, ISO_ERR_HOST, code,
				   "terminal: standard input and output must be open");
	}
	find_outer(t, in_fd);
	*ret = t;
	return 0;
}

void terminal_free(struct terminal *t)
{
	if (!t)
		return;
	loop_remove_fd(t->loop, t->arrival);
	relay_free(t->relay);
	terminal_leave(t);
	cleanup_close(&t->in_fd);
	cleanup_close(&t->out_fd);
	free(t);
}

const struct sbx_terminal *terminal_wanted(const struct terminal *t)
{
	return t ? &t->wanted : NULL;
}

/* -EAGAIN: it is not there yet. */
static int take(struct terminal *t)
{
	int fds[2];
	int r = sbx_take_terminal(t->sbx, fds);

	if (r == -EAGAIN)
		return r;
	loop_remove_fd(t->loop, t->arrival);
	t->arrival = NULL;
	return r < 0 ? r : relay_open(t->loop, fds[0], fds[1], t->in_fd, t->out_fd, &t->relay);
}

static void on_arrival(int fd, uint32_t events, void *arg)
{
	struct terminal *t = arg;
	struct winsize now;

	(void)fd, (void)events;
	/* Without it the test cannot start: its own report says why. */
	if (take(t) < 0)
		return;
	go_raw(t);
	/* It may have changed since it was asked for, unheard. */
	if (find_size(t, &now) && memcmp(&now, &t->wanted.size, sizeof(now)) != 0)
		(void)terminal_signal(t, SIGWINCH);
}

int terminal_attend(struct terminal *t, struct sbx *sbx)
{
	t->sbx = sbx;
	return loop_add_fd(t->loop, sbx_terminal_fd(sbx), EPOLLIN, on_arrival, t, &t->arrival);
}

bool terminal_finish(struct terminal *t, relay_fn *done, void *arg)
{
	/* A short test ends before anybody looked at what it wrote. */
	if (t->arrival)
		(void)take(t);
	loop_remove_fd(t->loop, t->arrival);
	t->arrival = NULL;
	t->sbx = NULL;
	return !t->relay || relay_finish(t->relay, done, arg);
}

void terminal_abandon(struct terminal *t)
{
	relay_free(t->relay);
	t->relay = NULL;
}

int terminal_error(const struct terminal *t)
{
	return t->relay ? relay_error(t->relay) : 0;
}

void terminal_hang_up(struct terminal *t)
{
	if (t->relay)
		relay_hang_up(t->relay);
}

static void stop_self(struct terminal *t)
{
	terminal_leave(t);
	raise(SIGSTOP);
	go_raw(t);
	(void)terminal_signal(t, SIGWINCH);
}

bool terminal_signal(struct terminal *t, int sig)
{
	struct winsize now;
	const int master = t->relay ? relay_master(t->relay) : -1;

	switch (sig) {
	case SIGWINCH:
		if (master >= 0 && find_size(t, &now))
			(void)ioctl(master, TIOCSWINSZ, &now);
		return true;
	case SIGTSTP:
		stop_self(t);
		return true;
	case SIGCONT:
		if (t->relay)
			go_raw(t);
		return terminal_signal(t, SIGWINCH);
	case SIGINT:
	case SIGQUIT:
		/* To the foreground job, as the key is; Linux 2.6.36. */
		return master >= 0 && ioctl(master, TIOCSIG, sig) == 0;
	case SIGHUP:
		terminal_hang_up(t);
		return master >= 0;
	default:
		return false;
	}
}

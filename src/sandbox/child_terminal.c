/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal of the sandbox's own.  Init opens it, since only behind the mounts
 * stands the /dev/pts in which the test will look for its name; isorun gets
 * both ends by the control socket.  Init keeps no master: the terminal must
 * hang up when isorun dies.
 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441 /* Linux 4.13, ioctl_tty(2) */
#endif

static int set_up(int slave, const struct sbx_step *s)
{
	const struct sbx_terminal *t = s->data;
	struct termios mode = t->mode;

	if (!t->has_mode && ioctl(slave, TCGETS, &mode) < 0)
		return errno;
	if (t->silent)
		mode.c_lflag &= ~(tcflag_t)ECHO;
	if (t->plain)
		mode.c_oflag &= ~(tcflag_t)ONLCR;
	if (ioctl(slave, TCSETS, &mode) < 0 || ioctl(slave, TIOCSWINSZ, &t->size) < 0)
		return errno;
	/* Who becomes somebody else opens it by its name, too. */
	if (s->uid != (uid_t)-1 && fchown(slave, s->uid, s->gid) < 0)
		return errno;
	return 0;
}

int child_terminal_open(const struct sbx_step *s)
{
	const int locked = 0;
	int master = open(s->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	int code;

	if (master < 0)
		return errno;
	if (ioctl(master, TIOCSPTLCK, &locked) < 0)
		return errno;
	int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return errno;
	code = set_up(slave, s);
	if (code == 0)
		code = child_settle_fd(master, s->fd);
	return code ? code : child_settle_fd(slave, s->fd + 1);
}

int child_terminal_hand_over(const struct sbx_job *job)
{
	const int fds[2] = { job->terminal_fd, job->terminal_fd + 1 };
	char byte = 0;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	union {
		struct cmsghdr head; /* for its alignment */
		char space[CMSG_SPACE(sizeof(fds))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(fds)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	const struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};

	for (size_t i = 0; i < sizeof(fds); i++)
		CMSG_DATA(&control.head)[i] = ((const unsigned char *)fds)[i];
	if (sendmsg(job->control_fd, &message, MSG_NOSIGNAL) < 0)
		return errno;
	close(job->terminal_fd);
	return 0;
}

void child_terminal_restore(const struct sbx_job *job)
{
	struct termios now;

	/* A shell that runs by now has a mode of its own. */
	if (job->outer.fd < 0 || ioctl(job->outer.fd, TCGETS, &now) < 0 ||
	    now.c_iflag != job->outer.raw.c_iflag || now.c_oflag != job->outer.raw.c_oflag ||
	    now.c_lflag != job->outer.raw.c_lflag)
		return;
	/* Init blocks SIGTTOU, so this works in the background, too. */
	(void)ioctl(job->outer.fd, TCSETS, &job->outer.mode);
}

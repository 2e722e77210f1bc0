/* SPDX-License-Identifier: Apache-2.0 */
#include "base/term.h"

#include <errno.h>

int term_get_mode(int fd, struct termios *ret)
{
	return ioctl(fd, TCGETS, ret) < 0 ? -errno : 0;
}

int term_set_mode(int fd, const struct termios *mode)
{
	int r;

	do
		r = ioctl(fd, TCSETS, mode);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

void term_make_raw(struct termios *mode, bool output)
{
	mode->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL |
				     IXON | IXOFF | IXANY);
	mode->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	if (output)
		mode->c_oflag &= ~(tcflag_t)OPOST;
	mode->c_cc[VMIN] = 1;
	mode->c_cc[VTIME] = 0;
}

bool term_same_mode(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* base/term.h - a terminal's mode, in the kernel's struct, which the child of clone has, too. */
#ifndef BASE_TERM_H
#define BASE_TERM_H

#include <asm/termbits.h>
#include <stdbool.h>
#include <sys/ioctl.h>

/* 0, or -errno: -ENOTTY is the common one. */
int term_get_mode(int fd, struct termios *ret);
/* At once, without waiting for output or dropping input.  In the background it
 * stops the caller until it is in the foreground, as tcsetattr(3) does. */
int term_set_mode(int fd, const struct termios *mode);

/* Every key is a byte.  `output`: what is written is not changed either. */
void term_make_raw(struct termios *mode, bool output);

/* Whether the terminal still is as somebody set it; line speeds do not count. */
bool term_same_mode(const struct termios *a, const struct termios *b);

#endif

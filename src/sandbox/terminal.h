/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/terminal.h - a terminal of the sandbox's own: what it is to be like. */
#ifndef SANDBOX_TERMINAL_H
#define SANDBOX_TERMINAL_H

#include <stdbool.h>

#include "base/term.h"

/* The caller's terminal, whose keys are the inner one's while the test runs. */
struct sbx_outer {
	int fd;              /* -1: there is none */
	struct termios mode; /* before, and after */
	struct termios raw;
};

struct sbx_terminal {
	struct sbx_outer outer;
	bool has_mode;       /* false: as the kernel makes it */
	struct termios mode;
	bool silent;         /* what comes in is not echoed: nobody types it */
	bool plain;          /* lines that go out end in a newline alone: no terminal shows them */
	struct winsize size;
};

#endif

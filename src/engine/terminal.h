/* SPDX-License-Identifier: Apache-2.0 */
/* engine/terminal.h - the terminal of its own that an attempt may have; engine/'s own. */
#ifndef ENGINE_TERMINAL_H
#define ENGINE_TERMINAL_H

#include <stdbool.h>

#include "base/err.h"
#include "base/loop.h"
#include "base/relay.h"
#include "sandbox/sandbox.h"

struct terminal;

/* in_fd and out_fd are duplicated: what is typed, and where it shows. */
int terminal_new(struct loop *loop, int in_fd, int out_fd, struct terminal **ret,
		 struct iso_err *err);
/* Gives the caller's terminal its mode back; accepts NULL. */
void terminal_free(struct terminal *t);

const struct sbx_terminal *terminal_wanted(const struct terminal *t);

/* From here on it is relayed, as soon as the sandbox has made it. */
int terminal_attend(struct terminal *t, struct sbx *sbx);

/* The sandbox has ended: true when all that it wrote is out, else `done` is
 * called then. */
bool terminal_finish(struct terminal *t, relay_fn *done, void *arg);
int terminal_error(const struct terminal *t); /* of relay_error */

/* What is not out yet is lost; `done` is not called any more. */
void terminal_abandon(struct terminal *t);

/* Gives the caller's terminal its mode back. */
void terminal_leave(struct terminal *t);

/* As attempt_terminal_signal. */
bool terminal_signal(struct terminal *t, int sig);
void terminal_hang_up(struct terminal *t);

#endif

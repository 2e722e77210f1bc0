/* SPDX-License-Identifier: Apache-2.0 */
/* base/relay.h - bytes between a pseudo-terminal's master and two descriptors, in a loop. */
#ifndef BASE_RELAY_H
#define BASE_RELAY_H

#include <stdbool.h>

#include "base/loop.h"

struct relay;

typedef void relay_fn(void *arg);

/* Takes over master_fd and slave_fd, also when it fails; in_fd and out_fd are
 * duplicated.  The slave is held open so that its queue can be looked at: where
 * in_fd has ended, whoever reads the terminal finds an end of file each time.
 * 0 or -errno. */
int relay_open(struct loop *loop, int master_fd, int slave_fd, int in_fd, int out_fd,
	       struct relay **ret);

int relay_master(const struct relay *r); /* borrowed; -1 after relay_hang_up */

/* Takes the terminal away from those who use it: SIGHUP, and errors when they go
 * on.  So it does by itself when in_fd, a terminal, or the reader of out_fd is
 * gone. */
void relay_hang_up(struct relay *r);

/* When all users of the terminal are dead: what they wrote goes out.  True when
 * that is done, else `done` is called later, unless relay_free comes first. */
bool relay_finish(struct relay *r, relay_fn *done, void *arg);

/* The errno with which output was lost for another reason than that its reader
 * is gone; 0: none was. */
int relay_error(const struct relay *r);

void relay_free(struct relay *r); /* accepts NULL */

#endif

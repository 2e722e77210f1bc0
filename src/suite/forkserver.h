/* SPDX-License-Identifier: Apache-2.0 */
/* suite/forkserver.h - a warm process that makes tests by forking; see isorun-forkserver(7). */
#ifndef SUITE_FORKSERVER_H
#define SUITE_FORKSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "sandbox/sandbox.h"

/* The connection, and the process where it is ours. */
struct forkserver;

/* One that started us: `fd`, a packet socket, is ours from now on. */
int forkserver_adopt(int fd, struct forkserver **ret, struct iso_err *err);

/* One that we start in `dir`, which finds the number of its end of the socket in
 * ISORUN_FORKSERVER_FD and this program in ISORUN_PROGRAM.  What it prints is kept for
 * messages. */
int forkserver_start(char *const *argv, const char *dir, struct forkserver **ret,
		     struct iso_err *err);

/* Closes the connection, at which the server ends, and waits for it.  Accepts NULL. */
void forkserver_free(struct forkserver *f);

/* It started us: without it there is nobody to run tests for. */
bool forkserver_is_client(const struct forkserver *f);

/* To be watched for reading: of messages; and of its end, which its tests, who have the socket,
 * too, may hide.  -1: not known. */
int forkserver_fd(const struct forkserver *f);
int forkserver_end_fd(const struct forkserver *f);

/* How a server ended that has; -EPIPE. */
int forkserver_tell_end(struct forkserver *f, struct iso_err *err);

/* The next message, the caller's to free.  -EAGAIN: none has come (by end_ns, on
 * CLOCK_MONOTONIC; 0: by now); -EPIPE: the server has ended, and *err says how; -EPROTO: no
 * message of ours. */
int forkserver_receive(struct forkserver *f, int64_t end_ns, struct json **ret,
		       struct iso_err *err);

/* Takes `order` to the server, with the descriptors of the loan, which stay the caller's. */
int forkserver_send(struct forkserver *f, struct json *order, const struct sbx_loan *loan,
		    struct iso_err *err);

/* Its exit status once it has ended by itself; -1: it has not. */
int forkserver_status(const struct forkserver *f);

/* What it printed so far, at most its end; the caller frees.  NULL: nothing. */
char *forkserver_words(const struct forkserver *f);

#endif

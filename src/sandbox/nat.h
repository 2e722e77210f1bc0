/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/nat.h - the way out of a sandbox by pasta, seen from isorun. */
#ifndef SANDBOX_NAT_H
#define SANDBOX_NAT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* 0 with pasta's path (static), or an error with its cure: pasta is not
 * installed, or its device cannot be opened. */
int nat_find(const char **ret_pasta, struct iso_err *err);

/* Ours of one sandbox; zeroed and -1: none. */
struct nat {
	int tell[2];  /* init -> keeper: a byte when it may start, the end when init ended */
	int hear[2];  /* pasta -> init: its pid, once the network is up */
	int words[2]; /* pasta -> isorun: its standard error */
	pid_t pid;    /* of the keeper's first process; 0: none */
};

#define NAT_NONE { .tell = { -1, -1 }, .hear = { -1, -1 }, .words = { -1, -1 } }

int nat_open(struct nat *n, struct iso_err *err);
int nat_start(struct nat *n, char *const *argv, pid_t init, bool user_ns, struct iso_err *err);
void nat_let_go(struct nat *n);   /* of init's and the keeper's ends: they are on their own */
void nat_explain(const struct nat *n, struct iso_err *err); /* a fault, by pasta's words */
bool nat_close(struct nat *n);    /* waits: to be called when init has ended; false: pasta
				   * had ended before */

#endif

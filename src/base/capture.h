/* SPDX-License-Identifier: Apache-2.0 */
/* base/capture.h - runs a program to its end and reads what it prints. */
#ifndef BASE_CAPTURE_H
#define BASE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

struct capture {
	int status;      /* as wait(2) gives it */
	char *out;       /* standard output, NUL-terminated; owned */
	size_t out_len;
	char *err;       /* standard error; likewise */
	size_t err_len;
};

/* In `dir` (NULL: here), with nothing to read, our own environment, and a program found as by
 * execvp(3).  -ENOENT: there is no such program; -EFBIG: it printed more than max bytes;
 * -ETIMEDOUT: it did not end in time; it is killed then.  *ret is to be finished when 0 is
 * returned. */
int capture_run(char *const *argv, const char *dir, size_t max, int64_t timeout_ns,
		struct capture *ret);
void capture_fini(struct capture *c); /* accepts a zeroed one */

#endif

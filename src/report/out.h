/* SPDX-License-Identifier: Apache-2.0 */
/* report/out.h - the file, pipe or device that a report goes to. */
#ifndef REPORT_OUT_H
#define REPORT_OUT_H

#include "base/err.h"

/* "-" is standard output.  Opened when the run begins, so that a path that
 * cannot be written is known before an hour of tests, and in place, so that
 * /dev/stdout or a pipe may be named.  `what` is the word for messages. */
int out_open(const char *what, const char *path, int *ret_fd, struct iso_err *err);

#endif

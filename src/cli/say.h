/* SPDX-License-Identifier: Apache-2.0 */
/* cli/say.h - what isorun tells its user on standard error, and its own exit statuses. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <stdint.h>

#include "base/err.h"

/* Of isorun itself; a wrapped command's own come through otherwise. */
enum {
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_HOST = 125,
};

/* "isorun: text" and a newline, in one write(2) so that the lines of many
 * isoruns on one terminal stay whole. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_error(const struct iso_err *err);

/* Warns of a demand that cannot be met; `what` is where it came from. */
void say_over_budget(const char *what, uint64_t mem_bytes, uint64_t budget_bytes);

/* 2 for what the user wrote, 125 for all else. */
int say_status(const struct iso_err *err);

/* Says the error and returns its exit status. */
int say_fault(const struct iso_err *err);

/* ISORUN_DEBUG in the environment: log_debug's lines go to standard error. */
void say_debug_lines(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* base/err.h - fills struct iso_err: the return value is the truth, the text has the words. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "isorun/error.h"

/* Sets *err to the formatted text; a code that is not 0 appends ": " and
 * strerror.  `code` may be given positive or negative.  Returns -|code|, or
 * -EINVAL for code 0, so that callers can return it.  err may be NULL. */
int iso_err_set(struct iso_err *err, enum iso_err_kind kind, int code,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Puts context in front: "<formatted>: <old text>".  Returns -code. */
int iso_err_wrap(struct iso_err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends "\nhint: <formatted>".  Returns -code. */
int iso_err_hint(struct iso_err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif

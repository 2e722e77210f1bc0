/* SPDX-License-Identifier: Apache-2.0 */
/* suite/source_ctest_text.h - CMake's regular expressions and changes of variables: pure. */
#ifndef SUITE_SOURCE_CTEST_TEXT_H
#define SUITE_SOURCE_CTEST_TEXT_H

#include "base/buf.h"

/* Adds an expression as an extended one of POSIX.  What differs: CMake knows no intervals,
 * so that braces are themselves, and a backslash makes any character itself, so that
 * \w is a w. */
void ctest_add_regex(struct buf *b, const char *regex);

/* The environment of a test: what it has of its own, and what is taken from ours. */
struct ctest_env {
	char **set;                            /* "K=V"; owned */
	char **unset;                          /* names; owned */
	char *const *stated;                   /* `set` before any change: what "reset" gives */
	const char *(*outer)(const char *name); /* ours, as getenv(3) */
};
void ctest_env_fini(struct ctest_env *e);

/* "NAME=OPERATION:VALUE".  0, -ENOMEM, or -EINVAL: there is no such operation. */
int ctest_env_change(struct ctest_env *e, const char *change);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* suite/source_automake_text.h - what make prints of a Makefile that automake made. */
#ifndef SUITE_SOURCE_AUTOMAKE_TEXT_H
#define SUITE_SOURCE_AUTOMAKE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A rule that tells it, for make's option --eval; the option -p prints the rules of the
 * Makefile behind it.  It is called as automake_rule_name. */
extern const char automake_rule[];
extern const char automake_rule_name[];

struct automake_told {
	char **variables; /* "NAME=value", expanded */
	char **env;       /* "NAME=value": what recipes have in their environment, but for what
			   * make and the shell themselves set there */
	char **logs;      /* "NAME.log: PREREQUISITE..." */
};

/* -EINVAL: it is cut, or something else.  To be finished in any case. */
int automake_read(const char *out, size_t len, struct automake_told *ret);
void automake_told_fini(struct automake_told *told); /* accepts a zeroed one */

const char *automake_variable(const struct automake_told *told, const char *name); /* or "" */
const char *automake_prerequisites(const struct automake_told *told, const char *log); /* or "" */

enum automake_driver {
	AUTOMAKE_DRIVER_STATUS,
	AUTOMAKE_DRIVER_TAP,
	AUTOMAKE_DRIVER_TAP_ALONE, /* whatever the exit status */
};

/* How the harness treats a test because of its ending. */
struct automake_way {
	char *base;                 /* its name without a registered ending; owned */
	const char *compile;        /* shell words before its name */
	enum automake_driver driver;
};

/* 0 or -ENOMEM. */
int automake_way_of(const struct automake_told *told, const char *test, struct automake_way *ret);

/* Whether it is a list of words for a shell as for us: blanks between them, and no sign that
 * means something to a shell. */
bool automake_is_plain(const char *words);

#endif

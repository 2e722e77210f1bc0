/* SPDX-License-Identifier: Apache-2.0 */
/* cli/opt.h - options are tables: they drive parsing, --help, completion and the manual's check. */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct opt;

/* Takes the text of an option's argument (NULL for one without) into `field`,
 * which lies at the row's offset.  Texts are borrowed: argv outlives all. */
typedef int opt_parse_fn(const struct opt *o, const char *value, void *field,
			 struct iso_err *err);

struct opt {
	char letter;          /* 0: none */
	const char *name;     /* without dashes; rows of a group are sorted by it */
	const char *arg;      /* what --help calls the argument; NULL: takes none */
	opt_parse_fn *parse;
	size_t offset;        /* of the field in the command's struct of values */
	const char *help;
	const void *data;     /* what the parser wants beside it */
};

struct opt_group {
	const char *title;    /* heading in --help */
	const struct opt *rows;
	size_t n;
};

/* All options of a command. */
struct opt_table {
	const struct opt_group *groups;
	size_t n;
};

enum { OPT_STOP_AT_WORD = 1 }; /* what follows the first word belongs to it: a wrapped command */

/* Takes the options out of argv (which starts behind the command's own name)
 * into `values`.  *ret_words is the rest: a tail of argv with OPT_STOP_AT_WORD;
 * without, the words are moved to the front of argv.  "--" ends the options.
 * 0, or -EINVAL with an ISO_ERR_USAGE of one line. */
int opt_parse(const struct opt_table *table, unsigned flags, char **argv, void *values,
	      char ***ret_words, struct iso_err *err);

/* The row called --name, or NULL. */
const struct opt *opt_find(const struct opt_table *table, const char *name);

void opt_print_help(const struct opt_table *table, FILE *f);
/* One line an option: "COMMAND --name". */
void opt_print_names(const struct opt_table *table, const char *command, FILE *f);

/* Parsers; the field's type is in the comment. */
opt_parse_fn opt_flag;   /* bool */
opt_parse_fn opt_size;   /* uint64_t, bytes */
opt_parse_fn opt_budget; /* uint64_t, bytes, BUDGET_MIN_BYTES or more */
opt_parse_fn opt_count;  /* unsigned, from 1 */
opt_parse_fn opt_number; /* int, from 0 */
opt_parse_fn opt_string; /* const char *, not "" */
opt_parse_fn opt_time;   /* int64_t, ns, above 0 */

/* The usage error every parser returns: option '--x': 'value' is not `what`. */
int opt_reject(const struct opt *o, const char *value, const char *what, struct iso_err *err);

#endif

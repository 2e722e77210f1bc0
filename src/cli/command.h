/* SPDX-License-Identifier: Apache-2.0 */
/* cli/command.h - what a subcommand is: a row of the table that main runs. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/opt.h"

struct command {
	const char *name;
	const char *words;    /* after the options in the synopsis, "[SOURCE...]"; "" for none */
	const char *summary;  /* one line, lower case */
	const struct opt_table *options;

	/* argv starts behind the command's own name and may be reordered.
	 * Returns isorun's exit status, having said what went wrong. */
	int (*run)(char **argv);
};

extern const struct command cmd_doctor;
extern const struct command cmd_history;
extern const struct command cmd_list;
extern const struct command cmd_plan;
extern const struct command cmd_profile;
extern const struct command cmd_report;
extern const struct command cmd_run;    /* wraps a command: has no word of its own */
extern const struct command cmd_shell;
extern const struct command cmd_status;
extern const struct command cmd_suite;

/* Row i of the subcommands, sorted by name; NULL past the end. */
const struct command *command_at(size_t i);
const struct command *command_find(const char *name);

/* Parses argv by the command's table.  Every command's values begin with a
 * bool for --help: when it was given the help is printed.  Returns 0 to go
 * on, 1 when there is no more to do, -EINVAL with *err filled. */
int command_parse(const struct command *c, unsigned flags, char **argv, void *values,
		  char ***ret_words, struct iso_err *err);

/* The row of --help, with the flag at offset 0. */
#define OPT_HELP { 'h', "help", NULL, opt_flag, 0, "print this help and exit", NULL }

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include "base/cleanup.h"
#include "base/str.h"

static const struct command *const commands[] = {
	&cmd_doctor, &cmd_history, &cmd_list, &cmd_plan, &cmd_profile, &cmd_report, &cmd_shell,
	&cmd_status, &cmd_suite,
};

const struct command *command_at(size_t i)
{
	return i < ARRAY_SIZE(commands) ? commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (str_eq(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static void print_commands(void)
{
	printf("\nSubcommands (isorun WORD --help tells more):\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s%s\n", commands[i]->name, commands[i]->summary);
}

static void print_help(const struct command *c)
{
	if (c == &cmd_run) {
		printf("usage: isorun [OPTIONS] [--] COMMAND [ARG...]\n"
		       "       isorun SUBCOMMAND [OPTIONS] [ARG...]\n");
	} else {
		printf("usage: isorun %s [OPTIONS] %s\n", c->name, c->words);
	}
	printf("\n%s\n", c->summary);
	if (c == &cmd_run)
		print_commands();
	opt_print_help(c->options, stdout);
}

int command_parse(const struct command *c, unsigned flags, char **argv, void *values,
		  char ***ret_words, struct iso_err *err)
{
	int r = opt_parse(c->options, flags, argv, values, ret_words, err);

	if (r < 0)
		return r;
	if (!*(const bool *)values)
		return 0;
	print_help(c);
	return 1;
}

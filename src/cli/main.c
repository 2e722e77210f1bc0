/* SPDX-License-Identifier: Apache-2.0 */
/* isorun-full: every subcommand, with all libraries.  `isorun` itself (front.c)
 * is the small program that only launches, and calls this one for the rest. */
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/guard.h"
#include "cli/say.h"

/* For `make lint` and the completions: what there is, from the tables. */
static int dump_options(void)
{
	const struct command *c;

	opt_print_names(cmd_run.options, cmd_run.name, stdout);
	for (size_t i = 0; (c = command_at(i)); i++)
		opt_print_names(c->options, c->name, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	const struct command *c;
	int status = guard_check();

	if (status)
		return status;
	say_debug_lines();
	if (argc > 1 && str_eq(argv[1], "--dump-options"))
		return dump_options();
	c = argc > 1 ? command_find(argv[1]) : NULL;
	status = c ? c->run(argv + 2) : cmd_run.run(argv + (argc > 0));
	/* Output that did not arrive is a failure, except where a command
	 * already has one to tell. */
	if (fflush(stdout) == EOF && status == 0) {
		say("write standard output: it is closed or full");
		status = STATUS_HOST;
	}
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/wrap.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/words.h"

#define FIELD(member) offsetof(struct wrap_values, member)

static const struct opt rows[] = {
	{ 0, "explain", NULL, opt_flag, FIELD(explain),
	  "print the steps of making it, and do nothing", NULL },
	OPT_HELP,
	{ 0, "raise", NULL, opt_flag, FIELD(raise),
	  "end by the command's signal, not with 128+n", NULL },
	{ 0, "retry-oom", NULL, opt_flag, FIELD(retry_oom),
	  "out of memory: again with more, up to the budget", NULL },
	{ 0, "status", "FILE", opt_string, FIELD(status_file),
	  "write how it ended and what it used, as JSON", NULL },
	{ 0, "version", NULL, opt_flag, FIELD(version), "print the version and exit", NULL },
};

static const struct opt_group groups[] = {
	{ "Options", rows, ARRAY_SIZE(rows) },
	{ "Sandbox", options_sandbox_rows, OPTIONS_SANDBOX_N },
};
const struct opt_table wrap_options = { groups, ARRAY_SIZE(groups) };

int wrap_check_word(char **argv, char **command, struct iso_err *err)
{
	if (!*command || command == argv || str_eq(command[-1], "--") ||
	    !word_is_subcommand(*command))
		return 0;
	return iso_err_set(err, ISO_ERR_USAGE, 0,
			   "'%s' comes before its options (a program of that name: after --)",
			   *command);
}

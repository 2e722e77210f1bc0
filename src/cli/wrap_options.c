/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/wrap.h"

#include <errno.h>
#include <stdlib.h>

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

void wrap_values_fini(struct wrap_values *v)
{
	options_sandbox_fini(&v->sandbox);
	strv_free(v->environment);
}

int wrap_parse_environment(struct wrap_values *v, struct iso_err *err)
{
	const char *text = getenv("ISORUN_OPTIONS");
	char **words;
	int r;

	if (!text)
		return 0;
	r = strv_split_quoted(text, &v->environment);
	if (r == -EINVAL)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "ISORUN_OPTIONS: a quote is open: %s",
				   text);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "ISORUN_OPTIONS");
	if (!v->environment)
		return 0;
	r = opt_parse(&wrap_options, OPT_STOP_AT_WORD, v->environment, v, &words, err);
	if (r < 0)
		return iso_err_wrap(err, "ISORUN_OPTIONS");
	/* A runner would take a test that never ran for one that passed. */
	if (v->help || v->version || v->explain)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "ISORUN_OPTIONS: --help, --version and --explain run nothing, "
				   "and are for the command line");
	if (*words)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "ISORUN_OPTIONS: '%s' is no option",
				   *words);
	return 0;
}

int wrap_check_word(char **argv, char **command, struct iso_err *err)
{
	if (!*command || command == argv || str_eq(command[-1], "--") ||
	    !word_is_subcommand(*command))
		return 0;
	return iso_err_set(err, ISO_ERR_USAGE, 0,
			   "'%s' comes before its options (a program of that name: after --)",
			   *command);
}

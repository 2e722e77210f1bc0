/* SPDX-License-Identifier: Apache-2.0 */
/* cli/suite_args.h - sources, selection and sandboxes of a suite, as its subcommands name them. */
#ifndef CLI_SUITE_ARGS_H
#define CLI_SUITE_ARGS_H

#include "cli/opt.h"
#include "cli/options_sandbox.h"
#include "engine/prepare.h"
#include "model/test.h"
#include "suite/suite.h"

struct options_select {
	const char *names;  /* -k; NULL: all */
	const char *tags;   /* -m; NULL: all */
	enum source_granularity granularity;
	bool last_failed;   /* these are for suite_choose */
	bool failed_first;
	struct choose_shard shard;
	const char *quarantine; /* a file; NULL: the manifest's */
};

/* How the values of a command that takes sources begin. */
struct values_suite {
	bool help;
	struct options_sandbox sandbox;
	struct options_select select;
};

enum { OPTIONS_SELECT_N = 7 };
extern const struct opt options_select_rows[OPTIONS_SELECT_N];

/* A row of each command that recalls what tests took, into a const char *. */
opt_parse_fn opt_history_key;
#define OPT_HISTORY_KEY(offset)                                                            \
	{ 0, "history-key", "NAME", opt_history_key, offset,                                \
	  "name of the environment, such as debug", NULL }

/* The tests of the sources (none: the default), chosen by the options; both
 * results must be finished in any case.  No test left is an ISO_ERR_USAGE.
 * *ret_notes are sentences about the quarantine, the caller's to free; NULL: not wanted. */
int suite_args_load(char *const *sources, const struct options_select *select,
		    struct test_suite *ret, struct suite_settings *ret_settings,
		    char ***ret_notes, struct iso_err *err);

/* The sandboxes of a suite's tests: one, and one for each profile that a test
 * names for itself. */
struct suite_specs {
	struct prepared main;       /* its spec is that of tests without a profile */
	char **names;               /* profiles that tests name */
	struct prepared *others;    /* as long as names */
	size_t n_others;
};
void suite_specs_fini(struct suite_specs *s); /* accepts a zeroed one */

/* Profile, then the manifest's entries, then options.  Warns of contradictions
 * on standard error. */
int suite_specs_make(struct suite_specs *s, const char *runtime_dir,
		     const struct test_suite *suite, const struct suite_settings *settings,
		     const struct options_sandbox *options, struct iso_err *err);

/* Adds to each test's tokens and locks what its profile and the options say, finds out how many
 * tokens there are, and checks that no test wants more: ISO_ERR_USAGE.  elsewhere: a stated
 * number of gpus is that of another machine, and not bound by this one's list. */
int suite_tokens_apply(struct test_suite *suite, struct suite_specs *specs,
		       const struct suite_settings *settings,
		       const struct options_sandbox *options, bool elsewhere,
		       struct token_pools *ret, struct iso_err *err);

/* All that is known of a test's profile. */
struct prepared *suite_specs_prepared_of(struct suite_specs *s, const struct test *t);

/* For run_config: arg is the struct suite_specs. */
const struct spec *suite_specs_of(const struct test *t, void *arg);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* isorun shell: an interactive shell in the sandbox that a test gets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/host_prepare.h"
#include "cli/say.h"
#include "cli/suite_args.h"
#include "cli/suite_history.h"
#include "cli/wrap.h"
#include "sandbox/sandbox.h"
#include "sandbox/seccomp.h"
#include "suite/demand.h"
#include "suite/links.h"

struct shell_values {
	bool help;                      /* begins as struct values_sandbox */
	struct options_sandbox sandbox;
	bool explain;
};

static const struct opt rows[] = {
	{ 0, "explain", NULL, opt_flag, offsetof(struct shell_values, explain),
	  "print the steps of making it, and do nothing", NULL },
	OPT_HELP,
};
static const struct opt_group groups[] = {
	{ "Options", rows, ARRAY_SIZE(rows) },
	{ "Sandbox", options_sandbox_rows, OPTIONS_SANDBOX_N },
};
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

/* What the sandbox is made of; zeroed, it can be finished at any time. */
struct shell {
	const struct shell_values *values;
	char *runtime_dir;
	char *state_dir;
	char *workspace_dir;
	struct test_suite suite;
	struct suite_settings settings;
	struct suite_specs specs;
	const struct test *test;      /* NULL: the sandbox of a wrapped command */
	struct amounts amounts;       /* what that test holds by name */
	struct prepared command;      /* of that one */
	struct prepared *prepared;    /* the one that counts */
};

static void shell_fini(struct shell *s)
{
	prepared_fini(&s->command);
	suite_specs_fini(&s->specs);
	suite_settings_fini(&s->settings);
	test_suite_fini(&s->suite);
	free(s->runtime_dir);
	free(s->state_dir);
	free(s->workspace_dir);
}

static const char *test_id_at(size_t i, const void *arg)
{
	const struct test_suite *suite = arg;

	return suite->tests[i]->id;
}

static int no_such_test(const struct test_suite *suite, const char *id, struct iso_err *err)
{
	const char *near = NULL;
	size_t n = 0;

	iso_err_set(err, ISO_ERR_USAGE, 0, "no test is called '%s'", id);
	for (size_t i = 0; i < suite->n_tests; i++)
		if (strstr(suite->tests[i]->id, id) && n++ == 0)
			near = suite->tests[i]->id;
	if (n != 1)
		near = str_nearest(id, suite->n_tests, test_id_at, suite);
	if (near)
		return iso_err_hint(err, "did you mean '%s'?", near);
	return iso_err_hint(err, "'isorun list' shows their names; SOURCEs stand before the TEST");
}

/* The last word is the test, those before are sources. */
static int find_test(struct shell *s, char **words, struct iso_err *err)
{
	static const struct options_select all = { 0 };
	const size_t n = strv_len(words);
	char *id = words[n - 1];
	int r;

	words[n - 1] = NULL;
	r = suite_args_load(words, &all, &s->suite, &s->settings, NULL, err);
	words[n - 1] = id;
	for (size_t i = 0; r == 0 && i < s->suite.n_tests; i++)
		if (str_eq(s->suite.tests[i]->id, id))
			s->test = s->suite.tests[i];
	if (r == 0 && !s->test)
		r = no_such_test(&s->suite, id, err);
	if (r < 0)
		return r;
	/* What others want is not looked at. */
	s->suite.tests[0] = (struct test *)(uintptr_t)s->test;
	s->suite.n_tests = 1;
	return 0;
}

/* As a run would give it, as far as that is known before one. */
static void choose_memory(struct shell *s, struct spec *spec)
{
	struct history *history = suite_history_try(s->state_dir);
	const uint64_t budget = s->values->sandbox.budget_bytes ? s->values->sandbox.budget_bytes
								: s->settings.budget_bytes;
	const struct demand_rules rules = {
		.history = history,
		.suite = s->workspace_dir,
		.mem_bytes = spec->mem_bytes,
		.budget_bytes = budget ? budget : UINT64_MAX,
		.now_wall_ns = time_wall_ns(),
	};
	struct iso_err unread = ISO_ERR_INIT;
	struct demand demand = { 0 };
	int64_t expected_ns;

	(void)demand_choose(s->test, &rules, &demand, &expected_ns, &unread);
	spec->mem_bytes = demand.mem_bytes;
	history_close(history);
}

/* What the test has of its own beside its profile. */
static int add_own(struct shell *s, struct spec *spec)
{
	_cleanup_free_ char *command = str_shell_join(s->test->argv);
	int r = command ? 0 : -ENOMEM;

	spec->workspace = links_workspace(s->test, spec);
	for (char **name = s->test->env_unset; name && *name; name++)
		(void)unsetenv(*name);
	for (size_t i = 0; r == 0 && i < strv_len(s->test->env); i++)
		r = strv_add(&spec->env_set, s->test->env[i]);
	return r < 0 ? r : strv_addf(&spec->env_set, "ISORUN_COMMAND=%s", command);
}

static int choose_amounts(struct shell *s, struct iso_err *err)
{
	struct token_pools have;
	int r = suite_tokens_apply(&s->suite, &s->specs, &s->settings, &s->values->sandbox, false,
				   &have, err);
	const struct demand *demand = &s->test->demand;
	const struct amounts_wanted wanted = {
		.tokens = demand->tokens,
		.locks = demand->locks,
		.shared_locks = demand->shared_locks,
		.lock_scope = suite_lock_scope(s->workspace_dir),
		.have = &have,
	};

	return r < 0 ? r : amounts_fill(&wanted, &s->amounts, err);
}

static int prepare_test(struct shell *s, struct iso_err *err)
{
	const char *dir = s->settings.workspace_dir ? s->settings.workspace_dir : ".";
	int r = path_absolute(dir, &s->workspace_dir);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read the working directory");
	r = suite_specs_make(&s->specs, s->runtime_dir, &s->suite, &s->settings,
			     &s->values->sandbox, err);
	if (r < 0)
		return r;
	r = choose_amounts(s, err);
	if (r < 0)
		return r;
	s->prepared = suite_specs_prepared_of(&s->specs, s->test);
	choose_memory(s, &s->prepared->spec);
	r = add_own(s, &s->prepared->spec);
	return r < 0 ? iso_err_set(err, ISO_ERR_INTERNAL, r, "environment") : 0;
}

static int prepare_command(struct shell *s, struct wrap *wrap, struct iso_err *err)
{
	const struct options_sandbox *options = &s->values->sandbox;
	_cleanup_free_ char *policy = NULL;
	int r = options_sandbox_policy(options, &policy, err);

	if (r == 0)
		r = host_prepare(s->runtime_dir, options->profile, policy, &s->command, err);
	s->prepared = wrap->prepared = &s->command;
	if (r == 0)
		r = wrap_apply(wrap, err);
	if (r == 0)
		r = sbx_resolve_user(&s->command.spec, err);
	wrap_spec_defaults(&s->command.spec);
	return r;
}

static bool is_asked_for(const struct shell *s, const char *option)
{
	const struct spec_changes *changes = &s->values->sandbox.changes;

	for (size_t i = 0; i < changes->n; i++)
		if (str_eq(changes->list[i].opt->name, option))
			return true;
	return false;
}

/* Somebody who looks around needs no time limit, unless asked for. */
static void drop_timeout(const struct shell *s)
{
	if (!is_asked_for(s, "timeout"))
		s->prepared->spec.timeout_ns = 0;
	if (!is_asked_for(s, "timeout-total"))
		s->prepared->spec.timeout_total_ns = 0;
}

static void greet(const struct shell *s)
{
	static const char *const fates[] = {
		[SPEC_TREE_SHARED] = "stays",
		[SPEC_TREE_OVERLAY] = "is lost at its end",
		[SPEC_TREE_READONLY] = "is refused",
	};
	const struct spec *spec = &s->prepared->spec;
	const bool keeps = spec->workspace == SPEC_TREE_OVERLAY && strv_len(spec->keep);
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (s->test)
		buf_addf(&b, "test '%s'", s->test->id);
	else
		buf_adds(&b, "a wrapped command");
	say("a shell in the sandbox of %s; what is written below '%s' %s%s", buf_str(&b),
	    s->workspace_dir, fates[spec->workspace], keeps ? ", but for what is kept" : "");
	if (s->test)
		say("to run the test: sh -c \"$ISORUN_COMMAND\"");
}

static int run_shell(struct shell *s, const struct wrap *wrap)
{
	struct spec *spec = &s->prepared->spec;

	spec->tty = true;
	drop_timeout(s);
	if (!wrap->values->explain)
		greet(s);
	return wrap_run(wrap);
}

static int shell(const struct shell_values *v, char **words)
{
	static char sh[] = "sh";
	char *program = getenv("SHELL");
	char *argv[] = { program && *program ? program : sh, NULL };
	const struct wrap_values values = { .sandbox = v->sandbox, .explain = v->explain };
	struct shell s = { .values = v };
	struct wrap_test test = { .run = "shell" };
	struct wrap wrap = {
		.values = &values,
		.command = argv,
		.name_refusal = seccomp_name_refusal,
		.interactive = true,
	};
	struct iso_err err = ISO_ERR_INIT;
	int status;
	int r = host_runtime_dir(&s.runtime_dir, &err);

	if (r == 0)
		r = host_state_dir(&s.state_dir, &err);
	if (r == 0 && *words) {
		r = find_test(&s, words, &err);
		if (r == 0)
			r = prepare_test(&s, &err);
	} else if (r == 0) {
		r = prepare_command(&s, &wrap, &err);
		if (r == 0 && path_absolute(".", &s.workspace_dir) < 0)
			r = iso_err_set(&err, ISO_ERR_HOST, errno, "read the working directory");
	}
	wrap.runtime_dir = s.runtime_dir;
	wrap.prepared = s.prepared;
	if (r == 0 && s.test) {
		test.id = s.test->id;
		test.cwd = s.test->cwd;
		test.workspace = s.workspace_dir;
		test.amounts = &s.amounts;
		wrap.test = &test;
	}
	status = r < 0 ? say_fault(&err) : run_shell(&s, &wrap);
	shell_fini(&s);
	return status;
}

static int run(char **argv)
{
	struct shell_values v = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	char **words;
	int status;
	int r = command_parse(&cmd_shell, 0, argv, &v, &words, &err);

	if (r < 0)
		status = say_fault(&err);
	else
		status = r > 0 ? 0 : shell(&v, words);
	options_sandbox_fini(&v.sandbox);
	return status;
}

const struct command cmd_shell = {
	.name = "shell",
	.words = "[[SOURCE...] TEST]",
	.summary = "an interactive shell in the sandbox that a test gets",
	.options = &table,
	.run = run,
};

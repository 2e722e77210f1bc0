/* SPDX-License-Identifier: Apache-2.0 */
/* isorun history: what past attempts of this project's tests took, and what becomes of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/history_tell.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "cli/suite_history.h"
#include "history/transfer.h"
#include "suite/rundir.h"

enum { ROWS_SHOWN = 50 };

struct history_values {
	bool help;
	int order; /* enum history_order; -1: not given */
	const char *since;
	bool runs;
	bool json;
	int64_t older_ns; /* 0: not given */
	unsigned keep_runs;
	bool all_projects;
};

/* The rows are three names of one choice: the last that is given wins. */
static int opt_order(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	(void)value, (void)err;
	*(int *)field = *(const enum history_order *)o->data;
	return 0;
}

#define FIELD(member) offsetof(struct history_values, member)
#define ORDER(name, which, help)                                                           \
	{ 0, name, NULL, opt_order, FIELD(order), help, &(const enum history_order){ which } }

static const struct opt rows[] = {
	ORDER("flaky", HISTORY_FLAKY, "passed and failed, by how often they fail"),
	OPT_HELP,
	{ 0, "json", NULL, opt_flag, FIELD(json), "one JSON object on standard output", NULL },
	ORDER("largest", HISTORY_LARGEST, "tests by their memory"),
	{ 0, "runs", NULL, opt_flag, FIELD(runs),
	  "the newest runs, by the names that --since takes", NULL },
	{ 0, "since", "RUN", opt_string, FIELD(since),
	  "what fails, is slower or larger since that run", NULL },
	ORDER("slowest", HISTORY_SLOWEST, "tests by their time (the default)"),
};
static const struct opt prune_rows[] = {
	{ 0, "all-projects", NULL, opt_flag, FIELD(all_projects),
	  "not only of the working directory's", NULL },
	{ 0, "keep-runs", "N", opt_count, FIELD(keep_runs), "all but the newest N of a project",
	  NULL },
	{ 0, "older-than", "TIME", opt_time, FIELD(older_ns), "what began longer ago, such as 30d",
	  NULL },
};
static const struct opt_group groups[] = {
	{ "Options", rows, ARRAY_SIZE(rows) },
	{ "Of prune", prune_rows, ARRAY_SIZE(prune_rows) },
};
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

/* What every verb is handed. */
struct asked {
	const struct history_values *values;
	const char *word;    /* the test, or the file */
	const char *state_dir;
	const char *project;
	struct history *history;
};

static int printed(int r, struct iso_err *err)
{
	return r < 0 ? iso_err_set(err, ISO_ERR_INTERNAL, r, "print the history") : 0;
}

static int show_test(const struct asked *a, struct iso_err *err)
{
	_cleanup_free_ struct history_attempt *attempts = NULL;
	size_t n = 0;
	int r = history_of_test(a->history, a->project, a->word, NULL, ROWS_SHOWN, &attempts, &n,
				err);

	if (r < 0)
		return r;
	if (!n)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "test '%s': no past attempt in project '%s'", a->word,
				   a->project);
	if (a->values->json)
		return printed(history_tell_attempts_json(a->project, a->word, attempts, n), err);
	history_tell_attempts(attempts, n);
	return 0;
}

static int show_tests(const struct asked *a, struct iso_err *err)
{
	const enum history_order order =
		a->values->order < 0 ? HISTORY_SLOWEST : (enum history_order)a->values->order;
	struct history_test *tests = NULL;
	size_t n = 0;
	int r = history_tests(a->history, a->project, order, ROWS_SHOWN, &tests, &n, err);

	if (r < 0)
		return r;
	if (a->values->json)
		r = printed(history_tell_tests_json(a->project, tests, n), err);
	else
		history_tell_tests(tests, n, order == HISTORY_FLAKY);
	history_tests_free(tests, n);
	return r;
}

static int show_since(const struct asked *a, struct iso_err *err)
{
	const char *run = a->values->since;
	struct history_change *changes = NULL;
	size_t n_since = 0;
	size_t n = 0;
	int r = history_since(a->history, a->project, run, &changes, &n, &n_since, err);

	if (r < 0)
		return r;
	if (a->values->json)
		r = printed(history_tell_changes_json(a->project, run, n_since, changes, n), err);
	else
		history_tell_changes(run, n_since, changes, n);
	history_changes_free(changes, n);
	return r;
}

static int show_runs(const struct asked *a, struct iso_err *err)
{
	struct history_run *runs = NULL;
	size_t n = 0;
	int r = history_runs(a->history, a->project, ROWS_SHOWN, &runs, &n, err);

	if (r < 0)
		return r;
	if (a->values->json)
		r = printed(history_tell_runs_json(a->project, a->state_dir, runs, n), err);
	else
		history_tell_runs(a->state_dir, runs, n);
	history_runs_free(runs, n);
	return r;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static int export_file(const struct asked *a, struct iso_err *err)
{
	size_t n = 0;
	int r = history_export(a->history, a->project, a->word, &n, err);

	if (r == 0)
		printf("%s: %zu attempt%s\n", a->word, n, plural(n));
	return r;
}

static int import_file(const struct asked *a, struct iso_err *err)
{
	size_t n = 0;
	int r = history_import(a->history, a->project, a->word, &n, err);

	if (r == 0)
		printf("%s: %zu new attempt%s\n", a->word, n, plural(n));
	return r;
}

static int prune(const struct asked *a, struct iso_err *err)
{
	const struct history_values *v = a->values;
	const char *project = v->all_projects ? NULL : a->project;
	const int64_t now_ns = time_wall_ns();
	const int64_t before_ns = !v->older_ns || v->older_ns > now_ns ? INT64_MIN
								       : now_ns - v->older_ns;
	const struct rundir_prune_rule rule = { project, before_ns, v->keep_runs };
	struct rundir_pruned runs = { 0, 0 };
	size_t n = 0;
	int r = history_prune(a->history, project, before_ns, v->keep_runs, &n, err);

	if (r == 0)
		r = rundir_prune(a->state_dir, &rule, &runs, err);
	if (r < 0)
		return r;
	printf("forgot %zu attempt%s, removed %zu run%s", n, plural(n), runs.removed,
	       plural(runs.removed));
	if (runs.kept_running)
		printf("; %zu that still run%s stay%s", runs.kept_running,
		       runs.kept_running == 1 ? "s" : "", runs.kept_running == 1 ? "s" : "");
	printf("\n");
	return 0;
}

typedef int verb_fn(const struct asked *a, struct iso_err *err);

static int refuse(const char *what, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_USAGE, 0, "history %s", what);
}

static int choose_verb(const struct history_values *v, char *const *words, verb_fn **ret,
		       const char **ret_word, struct iso_err *err)
{
	const bool views = v->order >= 0 || v->since || v->runs || v->json;
	const bool prunes = v->older_ns || v->keep_runs || v->all_projects;
	const bool moves = str_eq(words[0], "export") || str_eq(words[0], "import");

	*ret_word = words[0];
	if (str_eq(words[0], "prune")) {
		*ret = prune;
		if (words[1] || views)
			return refuse("prune takes what to keep and nothing else", err);
		if (!v->older_ns && !v->keep_runs)
			return refuse("prune needs --older-than TIME or --keep-runs N", err);
		return 0;
	}
	if (prunes)
		return refuse("has --older-than, --keep-runs and --all-projects for prune only",
			      err);
	if (moves) {
		*ret = str_eq(words[0], "export") ? export_file : import_file;
		*ret_word = words[1];
		if (!words[1])
			return refuse("export and import need a file", err);
		return words[2] || views ? refuse("export and import take one file", err) : 0;
	}
	if (words[0] && (words[1] || v->order >= 0 || v->since || v->runs))
		return refuse("takes the name of one test, or an order of all", err);
	if ((v->order >= 0) + (v->since != NULL) + v->runs > 1)
		return refuse("takes an order of all tests, --since or --runs", err);
	*ret = words[0] ? show_test : v->since ? show_since : v->runs ? show_runs : show_tests;
	return 0;
}

/* Damage that shows in use: what is there from now on is empty. */
static int run_verb(verb_fn *verb, const struct asked *a, struct iso_err *err)
{
	_cleanup_free_ char *note = NULL;
	int r = verb(a, err);

	if (r != -EBADMSG || verb == import_file)
		return r;
	r = history_set_aside(a->history, &note, err);
	if (r == 0 && note)
		say("warning: %s", note);
	return r < 0 ? r : verb(a, err);
}

static int work(const struct history_values *v, char *const *words, struct iso_err *err)
{
	_cleanup_free_ char *state_dir = NULL;
	_cleanup_free_ char *project = NULL;
	struct asked a = { .values = v };
	verb_fn *verb = show_tests;
	int r = choose_verb(v, words, &verb, &a.word, err);

	if (r == 0)
		r = host_state_dir(&state_dir, err);
	if (r < 0)
		return r;
	r = path_absolute(".", &project);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read the working directory");
	a.state_dir = state_dir;
	a.project = project;
	r = suite_history_open(state_dir, &a.history, err);
	if (r < 0)
		return r;
	r = run_verb(verb, &a, err);
	history_close(a.history);
	return r;
}

static int run(char **argv)
{
	struct history_values v = { .order = -1 };
	struct iso_err err = ISO_ERR_INIT;
	char **words;
	int r = command_parse(&cmd_history, 0, argv, &v, &words, &err);

	if (r > 0)
		return 0;
	if (r == 0)
		r = work(&v, words, &err);
	return r < 0 ? say_fault(&err) : 0;
}

const struct command cmd_history = {
	.name = "history",
	.words = "[TEST | export FILE | import FILE | prune]",
	.summary = "what past attempts of this project's tests took",
	.options = &table,
	.run = run,
};

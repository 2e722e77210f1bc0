/* SPDX-License-Identifier: Apache-2.0 */
/* isorun list: the tests of the sources, with what each would be admitted with. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "cli/suite_args.h"
#include "cli/suite_choose.h"
#include "cli/suite_history.h"
#include "suite/demand.h"
#include "suite/history_key.h"
#include "suite/links.h"

struct list_values {
	bool help;                      /* begins as struct values_suite */
	struct options_sandbox sandbox; /* no row fills it in */
	struct options_select select;
	const char *history_key;
	bool json;
};

static const struct opt rows[] = {
	OPT_HELP,
	OPT_HISTORY_KEY(offsetof(struct list_values, history_key)),
	{ 0, "json", NULL, opt_flag, offsetof(struct list_values, json),
	  "one JSON object on standard output", NULL },
};
static const struct opt_group groups[] = {
	{ "Options", rows, ARRAY_SIZE(rows) },
	{ "Which tests", options_select_rows, OPTIONS_SELECT_N },
};
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

/* Zeroed, it can be finished at any time. */
struct listing {
	const struct list_values *values;
	struct test_suite suite;
	struct suite_settings settings;
	struct suite_specs specs;
	struct history *history;
	char *runtime_dir;
	char *state_dir;
	char *project;
};

/* One test and what is known of it. */
struct listed {
	const struct test *test;
	struct demand demand;  /* mem_bytes 0: nobody knows */
	int64_t expected_ns;   /* 0: nobody knows */
	enum spec_tree workspace;
};

static struct json *json_strv(char *const *v)
{
	struct json *list = json_array();

	for (size_t i = 0; i < strv_len(v); i++)
		json_add_str(list, v[i]);
	return list;
}

static struct json *json_tests(struct test *const *tests)
{
	struct json *list = json_array();

	for (; tests && *tests; tests++)
		json_add_str(list, (*tests)->id);
	return list;
}

static const char *const trees[SPEC_TREE_COUNT] = {
	[SPEC_TREE_SHARED] = "shared",
	[SPEC_TREE_OVERLAY] = "overlay",
	[SPEC_TREE_READONLY] = "readonly",
};

static struct json *to_json(const struct listed *l)
{
	const struct test *t = l->test;
	_cleanup_free_ char *command = str_shell_join(t->argv);
	struct json *j = json_object();

	json_set_str(j, "test", t->id);
	json_set_str(j, "command", command);
	json_set(j, "argv", json_strv(t->argv));
	json_set_str(j, "cwd", t->cwd);
	json_set_str(j, "origin", t->origin);
	json_set_str(j, "profile", t->profile);
	json_set_str(j, "quarantine", t->quarantine);
	json_set(j, "tags", json_strv(t->tags));
	json_set(j, "locks", json_strv(t->demand.locks));
	json_set(j, "shared_locks", json_strv(t->demand.shared_locks));
	json_set(j, "tokens", json_strv(t->demand.tokens));
	json_set_bool(j, "exclusive", t->demand.exclusive);
	if (l->demand.mem_bytes) {
		json_set_u64(j, "mem_bytes", l->demand.mem_bytes);
		json_set_str(j, "mem_origin", demand_origin_name(l->demand.mem_origin));
	}
	if (l->demand.cpus_milli)
		json_set_int(j, "cpus_milli", l->demand.cpus_milli);
	if (l->expected_ns)
		json_set_int(j, "expected_ns", l->expected_ns);
	if (t->timeout_ns > 0)
		json_set_int(j, "timeout_ns", t->timeout_ns);
	if (t->priority)
		json_set_int(j, "priority", t->priority);
	json_set_bool(j, "will_fail", t->expectation != TEST_MUST_PASS);
	json_set_str(j, "disabled", t->disabled);
	json_set_str(j, "unable", t->unable);
	json_set(j, "required_files", json_strv(t->required_files));
	json_set(j, "depends", json_tests(t->depends));
	json_set(j, "after", json_tests(t->after));
	json_set_str(j, "workspace", trees[l->workspace]);
	return j;
}

static int print_json(const struct listed *list, size_t n, struct iso_err *err)
{
	struct json *top = json_object();
	struct json *tests = json_array();
	_cleanup_free_ char *text = NULL;
	int r;

	for (size_t i = 0; i < n; i++)
		json_add(tests, to_json(&list[i]));
	json_set(top, "tests", tests);
	r = json_dump(top, true, &text);
	json_free(top);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, r, "list the tests");
	puts(text);
	return 0;
}

/* A few by name, the rest by their number. */
static void print_tests(const char *word, struct test *const *tests)
{
	enum { SHOWN = 4 };
	size_t n = 0;

	while (tests && tests[n])
		n++;
	for (size_t i = 0; i < n && i < SHOWN; i++)
		printf("%s%s", i ? ", " : word, tests[i]->id);
	if (n > SHOWN)
		printf(" and %zu more", n - SHOWN);
}

/* What is to be known of it beside its numbers. */
static void print_notes(const struct listed *l)
{
	static const char *const begin = "\n                                 ";
	const struct test *t = l->test;

	if (t->tags && *t->tags)
		fputs(begin, stdout);
	for (char **tag = t->tags; tag && *tag; tag++)
		printf("%s%s", tag == t->tags ? "  tags " : ", ", *tag);
	if (t->disabled || t->unable)
		printf("%s  %s", begin, t->disabled ? t->disabled : t->unable);
	if (t->depends || t->after)
		fputs(begin, stdout);
	print_tests("  depends on ", t->depends);
	print_tests("  after ", t->after);
	if (t->linked)
		printf("%s  workspace %s", begin, trees[l->workspace]);
	if (t->expectation != TEST_MUST_PASS)
		printf("%s  is to fail", begin);
	putchar('\n');
}

static void print_lines(const struct listed *list, size_t n)
{
	char mem[NUM_TEXT];
	char wall[NUM_TEXT];

	printf("%8s  %-9s  %8s  %s\n", "MEMORY", "FROM", "TIME", "TEST");
	for (size_t i = 0; i < n; i++) {
		const struct listed *l = &list[i];

		printf("%8s  %-9s  %8s  %s",
		       l->demand.mem_bytes ? num_format_size(mem, l->demand.mem_bytes) : "-",
		       l->demand.mem_bytes ? demand_origin_name(l->demand.mem_origin) : "-",
		       l->expected_ns ? num_format_time(wall, l->expected_ns) : "-",
		       l->test->id);
		print_notes(l);
	}
}

/* Without a budget at hand a test that nobody knows has no number here: its
 * share depends on the host at the time of the run. */
static void fill(struct listed *list, const struct listing *l)
{
	const struct suite_settings *settings = &l->settings;
	const char *stated = l->values->history_key;
	char key[HISTORY_KEY_MAX];
	struct demand_rules rules = {
		.history = l->history,
		.suite = l->project,
		.key = key,
		.budget_bytes = settings->budget_bytes ? settings->budget_bytes : UINT64_MAX,
		.now_wall_ns = time_wall_ns(),
	};

	for (size_t i = 0; i < l->suite.n_tests; i++) {
		const struct test *t = l->suite.tests[i];
		const struct spec *spec = suite_specs_of(t, (void *)&l->specs);
		struct iso_err unread = ISO_ERR_INIT;

		list[i].test = t;
		list[i].workspace = links_workspace(t, spec);
		rules.mem_bytes = spec->mem_bytes;
		history_key_of(t, spec, stated ? stated : settings->history_key, key);
		(void)demand_choose(t, &rules, &list[i].demand, &list[i].expected_ns, &unread);
	}
}

static int load(struct listing *l, char *const *sources, struct iso_err *err)
{
	const struct list_values *v = l->values;
	_cleanup_strv_ char **notes = NULL;
	size_t n_first;
	int r = suite_args_load(sources, &v->select, &l->suite, &l->settings, &notes,
				err);

	if (r == 0)
		r = host_runtime_dir(&l->runtime_dir, err);
	if (r == 0)
		r = host_state_dir(&l->state_dir, err);
	if (r == 0)
		r = suite_specs_make(&l->specs, l->runtime_dir, &l->suite, &l->settings,
				     &v->sandbox, err);
	if (r < 0)
		return r;
	for (char **note = notes; note && *note; note++)
		say("warning: %s", *note);
	r = path_absolute(l->settings.workspace_dir ? l->settings.workspace_dir : ".",
			  &l->project);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "list the tests");
	l->history = suite_history_try(l->state_dir);
	return suite_choose(&v->select, l->history, l->project, false, &l->suite, &n_first, err);
}

static int show(const struct listing *l, struct iso_err *err)
{
	_cleanup_free_ struct listed *list = calloc(l->suite.n_tests + 1, sizeof(*list));

	if (!list)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "list the tests");
	fill(list, l);
	if (l->values->json)
		return print_json(list, l->suite.n_tests, err);
	print_lines(list, l->suite.n_tests);
	return 0;
}

static void listing_fini(struct listing *l)
{
	history_close(l->history);
	suite_specs_fini(&l->specs);
	suite_settings_fini(&l->settings);
	test_suite_fini(&l->suite);
	free(l->runtime_dir);
	free(l->state_dir);
	free(l->project);
}

static int run(char **argv)
{
	struct list_values v = { 0 };
	struct listing l = { .values = &v };
	struct iso_err err = ISO_ERR_INIT;
	char **sources;
	int r = command_parse(&cmd_list, 0, argv, &v, &sources, &err);

	suite_settings_init(&l.settings);
	if (r == 0)
		r = load(&l, sources, &err);
	if (r == 0)
		r = show(&l, &err);
	listing_fini(&l);
	return r < 0 ? say_fault(&err) : 0;
}

const struct command cmd_list = {
	.name = "list",
	.words = "[SOURCE...]",
	.summary = "the tests of the sources, with what each is thought to need",
	.options = &table,
	.run = run,
};

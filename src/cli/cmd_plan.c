/* SPDX-License-Identifier: Apache-2.0 */
/* isorun plan: what would run when, how long it would take, here or elsewhere, and why. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/loop.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cgroup/cgroup.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/plan_recall.h"
#include "cli/plan_tell.h"
#include "cli/say.h"
#include "cli/suite_args.h"
#include "cli/suite_choose.h"
#include "cli/suite_history.h"
#include "planner/predict.h"
#include "report/out.h"
#include "report/schedule.h"
#include "suite/demand.h"
#include "suite/history_key.h"
#include "suite/links.h"

struct plan_values {
	bool help;                      /* begins as struct values_suite */
	struct options_sandbox sandbox; /* of it only the budget and what there is */
	struct options_select select;
	unsigned jobs;                  /* 0: not given */
	unsigned cpus;                  /* 0: this machine's */
	const char *history_key;
	const char *html_file;
	const char *svg_file;
	bool json;
};

#define FIELD(member) offsetof(struct plan_values, member)

static const struct opt rows[] = {
	{ 0, "budget", "SIZE", opt_budget, FIELD(sandbox.budget_bytes),
	  "with that much memory for all (default: as here)", NULL },
	{ 0, "cpus", "N", opt_count, FIELD(cpus), "on so many cpus (default: as here)", NULL },
	{ 0, "have", "NAME=N", opt_have, FIELD(sandbox.have),
	  "with so many tokens of that name", NULL },
	OPT_HELP,
	OPT_HISTORY_KEY(FIELD(history_key)),
	{ 0, "html", "FILE", opt_string, FIELD(html_file),
	  "write a page with a picture; - is stdout", NULL },
	{ 'j', "jobs", "N", opt_count, FIELD(jobs),
	  "tests at once at most (default: as the suite)", NULL },
	{ 0, "json", NULL, opt_flag, FIELD(json), "one JSON object on standard output", NULL },
	{ 0, "svg", "FILE", opt_string, FIELD(svg_file),
	  "write the picture alone; - is standard output", NULL },
};
static const struct opt_group groups[] = {
	{ "Options", rows, ARRAY_SIZE(rows) },
	{ "Which tests", options_select_rows, OPTIONS_SELECT_N },
};
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

/* All that a plan holds; zeroed, it can be finished at any time. */
struct planning {
	const struct plan_values *values;
	struct test_suite suite;
	struct suite_settings settings;
	struct suite_specs specs;
	struct token_pools tokens;
	struct history *history;
	char *runtime_dir;
	char *state_dir;
	char *project;
	size_t n_first;                 /* of the suite: they start first */
	struct budget budget;
	struct forecast forecast;
	struct plan_links *links;
};

static void planning_fini(struct planning *p)
{
	schedule_fini(&p->forecast.schedule);
	plan_links_free(p->links);
	free(p->forecast.tests);
	free(p->forecast.names);
	free(p->forecast.whatif);
	history_close(p->history);
	suite_specs_fini(&p->specs);
	suite_settings_fini(&p->settings);
	test_suite_fini(&p->suite);
	free(p->runtime_dir);
	free(p->state_dir);
	free(p->project);
}

/* Who is never launched takes no time. */
static void drop_idle(struct test_suite *suite)
{
	size_t kept = 0;

	for (size_t i = 0; i < suite->n_tests; i++)
		if (!suite->tests[i]->disabled && !suite->tests[i]->unable)
			suite->tests[kept++] = suite->tests[i];
	suite->n_tests = kept;
}

static int load(struct planning *p, char *const *sources, struct iso_err *err)
{
	const struct plan_values *v = p->values;
	int r = suite_args_load(sources, &v->select, &p->suite, &p->settings, NULL, err);

	drop_idle(&p->suite);
	if (r == 0)
		r = host_runtime_dir(&p->runtime_dir, err);
	if (r == 0)
		r = host_state_dir(&p->state_dir, err);
	if (r < 0)
		return r;
	r = path_absolute(p->settings.workspace_dir ? p->settings.workspace_dir : ".",
			  &p->project);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read the working directory");
	p->history = suite_history_try(p->state_dir);
	r = suite_choose(&v->select, p->history, p->project, v->json, &p->suite, &p->n_first, err);
	if (r < 0)
		return r;
	r = suite_specs_make(&p->specs, p->runtime_dir, &p->suite, &p->settings, &v->sandbox, err);
	if (r < 0)
		return r;
	return suite_tokens_apply(&p->suite, &p->specs, &p->settings, &v->sandbox, v->sandbox.have,
				  &p->tokens, err);
}

/* A stated budget is another machine's, and taken at its word; whether tests grow at
 * their limit is this one's in any case. */
static int ask_host(struct planning *p, struct iso_err *err)
{
	const struct engine_config config = {
		.runtime_dir = p->runtime_dir,
		.scratch_dir = host_scratch_dir,
		.nested = host_is_nested(),
		.budget_bytes = p->settings.budget_bytes,
		.budget_from = p->settings.budget_from,
		.prepared = &p->specs.main,
	};
	struct engine *engine = NULL;
	struct loop *loop = NULL;
	int r = loop_open(&loop);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "make an event loop");
	r = engine_open(loop, &config, &engine, err);
	if (r == 0)
		p->forecast.options.grows = engine_can_grow(engine);
	if (r == 0 && !p->values->sandbox.budget_bytes)
		r = engine_budget(engine, &p->budget, err);
	engine_close(engine);
	loop_close(loop);
	return r;
}

static int find_budget(struct planning *p, struct iso_err *err)
{
	const uint64_t stated = p->values->sandbox.budget_bytes;
	const int r = ask_host(p, err);

	if (r < 0 || !stated)
		return r;
	p->budget.bytes = stated;
	(void)snprintf(p->budget.from, sizeof(p->budget.from), "--budget");
	return 0;
}

/* What will be true of a test: its newest attempts.  The planner expects a median
 * over a longer past; a machine that is busier or faster than yesterday shows in
 * the last few runs first. */
static void recall_newest(struct planning *p, const struct test *t,
			  const struct demand_rules *rules, struct plan_sim_test *test)
{
	enum { NEWEST = 3 };
	_cleanup_free_ struct history_attempt *attempts = NULL;
	struct predict_sample samples[NEWEST];
	struct iso_err unread = ISO_ERR_INIT;
	const bool elsewhere = test->item.demand.mem_origin == DEMAND_ELSEWHERE;
	size_t n = 0;

	if (!p->history ||
	    history_of_test(p->history, p->project, t->id, elsewhere ? NULL : rules->key, NEWEST,
			    &attempts, &n, &unread) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		samples[i] = (struct predict_sample){
			.wall_ns = attempts[i].wall_ns,
			.oom = attempts[i].outcome == OUTCOME_OUT_OF_MEMORY,
		};
	test->wall_ns = predict_wall(samples, n);
	if (n && samples[0].oom) /* what it would be given next, for all that is known */
		test->mem_bytes = 2 * attempts[0].mem_limit_bytes;
	else if (n)
		test->mem_bytes = attempts[0].mem_working_bytes ? attempts[0].mem_working_bytes
								: attempts[0].mem_peak_bytes;
}

static int find_families(struct planning *p)
{
	struct forecast *f = &p->forecast;
	_cleanup_free_ const char **programs = calloc(f->n + 1, sizeof(*programs));
	_cleanup_free_ size_t *first = calloc(f->n + 1, sizeof(*first));

	if (!programs || !first)
		return -ENOMEM;
	for (size_t i = 0; i < f->n; i++)
		programs[i] = p->suite.tests[i]->program;
	if (str_first_equal(programs, f->n, first) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < f->n; i++)
		f->tests[i].family = (uint32_t)first[i];
	return 0;
}

static void choose_demand(struct planning *p, size_t i, struct demand_rules *rules)
{
	const struct test *t = p->suite.tests[i];
	const struct spec *spec = suite_specs_of(t, &p->specs);
	struct plan_sim_test *test = &p->forecast.tests[i];
	struct iso_err unread = ISO_ERR_INIT;
	char key[HISTORY_KEY_MAX];

	rules->mem_bytes = spec->mem_bytes;
	rules->cpus_milli = spec->cpus_milli;
	rules->key = key;
	history_key_of(t, spec, p->values->history_key ? p->values->history_key
						       : p->settings.history_key, key);
	(void)demand_choose(t, rules, &test->item.demand, &test->item.expected_ns, &unread);
	test->item.priority = t->priority;
	recall_newest(p, t, rules, test);
	test->item.first = i < p->n_first;
	rules->key = NULL;
	p->forecast.names[i] = t->id;
}

/* As the suite would at its start. */
static int choose_demands(struct planning *p)
{
	const struct plan_values *v = p->values;
	struct forecast *f = &p->forecast;
	struct plan_limits *limits = &f->options.limits;
	const unsigned jobs = v->jobs ? v->jobs : p->settings.jobs;

	f->n = p->suite.n_tests;
	f->tests = calloc(f->n + 1, sizeof(*f->tests));
	f->names = calloc(f->n + 1, sizeof(char *));
	if (!f->tests || !f->names)
		return -ENOMEM;
	limits->cpus = v->cpus ? v->cpus : cg_count_cpus();
	limits->budget_bytes = p->budget.bytes;
	limits->tokens = &p->tokens;
	f->budget_from = p->budget.from;
	f->options.share_bytes = plan_start(plan_share(p->budget.bytes, jobs, limits->cpus),
					    p->specs.main.place.version != CG_NONE);

	struct demand_rules rules = {
		.history = p->history,
		.suite = p->project,
		.share_bytes = f->options.share_bytes,
		.budget_bytes = p->budget.bytes,
		.now_wall_ns = time_wall_ns(),
	};

	for (size_t i = 0; i < f->n; i++)
		choose_demand(p, i, &rules);
	limits->jobs = jobs;
	return find_families(p);
}

static unsigned jobs_of(const struct forecast *f, const struct plan_item *items)
{
	return f->options.limits.jobs ? f->options.limits.jobs
				      : plan_jobs(items, f->n, f->options.limits.cpus);
}

/* What nobody knows gets a number here; *ret: jobs that one more cpu brings. */
static int guess(struct forecast *f, unsigned *ret_jobs_a_cpu)
{
	_cleanup_free_ struct plan_item *items = calloc(f->n + 1, sizeof(*items));
	const bool said = f->options.limits.jobs > 0;

	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < f->n; i++)
		items[i] = f->tests[i].item;
	f->guess_ns = plan_median_ns(items, f->n, NSEC_PER_SEC);
	f->options.limits.jobs = jobs_of(f, items);
	f->options.follows = !said;
	*ret_jobs_a_cpu = said ? 0 : f->options.limits.jobs / f->options.limits.cpus;
	for (size_t i = 0; i < f->n; i++) {
		struct plan_sim_test *t = &f->tests[i];

		f->n_no_time += t->item.expected_ns == 0;
		f->n_no_cpus += t->item.demand.cpus_milli == 0;
		if (!t->wall_ns)
			t->wall_ns = t->item.expected_ns ? t->item.expected_ns : f->guess_ns;
	}
	return 0;
}

static int foresee(struct planning *p, struct iso_err *err)
{
	struct forecast *f = &p->forecast;
	unsigned jobs_a_cpu = 0;
	int r = links_of(&p->suite, &p->links, err);

	if (r < 0)
		return r;
	f->options.links = p->links;
	r = choose_demands(p);
	if (r == 0)
		r = guess(f, &jobs_a_cpu);
	if (r == 0)
		plan_recall_own(p->state_dir, &f->options);
	if (r == 0)
		r = plan_simulate(f->tests, f->n, &f->options, &f->schedule);
	if (r == 0)
		r = plan_bounds_find(f->tests, f->n, &f->options, &f->bounds);
	if (r == 0)
		r = plan_whatif(f->tests, f->n, &f->options, jobs_a_cpu, &f->whatif, &f->n_whatif);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "plan") : 0;
}

static int write_file(const char *option, const char *path, const char *text, struct iso_err *err)
{
	_cleanup_close_ int fd = -1;
	int r = out_open(option, path, &fd, err);

	if (r < 0)
		return r;
	r = fs_write_all(fd, text, strlen(text));
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "write '%s'", path) : 0;
}

static int draw(const struct planning *p, const char *text, struct iso_err *err)
{
	const struct plan_values *v = p->values;
	const struct schedule_view view = { &p->forecast.schedule, p->forecast.names };
	_cleanup_buf_ struct buf title = BUF_INIT;
	_cleanup_free_ char *svg = NULL;
	_cleanup_free_ char *html = NULL;
	int r = 0;

	plan_add_title(&title, &p->forecast);
	if (v->svg_file)
		r = schedule_svg(&view, buf_str(&title), &svg);
	if (r == 0 && v->html_file)
		r = schedule_html(&view, buf_str(&title), text, &html);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, r, "draw the plan");
	if (svg)
		r = write_file("picture", v->svg_file, svg, err);
	if (r == 0 && html)
		r = write_file("page", v->html_file, html, err);
	return r;
}

static int tell(const struct planning *p, struct iso_err *err)
{
	const struct plan_values *v = p->values;
	struct buf b = BUF_INIT;
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ char *json = NULL;

	plan_add_text(&b, &p->forecast);
	if (buf_finish(&b, &text) < 0 || (v->json && plan_to_json(&p->forecast, &json) < 0))
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "tell the plan");
	int r = draw(p, text, err);

	/* Where the picture goes to standard output, it goes there alone. */
	if (r == 0 && !str_eq(v->svg_file, "-") && !str_eq(v->html_file, "-"))
		r = puts(json ? json : text) < 0
			? iso_err_set(err, ISO_ERR_HOST, errno, "write standard output") : 0;
	return r;
}

static int check(const struct plan_values *v, struct iso_err *err)
{
	const int n = v->json + str_eq(v->svg_file, "-") + str_eq(v->html_file, "-");

	if (n > 1)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "--json, --svg - and --html - all want standard output");
	return 0;
}

static int run(char **argv)
{
	struct plan_values v = { 0 };
	struct planning p = { .values = &v };
	struct iso_err err = ISO_ERR_INIT;
	char **sources;
	int r = command_parse(&cmd_plan, 0, argv, &v, &sources, &err);

	if (r > 0)
		return 0;
	suite_settings_init(&p.settings);
	if (r == 0)
		r = check(&v, &err);
	if (r == 0)
		r = load(&p, sources, &err);
	if (r == 0)
		r = find_budget(&p, &err);
	if (r == 0)
		r = foresee(&p, &err);
	if (r == 0)
		r = tell(&p, &err);
	planning_fini(&p);
	options_sandbox_fini(&v.sandbox);
	return r < 0 ? say_fault(&err) : 0;
}

const struct command cmd_plan = {
	.name = "plan",
	.words = "[SOURCE...]",
	.summary = "what would run when, for how long, here or elsewhere, and what binds",
	.options = &table,
	.run = run,
};

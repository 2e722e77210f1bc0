/* SPDX-License-Identifier: Apache-2.0 */
/* isorun suite: finds the tests and runs them all, side by side. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/loop.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/guard.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "cli/suite_args.h"
#include "cli/suite_choose.h"
#include "cli/suite_history.h"
#include "cli/suite_sinks.h"
#include "engine/init_image.h"
#include "engine/keep.h"
#include "sandbox/seccomp.h"
#include "suite/output_bound.h"

enum { TICK_NS = 100 * 1000 * 1000 };
enum { SEEDS = 1000 * 1000 };

struct order_choice {
	bool given;
	enum plan_order order;
	uint64_t seed;
};

struct suite_values {
	bool help;                      /* begins as struct values_suite */
	struct options_sandbox sandbox;
	struct options_select select;
	unsigned jobs;                  /* 0: not given */
	int retries;                    /* -1: not given */
	int64_t retry_delay_ns;         /* 0: not given */
	struct repeat_rule repeat;
	uint64_t output_limit_bytes;    /* 0: not given */
	unsigned max_failures;
	bool fail_fast;
	bool serial;
	struct order_choice order;
	const char *history_key;
	struct report_files reports;
	enum github_choice github;
	bool quiet;
	bool verbose;
};

static int opt_order(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	struct order_choice *order = field;
	/* Short enough to be typed again. */
	uint64_t seed = (uint64_t)time_wall_ns() / NSEC_PER_USEC % SEEDS;

	order->given = true;
	if (str_eq(value, "longest") || str_eq(value, "listed")) {
		order->order = str_eq(value, "listed") ? PLAN_LISTED : PLAN_LONGEST;
		return 0;
	}
	if (str_starts(value, "random:") && num_parse_u64(value + strlen("random:"), &seed) < 0)
		return opt_reject(o, value, "random:SEED with a number as the seed", err);
	if (!str_eq(value, "random") && !str_starts(value, "random:"))
		return opt_reject(o, value, "longest, listed or random[:SEED]", err);
	order->order = PLAN_RANDOM;
	order->seed = seed;
	return 0;
}

static int opt_repeat(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	if (!repeat_parse(value, field))
		return opt_reject(o, value, "a number from 1 up, until-fail or until-fail:N", err);
	return 0;
}

static int opt_output_limit(const struct opt *o, const char *value, void *field,
			    struct iso_err *err)
{
	uint64_t bytes;

	if (num_parse_size(value, &bytes) < 0 || bytes < OUTPUT_LIMIT_MIN_BYTES)
		return opt_reject(o, value, "a size of 4K or more", err);
	*(uint64_t *)field = bytes;
	return 0;
}

/* What says otherwise than --serial, which is one at a time, as listed; NULL: nothing. */
static const char *against_serial(const struct suite_values *v)
{
	if (!v->serial)
		return NULL;
	if (v->jobs > 1)
		return "jobs";
	return v->order.given && v->order.order != PLAN_LISTED ? "order" : NULL;
}

static int check(const struct suite_values *v, struct iso_err *err)
{
	const char *other = against_serial(v);

	if (other)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "options '--serial' and '--%s' contradict each other", other);
	return suite_reports_check(&v->reports, err);
}

#define FIELD(member) offsetof(struct suite_values, member)

static const struct opt rows[] = {
	{ 'x', "fail-fast", NULL, opt_flag, FIELD(fail_fast),
	  "start none after a failure; what runs may end", NULL },
	OPT_GITHUB(FIELD(github)),
	OPT_HELP,
	OPT_HISTORY_KEY(FIELD(history_key)),
	{ 'j', "jobs", "N", opt_count, FIELD(jobs),
	  "tests at once at most (default: by cpus, memory)", NULL },
	{ 0, "maxfail", "N", opt_count, FIELD(max_failures),
	  "start none after N failures; what runs may end", NULL },
	{ 0, "no-github", NULL, opt_no_github, FIELD(github),
	  "neither, also in a step of GitHub Actions", NULL },
	{ 0, "order", "HOW", opt_order, FIELD(order), "longest, listed or random[:SEED]", NULL },
	{ 0, "output-limit", "SIZE", opt_output_limit, FIELD(output_limit_bytes),
	  "what is kept of a test's output (default: 64M)", NULL },
	{ 'q', "quiet", NULL, opt_flag, FIELD(quiet), "failures and the summary only", NULL },
	{ 0, "repeat", "N|until-fail", opt_repeat, FIELD(repeat),
	  "run each test N times, or until one fails", NULL },
	{ 0, "retries", "N", opt_number, FIELD(retries),
	  "attempts more for a test that fails", NULL },
	{ 0, "retry-delay", "TIME", opt_time, FIELD(retry_delay_ns),
	  "before the first of these; then twice as long", NULL },
	{ 0, "serial", NULL, opt_flag, FIELD(serial), "one test at a time, as listed", NULL },
	{ 'v', "verbose", NULL, opt_flag, FIELD(verbose), "a line and its output for each test",
	  NULL },
};
OPTIONS_REPORT(FIELD(reports));
static const struct opt_group groups[] = {
	{ "Options", rows, ARRAY_SIZE(rows) },
	{ "Reports (FILE - is standard output)", report_rows, ARRAY_SIZE(report_rows) },
	{ "Which tests", options_select_rows, OPTIONS_SELECT_N },
	{ "Sandbox of each test", options_sandbox_rows, OPTIONS_SANDBOX_N },
};
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

/* All that a run holds; zeroed, it can be finished at any time. */
struct suite_run_state {
	const struct suite_values *values;
	struct test_suite suite;
	struct suite_settings settings;
	struct suite_specs specs;
	struct token_pools tokens;
	struct suite_sinks sinks;
	char *runtime_dir;
	char *state_dir;
	char *run_name;
	char *run_dir;
	int run_lock_fd;                /* 0: not yet */
	char *keep_dir;
	char *workspace_dir;
	char **alone_options;
	char **notes;
	struct loop *loop;
	struct loop_timer *ticker;
	int64_t began_ns;
	struct engine *engine;
	struct history *history;
	size_t n_first;
};

static void state_fini(struct suite_run_state *s)
{
	engine_close(s->engine);
	if (s->loop)
		loop_close(s->loop);
	history_close(s->history);
	suite_specs_fini(&s->specs);
	suite_settings_fini(&s->settings);
	test_suite_fini(&s->suite);
	free(s->runtime_dir);
	free(s->state_dir);
	free(s->run_name);
	free(s->run_dir);
	if (s->run_lock_fd > 0)
		close(s->run_lock_fd);
	free(s->keep_dir);
	free(s->workspace_dir);
	strv_free(s->alone_options);
	strv_free(s->notes);
}

static void on_tick(void *arg)
{
	struct suite_run_state *s = arg;
	int64_t now = time_now_ns();

	sink_tty_tick(s->sinks.tty, now - s->began_ns);
	(void)loop_set_timer(s->loop, s->ticker, now + TICK_NS);
}

static int open_loop(struct suite_run_state *s, struct iso_err *err)
{
	int r = loop_open(&s->loop);

	if (r == 0 && s->sinks.live)
		r = loop_add_timer(s->loop, time_now_ns() + TICK_NS, on_tick, s, &s->ticker);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "make an event loop") : 0;
}

static int warn_of_budget(const struct suite_run_state *s, struct iso_err *err)
{
	struct budget budget;
	int r = engine_budget(s->engine, &budget, err);

	if (r < 0)
		return r;
	say_over_budget(options_sandbox_memory_from(&s->values->sandbox),
			s->specs.main.spec.mem_bytes, budget.bytes);
	for (size_t i = 0; i < s->suite.n_tests; i++) {
		const struct test *t = s->suite.tests[i];

		if (t->demand.mem_bytes <= budget.bytes)
			continue;
		_cleanup_buf_ struct buf what = BUF_INIT;
		buf_addf(&what, "%s: memory", t->origin);
		say_over_budget(buf_str(&what), t->demand.mem_bytes, budget.bytes);
		break; /* the first stands for all */
	}
	return 0;
}

static int open_engine(struct suite_run_state *s, struct iso_err *err)
{
	uint64_t stated = s->values->sandbox.budget_bytes;
	size_t init_bytes;
	const void *init = init_image(&init_bytes);
	const struct engine_config config = {
		.init_image = init,
		.init_image_bytes = init_bytes,
		.runtime_dir = s->runtime_dir,
		.scratch_dir = host_scratch_dir,
		.nested = host_is_nested(),
		.budget_bytes = stated ? stated : s->settings.budget_bytes,
		.budget_from = stated ? "--budget" : s->settings.budget_from,
		.prepared = &s->specs.main,
		.name_refusal = seccomp_name_refusal,
		.strict = s->values->sandbox.strict,
		.reap_later = true,
	};

	int r = engine_open(s->loop, &config, &s->engine, err);

	return r < 0 ? r : warn_of_budget(s, err);
}

static int open_dirs(struct suite_run_state *s, struct iso_err *err)
{
	int r = host_runtime_dir(&s->runtime_dir, err);

	if (r == 0)
		r = host_state_dir(&s->state_dir, err);
	if (r < 0)
		return r;
	r = path_absolute(s->settings.workspace_dir ? s->settings.workspace_dir : ".",
			  &s->workspace_dir);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "read the working directory") : 0;
}

static int open_sinks(struct suite_run_state *s, struct iso_err *err)
{
	const struct suite_values *v = s->values;
	int r = rundir_make(s->state_dir, &s->run_name, &s->run_dir, err);
	const struct past past = { suite_history_past, s->history };
	const struct suite_sinks_options options = {
		.run_dir = s->run_dir,
		.past = &past,
		.reports = &v->reports,
		.github = v->github,
		.quiet = v->quiet,
		.verbose = v->verbose,
		.events_fd = s->settings.events_fd,
		.store = true,
	};

	if (r < 0)
		return r;
	s->run_lock_fd = rundir_lock(s->run_dir);
	s->keep_dir = path_join(s->run_dir, "kept");
	if (!s->keep_dir)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "make a run directory");
	return suite_sinks_open(&s->sinks, &options, err);
}

/* What a failed test is to be run with by itself, see suite/runner_alone.c. */
static int choose_alone_options(struct suite_run_state *s, struct iso_err *err)
{
	static const char *const of_the_test[] = {
		"profile", "workspace", "memory", "timeout", "timeout-total", "token", "lock", NULL,
	};

	return options_sandbox_words(&s->values->sandbox, s->settings.spec_entries, of_the_test,
				     &s->alone_options, err);
}

static int prepare(struct suite_run_state *s, char *const *sources, struct iso_err *err)
{
	const struct suite_values *v = s->values;
	int r = suite_args_load(sources, &v->select, &s->suite, &s->settings, &s->notes,
				err);

	if (r == 0)
		r = open_dirs(s, err);
	if (r == 0)
		r = suite_specs_make(&s->specs, s->runtime_dir, &s->suite, &s->settings,
				     &v->sandbox, err);
	if (r == 0)
		r = suite_tokens_apply(&s->suite, &s->specs, &s->settings, &v->sandbox, false,
				       &s->tokens, err);
	if (r == 0)
		r = choose_alone_options(s, err);
	if (r < 0)
		return r;
	/* A run without its past is still a run. */
	s->history = suite_history_try(s->state_dir);
	r = suite_choose(&v->select, s->history, s->workspace_dir, v->quiet, &s->suite,
			 &s->n_first, err);
	if (r == 0)
		r = open_sinks(s, err);
	if (r == 0)
		r = open_loop(s, err);
	return r < 0 ? r : open_engine(s, err);
}

static unsigned choose_jobs(const struct suite_values *v, const struct suite_settings *settings)
{
	if (v->serial)
		return 1;
	return v->jobs ? v->jobs : settings->jobs;
}

static int choose_retries(const struct suite_values *v, const struct suite_settings *settings)
{
	int retries = v->retries >= 0 ? v->retries : settings->retries;

	return retries > 0 ? retries : 0;
}

static int run_tests(struct suite_run_state *s, const char *command, struct run_summary *ret,
		     struct iso_err *err)
{
	const struct suite_values *v = s->values;
	const struct run_config config = {
		.suite = &s->suite,
		.spec = &s->specs.main.spec,
		.spec_of = suite_specs_of,
		.spec_arg = &s->specs,
		.options = s->alone_options,
		.workspace_dir = s->workspace_dir,
		.state_dir = s->state_dir,
		.command = command,
		.engine = s->engine,
		.loop = s->loop,
		.history = s->history,
		.history_key = v->history_key ? v->history_key : s->settings.history_key,
		.sinks = s->sinks.list,
		.n_sinks = s->sinks.n,
		.run_name = s->run_name,
		.run_dir = s->run_dir,
		.keep_dir = s->keep_dir,
		.tokens = &s->tokens,
		.servers = s->settings.servers,
		.n_servers = s->settings.n_servers,
		.jobs = choose_jobs(v, &s->settings),
		.retries = choose_retries(v, &s->settings),
		.retry_delay_ns = v->retry_delay_ns ? v->retry_delay_ns
						    : s->settings.retry_delay_ns,
		.repeat = v->repeat,
		.notes = s->notes,
		.n_first = s->n_first,
		.output_limit_bytes = v->output_limit_bytes ? v->output_limit_bytes
							    : s->settings.output_limit_bytes,
		.max_failures = v->fail_fast ? 1 : v->max_failures,
		.order = v->serial ? PLAN_LISTED : v->order.order,
		.seed = v->order.seed,
		.kill_grace_ns = s->specs.main.spec.grace_ns,
	};

	s->began_ns = time_now_ns();
	return suite_run(&config, ret, err);
}

/* Only now: each test was to see the tree as it was at the start. */
static void bring_kept(const struct suite_run_state *s)
{
	struct keep_report report = { 0 };

	if (!s->keep_dir || !s->workspace_dir)
		return;
	keep_apply(s->keep_dir, s->workspace_dir, &report);
	if (report.n_faults) {
		iso_err_wrap(&report.fault, "%zu files stay in '%s'", report.n_faults,
			     s->keep_dir);
		say_error(&report.fault);
	}
	if (report.n_kept && !s->values->quiet)
		say("kept in '%s': %zu file%s", s->workspace_dir, report.n_kept,
		    report.n_kept == 1 ? "" : "s");
	keep_report_fini(&report);
}

static bool all_good(const struct run_summary *summary)
{
	for (enum outcome o = 0; o < OUTCOME_COUNT; o++)
		if (summary->counts[o] && !outcome_is_good(o))
			return false;
	return true;
}

static int run_suite(const struct suite_values *v, char *const *sources, const char *command)
{
	struct suite_run_state s = { .values = v };
	struct run_summary summary = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	struct iso_err late = ISO_ERR_INIT;
	int r = prepare(&s, sources, &err);
	int closed;
	int status;

	if (r == 0)
		r = run_tests(&s, command, &summary, &err);
	closed = suite_sinks_close(&s.sinks, &late);
	bring_kept(&s);
	if (r < 0)
		status = say_fault(&err);
	else if (closed < 0)
		status = say_fault(&late);
	else
		status = all_good(&summary) ? 0 : STATUS_FAILED;
	state_fini(&s);
	/* As the wrapper does: a shell's loop over suites is to end by one Ctrl-C. */
	if (r == 0 && summary.interrupted_by == SIGINT)
		guard_end_by(SIGINT);
	return status;
}

static int run(char **argv)
{
	struct suite_values v = { .retries = -1 };
	struct iso_err err = ISO_ERR_INIT;
	_cleanup_free_ char *args = str_shell_join(argv);
	_cleanup_free_ char *command = NULL;
	struct buf b = BUF_INIT;
	char **sources;
	int status;
	int r = command_parse(&cmd_suite, 0, argv, &v, &sources, &err);

	buf_addf(&b, "isorun suite%s%s", args && *args ? " " : "", args ? args : "");
	if (r == 0)
		r = check(&v, &err);
	if (r == 0 && buf_finish(&b, &command) < 0)
		r = iso_err_set(&err, ISO_ERR_INTERNAL, ENOMEM, "read the options");
	if (r < 0)
		status = say_fault(&err);
	else
		status = r > 0 ? 0 : run_suite(&v, sources, command);
	buf_free(&b);
	options_sandbox_fini(&v.sandbox);
	return status;
}

const struct command cmd_suite = {
	.name = "suite",
	.words = "[SOURCE...]",
	.summary = "runs a suite of tests side by side, each in a sandbox of its own",
	.options = &table,
	.run = run,
};

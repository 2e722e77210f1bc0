/* SPDX-License-Identifier: Apache-2.0 */
/* isorun history: what past attempts of this project's tests took. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "cli/suite_history.h"

enum { ROWS_SHOWN = 50 };

struct history_values {
	bool help;
	int order; /* enum history_order; -1: not given */
};

/* The rows are three names of one choice: the last that is given wins. */
static int opt_order(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	(void)value, (void)err;
	*(int *)field = *(const enum history_order *)o->data;
	return 0;
}

#define ORDER(name, which, help)                                                           \
	{ 0, name, NULL, opt_order, offsetof(struct history_values, order), help,           \
	  &(const enum history_order){ which } }

static const struct opt rows[] = {
	ORDER("flaky", HISTORY_FLAKY, "passed and failed, most failures first"),
	OPT_HELP,
	ORDER("largest", HISTORY_LARGEST, "tests by their memory"),
	ORDER("slowest", HISTORY_SLOWEST, "tests by their time (the default)"),
};
static const struct opt_group groups[] = { { "Options", rows, ARRAY_SIZE(rows) } };
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

static const char *shown_key(const char *key)
{
	return *key ? key : "-";
}

static void print_attempts(const struct history_attempt *a, size_t n)
{
	char when[TIME_ISO];
	char wall[NUM_TEXT];
	char cpu[NUM_TEXT];
	char peak[NUM_TEXT];
	char limit[NUM_TEXT];

	char working[NUM_TEXT];
	bool keys = false;

	for (size_t i = 1; i < n; i++)
		keys |= !str_eq(a[i].key, a[0].key);
	printf("%-20s  %3s  %8s  %8s  %8s  %8s  %8s  %s%s\n", "ENDED", "TRY", "TIME", "CPU",
	       "WORKING", "PEAK", "LIMIT", keys ? "OUTCOME        " : "OUTCOME",
	       keys ? "KEY" : "");
	for (size_t i = 0; i < n; i++)
		printf("%-20s  %3u  %8s  %8s  %8s  %8s  %8s  %-*s%s\n",
		       time_format_iso(when, a[i].taken_wall_ns), a[i].attempt,
		       num_format_time(wall, a[i].wall_ns), num_format_time(cpu, a[i].cpu_ns),
		       num_format_size(working, a[i].mem_working_bytes),
		       num_format_size(peak, a[i].mem_peak_bytes),
		       num_format_size(limit, a[i].mem_limit_bytes), keys ? 15 : 0,
		       outcome_name(a[i].outcome), keys ? shown_key(a[i].key) : "");
}

static int show_test(struct history *h, const char *project, const char *test,
		     struct iso_err *err)
{
	_cleanup_free_ struct history_attempt *attempts = NULL;
	size_t n = 0;
	int r = history_of_test(h, project, test, NULL, ROWS_SHOWN, &attempts, &n, err);

	if (r < 0)
		return r;
	if (!n)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "test '%s': no past attempt in project '%s'", test, project);
	print_attempts(attempts, n);
	return 0;
}

static int show_tests(struct history *h, const char *project, enum history_order order,
		      struct iso_err *err)
{
	struct history_test *tests = NULL;
	char wall[NUM_TEXT];
	char peak[NUM_TEXT];
	bool keys = false;
	size_t n = 0;
	int r = history_tests(h, project, order, ROWS_SHOWN, &tests, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 1; i < n; i++)
		keys |= !str_eq(tests[i].key, tests[0].key);
	printf("%8s  %8s  %8s  %6s  %s%s\n", "TIME", "PEAK", "ATTEMPTS", "FAILED", "TEST",
	       keys ? "  [KEY]" : "");
	for (size_t i = 0; i < n; i++)
		/* None of its attempts ran to its end. */
		printf("%8s  %8s  %8u  %6u  %s%s%s%s\n",
		       tests[i].wall_ns ? num_format_time(wall, tests[i].wall_ns) : "-",
		       num_format_size(peak, tests[i].mem_peak_bytes), tests[i].attempts,
		       tests[i].bad, tests[i].test, keys ? "  [" : "",
		       keys ? shown_key(tests[i].key) : "", keys ? "]" : "");
	history_tests_free(tests, n);
	return 0;
}

static int show(const struct history_values *v, const char *test, struct iso_err *err)
{
	_cleanup_free_ char *state_dir = NULL;
	_cleanup_free_ char *project = NULL;
	enum history_order order = v->order < 0 ? HISTORY_SLOWEST : (enum history_order)v->order;
	struct history *h;
	int r = host_state_dir(&state_dir, err);

	if (r < 0)
		return r;
	r = path_absolute(".", &project);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read the working directory");
	r = suite_history_open(state_dir, &h, err);
	if (r < 0)
		return r;
	r = test ? show_test(h, project, test, err) : show_tests(h, project, order, err);
	history_close(h);
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
	if (r == 0 && words[0] && (words[1] || v.order >= 0))
		r = iso_err_set(&err, ISO_ERR_USAGE, 0,
				"history takes the name of one test, or an order of all");
	if (r == 0)
		r = show(&v, words[0], &err);
	return r < 0 ? say_fault(&err) : 0;
}

const struct command cmd_history = {
	.name = "history",
	.words = "[TEST]",
	.summary = "what past attempts of this project's tests took",
	.options = &table,
	.run = run,
};

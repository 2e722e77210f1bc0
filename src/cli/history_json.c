/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history_tell.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/time.h"
#include "history/trend.h"
#include "suite/rundir.h"

static int print(struct json *top)
{
	_cleanup_free_ char *text = NULL;
	const int r = json_dump(top, true, &text);

	json_free(top);
	if (r == 0)
		puts(text);
	return r;
}

static void set_time(struct json *j, const char *name, int64_t wall_ns)
{
	char when[TIME_ISO];

	json_set_str(j, name, time_format_iso(when, wall_ns));
}

static void set_rate(struct json *j, unsigned bad, unsigned n)
{
	double low;
	double high;

	trend_wilson(bad, n, &low, &high);
	if (n)
		json_set_real(j, "failure_rate", (double)bad / n);
	json_set_real(j, "failure_rate_low", low);
	json_set_real(j, "failure_rate_high", high);
}

static struct json *attempt_json(const struct history_attempt *a)
{
	struct json *j = json_object();

	set_time(j, "ended", a->taken_wall_ns);
	json_set_int(j, "attempt", a->attempt);
	json_set_str(j, "outcome", outcome_name(a->outcome));
	json_set_bool(j, "retried", a->retried);
	json_set_int(j, "wall_ns", a->wall_ns);
	json_set_int(j, "cpu_ns", a->cpu_ns);
	json_set_u64(j, "mem_working_bytes", a->mem_working_bytes);
	json_set_u64(j, "mem_peak_bytes", a->mem_peak_bytes);
	json_set_u64(j, "mem_limit_bytes", a->mem_limit_bytes);
	json_set_str(j, "key", a->key);
	return j;
}

int history_tell_attempts_json(const char *project, const char *test,
			       const struct history_attempt *a, size_t n)
{
	struct json *top = json_object();
	struct json *attempts = json_array();

	json_set_str(top, "project", project);
	json_set_str(top, "test", test);
	for (size_t i = 0; i < n; i++)
		json_add(attempts, attempt_json(&a[i]));
	json_set(top, "attempts", attempts);
	return print(top);
}

static struct json *test_json(const struct history_test *t)
{
	struct json *j = json_object();

	json_set_str(j, "test", t->test);
	json_set_str(j, "key", t->key);
	json_set_int(j, "attempts", t->attempts);
	json_set_int(j, "passed", t->passed);
	json_set_int(j, "failed", t->bad);
	set_rate(j, t->bad, t->bad + t->passed);
	if (t->wall_ns)
		json_set_int(j, "wall_ns", t->wall_ns);
	json_set_u64(j, "mem_peak_bytes", t->mem_peak_bytes);
	set_time(j, "newest", t->taken_wall_ns);
	return j;
}

int history_tell_tests_json(const char *project, const struct history_test *tests, size_t n)
{
	struct json *top = json_object();
	struct json *list = json_array();

	json_set_str(top, "project", project);
	for (size_t i = 0; i < n; i++)
		json_add(list, test_json(&tests[i]));
	json_set(top, "tests", list);
	return print(top);
}

static struct json *change_json(const struct history_change *c)
{
	static const char *const kinds[] = {
		[HISTORY_FAILS] = "fails",
		[HISTORY_SLOWER] = "slower",
		[HISTORY_LARGER] = "larger",
	};
	const char *before = c->kind == HISTORY_SLOWER ? "wall_ns_before" : "mem_bytes_before";
	const char *since = c->kind == HISTORY_SLOWER ? "wall_ns" : "mem_bytes";
	struct json *j = json_object();

	json_set_str(j, "kind", kinds[c->kind]);
	json_set_str(j, "test", c->test);
	json_set_str(j, "key", c->key);
	if (c->kind == HISTORY_FAILS) {
		json_set_str(j, "outcome", outcome_name(c->outcome));
		json_set_bool(j, "new", c->is_new);
	} else {
		json_set_int(j, before, c->before);
		json_set_int(j, since, c->since);
	}
	json_set_int(j, "attempts_before", c->n_before);
	json_set_int(j, "attempts", c->n_since);
	return j;
}

int history_tell_changes_json(const char *project, const char *run, size_t n_since,
			      const struct history_change *changes, size_t n)
{
	struct json *top = json_object();
	struct json *list = json_array();

	json_set_str(top, "project", project);
	json_set_str(top, "since", run);
	json_set_int(top, "attempts", (int64_t)n_since);
	for (size_t i = 0; i < n; i++)
		json_add(list, change_json(&changes[i]));
	json_set(top, "changes", list);
	return print(top);
}

static struct json *run_json(const struct history_run *run, const char *state_dir)
{
	_cleanup_free_ char *command = rundir_command(state_dir, run->run);
	struct json *j = json_object();

	json_set_str(j, "run", run->run);
	json_set_int(j, "began_wall_ns", run->began_wall_ns);
	json_set_int(j, "tests", run->tests);
	json_set_int(j, "failed", run->bad);
	json_set_int(j, "attempts", run->attempts);
	json_set_str(j, "command", command);
	return j;
}

int history_tell_runs_json(const char *project, const char *state_dir,
			   const struct history_run *runs, size_t n)
{
	struct json *top = json_object();
	struct json *list = json_array();

	json_set_str(top, "project", project);
	for (size_t i = 0; i < n; i++)
		json_add(list, run_json(&runs[i], state_dir));
	json_set(top, "runs", list);
	return print(top);
}

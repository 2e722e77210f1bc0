/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/manifest_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "model/amount.h"
#include "planner/budget.h"
#include "suite/history_key.h"
#include "suite/manifest_names.h"
#include "suite/output.h"
#include "suite/output_bound.h"

#define APPLY_ARGS const struct manifest_target *to, const char *value, const char *where, \
		struct iso_err *err

static int no_memory(const char *where, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "%s", where);
}

static int refuse(const char *where, const char *value, const char *expected, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: '%s' is no %s", where, value, expected);
}

/* Replaces a heap string. */
static int set_heap(char **field, char *taken, const char *where, struct iso_err *err)
{
	if (!taken)
		return no_memory(where, err);
	free(*field);
	*field = taken;
	return 0;
}

static int set_text(const char **field, APPLY_ARGS)
{
	const char *copy = arena_strdup(to->suite->arena, value);

	if (!copy)
		return no_memory(where, err);
	*field = copy;
	return 0;
}

int manifest_add_words(char ***list, char *const *words, const struct manifest_target *to,
		       const char *where, struct iso_err *err)
{
	_cleanup_strv_ char **all = NULL;
	int r = strv_copy(*list, &all);

	for (size_t i = 0; r == 0 && words && words[i]; i++) {
		if (!strv_has(all, words[i]))
			r = strv_add(&all, words[i]);
	}
	char **copy = r == 0 && all ? test_suite_strv(to->suite, all) : NULL;

	if (r < 0 || (all && !copy))
		return no_memory(where, err);
	*list = copy;
	return 0;
}

static int add_split(char ***list, APPLY_ARGS)
{
	_cleanup_strv_ char **words = NULL;

	if (strv_split(value, " \t,", &words) < 0)
		return no_memory(where, err);
	return manifest_add_words(list, words, to, where, err);
}

static int apply_argv(APPLY_ARGS)
{
	char **old = to->test->argv;
	struct arena *arena = to->suite->arena;

	/* A continued line is another line of the same shell script. */
	char *script = old ? arena_printf(arena, "%s\n%s", old[2], value)
			   : arena_strdup(arena, value);
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", script, NULL };
	char **copy = script ? test_suite_strv(to->suite, argv) : NULL;

	if (!copy)
		return no_memory(where, err);
	to->test->argv = copy;
	return 0;
}

static int apply_budget(APPLY_ARGS)
{
	if (num_parse_size(value, &to->settings->budget_bytes) < 0 ||
	    to->settings->budget_bytes < BUDGET_MIN_BYTES)
		return refuse(where, value, "size of 16M or more", err);
	const char *slash = strrchr(where, '/');
	const char *name = slash ? slash + 1 : where;
	const char *colon = strrchr(name, ':'); /* before the line */

	free(to->settings->budget_from);
	to->settings->budget_from = strndup(name, colon ? (size_t)(colon - name) : strlen(name));
	return to->settings->budget_from ? 0 : no_memory(where, err);
}

static int apply_cpus(APPLY_ARGS)
{
	if (num_parse_milli(value, &to->test->demand.cpus_milli) < 0)
		return refuse(where, value, "number of cpus", err);
	return 0;
}

static int apply_cwd(APPLY_ARGS)
{
	_cleanup_free_ char *joined = path_join(to->base_dir, value);
	_cleanup_free_ char *clean = joined ? path_clean(joined) : NULL;

	if (!clean)
		return no_memory(where, err);
	return set_text(&to->test->cwd, to, clean, where, err);
}

/* A name that is set already is replaced: in an environment it may stand once. */
static int add_env(const struct manifest_target *to, const char *word, const char *where,
		   struct iso_err *err)
{
	const size_t name_len = strcspn(word, "=") + 1;
	char **list = to->test->env;

	for (size_t i = 0; list && list[i]; i++) {
		if (strncmp(list[i], word, name_len) == 0) {
			list[i] = arena_strdup(to->suite->arena, word);
			return list[i] ? 0 : no_memory(where, err);
		}
	}
	char *words[] = { (char *)word, NULL };

	return manifest_add_words(&to->test->env, words, to, where, err);
}

static int apply_env(APPLY_ARGS)
{
	_cleanup_strv_ char **words = NULL;
	int r = strv_split_quoted(value, &words);

	if (r == -EINVAL)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: a quote is not closed", where);
	if (r < 0)
		return no_memory(where, err);
	for (size_t i = 0; r == 0 && words && words[i]; i++) {
		if (!strchr(words[i], '=') || words[i][0] == '=')
			return refuse(where, words[i], "NAME=VALUE", err);
		r = add_env(to, words[i], where, err);
	}
	return r;
}

static int apply_exclusive(APPLY_ARGS)
{
	if (!str_eq(value, "yes") && !str_eq(value, "no"))
		return refuse(where, value, "'yes' or 'no'", err);
	to->test->demand.exclusive = str_eq(value, "yes");
	return 0;
}

static int apply_pattern(const char **field, APPLY_ARGS)
{
	if (output_check_pattern(value, err) < 0)
		return iso_err_wrap(err, "%s", where);
	return set_text(field, to, value, where, err);
}

static int apply_fail_pattern(APPLY_ARGS)
{
	return apply_pattern(&to->test->fail_pattern, to, value, where, err);
}

static int apply_pass_pattern(APPLY_ARGS)
{
	return apply_pattern(&to->test->pass_pattern, to, value, where, err);
}

static int apply_skip_pattern(APPLY_ARGS)
{
	return apply_pattern(&to->test->skip_pattern, to, value, where, err);
}

static int apply_disabled(APPLY_ARGS)
{
	return set_text(&to->test->disabled, to, value, where, err);
}

static int apply_priority(APPLY_ARGS)
{
	const bool negative = value[0] == '-';
	unsigned n;

	if (num_parse_uint(value + negative, &n) < 0 || n > INT32_MAX)
		return refuse(where, value, "whole number", err);
	to->test->priority = negative ? -(int)n : (int)n;
	return 0;
}

static int apply_will_fail(APPLY_ARGS)
{
	if (!str_eq(value, "yes") && !str_eq(value, "no"))
		return refuse(where, value, "'yes' or 'no'", err);
	to->test->expectation = str_eq(value, "yes") ? TEST_MUST_FAIL : TEST_MUST_PASS;
	return 0;
}

static int apply_from(APPLY_ARGS)
{
	if (to->test->origin)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "%s: a second 'from' in one [source]: begin another [source]",
				   where);
	return set_text(&to->test->origin, to, value, where, err);
}

static int apply_history_key(APPLY_ARGS)
{
	int r = history_key_check(value, where, err);

	return r < 0 ? r : set_heap(&to->settings->history_key, strdup(value), where, err);
}

static int apply_jobs(APPLY_ARGS)
{
	unsigned jobs;

	if (num_parse_uint(value, &jobs) < 0 || jobs == 0)
		return refuse(where, value, "number of jobs", err);
	to->settings->jobs = jobs;
	return 0;
}

static int apply_keep(APPLY_ARGS)
{
	return manifest_apply_spec(to, "filesystem.keep", value, where, err);
}

static int refuse_word(const char *where, const char *word, const char *why, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: '%s': %s", where, word, why);
}

static int apply_locks(APPLY_ARGS)
{
	_cleanup_strv_ char **words = NULL;
	struct demand *demand = &to->test->demand;
	int r = 0;

	if (strv_split(value, " \t,", &words) < 0)
		return no_memory(where, err);
	for (size_t i = 0; r == 0 && i < strv_len(words); i++) {
		char name[AMOUNT_NAME];
		bool shared;
		const char *why = lock_parse(words[i], name, &shared);

		if (why)
			return refuse_word(where, words[i], why, err);
		r = manifest_add_words(shared ? &demand->shared_locks : &demand->locks,
			      (char *[]){ name, NULL }, to, where, err);
	}
	return r;
}

/* Adds one word to a list in the suite's arena, in place of one of that name.  The list is made
 * anew: tests of one source have it in common. */
static int put_token(char ***list, char *word, const struct manifest_target *to,
		     const char *where, struct iso_err *err)
{
	_cleanup_strv_ char **others = NULL;
	char **rest = NULL;

	for (char **old = *list; old && *old; old++)
		if (!token_same_name(*old, word) && strv_add(&others, *old) < 0)
			return no_memory(where, err);
	int r = others ? manifest_add_words(&rest, others, to, where, err) : 0;

	if (r == 0)
		r = manifest_add_words(&rest, (char *[]){ word, NULL }, to, where, err);
	if (r == 0)
		*list = rest;
	return r;
}

static int state_tokens(const struct manifest_target *to, char *const *words, const char *where,
			struct iso_err *err)
{
	struct token_pools tried = { 0 };
	const char *why;

	for (size_t i = 0; words && words[i]; i++) {
		if (token_pools_add(&tried, words[i], &why) < 0)
			return refuse_word(where, words[i], why, err);
		if (strv_add(&to->settings->tokens, words[i]) < 0)
			return no_memory(where, err);
	}
	return 0;
}

static int apply_tokens(APPLY_ARGS)
{
	_cleanup_strv_ char **words = NULL;
	int r = 0;

	if (strv_split(value, " \t,", &words) < 0)
		return no_memory(where, err);
	if (to->settings)
		return state_tokens(to, words, where, err);
	for (size_t i = 0; r == 0 && i < strv_len(words); i++) {
		const char *why = token_parse(words[i], NULL, NULL);

		if (why)
			return refuse_word(where, words[i], why, err);
		r = put_token(&to->test->demand.tokens, words[i], to, where, err);
	}
	return r;
}

static int apply_tags(APPLY_ARGS)
{
	return add_split(&to->test->tags, to, value, where, err);
}

static int apply_memory(APPLY_ARGS)
{
	uint64_t bytes;

	if (num_parse_size(value, &bytes) < 0 || bytes == 0)
		return refuse(where, value, "size", err);
	if (to->settings) {
		to->settings->mem_bytes = bytes;
	} else {
		to->test->demand.mem_bytes = bytes;
		to->test->demand.mem_origin = DEMAND_DECLARED;
	}
	return 0;
}

static int apply_output_limit(APPLY_ARGS)
{
	uint64_t bytes;

	if (num_parse_size(value, &bytes) < 0 || bytes < OUTPUT_LIMIT_MIN_BYTES)
		return refuse(where, value, "size of 4K or more", err);
	*(to->settings ? &to->settings->output_limit_bytes : &to->test->output_limit_bytes) = bytes;
	return 0;
}

/* A file is meant relative to the manifest; a name is looked up later. */
static int apply_profile(APPLY_ARGS)
{
	const bool is_file = strchr(value, '/') || str_ends(value, ".ini");
	_cleanup_free_ char *name = is_file ? path_join(to->base_dir, value) : strdup(value);

	if (!name)
		return no_memory(where, err);
	if (to->settings)
		return set_heap(&to->settings->profile, TAKE_PTR(name), where, err);
	return set_text(&to->test->profile, to, name, where, err);
}

static int apply_quarantine(APPLY_ARGS)
{
	_cleanup_free_ char *file = path_join(to->base_dir, value);

	if (!file)
		return no_memory(where, err);
	return set_heap(&to->settings->quarantine, TAKE_PTR(file), where, err);
}

static int apply_retries(APPLY_ARGS)
{
	unsigned n;

	if (num_parse_uint(value, &n) < 0 || n > 1000)
		return refuse(where, value, "number of retries (0 to 1000)", err);
	*(to->settings ? &to->settings->retries : &to->test->retries) = (int)n;
	return 0;
}

/* "none" lifts from a test what the suite has. */
static int set_time(int64_t *field, APPLY_ARGS)
{
	if (str_eq(value, "none") && !to->settings) {
		*field = -1;
		return 0;
	}
	if (num_parse_time(value, field) < 0)
		return refuse(where, value, "time", err);
	return 0;
}

static int apply_retry_delay(APPLY_ARGS)
{
	return set_time(to->settings ? &to->settings->retry_delay_ns : &to->test->retry_delay_ns,
			to, value, where, err);
}

static int apply_skip_status(APPLY_ARGS)
{
	_cleanup_strv_ char **words = NULL;

	if (strv_split(value, " \t,", &words) < 0)
		return no_memory(where, err);
	const size_t n = strv_len(words);
	int *list = arena_alloc(to->suite->arena, (n + 1) * sizeof(*list));

	if (!list)
		return no_memory(where, err);
	for (size_t i = 0; i < n; i++) {
		unsigned status;

		if (num_parse_uint(words[i], &status) < 0 || status > 255)
			return refuse(where, words[i], "exit status (0 to 255)", err);
		list[i] = (int)status;
	}
	to->test->skip_status = list;
	to->test->n_skip_status = n;
	return 0;
}

static int apply_timeout(APPLY_ARGS)
{
	return set_time(to->settings ? &to->settings->timeout_ns : &to->test->timeout_ns, to,
			value, where, err);
}

static int apply_timeout_total(APPLY_ARGS)
{
	return set_time(to->settings ? &to->settings->timeout_total_ns
				     : &to->test->timeout_total_ns, to, value, where, err);
}

static int apply_workspace(APPLY_ARGS)
{
	return manifest_apply_spec(to, "filesystem.workspace", value, where, err);
}

static int apply_workspace_dir(APPLY_ARGS)
{
	_cleanup_free_ char *joined = path_join(to->base_dir, value);
	struct stat st;

	if (!joined)
		return no_memory(where, err);
	if (stat(joined, &st) < 0)
		return iso_err_set(err, ISO_ERR_USAGE, errno, "%s: workspace-dir '%s'", where,
				   value);
	return set_heap(&to->settings->workspace_dir, path_clean(joined), where, err);
}

static int apply_granularity(APPLY_ARGS)
{
	enum source_granularity granularity;

	(void)to; /* it is settled when the source is loaded */
	if (source_granularity_parse(value, &granularity) < 0)
		return refuse(where, value, "granularity: case, suite, program or auto", err);
	return 0;
}

#define ITEM (MANIFEST_SOURCE | MANIFEST_TEST | MANIFEST_MATCH)
#define PLACED (MANIFEST_SOURCE | MANIFEST_TEST)
#define ANY (ITEM | MANIFEST_SUITE)

static const struct manifest_key keys[] = {
	{ "after", ITEM, "TEST...", "tests that end before it begins", manifest_apply_after },
	{ "budget", MANIFEST_SUITE, "SIZE", "what all tests together may hold", apply_budget },
	{ "cleanup", ITEM, "NAME...", "fixtures that it clears away", manifest_apply_cleanup },
	{ "command", MANIFEST_TEST, "TEXT", "run by /bin/sh -c", apply_argv },
	{ "cpus", ITEM, "N", "cpus it keeps busy, such as 0.5", apply_cpus },
	{ "cwd", PLACED, "DIR", "where it runs, relative to the manifest", apply_cwd },
	{ "depends", ITEM, "TEST...", "tests that pass before it begins", manifest_apply_depends },
	{ "disabled", ITEM, "TEXT", "it is skipped, and why", apply_disabled },
	{ "env", ITEM, "NAME=VALUE...", "added to its environment", apply_env },
	{ "exclusive", ITEM, "yes|no", "runs with nothing else of the suite", apply_exclusive },
	{ "fail-pattern", ITEM, "REGEX", "output that means failed", apply_fail_pattern },
	{ "fixtures", ITEM, "NAME...", "set up before it begins", manifest_apply_fixtures },
	{ "from", MANIFEST_SOURCE, "SOURCE", "where the tests come from", apply_from },
	{ "granularity", MANIFEST_SOURCE, "case|suite|program|auto",
	  "what of a program is one test",
	  apply_granularity },
	{ "history-key", MANIFEST_SUITE, "NAME", "in which environment the tests run",
	  apply_history_key },
	{ "jobs", MANIFEST_SUITE, "N", "tests at once at most", apply_jobs },
	{ "keep", MANIFEST_SUITE, "GLOB...", "brought back from the overlay", apply_keep },
	{ "locks", ITEM, "NAME[:shared]...", "tests with one name never overlap, unless shared",
	  apply_locks },
	{ "memory", ANY, "SIZE", "demand and limit of one test", apply_memory },
	{ "output-limit", ANY, "SIZE", "what is kept of its output", apply_output_limit },
	{ "pass-pattern", ITEM, "REGEX", "output that means passed", apply_pass_pattern },
	{ "priority", ITEM, "N", "higher ones begin first", apply_priority },
	{ "profile", ANY, "NAME|FILE", "the sandbox's profile", apply_profile },
	{ "quarantine", MANIFEST_SUITE, "FILE", "tests that are known to be flaky",
	  apply_quarantine },
	{ "required-files", ITEM, "FILE...", "without them it is not run",
	  manifest_apply_required_files },
	{ "retries", ANY, "N", "attempts after a failure", apply_retries },
	{ "retry-delay", ANY, "TIME", "before the first retry, then twice as long",
	  apply_retry_delay },
	{ "setup", ITEM, "NAME...", "fixtures that it sets up", manifest_apply_setup },
	{ "skip-pattern", ITEM, "REGEX", "output that means skipped", apply_skip_pattern },
	{ "skip-status", ITEM, "N...", "exit statuses that mean skipped", apply_skip_status },
	{ "tags", ITEM, "NAME...", "what -m chooses by", apply_tags },
	{ "timeout", ANY, "TIME", "time limit of one attempt", apply_timeout },
	{ "timeout-total", ANY, "TIME", "the same with its pauses", apply_timeout_total },
	{ "tokens", ITEM | MANIFEST_SUITE, "NAME[=N]...", "it holds them; of [suite]: there are",
	  apply_tokens },
	{ "will-fail", ITEM, "yes|no", "failing is what is expected of it", apply_will_fail },
	{ "workspace", MANIFEST_SUITE, "shared|overlay|readonly", "how tests see the tree",
	  apply_workspace },
	{ "workspace-dir", MANIFEST_SUITE, "DIR", "the tree, relative to the manifest",
	  apply_workspace_dir },
};

const char *manifest_section_name(enum manifest_section section)
{
	switch (section) {
	case MANIFEST_SUITE:
		return "suite";
	case MANIFEST_SOURCE:
		return "source";
	case MANIFEST_TEST:
		return "test";
	case MANIFEST_MATCH:
		return "match";
	}
	return "?";
}

const struct manifest_key *manifest_key_at(size_t i)
{
	return i < ARRAY_SIZE(keys) ? &keys[i] : NULL;
}

static const char *key_name_at(size_t i, const void *arg)
{
	(void)arg;
	return keys[i].name;
}

const struct manifest_key *manifest_key_find(enum manifest_section section, const char *name,
					     const char *where, struct iso_err *err)
{
	const char *in = manifest_section_name(section);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!str_eq(keys[i].name, name))
			continue;
		if (keys[i].sections & section)
			return &keys[i];
		iso_err_set(err, ISO_ERR_USAGE, 0, "%s: '%s' is no key of [%s]", where, name, in);
		return NULL;
	}
	const char *near = str_nearest(name, ARRAY_SIZE(keys), key_name_at, NULL);

	iso_err_set(err, ISO_ERR_USAGE, 0, "%s: unknown key '%s' in [%s]", where, name, in);
	if (near)
		iso_err_hint(err, "did you mean '%s'?", near);
	return NULL;
}

int manifest_apply_spec(const struct manifest_target *to, const char *entry, const char *value,
			const char *where, struct iso_err *err)
{
	const char *dot = strchr(entry, '.');
	_cleanup_free_ char *section = strndup(entry, (size_t)(dot - entry));

	if (!section)
		return no_memory(where, err);
	int r = spec_set(to->scratch, section, dot + 1, value, where, err);

	if (r < 0)
		return r;
	if (strv_addf(&to->settings->spec_entries, "%s=%s", entry, value) < 0)
		return no_memory(where, err);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"

static const char *const trees[SPEC_TREE_COUNT] = {
	[SPEC_TREE_SHARED] = "shared",
	[SPEC_TREE_OVERLAY] = "overlay",
	[SPEC_TREE_READONLY] = "readonly",
};

static int add(char ***words, const char *option, const char *value)
{
	const int r = strv_add(words, option);

	return r < 0 ? r : strv_add(words, value);
}

/* False where isorun takes this profile unasked. */
static bool is_chosen(const char *profile)
{
	return profile && *profile && !str_eq(profile, "default");
}

/* A file's name is relative to where we are, and the test may run elsewhere. */
static int add_profile(char ***words, const char *profile)
{
	_cleanup_free_ char *path = NULL;

	if (!strchr(profile, '/') && !str_ends(profile, ".ini"))
		return add(words, "--profile", profile);
	const int r = path_absolute(profile, &path);
	return r < 0 ? r : add(words, "--profile", path);
}

static int add_number(char ***words, const char *option, uint64_t n, const char *unit)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_addf(&b, "%" PRIu64 "%s", n, unit);
	return b.error ? b.error : add(words, option, buf_str(&b));
}

static int add_time(char ***words, const char *option, int64_t ns)
{
	const bool is_sec = ns % NSEC_PER_SEC == 0;

	if (ns <= 0)
		return 0;
	return add_number(words, option,
			  (uint64_t)(ns / (is_sec ? NSEC_PER_SEC : NSEC_PER_SEC / 1000)),
			  is_sec ? "s" : "ms");
}

static int add_limits(char ***words, const struct run_test *t)
{
	/* Not its memory: that is where a test of a suite begins, and what a command never
	 * passes. */
	int r = add_time(words, "--timeout", run_test_timeout_ns(t));

	return r < 0 ? r : add_time(words, "--timeout-total", run_test_timeout_total_ns(t));
}

static int add_tokens(char ***words, const struct run_test *t)
{
	const struct token_pools *have = t->run->limits.tokens;
	int r = 0;

	for (char **token = t->run->items[t->index].demand.tokens; r == 0 && token && *token;
	     token++) {
		_cleanup_buf_ struct buf b = BUF_INIT;
		const struct token_pool *pool = &have->list[token_pools_find(have, *token)];

		buf_addf(&b, "%s=%u", pool->name, token_pool_size(pool));
		r = b.error ? b.error : add(words, "--have", buf_str(&b));
		if (r == 0)
			r = add(words, "--token", *token);
	}
	return r;
}

static int add_locks(char ***words, const struct run_test *t)
{
	const struct demand *demand = &t->run->items[t->index].demand;
	int r = 0;

	for (char **lock = demand->locks; r == 0 && lock && *lock; lock++)
		r = add(words, "--lock", *lock);
	for (char **lock = demand->shared_locks; r == 0 && lock && *lock; lock++) {
		_cleanup_buf_ struct buf b = BUF_INIT;

		buf_addf(&b, "%s:shared", *lock);
		r = b.error ? b.error : add(words, "--lock", buf_str(&b));
	}
	return r;
}

static int add_all(char ***words, const struct run_test *t)
{
	const struct spec *spec = t->spec;
	const bool chosen = is_chosen(spec->profile);
	const enum spec_tree workspace = links_workspace(t->test, spec);
	int r = chosen ? add_profile(words, spec->profile) : 0;

	/* Shared is what a wrapped command has of the default profile. */
	if (r == 0 && (chosen || workspace != SPEC_TREE_SHARED))
		r = add(words, "--workspace", trees[workspace]);
	for (size_t i = 0; r == 0 && i < strv_len(t->run->config->options); i++)
		r = strv_add(words, t->run->config->options[i]);
	if (r == 0 && t->log.on_disk)
		r = add(words, "--scratch", "disk");
	if (r == 0)
		r = add_limits(words, t);
	if (r == 0)
		r = add_tokens(words, t);
	if (r == 0)
		r = add_locks(words, t);
	for (size_t i = 0; r == 0 && i < strv_len(t->test->env); i++)
		r = add(words, "--env", t->test->env[i]);
	return r;
}

char *run_alone_options(const struct run_test *t)
{
	_cleanup_strv_ char **words = NULL;

	if (add_all(&words, t) < 0 || !words)
		return NULL;
	return str_shell_join(words);
}

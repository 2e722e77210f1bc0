/* SPDX-License-Identifier: Apache-2.0 */
/* The tests of a build directory of CMake, as `ctest --show-only=json-v1` tells them (CMake
 * 3.14): ctest-properties in cmake-properties(7) has the meaning of each property. */
#include "suite/source_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "model/amount.h"
#include "suite/links.h"
#include "suite/output.h"
#include "suite/source_ctest_text.h"

static const char test_file[] = "CTestTestfile.cmake";

struct loader {
	const struct source_ctx *ctx;
	const char *dir;            /* the build directory */
	const char *build_hint;     /* how to make what is missing */
	const struct json *graph;   /* where each test was added */
};

static struct arena *arena_of(const struct loader *l)
{
	return l->ctx->suite->arena;
}

/* All below: 0 or -ENOMEM.  What is not of the type that it should be says nothing. */
typedef int property_fn(const struct loader *l, struct test *t, const struct json *value);

static int set_cost(const struct loader *l, struct test *t, const struct json *value)
{
	enum { MOST = 1000000000 };
	double cost = 0.0;

	(void)l;
	if (!json_number(value, &cost) || cost == 0.0)
		return 0;
	/* An order, of which a part of one counts, too. */
	cost *= 1000.0;
	t->priority = cost > MOST ? MOST : cost < -MOST ? -MOST : (int)cost;
	return 0;
}

static int set_after(const struct loader *l, struct test *t, const struct json *value)
{
	return source_add_strings(l->ctx->suite, value, &t->named.after);
}

static int set_disabled(const struct loader *l, struct test *t, const struct json *value)
{
	(void)l;
	if (json_is_yes(value))
		t->disabled = "disabled (property DISABLED)";
	return 0;
}

static int set_env(const struct loader *l, struct test *t, const struct json *value)
{
	return source_add_strings(l->ctx->suite, value, &t->env);
}

static const char *outer_variable(const char *name)
{
	return getenv(name);
}

static int change_env(const struct loader *l, struct test *t, const struct json *value)
{
	char **stated = t->env;
	struct ctest_env e = { .stated = stated, .outer = outer_variable };
	int r = strv_copy(stated, &e.set);

	for (size_t i = 0; r == 0 && i < json_len(value); i++) {
		const char *change = json_str(json_at(value, i));

		r = change ? ctest_env_change(&e, change) : 0;
		if (r != -EINVAL)
			continue;
		t->unable = arena_printf(arena_of(l), "ENVIRONMENT_MODIFICATION has '%s', which "
					 "isorun does not know", change);
		r = t->unable ? 0 : -ENOMEM;
	}
	t->env = test_suite_strv(l->ctx->suite, e.set);
	t->env_unset = test_suite_strv(l->ctx->suite, e.unset);
	if (r == 0 && ((strv_len(e.set) && !t->env) || (strv_len(e.unset) && !t->env_unset)))
		r = -ENOMEM;
	ctest_env_fini(&e);
	return r;
}

/* Any of several expressions will do. */
static int set_pattern(const struct loader *l, struct test *t, const struct json *value,
		       const char **field)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	struct iso_err why = ISO_ERR_INIT;

	for (size_t i = 0; i < json_len(value); i++) {
		const char *regex = json_str(json_at(value, i));

		if (b.len && regex)
			buf_addc(&b, '|');
		ctest_add_regex(&b, regex ? regex : "");
	}
	if (b.error || !b.len)
		return b.error;
	if (output_check_pattern(buf_str(&b), &why) < 0) {
		t->unable = arena_printf(arena_of(l), "regular expression: %s", why.text);
		return t->unable ? 0 : -ENOMEM;
	}
	*field = arena_strdup(arena_of(l), buf_str(&b));
	return *field ? 0 : -ENOMEM;
}

static int set_fail_pattern(const struct loader *l, struct test *t, const struct json *value)
{
	return set_pattern(l, t, value, &t->fail_pattern);
}

static int set_pass_pattern(const struct loader *l, struct test *t, const struct json *value)
{
	return set_pattern(l, t, value, &t->pass_pattern);
}

static int set_skip_pattern(const struct loader *l, struct test *t, const struct json *value)
{
	return set_pattern(l, t, value, &t->skip_pattern);
}

static int set_cleanup(const struct loader *l, struct test *t, const struct json *value)
{
	return source_add_strings(l->ctx->suite, value, &t->named.cleanup);
}

static int set_fixtures(const struct loader *l, struct test *t, const struct json *value)
{
	return source_add_strings(l->ctx->suite, value, &t->named.fixtures);
}

static int set_setup(const struct loader *l, struct test *t, const struct json *value)
{
	return source_add_strings(l->ctx->suite, value, &t->named.setup);
}

/* A label memory=SIZE declares what the test needs, as for tests that ctest itself launches
 * through isorun, see isorun-hooks(7). */
static int set_labels(const struct loader *l, struct test *t, const struct json *value)
{
	static const char prefix[] = "memory=";

	for (size_t i = 0; i < json_len(value); i++) {
		const char *label = json_str(json_at(value, i));
		uint64_t bytes = 0;

		if (!label || !str_starts(label, prefix) ||
		    num_parse_size(label + strlen(prefix), &bytes) < 0 || bytes == 0)
			continue;
		t->demand.mem_bytes = bytes;
		t->demand.mem_origin = DEMAND_DECLARED;
	}
	return source_add_strings(l->ctx->suite, value, &t->tags);
}

static int set_processors(const struct loader *l, struct test *t, const struct json *value)
{
	int64_t n;

	(void)l;
	if (json_int(value, &n) && n > 0 && n <= UINT32_MAX / 1000)
		t->demand.cpus_milli = (uint32_t)n * 1000;
	return 0;
}

static int set_required_files(const struct loader *l, struct test *t, const struct json *value)
{
	_cleanup_strv_ char **paths = NULL;

	for (size_t i = 0; i < json_len(value); i++) {
		const char *name = json_str(json_at(value, i));
		_cleanup_free_ char *path = name ? path_join(t->cwd, name) : NULL;

		if (name && (!path || strv_add(&paths, path) < 0))
			return -ENOMEM;
	}
	t->required_files = test_suite_strv(l->ctx->suite, paths);
	return t->required_files || !paths ? 0 : -ENOMEM;
}

/* Slots of one type in all groups of a test together. */
static int add_slots(char ***tokens, const char *type, int64_t slots)
{
	char name[AMOUNT_NAME];
	uint32_t milli;

	for (char **old = *tokens; old && *old; old++) {
		if (!token_same_name(*old, type))
			continue;
		_cleanup_buf_ struct buf b = BUF_INIT;

		buf_addf(&b, "%s=%" PRId64, type, token_milli(*old) / AMOUNT_WHOLE + slots);
		free(*old);
		*old = strdup(buf_str(&b));
		return *old && !b.error ? 0 : -ENOMEM;
	}
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_addf(&b, "%s=%" PRId64, type, slots);
	/* One that no token can be called is none that there is. */
	if (token_parse(buf_str(&b), name, &milli))
		return b.error;
	return strv_add(tokens, buf_str(&b));
}

static int set_resource_groups(const struct loader *l, struct test *t, const struct json *value)
{
	_cleanup_strv_ char **tokens = NULL;

	for (size_t i = 0; i < json_len(value); i++) {
		const struct json *list = json_get(json_at(value, i), "requirements");

		for (size_t k = 0; k < json_len(list); k++) {
			const char *type = json_get_str(json_at(list, k), ".type");
			int64_t slots = 0;

			if (!type || !json_get_int(json_at(list, k), "slots", &slots) ||
			    slots <= 0 || slots > AMOUNT_UNITS)
				continue;
			if (add_slots(&tokens, type, slots) < 0)
				return -ENOMEM;
		}
	}
	t->tokens_if_any = test_suite_strv(l->ctx->suite, tokens);
	return t->tokens_if_any || !tokens ? 0 : -ENOMEM;
}

/* A lock of isorun has a short name of few signs; any other is told apart by a number. */
static int add_lock(char ***locks, const char *name)
{
	char taken[AMOUNT_NAME];
	bool shared;

	if (!strchr(name, ':') && !lock_parse(name, taken, &shared))
		return strv_add(locks, name);
	return strv_addf(locks, "lock-%016" PRIx64, amount_scope(0, name, strlen(name)));
}

static int set_locks(const struct loader *l, struct test *t, const struct json *value)
{
	_cleanup_strv_ char **locks = NULL;

	for (size_t i = 0; i < json_len(value); i++) {
		const char *name = json_str(json_at(value, i));

		if (name && add_lock(&locks, name) < 0)
			return -ENOMEM;
	}
	/* More than a test of isorun can hold: with nobody beside it none is needed. */
	if (strv_len(locks) > AMOUNTS_MAX) {
		t->demand.exclusive = true;
		return 0;
	}
	t->demand.locks = test_suite_strv(l->ctx->suite, locks);
	return t->demand.locks || !locks ? 0 : -ENOMEM;
}

static int set_exclusive(const struct loader *l, struct test *t, const struct json *value)
{
	(void)l;
	t->demand.exclusive |= json_is_yes(value);
	return 0;
}

static int set_skip_status(const struct loader *l, struct test *t, const struct json *value)
{
	int64_t status;

	if (!json_int(value, &status) || status < 0 || status > 255)
		return 0;
	t->skip_status = arena_alloc(arena_of(l), sizeof(*t->skip_status));
	if (!t->skip_status)
		return -ENOMEM;
	t->skip_status[0] = (int)status;
	t->n_skip_status = 1;
	return 0;
}

static int set_timeout(const struct loader *l, struct test *t, const struct json *value)
{
	double seconds;

	(void)l;
	if (!json_number(value, &seconds))
		return 0;
	/* 0 lifts the limit; above a century there is none either. */
	t->timeout_ns = seconds > 0.0 && seconds < 3e9
		? (int64_t)(seconds * (double)NSEC_PER_SEC) : -1;
	return 0;
}

static int set_will_fail(const struct loader *l, struct test *t, const struct json *value)
{
	(void)l;
	if (json_is_yes(value))
		t->expectation = TEST_MUST_FAIL;
	return 0;
}

static int set_cwd(const struct loader *l, struct test *t, const struct json *value)
{
	const char *name = json_str(value);
	_cleanup_free_ char *joined = name ? path_join(l->dir, name) : NULL;
	_cleanup_free_ char *path = joined ? path_clean(joined) : NULL;

	if (name && path)
		t->cwd = arena_strdup(arena_of(l), path);
	return !name || (path && t->cwd) ? 0 : -ENOMEM;
}

/* In the order in which they are applied: what is relative needs the directory, and
 * changes of variables those that are stated. */
static const struct {
	const char *name;
	property_fn *apply;
} properties[] = {
	{ "WORKING_DIRECTORY", set_cwd },
	{ "COST", set_cost },
	{ "DEPENDS", set_after },
	{ "DISABLED", set_disabled },
	{ "ENVIRONMENT", set_env },
	{ "ENVIRONMENT_MODIFICATION", change_env },
	{ "FAIL_REGULAR_EXPRESSION", set_fail_pattern },
	{ "FIXTURES_CLEANUP", set_cleanup },
	{ "FIXTURES_REQUIRED", set_fixtures },
	{ "FIXTURES_SETUP", set_setup },
	{ "LABELS", set_labels },
	{ "PASS_REGULAR_EXPRESSION", set_pass_pattern },
	{ "PROCESSORS", set_processors },
	{ "REQUIRED_FILES", set_required_files },
	{ "RESOURCE_GROUPS", set_resource_groups },
	{ "RESOURCE_LOCK", set_locks },
	{ "RUN_SERIAL", set_exclusive },
	{ "SKIP_REGULAR_EXPRESSION", set_skip_pattern },
	{ "SKIP_RETURN_CODE", set_skip_status },
	{ "TIMEOUT", set_timeout },
	{ "WILL_FAIL", set_will_fail },
};

static const struct json *property(const struct json *test, const char *name)
{
	const struct json *list = json_get(test, "properties");

	for (size_t i = 0; i < json_len(list); i++)
		if (str_eq(json_get_str(json_at(list, i), "name"), name))
			return json_get(json_at(list, i), "value");
	return NULL;
}

/* "CMakeLists.txt:12", or the file that names all tests. */
static const char *origin_of(const struct loader *l, const struct json *test)
{
	const struct json *nodes = json_get(l->graph, "nodes");
	const struct json *files = json_get(l->graph, "files");
	const struct json *node = NULL;
	int64_t number = 0;
	int64_t file = 0;
	int64_t line = 0;

	if (json_get_int(test, "backtrace", &number) && number >= 0)
		node = json_at(nodes, (size_t)number);
	if (!node || !json_get_int(node, "file", &file) || file < 0 ||
	    !json_get_int(node, "line", &line) || !json_str(json_at(files, (size_t)file)))
		return arena_printf(arena_of(l), "%s/%s", l->dir, test_file);
	return arena_printf(arena_of(l), "%s:%" PRId64, json_str(json_at(files, (size_t)file)),
			    line);
}

/* ctest leaves the command out where it finds no such program. */
static int set_command(const struct loader *l, struct test *t, const struct json *test)
{
	char *none[] = { (char *)(uintptr_t)t->id, NULL };
	int r = source_add_strings(l->ctx->suite, json_get(test, "command"), &t->argv);

	if (r < 0 || t->argv) {
		t->program = t->argv ? t->argv[0] : NULL;
		return r;
	}
	t->argv = test_suite_strv(l->ctx->suite, none);
	t->unable = arena_printf(arena_of(l), "its program is not there: %s", l->build_hint);
	t->program = t->id;
	return t->argv && t->unable ? 0 : -ENOMEM;
}

static int add_test(const struct loader *l, const struct json *test, struct iso_err *err)
{
	static int no_status;
	const char *name = json_get_str(test, "name");
	struct test *t = name ? test_suite_add(l->ctx->suite) : NULL;

	if (!name)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "ctest in '%s' tells of a test without "
				   "a name", l->dir);
	if (!t)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	t->id = arena_strdup(arena_of(l), name);
	t->cwd = arena_strdup(arena_of(l), l->dir);
	t->origin = origin_of(l, test);
	t->patterns_span = true;
	t->skip_status = &no_status; /* 77 is a failure here */
	int r = t->id && t->cwd && t->origin ? set_command(l, t, test) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(properties); i++) {
		const struct json *value = property(test, properties[i].name);

		r = value ? properties[i].apply(l, t, value) : 0;
	}
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "tests") : 0;
}

static int add_tests(struct loader *l, const struct json *told, struct iso_err *err)
{
	const struct json *tests = json_get(told, "tests");
	const size_t first = l->ctx->suite->n_tests;
	int r = 0;

	l->graph = json_get(told, "backtraceGraph");
	l->build_hint = arena_printf(arena_of(l), "build first (cmake --build %s)", l->dir);
	if (!l->build_hint)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	if (!str_eq(json_get_str(told, "kind"), "ctestInfo"))
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "ctest in '%s' prints something else than its tests", l->dir);
	for (size_t i = 0; r == 0 && i < json_len(tests); i++)
		r = add_test(l, json_at(tests, i), err);
	return r < 0 ? r : links_resolve(l->ctx->suite, first, err);
}

static int write_file(int dir_fd, const char *name, const struct buf *text)
{
	return text->error ? text->error : fs_replace_at(dir_fd, name, text->data, text->len, 0644);
}

/* Even one that is only to show its tests, ctest begins with the log of the last run as an
 * empty file.  So it is asked in a directory of ours, of which the build directory is the
 * only part: it writes there, and all that it reads is the same. */
static int make_outer(const char *dir, char *outer)
{
	_cleanup_close_ int fd = mkdtemp(outer) ? open(outer, O_DIRECTORY | O_CLOEXEC) : -1;
	_cleanup_buf_ struct buf tests = BUF_INIT;
	_cleanup_buf_ struct buf custom = BUF_INIT;

	if (fd < 0)
		return -errno;
	buf_addf(&tests, "subdirs([==[%s]==])\n", dir);
	buf_addf(&custom, "include([==[%s/CTestCustom.cmake]==] OPTIONAL)\n", dir);
	const int r = write_file(fd, test_file, &tests);
	return r < 0 ? r : write_file(fd, "CTestCustom.cmake", &custom);
}

static int ask(const char *dir, struct json **ret, struct iso_err *err)
{
	static const char *const argv[] = { "ctest", "--show-only=json-v1", NULL };
	const char *tmp = getenv("TMPDIR");
	_cleanup_buf_ struct buf outer = BUF_INIT;

	buf_addf(&outer, "%s/isorun-ctest-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (outer.error)
		return iso_err_set(err, ISO_ERR_HOST, outer.error, "tests");
	int r = make_outer(dir, outer.data);

	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "directory '%s'", outer.data);
	else
		r = source_ask((char *const *)(uintptr_t)argv, outer.data, ret, err);
	(void)fs_remove_tree_at(AT_FDCWD, outer.data);
	return r;
}

static int load_dir(const struct source_ctx *ctx, const char *dir, struct iso_err *err)
{
	struct loader l = { .ctx = ctx, .dir = dir };
	struct json *told = NULL;
	int r = ask(dir, &told, err);

	if (r == 0)
		r = add_tests(&l, told, err);
	json_free(told);
	return r;
}

static int ctest_load(const struct source_ctx *ctx, const char *name, struct iso_err *err)
{
	const size_t before = ctx->suite->n_tests;
	_cleanup_free_ char *dir = NULL;
	int r = source_build_dir(ctx, name, test_file, "configure it by cmake, and have "
				 "enable_testing() in the CMakeLists.txt at the top", &dir, err);

	if (r == 0)
		r = load_dir(ctx, dir, err);
	if (r == 0 && ctx->suite->n_tests == before)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "ctest:%s: ctest knows no test there",
				   name);
	return r;
}

static const char *ctest_seen(const struct source_ctx *ctx)
{
	return source_find_build(ctx, "CMakeLists.txt", test_file);
}

static int ctest_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	const char *build = ctest_seen(ctx);
	_cleanup_free_ char *joined = build ? path_join(ctx->base_dir, build) : NULL;
	_cleanup_free_ char *dir = joined ? path_clean(joined) : NULL;

	if (build && !dir)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "%s", build);
	return build ? load_dir(ctx, dir, err) : 0;
}

const struct source_kind source_ctest = {
	.name = "ctest",
	.argument = "BUILD",
	.looked_for = "CTestTestfile.cmake",
	.names_place = true,
	.load = ctest_load,
	.detect = ctest_detect,
	.seen = ctest_seen,
};

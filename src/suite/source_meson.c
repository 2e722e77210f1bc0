/* SPDX-License-Identifier: Apache-2.0 */
/* The tests of a build directory of Meson, as `meson introspect` tells them.  It leaves two
 * things out, in every version so far: whether a test is to fail, and what of a variable is
 * there already where a value is put before or behind it (PATH would be the new part alone).
 * Both are asked of Meson's own modules, through its `runpython`; where they say nothing,
 * what introspect says stands. */
#include "suite/source_kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "model/amount.h"

enum { HARD_ERROR = 99 }; /* of the protocols that go by the exit status */

static const char info_dir[] = "meson-info";

/* The tests as `meson test` itself reads them, in the same order.  In one scope, without
 * functions: Meson runs it inside of one of its own. */
static const char ask_more[] =
	"import json, os, pickle\n"
	"with open(os.path.join('meson-private', 'meson_test_setup.dat'), 'rb') as f:\n"
	"    tests = pickle.load(f)\n"
	"told = []\n"
	"for t in tests:\n"
	"    env = {}\n"
	"    for name, value in t.env.get_env(dict(os.environ)).items():\n"
	"        if os.environ.get(name) != value:\n"
	"            env[name] = value\n"
	"    told.append({'name': t.name, 'should_fail': bool(t.should_fail), 'env': env})\n"
	"print(json.dumps(told))\n";

struct loader {
	const struct source_ctx *ctx;
	const char *dir;
	const char *build_hint;
	const struct json *targets;
	const struct json *more;    /* beside the tests; NULL: it could not be had */
};

static struct arena *arena_of(const struct loader *l)
{
	return l->ctx->suite->arena;
}

static int add_env(const struct loader *l, struct test *t, const struct json *env)
{
	_cleanup_strv_ char **all = NULL;

	for (const char *key = json_next_key(env, NULL); key; key = json_next_key(env, key)) {
		const char *value = json_get_str(env, key);

		if (value && strv_addf(&all, "%s=%s", key, value) < 0)
			return -ENOMEM;
	}
	t->env = test_suite_strv(l->ctx->suite, all);
	return t->env || !all ? 0 : -ENOMEM;
}

/* "project:suite", and the suite alone, which is what people call it. */
static int add_tags(const struct loader *l, struct test *t, const struct json *suites)
{
	_cleanup_strv_ char **all = NULL;

	for (size_t i = 0; i < json_len(suites); i++) {
		const char *suite = json_str(json_at(suites, i));
		const char *colon = suite ? strchr(suite, ':') : NULL;

		if (suite && !strv_has(all, suite) && strv_add(&all, suite) < 0)
			return -ENOMEM;
		if (colon && colon[1] && !strv_has(all, colon + 1) &&
		    strv_add(&all, colon + 1) < 0)
			return -ENOMEM;
	}
	t->tags = test_suite_strv(l->ctx->suite, all);
	return t->tags || !all ? 0 : -ENOMEM;
}

static const struct json *target_of(const struct loader *l, const char *id)
{
	for (size_t i = 0; id && i < json_len(l->targets); i++)
		if (str_eq(json_get_str(json_at(l->targets, i), "id"), id))
			return json_at(l->targets, i);
	return NULL;
}

/* Its program, and what the targets that it depends on make. */
static int require(const struct loader *l, struct test *t, const struct json *test)
{
	const struct json *depends = json_get(test, "depends");
	_cleanup_strv_ char **files = NULL;
	int r = t->argv[0][0] == '/' ? strv_add(&files, t->argv[0]) : 0;

	for (size_t i = 0; r == 0 && i < json_len(depends); i++) {
		const struct json *made =
			json_get(target_of(l, json_str(json_at(depends, i))), "filename");

		for (size_t k = 0; r == 0 && k < json_len(made); k++) {
			const char *file = json_str(json_at(made, k));

			if (file && file[0] == '/' && !strv_has(files, file))
				r = strv_add(&files, file);
		}
	}
	t->required_files = r == 0 ? test_suite_strv(l->ctx->suite, files) : NULL;
	t->required_hint = l->build_hint;
	return r < 0 || (files && !t->required_files) ? -ENOMEM : 0;
}

static void set_protocol(struct test *t, const char *protocol)
{
	static int no_status;

	if (str_eq(protocol, "tap"))
		t->protocol = TEST_PROTOCOL_TAP;
	else if (str_eq(protocol, "rust"))
		t->skip_status = &no_status; /* its harness tells of skipped cases in its output */
	else
		t->error_status = HARD_ERROR;
}

static void set_numbers(struct test *t, const struct json *test)
{
	static const int64_t century_s = INT64_C(3000000) * 1000;
	int64_t number;
	bool parallel = true;

	if (json_get_int(test, "timeout", &number))
		t->timeout_ns = number > 0 && number < century_s ? number * NSEC_PER_SEC : -1;
	if (json_get_int(test, "priority", &number))
		t->priority = number > INT32_MAX ? INT32_MAX
			    : number < INT32_MIN ? INT32_MIN : (int)number;
	t->demand.exclusive = json_get_bool(test, "is_parallel", &parallel) && !parallel;
}

/* What is said of it more: only where it is the same test beyond doubt. */
static const struct json *more_of(const struct loader *l, size_t i, const char *name)
{
	const struct json *more = json_at(l->more, i);

	return str_eq(json_get_str(more, "name"), name) ? more : NULL;
}

static int fill_test(const struct loader *l, struct test *t, const struct json *test, size_t i)
{
	const char *name = json_get_str(test, "name");
	const char *workdir = json_get_str(test, "workdir");
	const struct json *more = more_of(l, i, name);

	t->id = arena_strdup(arena_of(l), name);
	t->cwd = arena_strdup(arena_of(l), workdir ? workdir : l->dir);
	t->origin = arena_printf(arena_of(l), "%s/%s", l->dir, info_dir);
	int r = source_add_strings(l->ctx->suite, json_get(test, "cmd"), &t->argv);

	if (r < 0 || !t->id || !t->cwd || !t->origin || !t->argv)
		return -ENOMEM;
	t->program = t->argv[0];
	set_protocol(t, json_get_str(test, "protocol"));
	set_numbers(t, test);
	if (json_is_yes(json_get(more, "should_fail")))
		t->expectation = TEST_MUST_FAIL_OR_CRASH;
	r = add_env(l, t, json_get(more ? more : test, "env"));
	if (r == 0)
		r = add_tags(l, t, json_get(test, "suite"));
	return r < 0 ? r : require(l, t, test);
}

static int add_tests(struct loader *l, const struct json *told, struct iso_err *err)
{
	const struct json *tests = json_get(told, "tests");
	int r = 0;

	l->targets = json_get(told, "targets");
	l->build_hint = arena_printf(arena_of(l), "build first (meson compile -C %s)", l->dir);
	if (!l->build_hint)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	for (size_t i = 0; r == 0 && i < json_len(tests); i++) {
		const struct json *test = json_at(tests, i);
		struct test *t = NULL;

		if (!json_get_str(test, "name") || !json_len(json_get(test, "cmd")))
			return iso_err_set(err, ISO_ERR_USAGE, 0, "meson in '%s' tells of a test "
					   "without a name or a command", l->dir);
		t = test_suite_add(l->ctx->suite);
		r = t ? fill_test(l, t, test, i) : -ENOMEM;
	}
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "tests") : 0;
}

static int load_dir(const struct source_ctx *ctx, const char *dir, struct iso_err *err)
{
	static const char *const argv[] = {
		"meson", "introspect", "--tests", "--targets", ".", NULL,
	};
	static const char *const more_argv[] = { "meson", "runpython", "-c", ask_more, NULL };
	struct loader l = { .ctx = ctx, .dir = dir };
	struct json *told = NULL;
	struct json *more = NULL;
	struct iso_err unknown = ISO_ERR_INIT;
	int r = source_ask((char *const *)(uintptr_t)argv, dir, &told, err);

	if (r == 0 && json_len(json_get(told, "tests")) &&
	    source_ask((char *const *)(uintptr_t)more_argv, dir, &more, &unknown) < 0)
		log_debug("meson says no more: %s", unknown.text);
	l.more = more;
	if (r == 0)
		r = add_tests(&l, told, err);
	json_free(more);
	json_free(told);
	return r;
}

static int meson_load(const struct source_ctx *ctx, const char *name, struct iso_err *err)
{
	const size_t before = ctx->suite->n_tests;
	_cleanup_free_ char *dir = NULL;
	int r = source_build_dir(ctx, name, info_dir, "make it by 'meson setup'", &dir, err);

	if (r == 0)
		r = load_dir(ctx, dir, err);
	if (r == 0 && ctx->suite->n_tests == before)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "meson:%s: meson knows no test there",
				   name);
	return r;
}

static const char *meson_seen(const struct source_ctx *ctx)
{
	return source_find_build(ctx, "meson.build", info_dir);
}

static int meson_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	const char *build = meson_seen(ctx);
	_cleanup_free_ char *joined = build ? path_join(ctx->base_dir, build) : NULL;
	_cleanup_free_ char *dir = joined ? path_clean(joined) : NULL;

	if (build && !dir)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "%s", build);
	return build ? load_dir(ctx, dir, err) : 0;
}

const struct source_kind source_meson = {
	.name = "meson",
	.argument = "BUILD",
	.looked_for = "meson-info/",
	.names_place = true,
	.load = meson_load,
	.detect = meson_detect,
	.seen = meson_seen,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_cases.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

struct cases {
	const struct source_ctx *ctx;
	const struct cases_kind *kind;
	enum source_granularity granularity;
	bool shares_launch;    /* its cases may be run in chunks */
	const char *path;      /* of the program */
	const char *word;      /* its name in a command */
	const char *suite;     /* the last that was added; "": none */
	size_t n;              /* cases so far */
};

int source_granularity_parse(const char *text, enum source_granularity *ret)
{
	static const char *const names[] = {
		[GRANULARITY_CASE] = "case",
		[GRANULARITY_SUITE] = "suite",
		[GRANULARITY_PROGRAM] = "program",
		[GRANULARITY_AUTO] = "auto",
	};

	for (size_t i = GRANULARITY_CASE; i < ARRAY_SIZE(names); i++) {
		if (!str_eq(names[i], text))
			continue;
		*ret = (enum source_granularity)i;
		return 0;
	}
	return -EINVAL;
}

static enum source_granularity asked_for(const struct source_ctx *ctx)
{
	return ctx->settings->granularity ? ctx->settings->granularity : ctx->granularity;
}

bool source_shares_launches(const struct source_ctx *ctx)
{
	return asked_for(ctx) == GRANULARITY_AUTO;
}

enum source_granularity source_granularity(const struct source_ctx *ctx,
					   enum source_granularity otherwise)
{
	const enum source_granularity asked = asked_for(ctx);

	if (asked && asked != GRANULARITY_AUTO)
		return asked;
	/* What is chosen is no more and no less than what matches. */
	return ctx->settings->chooses ? GRANULARITY_CASE : otherwise;
}

/* "deps/work-0123456789abcdef": without what cargo calls the build. */
static const char *without_hash(struct arena *arena, const char *id)
{
	const char *dash = strrchr(id, '-');

	if (!dash || strlen(dash + 1) != 16 || strspn(dash + 1, "0123456789abcdef") != 16)
		return id;
	return arena_printf(arena, "%.*s", (int)(dash - id), id);
}

static int add_test(struct cases *c, const char *suite, const char *name)
{
	struct test_suite *s = c->ctx->suite;
	struct test *t = source_add_file(c->ctx, c->path);
	_cleanup_strv_ char **argv = NULL;

	if (!t || strv_add(&argv, c->word) < 0 ||
	    ((suite || name) && c->kind->choose(suite, name, &argv) < 0))
		return -ENOMEM;
	if (c->kind->names_hash)
		t->id = without_hash(s->arena, t->id);
	if (t->id && (suite || name))
		t->id = arena_printf(s->arena, "%s::%s%s%s", t->id, suite ? suite : "",
				     suite && name ? "." : "", name ? name : "");
	if (name)
		t->skip_pattern = c->kind->skip_pattern;
	t->skip_passes = true;
	t->cases = c->kind->driver;
	t->case_suite = suite ? arena_strdup(s->arena, suite) : NULL;
	t->case_name = name ? arena_strdup(s->arena, name) : NULL;
	t->shares_launch = c->shares_launch && t->cases && t->case_name;
	if (c->kind->runs_beside && !c->ctx->cwd) {
		_cleanup_free_ char *dir = path_dir(c->path);
		t->cwd = dir ? arena_strdup(s->arena, dir) : NULL;
	}
	t->argv = test_suite_strv(s, argv);
	if ((suite && !t->case_suite) || (name && !t->case_name))
		return -ENOMEM;
	return t->id && t->cwd && t->argv ? 0 : -ENOMEM;
}

int cases_add(struct cases *c, const char *suite, const char *name)
{
	const bool again = suite && str_eq(suite, c->suite);

	c->n++;
	if (c->granularity == GRANULARITY_PROGRAM ||
	    (c->granularity == GRANULARITY_SUITE && !suite))
		return c->n > 1 ? 0 : add_test(c, NULL, NULL);
	if (c->granularity == GRANULARITY_CASE)
		return add_test(c, suite, name);
	if (again)
		return 0;
	c->suite = arena_strdup(c->ctx->suite->arena, suite);
	return c->suite ? add_test(c, suite, NULL) : -ENOMEM;
}

static int load_program(struct cases *c, const char *pattern, struct iso_err *err)
{
	_cleanup_free_ char *dir = c->kind->runs_beside ? path_dir(c->path) : NULL;
	_cleanup_strv_ char **argv = NULL;
	struct capture listed = { 0 };
	int r = strv_add(&argv, c->path);

	for (size_t i = 0; r == 0 && c->kind->list[i]; i++)
		r = strv_add(&argv, c->kind->list[i]);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	if (source_capture(argv, NULL, dir ? dir : c->ctx->base_dir, c->kind->any_status, &listed,
			   err) < 0)
		return iso_err_wrap(err, "%s:%s", c->kind->name, pattern);
	r = c->kind->parse(c, listed.out);
	capture_fini(&listed);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	if (!c->n)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s:%s: '%s' lists no test",
				   c->kind->name, pattern, c->path);
	return 0;
}

int cases_load(const struct source_ctx *ctx, const struct cases_kind *kind, const char *pattern,
	       struct iso_err *err)
{
	const char *const patterns[] = { pattern, NULL };
	_cleanup_strv_ char **files = NULL;
	int r = source_glob(ctx, patterns, &files, err);

	if (r == 0 && !files)
		r = iso_err_set(err, ISO_ERR_USAGE, 0, "%s:%s: no file in '%s' matches", kind->name,
				pattern, ctx->base_dir);
	for (size_t i = 0; r == 0 && files[i]; i++) {
		/* Beside a program lie files of the same name (".d"). */
		if (access(files[i], X_OK) < 0 && strv_len(files) > 1)
			continue;
		struct cases c = {
			.ctx = ctx,
			.kind = kind,
			.granularity = source_granularity(ctx, GRANULARITY_CASE),
			.shares_launch = source_shares_launches(ctx),
			.path = files[i],
			.word = kind->runs_beside ? files[i] : source_file_word(ctx, files[i]),
			.suite = "",
		};
		r = c.word ? load_program(&c, pattern, err)
			   : iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	}
	return r;
}

int cases_detect_none(const struct source_ctx *ctx, struct iso_err *err)
{
	(void)ctx;
	(void)err;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The tests of lit, LLVM's tester, as it lists them: "SUITE :: FILE". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "suite/source_kind.h"

static const char separator[] = " :: ";

struct loader {
	const struct source_ctx *ctx;
	const char *tool;
	const char *dir;       /* as lit is given it, from ctx->base_dir */
	bool one_suite;        /* all are of one */
};

/* As a package of Python it is called lit, as a part of LLVM llvm-lit. */
static const char *find_tool(void)
{
	static const char *const names[] = { "lit", "llvm-lit" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_strv_ char **places = NULL;

		if (path_candidates(names[i], getenv("PATH"), &places) < 0)
			continue;
		for (size_t k = 0; k < strv_len(places); k++)
			if (access(places[k], X_OK) == 0)
				return names[i];
	}
	return names[0];
}

/* The file of a test below the directory; NULL where it lies elsewhere, or is not the only
 * one that this could mean. */
static char *file_of(const struct loader *l, const char *path)
{
	_cleanup_free_ char *file = l->one_suite ? path_join(l->dir, path) : NULL;

	return file && source_has(l->ctx, file) ? TAKE_PTR(file) : NULL;
}

/* A regular expression of Python that matches this name alone. */
static int add_filter(char ***argv, const char *name)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_addc(&b, '^');
	for (; *name; name++) {
		if (strchr(".^$*+?{}[]\\|()", *name))
			buf_addc(&b, '\\');
		buf_addc(&b, *name);
	}
	buf_addc(&b, '$');
	return b.error ? b.error : strv_addf(argv, "--filter=%s", buf_str(&b));
}

static int add_test(const struct loader *l, const char *name)
{
	const char *mid = strstr(name, separator);
	const char *path = mid + strlen(separator);
	static const char *const words[] = { "-a", "-j1", "--no-progress-bar" };
	struct test_suite *s = l->ctx->suite;
	struct test *t = test_suite_add(s);
	_cleanup_free_ char *file = file_of(l, path);
	_cleanup_strv_ char **argv = NULL;
	int r = strv_add(&argv, l->tool);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(words); i++)
		r = strv_add(&argv, words[i]);
	if (r == 0 && !file)
		r = add_filter(&argv, name);
	if (r == 0)
		r = strv_add(&argv, file ? file : l->dir);
	if (r < 0 || !t)
		return -ENOMEM;
	t->id = arena_printf(s->arena, "%.*s::%s", (int)(mid - name), name, path);
	t->argv = test_suite_strv(s, argv);
	t->cwd = arena_strdup(s->arena, l->ctx->cwd ? l->ctx->cwd : l->ctx->base_dir);
	t->origin = arena_printf(s->arena, "%s/%s", l->ctx->base_dir, file ? file : l->dir);
	t->program = t->origin;
	/* Its own line, and none of a test that tells of lit. */
	t->skip_pattern = "^UNSUPPORTED: .* \\(1 of 1\\)";
	t->skip_passes = true;
	return t->id && t->argv && t->cwd && t->origin ? 0 : -ENOMEM;
}

/* "  SUITE :: FILE"; NULL: another line. */
static const char *name_of(const char *line)
{
	return str_starts(line, "  ") && strstr(line, separator) ? line + 2 : NULL;
}

static bool is_one_suite(char *const *lines)
{
	const char *first = NULL;

	for (size_t i = 0; i < strv_len(lines); i++) {
		const char *name = name_of(lines[i]);

		if (!name)
			continue;
		first = first ? first : name;
		if (strncmp(name, first, (size_t)(strstr(first, separator) - first) +
				       strlen(separator)) != 0)
			return false;
	}
	return true;
}

static int add_tests(struct loader *l, const char *told)
{
	_cleanup_strv_ char **lines = NULL;
	int r = strv_split(told, "\n", &lines);

	l->one_suite = is_one_suite(lines);
	for (size_t i = 0; r == 0 && i < strv_len(lines); i++)
		if (name_of(lines[i]))
			r = add_test(l, name_of(lines[i]));
	return r;
}

static int lit_load(const struct source_ctx *ctx, const char *dir, struct iso_err *err)
{
	const size_t before = ctx->suite->n_tests;
	struct loader l = { .ctx = ctx, .tool = find_tool(), .dir = dir };
	const char *const argv[] = { l.tool, "--show-tests", dir, NULL };
	struct capture told = { 0 };

	if (source_capture((char *const *)(uintptr_t)argv, NULL, ctx->base_dir, false, &told,
			   err) < 0)
		return -EINVAL;
	int r = add_tests(&l, told.out);

	capture_fini(&told);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "tests");
	if (ctx->suite->n_tests == before)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "lit:%s: lit knows no test there", dir);
	return 0;
}

static const char *lit_seen(const struct source_ctx *ctx)
{
	static const char *const dirs[] = { ".", "test", "tests" };
	static const char *const marks[] = {
		"lit.site.cfg.py", "lit.site.cfg", "lit.cfg.py", "lit.cfg",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs) * ARRAY_SIZE(marks); i++) {
		const char *dir = dirs[i / ARRAY_SIZE(marks)];
		_cleanup_free_ char *mark = path_join(dir, marks[i % ARRAY_SIZE(marks)]);

		if (mark && source_has(ctx, mark))
			return dir;
	}
	return NULL;
}

static int lit_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	const char *dir = lit_seen(ctx);

	return dir ? lit_load(ctx, dir, err) : 0;
}

const struct source_kind source_lit = {
	.name = "lit",
	.argument = "DIR",
	.looked_for = "lit.cfg.py, lit.cfg, there, too",
	.names_place = true,
	.load = lit_load,
	.detect = lit_detect,
	.seen = lit_seen,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_kind.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

/* base_dir is a name, not a pattern: its own stars and brackets are quoted. */
static int absolute_pattern(const char *base_dir, const char *pattern, char **ret)
{
	struct buf b = BUF_INIT;

	if (pattern[0] != '/') {
		for (const char *c = base_dir; *c; c++) {
			if (strchr("*?[\\", *c))
				buf_addc(&b, '\\');
			buf_addc(&b, *c);
		}
		buf_addc(&b, '/');
	}
	while (str_starts(pattern, "./"))
		pattern += 2;
	buf_adds(&b, pattern);
	return buf_finish(&b, ret);
}

static int glob_one(const char *base_dir, const char *pattern, int flags, glob_t *found,
		    struct iso_err *err)
{
	_cleanup_free_ char *text = NULL;

	if (absolute_pattern(base_dir, pattern, &text) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "glob '%s'", pattern);
	switch (glob(text, flags, NULL, found)) {
	case 0:
	case GLOB_NOMATCH:
		return 0;
	case GLOB_NOSPACE:
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "glob '%s'", pattern);
	default:
		return iso_err_set(err, ISO_ERR_HOST, EIO, "glob '%s'", pattern);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int keep_regular_files(char **names, size_t n, char ***ret)
{
	_cleanup_strv_ char **files = NULL;
	const char *last = "";

	if (n)
		qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++) {
		struct stat st;

		if (str_eq(names[i], last) || stat(names[i], &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		last = names[i];
		if (strv_add(&files, names[i]) < 0)
			return -ENOMEM;
	}
	*ret = TAKE_PTR(files);
	return 0;
}

int source_glob(const struct source_ctx *ctx, const char *const *patterns, char ***ret,
		struct iso_err *err)
{
	glob_t found = { 0 };
	int r = 0;

	for (size_t i = 0; patterns[i] && r == 0; i++)
		r = glob_one(ctx->base_dir, patterns[i], i ? GLOB_APPEND : 0, &found, err);
	if (r == 0 && keep_regular_files(found.gl_pathv, found.gl_pathc, ret) < 0)
		r = iso_err_set(err, ISO_ERR_HOST, ENOMEM, "glob '%s'", patterns[0]);
	globfree(&found);
	return r;
}

const char *source_first_match(const struct source_ctx *ctx, const char *const *patterns)
{
	for (size_t i = 0; patterns[i]; i++) {
		const char *const one[] = { patterns[i], NULL };
		_cleanup_strv_ char **files = NULL;

		if (source_glob(ctx, one, &files, NULL) == 0 && files)
			return patterns[i];
	}
	return NULL;
}

const char *source_seen_none(const struct source_ctx *ctx)
{
	(void)ctx;
	return NULL;
}

/* path without base_dir in front, or path itself where it lies elsewhere. */
static const char *below_base(const struct source_ctx *ctx, const char *path)
{
	const size_t len = strlen(ctx->base_dir);

	if (str_eq(ctx->base_dir, "/"))
		return path + 1;
	if (strncmp(path, ctx->base_dir, len) == 0 && path[len] == '/')
		return path + len + 1;
	return path;
}

const char *source_file_word(const struct source_ctx *ctx, const char *path)
{
	const char *word = below_base(ctx, path);

	if (ctx->cwd && !str_eq(ctx->cwd, ctx->base_dir))
		word = path;
	if (!strchr(word, '/'))
		return arena_printf(ctx->suite->arena, "./%s", word);
	return arena_strdup(ctx->suite->arena, word);
}

struct test *source_add_file(const struct source_ctx *ctx, const char *path)
{
	struct test *t = test_suite_add(ctx->suite);

	if (!t)
		return NULL;
	t->id = arena_strdup(ctx->suite->arena, below_base(ctx, path));
	t->origin = t->program = arena_strdup(ctx->suite->arena, path);
	t->cwd = arena_strdup(ctx->suite->arena, ctx->cwd ? ctx->cwd : ctx->base_dir);
	return t->id && t->program && t->cwd ? t : NULL;
}

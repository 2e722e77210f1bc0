/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_kind.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"

/* Sources whose tests only what is built of them knows: their mark at the top, their kind. */
static const char *const unbuilt[][2] = {
	{ "CMakeLists.txt", "ctest" },
	{ "meson.build", "meson" },
};

static int not_built(const char *dir, const char *top, const char *kind, struct iso_err *err)
{
	iso_err_set(err, ISO_ERR_USAGE, 0,
		    "no tests in '%s': a %s, but no build directory that knows tests", dir, top);
	return iso_err_hint(err, "build it and name the build directory: isorun suite %s:build",
			    kind);
}

static int nothing_found(const struct source_ctx *ctx, struct iso_err *err)
{
	_cleanup_buf_ struct buf looked = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(unbuilt); i++)
		if (source_has(ctx, unbuilt[i][0]))
			return not_built(ctx->base_dir, unbuilt[i][0], unbuilt[i][1], err);
	for (size_t i = 0; source_kind_at(i); i++) {
		const char *what = source_kind_at(i)->looked_for;

		if (*what)
			buf_addf(&looked, "%s%s", looked.len ? "; " : "", what);
	}
	iso_err_set(err, ISO_ERR_USAGE, 0, "no tests in '%s': looked for %s", ctx->base_dir,
		    buf_str(&looked));
	return iso_err_hint(err, "name a source, such as exec:GLOB, lines:FILE or pytest:DIR; "
				 "isorun-suite(5) has them all");
}

/* "ctest:build": what names tests of `kind` from the working directory. */
static int add_source(struct buf *b, const struct source_ctx *ctx, const char *kind,
		      const char *argument)
{
	_cleanup_free_ char *here = NULL;
	_cleanup_free_ char *joined = path_join(ctx->base_dir, argument);
	_cleanup_free_ char *path = joined ? path_clean(joined) : NULL;
	_cleanup_buf_ struct buf word = BUF_INIT;
	int r = path_absolute(".", &here);

	if (r < 0 || !path)
		return r < 0 ? r : -ENOMEM;
	const char *below = path_is_below(path, here) ? path + strlen(here) : NULL;

	buf_addf(&word, "%s:%s", kind, !below ? path : *below ? below + 1 : ".");
	_cleanup_free_ char *quoted = str_shell_quote(buf_str(&word));

	if (word.error || !quoted)
		return -ENOMEM;
	buf_addf(b, " %s", quoted);
	return b->error;
}

/* Tests of other kinds are there, too: who did not ask for one kind is told. */
static int note_others(const struct source_ctx *ctx, size_t used)
{
	const struct source_kind *kind = source_kind_at(used);
	const char *argument = kind->seen(ctx);
	_cleanup_buf_ struct buf kinds = BUF_INIT;
	_cleanup_buf_ struct buf sources = BUF_INIT;
	int r = argument ? add_source(&sources, ctx, kind->name, argument) : 0;

	if (!argument)
		return 0;
	for (size_t i = used + 1; r == 0 && source_kind_at(i); i++) {
		const struct source_kind *other = source_kind_at(i);

		argument = other->seen(ctx);
		if (!argument)
			continue;
		buf_addf(&kinds, "%s%s", kinds.len ? ", " : "", other->name);
		r = add_source(&sources, ctx, other->name, argument);
	}
	if (r < 0 || !kinds.len)
		return r;
	return strv_addf(&ctx->settings->notes,
			 "only the tests of %s are taken; with those of %s: isorun suite%s",
			 kind->name, buf_str(&kinds), buf_str(&sources));
}

int source_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	for (size_t i = 0; source_kind_at(i); i++) {
		const size_t before = ctx->suite->n_tests;
		int r = source_kind_at(i)->detect(ctx, err);

		if (r < 0)
			return r;
		if (ctx->suite->n_tests == before)
			continue;
		return note_others(ctx, i) < 0 ? iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests")
					       : 0;
	}
	return nothing_found(ctx, err);
}

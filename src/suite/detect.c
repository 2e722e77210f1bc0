/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_kind.h"

#include <errno.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"

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

int source_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	for (size_t i = 0; source_kind_at(i); i++) {
		const size_t before = ctx->suite->n_tests;
		int r = source_kind_at(i)->detect(ctx, err);

		if (r < 0)
			return r;
		if (ctx->suite->n_tests > before)
			return 0;
	}
	return nothing_found(ctx, err);
}

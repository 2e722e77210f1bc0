/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_kind.h"

#include <errno.h>

#include "base/buf.h"
#include "base/err.h"

static int nothing_found(const char *dir, struct iso_err *err)
{
	_cleanup_buf_ struct buf looked = BUF_INIT;

	for (size_t i = 0; source_kind_at(i); i++) {
		const char *what = source_kind_at(i)->looked_for;

		if (*what)
			buf_addf(&looked, "%s%s", looked.len ? "; " : "", what);
	}
	iso_err_set(err, ISO_ERR_USAGE, 0, "no tests in '%s': looked for %s", dir,
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
	return nothing_found(ctx->base_dir, err);
}

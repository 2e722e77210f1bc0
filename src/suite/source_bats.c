/* SPDX-License-Identifier: Apache-2.0 */
/* Files of bats.  It has no way to list what is in one: a file is a test. */
#include <errno.h>

#include "base/str.h"
#include "suite/source_kind.h"

static int add_file(const struct source_ctx *ctx, const char *path)
{
	struct test *t = source_add_file(ctx, path);
	const char *word = t ? source_file_word(ctx, path) : NULL;
	_cleanup_strv_ char **argv = NULL;

	if (!word || strv_add(&argv, "bats") < 0 || strv_add(&argv, "--tap") < 0 ||
	    strv_add(&argv, word) < 0)
		return -ENOMEM;
	t->protocol = TEST_PROTOCOL_TAP;
	t->argv = test_suite_strv(ctx->suite, argv);
	return t->argv ? 0 : -ENOMEM;
}

static int add_matching(const struct source_ctx *ctx, const char *const *patterns,
			struct iso_err *err)
{
	_cleanup_strv_ char **files = NULL;
	int r = source_glob(ctx, patterns, &files, err);

	for (size_t i = 0; r == 0 && files && files[i]; i++)
		if (add_file(ctx, files[i]) < 0)
			r = iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	return r;
}

static int bats_load(const struct source_ctx *ctx, const char *pattern, struct iso_err *err)
{
	const size_t before = ctx->suite->n_tests;
	const char *const patterns[] = { pattern, NULL };
	int r = add_matching(ctx, patterns, err);

	if (r == 0 && ctx->suite->n_tests == before)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "bats:%s: no file in '%s' matches",
				   pattern, ctx->base_dir);
	return r;
}

static const char *const habits[] = { "test/*.bats", "tests/*.bats", "*.bats", NULL };

static const char *bats_seen(const struct source_ctx *ctx)
{
	return source_first_match(ctx, habits);
}

static int bats_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	return add_matching(ctx, habits, err);
}

const struct source_kind source_bats = {
	.name = "bats",
	.argument = "GLOB",
	.looked_for = "*.bats, also below test/ and tests/",
	.load = bats_load,
	.detect = bats_detect,
	.seen = bats_seen,
};

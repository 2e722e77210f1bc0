/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_kind.h"

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"

static int add_program(const struct source_ctx *ctx, const char *path, struct iso_err *err)
{
	struct test *t = source_add_file(ctx, path);
	char *word = t ? (char *)source_file_word(ctx, path) : NULL;
	char *argv[] = { word, NULL };

	if (!word || !(t->argv = test_suite_strv(ctx->suite, argv)))
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	return 0;
}

static int exec_load(const struct source_ctx *ctx, const char *pattern, struct iso_err *err)
{
	_cleanup_strv_ char **files = NULL;
	const char *const patterns[] = { pattern, NULL };
	int r = source_glob(ctx, patterns, &files, err);

	if (r < 0)
		return r;
	if (!files) {
		return iso_err_set(err, ISO_ERR_USAGE, 0, "exec:%s: no file in '%s' matches",
				   pattern, ctx->base_dir);
	}
	for (size_t i = 0; files[i]; i++) {
		if (access(files[i], X_OK) < 0) {
			iso_err_set(err, ISO_ERR_USAGE, 0, "exec:%s: '%s' is not executable",
				    pattern, files[i]);
			return iso_err_hint(err, "chmod +x, or a glob that leaves it out");
		}
		r = add_program(ctx, files[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What is called a test and may be executed.  Scripts (*.sh) only where tests
 * are kept: at a project's top they install and release things. */
static int exec_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	static const char *const habits[] = {
		"test*", "*test", "*.test",
		"test/test*", "test/*test", "test/*.test", "test/*.sh",
		"tests/test*", "tests/*test", "tests/*.test", "tests/*.sh", NULL,
	};
	_cleanup_strv_ char **files = NULL;
	int r = source_glob(ctx, habits, &files, err);

	for (size_t i = 0; r == 0 && files && files[i]; i++) {
		if (access(files[i], X_OK) == 0)
			r = add_program(ctx, files[i], err);
	}
	return r;
}

const struct source_kind source_exec = {
	.name = "exec",
	.argument = "GLOB",
	.looked_for = "executable test*, *test, *.test, also below test/ and tests/ "
		      "(there *.sh too)",
	.load = exec_load,
	.detect = exec_detect,
	.seen = source_seen_none,
};

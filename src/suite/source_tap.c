/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

/* The kernel's own bound on a #! line is 255 (execve(2), Linux 5.1). */
enum { SHEBANG_MAX = 256 };

/* The words of a "#!" line, NULL when the file has none.  Unlike the kernel,
 * which gives all options as one word, each blank ends a word: prove leaves
 * the line to perl, which reads it so, and "env perl -w" works. */
static int read_shebang(const char *path, char ***ret)
{
	char text[SHEBANG_MAX];
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	*ret = NULL;
	if (!str_starts(text, "#!"))
		return 0;
	text[strcspn(text, "\r\n")] = '\0';
	return strv_split(text + 2, " \t", ret);
}

/* By prove's rules: a #! line names the interpreter, whether or not the file
 * may be executed; *.t without one is perl; else the file is a program. */
static int command_of(const char *path, const char *word, char ***ret, struct iso_err *err)
{
	_cleanup_strv_ char **argv = NULL;
	int r = read_shebang(path, &argv);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_USAGE, r, "tap program '%s'", path);
	if (!argv && str_ends(path, ".t"))
		r = strv_add(&argv, "perl");
	else if (!argv && access(path, X_OK) < 0)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "tap program '%s': neither executable, nor *.t, nor begins "
				   "with #!", path);
	if (r < 0 || strv_add(&argv, word) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	*ret = TAKE_PTR(argv);
	return 0;
}

static int add_tap(const struct source_ctx *ctx, const char *path, struct iso_err *err)
{
	_cleanup_strv_ char **argv = NULL;
	struct test *t = source_add_file(ctx, path);
	const char *word = t ? source_file_word(ctx, path) : NULL;

	if (!word)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	int r = command_of(path, word, &argv, err);

	if (r < 0)
		return r;
	t->protocol = TEST_PROTOCOL_TAP;
	t->argv = test_suite_strv(ctx->suite, argv);
	if (!t->argv)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	return 0;
}

static int add_matching(const struct source_ctx *ctx, const char *pattern, struct iso_err *err)
{
	_cleanup_strv_ char **files = NULL;
	const char *const patterns[] = { pattern, NULL };
	int r = source_glob(ctx, patterns, &files, err);

	for (size_t i = 0; r == 0 && files && files[i]; i++)
		r = add_tap(ctx, files[i], err);
	return r;
}

static int tap_load(const struct source_ctx *ctx, const char *pattern, struct iso_err *err)
{
	const size_t before = ctx->suite->n_tests;
	int r = add_matching(ctx, pattern, err);

	if (r == 0 && ctx->suite->n_tests == before) {
		return iso_err_set(err, ISO_ERR_USAGE, 0, "tap:%s: no file in '%s' matches",
				   pattern, ctx->base_dir);
	}
	return r;
}

static const char *const habits[] = { "t/*.t", NULL };

static const char *tap_seen(const struct source_ctx *ctx)
{
	return source_first_match(ctx, habits);
}

static int tap_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	return add_matching(ctx, habits[0], err);
}

const struct source_kind source_tap = {
	.name = "tap",
	.argument = "GLOB",
	.looked_for = "t/*.t",
	.load = tap_load,
	.detect = tap_detect,
	.seen = tap_seen,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Programs made with Catch2, of version 2 or 3. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "suite/source_cases.h"

/* Both versions print one name a line; of hidden cases none. */
static int parse(struct cases *c, char *text)
{
	int r = 0;

	for (char *save, *line = strtok_r(text, "\r\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\r\n", &save))
		r = cases_add(c, NULL, line);
	return r;
}

/* What means something in an expression of Catch2 is taken as it is behind a backslash. */
static int choose(const char *suite, const char *name, char ***argv)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	(void)suite;
	for (; *name; name++) {
		if (strchr("\\,[]\"*~", *name))
			buf_addc(&b, '\\');
		buf_addc(&b, *name);
	}
	return b.error ? b.error : strv_add(argv, buf_str(&b));
}

static const struct cases_kind version_2 = {
	.name = "catch2",
	.list = (const char *const[]){ "--list-test-names-only", NULL },
	.any_status = true, /* it is the number of tests */
	.parse = parse,
	.choose = choose,
};

static const struct cases_kind version_3 = {
	.name = "catch2",
	.list = (const char *const[]){ "--list-tests", "--verbosity", "quiet", NULL },
	.parse = parse,
	.choose = choose,
};

/* Asked what it is, version 3 ends with 0 and says so; version 2 knows no such option. */
static bool is_version_3(const struct source_ctx *ctx, const char *pattern)
{
	const char *const patterns[] = { pattern, NULL };
	_cleanup_strv_ char **files = NULL;
	struct capture said = { 0 };
	bool is = false;

	if (source_glob(ctx, patterns, &files, NULL) < 0 || !files)
		return false;
	char *argv[] = { files[0], (char[]){ "--list-test-names-only" }, NULL };
	if (source_capture(argv, NULL, ctx->base_dir, true, &said, NULL) == 0)
		is = strstr(said.err, "Unrecognised token") != NULL;
	capture_fini(&said);
	return is;
}

static int catch2_load(const struct source_ctx *ctx, const char *pattern, struct iso_err *err)
{
	return cases_load(ctx, is_version_3(ctx, pattern) ? &version_3 : &version_2, pattern, err);
}

const struct source_kind source_catch2 = {
	.name = "catch2",
	.argument = "PROGRAM",
	.looked_for = "",
	.load = catch2_load,
	.detect = cases_detect_none,
	.seen = source_seen_none,
};

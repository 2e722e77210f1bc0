/* SPDX-License-Identifier: Apache-2.0 */
/* Programs made with Catch2, of version 2 or 3. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"
#include "base/xml.h"
#include "suite/cases_driver.h"
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
static void add_name(struct buf *b, const char *name)
{
	for (; *name; name++) {
		if (strchr("\\,[]\"*~", *name))
			buf_addc(b, '\\');
		buf_addc(b, *name);
	}
}

static int choose(const char *suite, const char *name, char ***argv)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	(void)suite;
	add_name(&b, name);
	return b.error ? b.error : strv_add(argv, buf_str(&b));
}

static int choose_several(const struct test *const *cases, size_t n, char ***argv)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		buf_adds(&b, i ? "," : "");
		add_name(&b, cases[i]->case_name);
	}
	return b.error ? b.error : strv_add(argv, buf_str(&b));
}

/* In place of what it prints: so only where there is more than one case to tell of. */
static int tell(const char *file, char ***argv)
{
	int r = 0;

	for (const char *const *word = (const char *const[]){ "--reporter", "xml", "--durations",
							      "yes", "--out", file, NULL };
	     r == 0 && *word; word++)
		r = strv_add(argv, *word);
	return r;
}

/* <OverallResult success="true" durationInSeconds="0.001" skips="1"/>; the last since 3.3. */
static void read_result(struct xml_reader *x, struct case_told *ret)
{
	_cleanup_free_ char *success = xml_reader_attr(x, "success");
	_cleanup_free_ char *time = xml_reader_attr(x, "durationInSeconds");
	_cleanup_free_ char *skips = xml_reader_attr(x, "skips");

	ret->outcome = !str_eq(success, "true") ? OUTCOME_FAILED
		       : skips && !str_eq(skips, "0") ? OUTCOME_SKIPPED : OUTCOME_PASSED;
	if (time)
		(void)num_parse_time(time, &ret->wall_ns);
}

static int read_report(char *text, size_t len, case_told_fn *told, void *arg)
{
	struct xml_reader *x = xml_reader_new(text, len);
	enum xml_piece piece = XML_OPEN;
	char *name = NULL;
	int r = x ? 0 : -ENOMEM;

	while (r == 0 && (r = xml_reader_next(x, &piece)) == 0 && piece != XML_END) {
		if (piece == XML_OPEN && str_eq(xml_reader_name(x), "TestCase")) {
			free(name);
			name = xml_reader_attr(x, "name");
		} else if (piece == XML_OPEN && name &&
			   str_eq(xml_reader_name(x), "OverallResult")) {
			struct case_told one = { .name = name };

			read_result(x, &one);
			r = told(&one, arg);
		}
	}
	free(name);
	xml_reader_free(x);
	return r;
}

static const struct cases_driver driver = {
	.to_file = true,
	.choose = choose_several,
	.tell = tell,
	.read = read_report,
};

static const struct cases_kind version_2 = {
	.name = "catch2",
	.list = (const char *const[]){ "--list-test-names-only", NULL },
	.driver = &driver,
	.any_status = true, /* it is the number of tests */
	.parse = parse,
	.choose = choose,
};

static const struct cases_kind version_3 = {
	.name = "catch2",
	.list = (const char *const[]){ "--list-tests", "--verbosity", "quiet", NULL },
	.driver = &driver,
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Programs made by `go test -c`. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"
#include "suite/cases_driver.h"
#include "suite/source_cases.h"

/* A name a line.  Benchmarks are no tests; fuzz tests run their seeds. */
static int parse(struct cases *c, char *text)
{
	int r = 0;

	for (char *save, *line = strtok_r(text, "\r\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\r\n", &save))
		if (str_starts(line, "Test") || str_starts(line, "Example") ||
		    str_starts(line, "Fuzz"))
			r = cases_add(c, NULL, line);
	return r;
}

static int choose(const char *suite, const char *name, char ***argv)
{
	(void)suite;
	/* As `go test` has it: os.Exit(0) is no pass (Go 1.16). */
	if (strv_add(argv, "-test.paniconexit0") < 0 ||
	    strv_addf(argv, "-test.run=^%s$", name) < 0)
		return -ENOMEM;
	return strv_add(argv, "-test.v"); /* else a skip is not told */
}

/* Of names of tests each letter is one in a regular expression, too. */
static int choose_several(const struct test *const *cases, size_t n, char ***argv)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? "|" : "", cases[i]->case_name);
	if (b.error || strv_add(argv, "-test.paniconexit0") < 0 ||
	    strv_addf(argv, "-test.run=^(%s)$", buf_str(&b)) < 0)
		return -ENOMEM;
	return 0;
}

static int tell(const char *file, char ***argv)
{
	(void)file;
	return strv_add(argv, "-test.v");
}

/* "NAME (0.01s)" */
static void read_case(char *line, struct case_told *ret)
{
	char *end = strchr(line, ' ');
	size_t len;

	ret->name = line;
	if (!end || end[1] != '(')
		return;
	*end = '\0';
	line = end + 2;
	len = strcspn(line, ")");
	line[len] = '\0';
	(void)num_parse_time(line, &ret->wall_ns);
}

/* A line at the left for each test, while those of subtests, and what tests say, stand further
 * right; at the end "PASS". */
static int read_report(char *text, size_t len, case_told_fn *told, void *arg)
{
	static const struct {
		const char *begin;
		enum outcome outcome;
	} lines[] = {
		{ "--- PASS: ", OUTCOME_PASSED },
		{ "--- SKIP: ", OUTCOME_SKIPPED },
		{ "--- FAIL: ", OUTCOME_FAILED },
	};
	const char *said = NULL;
	bool ended = false;
	int r = 0;

	(void)len;
	for (char *save, *line = strtok_r(text, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save)) {
		ended = ended || str_eq(line, "PASS") || str_eq(line, "FAIL");
		for (size_t i = 0; r == 0 && i < ARRAY_SIZE(lines); i++) {
			struct case_told one = { .outcome = lines[i].outcome, .why = said };

			if (!str_starts(line, lines[i].begin))
				continue;
			read_case(line + strlen(lines[i].begin), &one);
			r = told(&one, arg);
		}
		said = str_starts(line, "    ") ? line + strspn(line, " ") : NULL;
	}
	return r == 0 && !ended ? -EBADMSG : r;
}

static const struct cases_driver driver = {
	.choose = choose_several,
	.tell = tell,
	.read = read_report,
};

static const struct cases_kind kind = {
	.name = "go",
	.list = (const char *const[]){ "-test.list", ".", NULL },
	.driver = &driver,
	.runs_beside = true, /* as `go test` does: testdata lies there */
	.skip_pattern = "^--- SKIP: ",
	.parse = parse,
	.choose = choose,
};

static int go_load(const struct source_ctx *ctx, const char *pattern, struct iso_err *err)
{
	return cases_load(ctx, &kind, pattern, err);
}

const struct source_kind source_go = {
	.name = "go",
	.argument = "PROGRAM",
	.looked_for = "",
	.load = go_load,
	.detect = cases_detect_none,
	.seen = source_seen_none,
};

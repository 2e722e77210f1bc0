/* SPDX-License-Identifier: Apache-2.0 */
/* Programs made by `go test -c`. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
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

static const struct cases_kind kind = {
	.name = "go",
	.list = (const char *const[]){ "-test.list", ".", NULL },
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

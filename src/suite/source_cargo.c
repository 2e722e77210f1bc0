/* SPDX-License-Identifier: Apache-2.0 */
/* Test programs of Rust's own harness, libtest, as `cargo test --no-run` names them. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "suite/cases_driver.h"
#include "suite/source_cases.h"

/* "path::name: test" a line; benchmarks are told as such. */
static int parse(struct cases *c, char *text)
{
	int r = 0;

	for (char *save, *line = strtok_r(text, "\r\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\r\n", &save)) {
		if (!str_ends(line, ": test"))
			continue;
		line[strlen(line) - strlen(": test")] = '\0';
		r = cases_add(c, NULL, line);
	}
	return r;
}

static int choose(const char *suite, const char *name, char ***argv)
{
	(void)suite;
	return strv_add(argv, "--exact") < 0 ? -ENOMEM : strv_add(argv, name);
}

static int choose_several(const struct test *const *cases, size_t n, char ***argv)
{
	int r = strv_add(argv, "--exact");

	for (size_t i = 0; r == 0 && i < n; i++)
		r = strv_add(argv, cases[i]->case_name);
	return r;
}

/* It tells in any case.  One after the other, as they run by themselves. */
static int tell(const char *file, char ***argv)
{
	(void)file;
	return strv_add(argv, "--test-threads=1");
}

/* "test NAME ... ok", and at the end "test result: ".  What panics where it should is called
 * "NAME - should panic". */
static int read_report(char *text, size_t len, case_told_fn *told, void *arg)
{
	bool ended = false;
	int r = 0;

	(void)len;
	for (char *save, *line = strtok_r(text, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save)) {
		char *end = str_starts(line, "test ") ? strstr(line, " ... ") : NULL;
		struct case_told one = { .name = line + strlen("test ") };

		ended = ended || str_starts(line, "test result: ");
		if (!end)
			continue;
		*end = '\0';
		if (str_ends(line, " - should panic"))
			line[strlen(line) - strlen(" - should panic")] = '\0';
		end += strlen(" ... ");
		one.outcome = str_eq(end, "ok") ? OUTCOME_PASSED
			      : str_starts(end, "ignored") ? OUTCOME_SKIPPED : OUTCOME_FAILED;
		if (str_starts(end, "ignored, "))
			one.why = end + strlen("ignored, ");
		r = told(&one, arg);
	}
	return r == 0 && !ended ? -EBADMSG : r;
}

static const struct cases_driver driver = {
	.choose = choose_several,
	.tell = tell,
	.read = read_report,
};

static const struct cases_kind kind = {
	.name = "cargo",
	.list = (const char *const[]){ "--list", "--format", "terse", NULL },
	.skip_pattern = "^test result: ok\\. 0 passed; 0 failed; 1 ignored;",
	.driver = &driver,
	.names_hash = true,
	.parse = parse,
	.choose = choose,
};

static int cargo_load(const struct source_ctx *ctx, const char *pattern, struct iso_err *err)
{
	return cases_load(ctx, &kind, pattern, err);
}

const struct source_kind source_cargo = {
	.name = "cargo",
	.argument = "PROGRAM",
	.looked_for = "",
	.load = cargo_load,
	.detect = cases_detect_none,
	.seen = source_seen_none,
};

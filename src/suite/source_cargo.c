/* SPDX-License-Identifier: Apache-2.0 */
/* Test programs of Rust's own harness, libtest, as `cargo test --no-run` names them. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
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

static const struct cases_kind kind = {
	.name = "cargo",
	.list = (const char *const[]){ "--list", "--format", "terse", NULL },
	.skip_pattern = "^test result: ok\\. 0 passed; 0 failed; 1 ignored;",
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Programs made with GoogleTest. */
#include <string.h>

#include "base/str.h"
#include "suite/source_cases.h"

/* "Suite." at the left, "  Case" below it; behind either may stand "  # TypeParam = int".
 * A main of one's own may say more before that. */
static int parse(struct cases *c, char *text)
{
	char *suite = NULL;
	int r = 0;

	for (char *save, *line = strtok_r(text, "\r\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\r\n", &save)) {
		const bool is_case = str_starts(line, "  ");
		char *name = is_case ? line + 2 : line;
		const size_t len = strcspn(name, " #");

		if (!is_case)
			suite = len > 1 && name[len - 1] == '.' && (!name[len] || strchr(name, '#'))
					? name : NULL;
		name[len] = '\0';
		if (!suite)
			continue;
		if (!is_case)
			suite[len - 1] = '\0';
		/* GoogleTest itself leaves them out. */
		else if (!str_starts(name, "DISABLED_") && !str_starts(suite, "DISABLED_"))
			r = cases_add(c, suite, name);
	}
	return r;
}

static int choose(const char *suite, const char *name, char ***argv)
{
	return strv_addf(argv, "--gtest_filter=%s.%s", suite, name ? name : "*");
}

static const struct cases_kind kind = {
	.name = "gtest",
	.list = (const char *const[]){ "--gtest_list_tests", NULL },
	.skip_pattern = "^\\[  SKIPPED \\] 1 test, listed below:$",
	.parse = parse,
	.choose = choose,
};

static int gtest_load(const struct source_ctx *ctx, const char *pattern, struct iso_err *err)
{
	return cases_load(ctx, &kind, pattern, err);
}

const struct source_kind source_gtest = {
	.name = "gtest",
	.argument = "PROGRAM",
	.looked_for = "",
	.load = gtest_load,
	.detect = cases_detect_none,
	.seen = source_seen_none,
};

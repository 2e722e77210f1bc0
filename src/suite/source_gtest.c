/* SPDX-License-Identifier: Apache-2.0 */
/* Programs made with GoogleTest. */
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

static int choose_several(const struct test *const *cases, size_t n, char ***argv)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_adds(&b, "--gtest_filter=");
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s.%s", i ? ":" : "", cases[i]->case_suite, cases[i]->case_name);
	return b.error ? b.error : strv_add(argv, buf_str(&b));
}

static int tell(const char *file, char ***argv)
{
	return strv_addf(argv, "--gtest_output=xml:%s", file);
}

/* One <testcase> of the report. */
struct told {
	char *suite;
	char *name;
	char *why;
	int64_t wall_ns;
	bool ran;
	enum outcome outcome;
};

static void told_fini(struct told *t)
{
	free(t->suite);
	free(t->name);
	free(t->why);
}

/* Skipped cases have a `result` since GoogleTest 1.10. */
static void begin_case(struct xml_reader *x, struct told *ret)
{
	_cleanup_free_ char *status = xml_reader_attr(x, "status");
	_cleanup_free_ char *result = xml_reader_attr(x, "result");
	_cleanup_free_ char *time = xml_reader_attr(x, "time");

	*ret = (struct told){
		.suite = xml_reader_attr(x, "classname"),
		.name = xml_reader_attr(x, "name"),
		.ran = !str_eq(status, "notrun") && !str_eq(result, "suppressed"),
		.outcome = str_eq(result, "skipped") ? OUTCOME_SKIPPED : OUTCOME_PASSED,
	};
	if (time)
		(void)num_parse_time(time, &ret->wall_ns);
}

/* "FILE:LINE", a line end, and what was said; of a skip that alone. */
static void note_message(struct told *t, const char *message)
{
	struct buf b = BUF_INIT;
	const size_t place = strcspn(message, "\n");
	const char *said = message[place] ? message + place + 1 : "";

	if (t->why)
		return;
	if (t->outcome != OUTCOME_SKIPPED || !*said)
		buf_addf(&b, "%.*s%s", (int)place, message, *said ? ": " : "");
	buf_adds(&b, said);
	(void)buf_finish(&b, &t->why); /* without memory nothing is said */
}

static void note_element(struct xml_reader *x, struct told *t)
{
	const bool failed = str_eq(xml_reader_name(x), "failure");
	_cleanup_free_ char *message = NULL;

	if (!failed && !str_eq(xml_reader_name(x), "skipped"))
		return;
	if (failed)
		t->outcome = OUTCOME_FAILED;
	message = xml_reader_attr(x, "message");
	if (message)
		note_message(t, message);
}

static int end_case(struct told *t, case_told_fn *told, void *arg)
{
	const struct case_told one = {
		.suite = t->suite,
		.name = t->name,
		.outcome = t->outcome,
		.wall_ns = t->wall_ns,
		.why = t->why,
	};

	if (!t->suite || !t->name)
		return -EBADMSG;
	return t->ran ? told(&one, arg) : 0;
}

static int read_report(char *text, size_t len, case_told_fn *told, void *arg)
{
	struct xml_reader *x = xml_reader_new(text, len);
	enum xml_piece piece = XML_OPEN;
	struct told one = { .name = NULL };
	int r = x ? 0 : -ENOMEM;

	while (r == 0 && (r = xml_reader_next(x, &piece)) == 0 && piece != XML_END) {
		const bool is_case = piece != XML_TEXT && str_eq(xml_reader_name(x), "testcase");

		if (piece == XML_OPEN && is_case) {
			told_fini(&one);
			begin_case(x, &one);
		} else if (piece == XML_OPEN) {
			note_element(x, &one);
		} else if (is_case) {
			r = end_case(&one, told, arg);
		}
	}
	told_fini(&one);
	xml_reader_free(x);
	return r;
}

static const struct cases_driver driver = {
	.own_variable = "GTEST_OUTPUT",
	.of_each = true,
	.to_file = true,
	.choose = choose_several,
	.tell = tell,
	.read = read_report,
};

static const struct cases_kind kind = {
	.name = "gtest",
	.driver = &driver,
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

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "events.h"
#include "report/markdown.h"

static void fold_one(struct fold *f, const struct place *p, const char *id, const char *detail)
{
	struct result r = result_of(OUTCOME_FAILED, MS, MIB);
	const struct event events[] = {
		run_started(p, 1),
		started(id, 1, 0, MIB),
		attempt_finished(id, 1, MS, &r, "output/1.1", false, detail),
		test_finished(id, MS, OUTCOME_FAILED, 1, detail, "output/1.1", MS, MIB),
	};

	assert_int_equal(fold_init(f), 0);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		fold_event(f, &events[i]);
}

static void check_row(const struct place *p, const char *id, const char *why, const char *row)
{
	const struct markdown_options options = { .max_bytes = MARKDOWN_MIN_BYTES };
	struct buf b = BUF_INIT;
	struct fold f;

	fold_one(&f, p, id, why);
	markdown_add(&b, &f, &options);
	if (!strstr(buf_str(&b), row))
		fail_msg("no '%s' in:\n%s", row, buf_str(&b));
	buf_free(&b);
	fold_fini(&f);
}

static void what_a_test_says_stays_in_its_cell(void **state)
{
	struct place *p = *state;

	check_row(p, "a", "exit status 1", "\n| a | failed | 1ms | 1M | exit status 1 |\n");
	check_row(p, "t/a_b", "x", "\n| `t/a_b` | failed |");
	check_row(p, "a|b", "x", "\n| `a\\|b` | failed |");
	check_row(p, "a\\|b", "x", "\n| `a\\\\\\|b` | failed |");
	check_row(p, "a\\b", "x", "\n| `a\\b` | failed |");
	check_row(p, "`a``", "x", "\n| ``` `a`` ``` | failed |");
	check_row(p, "a\nb", "x", "\n| `a\\nb` | failed |");
	check_row(p, "@who #1", "www.a.b", "\n| `@who #1` | failed | 1ms | 1M | `www.a.b` |");
	check_row(p, "<b>", "http://x", "\n| `<b>` | failed | 1ms | 1M | `http://x` |");
}

static void outputs_cannot_leave_their_block(void **state)
{
	struct place *p = *state;
	struct buf b = BUF_INIT;
	struct fold f;

	place_write(p, "output/1.1", "a\n````\n</details>\n", 18);
	fold_one(&f, p, "<t>`", "x");
	const struct markdown_options options = {
		.max_bytes = 1 << 20, .run_dir = p->dir,
	};
	markdown_add(&b, &f, &options);
	assert_non_null(strstr(buf_str(&b), "<code>&#60;t&#62;&#96;</code></summary>\n\n"
					    "`````\na\n````\n</details>\n`````\n\n</details>\n"));
	buf_free(&b);
	fold_fini(&f);
}

/* Letters of no width, which columns do not count. */
static char *wide_id(unsigned n)
{
	struct buf b = BUF_INIT;
	char *text;

	buf_addf(&b, "test %u a", n);
	for (int i = 0; i < 3000; i++)
		buf_adds(&b, "\xCC\x81");
	assert_int_equal(buf_finish(&b, &text), 0);
	return text;
}

static void a_page_is_never_larger_than_it_may_be(void **state)
{
	struct place *p = *state;
	struct event begin = run_started(p, 400);
	struct fold f;

	assert_int_equal(fold_init(&f), 0);
	fold_event(&f, &begin);
	for (unsigned i = 0; i < 400; i++) {
		const bool flaky = i % 2;
		const enum outcome o = flaky ? OUTCOME_FLAKY : OUTCOME_FAILED;
		struct result r = result_of(OUTCOME_FAILED, MS, MIB);
		char *id = wide_id(i);
		struct event start = started(id, 1, 0, MIB);
		struct event end = attempt_finished(id, 1, MS, &r, "output/1.1", false, "||||");
		struct event last = test_finished(id, MS, o, 1, "||||", "output/1.1", MS, MIB);

		fold_event(&f, &start);
		fold_event(&f, &end);
		fold_event(&f, &last);
		free(id);
	}
	place_write(p, "output/1.1", "lines\nof output\n", 16);
	for (size_t max = MARKDOWN_MIN_BYTES; max <= 1 << 20; max *= 2) {
		const struct markdown_options options = { .max_bytes = max, .run_dir = p->dir };
		struct buf b = BUF_INIT;

		markdown_add(&b, &f, &options);
		assert_in_range(b.len, 1000, max);
		buf_free(&b);
	}
	fold_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(what_a_test_says_stays_in_its_cell),
		IN_PLACE(outputs_cannot_leave_their_block),
		IN_PLACE(a_page_is_never_larger_than_it_may_be),
	};

	return cmocka_run_group_tests_name("report/markdown", tests, NULL, NULL);
}

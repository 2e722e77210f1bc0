/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/quarantine.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"

/* The beginning of the 22nd of November 2026, UTC. */
#define NOW_NS (INT64_C(1795305600) * NSEC_PER_SEC)

static struct quarantine parsed(const char *text)
{
	struct quarantine q;
	struct iso_err err = ISO_ERR_INIT;

	if (quarantine_parse(text, "known.txt", &q, &err) < 0)
		fail_msg("%s", err.text);
	return q;
}

static void a_line_is_a_day_a_pattern_and_a_reason(void **state)
{
	struct quarantine q = parsed("# all of them\n\n2026-11-21 net/*\n"
				     "  2026-12-31\tsleep 0.2 a#b  # resolver # flaps  \r\n"
				     "2028-02-29 x #");

	(void)state;
	assert_int_equal(q.n, 3);
	assert_string_equal(q.lines[0].pattern, "net/*");
	assert_string_equal(q.lines[0].reason, "");
	assert_int_equal(q.lines[0].number, 3);
	assert_int_equal(q.lines[0].until_wall_ns, NOW_NS);
	assert_string_equal(q.lines[1].pattern, "sleep 0.2 a#b");
	assert_string_equal(q.lines[1].reason, "resolver # flaps");
	assert_string_equal(q.lines[1].date, "2026-12-31");
	assert_string_equal(q.lines[2].pattern, "x");
	assert_int_equal(q.lines[2].number, 5);
	quarantine_fini(&q);
}

static void what_is_no_such_line_is_refused_with_its_number(void **state)
{
	static const char *const bad[] = {
		"net/*", "2026-13-01 x", "2026-02-29 x", "2026-1-1 x", "26-01-01 x", "tomorrow x",
		"2026-12-31", "2026-12-31  # why", "2026-12-31x y", "0000-00-00 x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_buf_ struct buf text = BUF_INIT;
		struct iso_err err = ISO_ERR_INIT;
		struct quarantine q;

		buf_addf(&text, "\n%s\n", bad[i]);
		if (quarantine_parse(buf_str(&text), "known.txt", &q, &err) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(err.kind, ISO_ERR_USAGE);
		assert_true(str_starts(err.text, "known.txt:2: "));
		quarantine_fini(&q);
	}
}

static void add(struct test_suite *s, const char *id)
{
	struct test *t = test_suite_add(s);

	assert_non_null(t);
	t->id = id;
}

static void tests_are_marked_until_the_day_is_over_and_the_rest_is_told(void **state)
{
	struct quarantine q = parsed("2026-11-21 net/*  # late\n2026-11-22 net/a  # flaps\n"
				     "2026-11-23 net/*\n2030-01-01 gone\n2001-01-01 gone too");
	_cleanup_strv_ char **notes = NULL;
	struct test_suite s;

	(void)state;
	assert_int_equal(test_suite_init(&s), 0);
	add(&s, "net/a");
	add(&s, "net/b");
	add(&s, "db");
	assert_int_equal(quarantine_apply(&q, &s, NOW_NS, &notes), 0);
	assert_string_equal(s.tests[0]->quarantine, "until 2026-11-22: flaps");
	assert_string_equal(s.tests[1]->quarantine, "until 2026-11-23");
	assert_null(s.tests[2]->quarantine);
	assert_int_equal(strv_len(notes), 3);
	assert_string_equal(notes[0], "known.txt:1: 'net/*' has expired, on 2026-11-21: what it "
				      "holds counts again");
	assert_string_equal(notes[1], "known.txt:4: 'gone' matches no test");
	assert_string_equal(notes[2], "known.txt:5: 'gone too' matches no test");

	/* A nanosecond earlier the first still holds. */
	_cleanup_strv_ char **before = NULL;
	s.tests[0]->quarantine = NULL;
	assert_int_equal(quarantine_apply(&q, &s, NOW_NS - 1, &before), 0);
	assert_string_equal(s.tests[0]->quarantine, "until 2026-11-21: late");
	quarantine_fini(&q);
	test_suite_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_a_day_a_pattern_and_a_reason),
		cmocka_unit_test(what_is_no_such_line_is_refused_with_its_number),
		cmocka_unit_test(tests_are_marked_until_the_day_is_over_and_the_rest_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/event.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void every_kind_is_read_back_from_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_COUNT; i++) {
		enum event_kind kind = EVENT_COUNT;
		assert_true(event_parse_kind(event_name((enum event_kind)i), &kind));
		assert_int_equal(kind, i);
	}
}

static void names_are_lower_case_words_joined_by_hyphens(void **state)
{
	(void)state;
	assert_string_equal(event_name(EVENT_ATTEMPT_STARTED), "attempt-started");
	for (int i = 0; i < EVENT_COUNT; i++) {
		const char *name = event_name((enum event_kind)i);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
	}
}

static void an_unknown_name_leaves_the_kind_alone(void **state)
{
	(void)state;
	enum event_kind kind = EVENT_WARNING;
	assert_false(event_parse_kind("run_started", &kind));
	assert_int_equal(kind, EVENT_WARNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_read_back_from_its_name),
		cmocka_unit_test(names_are_lower_case_words_joined_by_hyphens),
		cmocka_unit_test(an_unknown_name_leaves_the_kind_alone),
	};

	return cmocka_run_group_tests_name("model/event", tests, NULL, NULL);
}

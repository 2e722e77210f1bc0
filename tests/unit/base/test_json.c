/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

static void dumps_as(struct json *taken, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	assert_int_equal(json_dump(taken, false, &text), 0);
	assert_string_equal(text, expected);
	json_free(taken);
}

static void members_keep_the_order_they_were_set_in(void **state)
{
	(void)state;
	struct json *obj = json_object();
	json_set_str(obj, "z", "last letter");
	json_set_int(obj, "a", -1);
	json_set_bool(obj, "m", true);
	json_set_real(obj, "r", 0.1);
	dumps_as(obj, "{\"z\":\"last letter\",\"a\":-1,\"m\":true,\"r\":0.1}");
}

static void arrays_and_objects_nest(void **state)
{
	(void)state;
	struct json *top = json_object();
	struct json *list = json_array();
	struct json *item = json_object();
	json_set_int(item, "n", 1);
	json_add_str(list, "x");
	json_add(list, item);
	json_set(top, "list", list);
	dumps_as(top, "{\"list\":[\"x\",{\"n\":1}]}");
}

static void pretty_means_one_member_a_line(void **state)
{
	(void)state;
	_cleanup_free_ char *text = NULL;
	struct json *obj = json_object();
	json_set_int(obj, "a", 1);
	assert_int_equal(json_dump(obj, true, &text), 0);
	assert_string_equal(text, "{\n  \"a\": 1\n}");
	json_free(obj);
}

static void a_null_string_is_left_out(void **state)
{
	(void)state;
	struct json *obj = json_object();
	json_set_str(obj, "a", NULL);
	dumps_as(obj, "{}");
}

static void bytes_that_are_no_utf8_are_replaced_one_by_one(void **state)
{
	(void)state;
	struct json *obj = json_object();
	json_set_str(obj, "a", "\xC3\xA9\xFF\xFEz");
	dumps_as(obj, "{\"a\":\"\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBDz\"}");
}

static void control_characters_are_escaped(void **state)
{
	(void)state;
	struct json *arr = json_array();
	json_add_str(arr, "a\x1B[0m\n\"");
	dumps_as(arr, "[\"a\\u001B[0m\\n\\\"\"]");
}

static void numbers_that_json_cannot_hold_are_bounded(void **state)
{
	(void)state;
	struct json *obj = json_object();
	json_set_u64(obj, "u", UINT64_MAX);
	json_set_real(obj, "nan", NAN);
	json_set_real(obj, "inf", INFINITY);
	dumps_as(obj, "{\"u\":9223372036854775807,\"nan\":null,\"inf\":null}");
}

/* NULL is what a builder yields when memory is short. */
static void a_part_that_failed_fails_the_whole(void **state)
{
	(void)state;
	char *text = NULL;
	struct json *top = json_object();
	struct json *list = json_array();
	json_add(list, NULL);
	json_add_str(list, "goes on quietly");
	json_set(top, "list", list);
	json_set_int(top, "n", 1);
	assert_int_equal(json_dump(top, false, &text), -ENOMEM);
	assert_null(text);
	json_free(top);
}

static void a_builder_that_is_not_there_takes_what_it_is_given(void **state)
{
	(void)state;
	char *text = NULL;
	json_set_int(NULL, "a", 1);
	json_set(NULL, "b", json_array());
	json_add(NULL, json_object());
	assert_int_equal(json_dump(NULL, false, &text), -ENOMEM);
	json_free(NULL);
}

static struct json *parsed(const char *text)
{
	struct json *j = NULL;
	struct iso_err err = ISO_ERR_INIT;

	if (json_parse(text, strlen(text), "text", &j, &err) < 0)
		fail_msg("%s", err.text);
	return j;
}

static void members_are_borrowed_by_key_and_type(void **state)
{
	(void)state;
	struct json *j = parsed("{\"s\": \"x\", \"n\": 7, \"t\": true, \"a\": [\"p\", 2]}");
	int64_t n = 1;
	bool t = false;
	assert_string_equal(json_get_str(j, "s"), "x");
	assert_null(json_get_str(j, "n"));
	assert_null(json_get_str(j, "absent"));
	assert_true(json_get_int(j, "n", &n));
	assert_int_equal(n, 7);
	assert_false(json_get_int(j, "s", &n));
	assert_int_equal(n, 7);
	assert_true(json_get_bool(j, "t", &t));
	assert_true(t);
	assert_false(json_get_bool(j, "n", &t));
	assert_int_equal(json_len(json_get(j, "a")), 2);
	assert_string_equal(json_str(json_at(json_get(j, "a"), 0)), "p");
	assert_null(json_at(json_get(j, "a"), 2));
	json_free(j);
}

static void what_is_absent_can_be_asked_on(void **state)
{
	(void)state;
	assert_null(json_get(NULL, "a"));
	assert_int_equal(json_len(NULL), 0);
	assert_null(json_str(NULL));
	struct json *j = parsed("[]");
	assert_null(json_get(j, "a"));
	json_free(j);
}

static void a_broken_text_is_refused_with_its_line(void **state)
{
	(void)state;
	struct json *j = NULL;
	struct iso_err err = ISO_ERR_INIT;
	static const char text[] = "{\n\"a\": 1,\n}";
	assert_true(json_parse(text, strlen(text), "out.json", &j, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_true(str_starts(err.text, "out.json:3: "));
	assert_null(j);
	assert_true(json_parse("", 0, "empty", &j, NULL) < 0);
	assert_true(json_parse("[1] x", 5, "tail", &j, NULL) < 0);
	assert_true(json_parse("\"\xFF\"", 3, "bytes", &j, NULL) < 0);
}

static void only_the_bytes_given_are_read(void **state)
{
	(void)state;
	struct json *j = NULL;
	assert_int_equal(json_parse("12garbage", 2, "text", &j, NULL), 0);
	dumps_as(j, "12");
}

static void depth_is_bounded(void **state)
{
	(void)state;
	enum { DEPTH = 100000 };
	_cleanup_free_ char *text = malloc(DEPTH);
	struct json *j = NULL;
	assert_non_null(text);
	memset(text, '[', DEPTH);
	assert_true(json_parse(text, DEPTH, "deep", &j, NULL) < 0);
}

static void members_are_listed_and_numbers_are_of_any_kind(void **state)
{
	static const char text[] = "{\"b\":1,\"a\":2.5,\"c\":true}";
	struct json *j;
	double number = 0;
	int64_t whole = 0;

	(void)state;
	assert_int_equal(json_parse(text, strlen(text), "t", &j, NULL), 0);
	assert_string_equal(json_next_key(j, NULL), "b");
	assert_string_equal(json_next_key(j, "b"), "a");
	assert_string_equal(json_next_key(j, "a"), "c");
	assert_null(json_next_key(j, "c"));
	assert_null(json_next_key(json_get(j, "a"), NULL));
	assert_true(json_number(json_get(j, "b"), &number) && number == 1.0);
	assert_true(json_number(json_get(j, "a"), &number) && number == 2.5);
	assert_false(json_number(json_get(j, "c"), &number));
	assert_true(json_int(json_get(j, "b"), &whole) && whole == 1);
	assert_false(json_int(json_get(j, "a"), &whole));
	assert_true(json_is_yes(json_get(j, "c")));
	assert_false(json_is_yes(json_get(j, "b")) || json_is_yes(NULL));
	json_free(j);
}

static void pruning_takes_off_what_says_nothing(void **state)
{
	static const char text[] = "{\"a\":0,\"b\":false,\"c\":\"\",\"d\":{\"e\":null,\"f\":[]},"
				   "\"g\":[0,{\"h\":0,\"i\":1}],\"j\":0.0,\"k\":true}";

	(void)state;
	struct json *j = NULL;
	assert_int_equal(json_parse(text, strlen(text), "text", &j, NULL), 0);
	json_prune(j);
	dumps_as(j, "{\"g\":[0,{\"i\":1}],\"j\":0.0,\"k\":true}");

	/* A part that could not be made is not taken for one that is empty. */
	struct json *obj = json_object();
	struct json *part = json_object();
	json_set(part, "lost", NULL);
	json_set(obj, "part", part);
	json_prune(obj);
	char *dumped = NULL;
	assert_int_equal(json_dump(obj, false, &dumped), -ENOMEM);
	json_free(obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_keep_the_order_they_were_set_in),
		cmocka_unit_test(arrays_and_objects_nest),
		cmocka_unit_test(pretty_means_one_member_a_line),
		cmocka_unit_test(a_null_string_is_left_out),
		cmocka_unit_test(bytes_that_are_no_utf8_are_replaced_one_by_one),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(numbers_that_json_cannot_hold_are_bounded),
		cmocka_unit_test(a_part_that_failed_fails_the_whole),
		cmocka_unit_test(a_builder_that_is_not_there_takes_what_it_is_given),
		cmocka_unit_test(members_are_borrowed_by_key_and_type),
		cmocka_unit_test(what_is_absent_can_be_asked_on),
		cmocka_unit_test(a_broken_text_is_refused_with_its_line),
		cmocka_unit_test(only_the_bytes_given_are_read),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(members_are_listed_and_numbers_are_of_any_kind),
		cmocka_unit_test(pruning_takes_off_what_says_nothing),
	};

	return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}

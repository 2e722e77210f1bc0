/* SPDX-License-Identifier: Apache-2.0 */
#include "base/xml.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void finishes_as(struct xml *x, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	assert_int_equal(xml_finish(x, &text), 0);
	assert_string_equal(text, expected);
	xml_free(x);
}

static void elements_nest_and_are_indented(void **state)
{
	(void)state;
	struct xml *x = xml_new();
	xml_open(x, "a");
	xml_attr(x, "n", "1");
	xml_open(x, "b");
	xml_close(x);
	xml_open(x, "c");
	xml_text(x, "t", 1);
	xml_close(x);
	xml_close(x);
	finishes_as(x, HEAD "<a n=\"1\">\n <b/>\n <c>t</c>\n</a>\n");
}

static void marks_of_xml_are_escaped_in_text_and_attributes(void **state)
{
	(void)state;
	struct xml *x = xml_new();
	xml_open(x, "a");
	xml_attr(x, "n", "<&\">\n");
	xml_text(x, "]]> <&", 6);
	xml_close(x);
	finishes_as(x, HEAD "<a n=\"&lt;&amp;&quot;&gt;&#10;\">]]&gt; &lt;&amp;</a>\n");
}

static void what_xml_forbids_is_replaced(void **state)
{
	(void)state;
	struct xml *x = xml_new();
	xml_open(x, "a");
	xml_attr(x, "n", "\x1B[31m");
	xml_text(x, "a\0b\xFF\xEF\xBF\xBF\tc", 9);
	xml_close(x);
	finishes_as(x, HEAD "<a n=\"\xEF\xBF\xBD[31m\">a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD\tc"
			    "</a>\n");
}

static void characters_beyond_ascii_stay(void **state)
{
	(void)state;
	struct xml *x = xml_new();
	xml_open(x, "a");
	xml_text(x, "\xC3\xA9\xF0\x9F\x98\x80", 6);
	xml_close(x);
	finishes_as(x, HEAD "<a>\xC3\xA9\xF0\x9F\x98\x80</a>\n");
}

static void an_attribute_can_be_formatted(void **state)
{
	(void)state;
	struct xml *x = xml_new();
	xml_open(x, "a");
	xml_attrf(x, "time", "%.3f", 1.5);
	xml_close(x);
	finishes_as(x, HEAD "<a time=\"1.500\"/>\n");
}

static void elements_left_open_are_closed_at_the_end(void **state)
{
	(void)state;
	struct xml *x = xml_new();
	xml_open(x, "a");
	xml_open(x, "b");
	finishes_as(x, HEAD "<a>\n <b/>\n</a>\n");
}

static void a_close_too_many_fails_the_document(void **state)
{
	(void)state;
	char *text = NULL;
	struct xml *x = xml_new();
	xml_open(x, "a");
	xml_close(x);
	xml_close(x);
	xml_open(x, "goes on quietly");
	assert_int_equal(xml_finish(x, &text), -ENOMEM);
	assert_null(text);
	xml_free(x);
	xml_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_nest_and_are_indented),
		cmocka_unit_test(marks_of_xml_are_escaped_in_text_and_attributes),
		cmocka_unit_test(what_xml_forbids_is_replaced),
		cmocka_unit_test(characters_beyond_ascii_stay),
		cmocka_unit_test(an_attribute_can_be_formatted),
		cmocka_unit_test(elements_left_open_are_closed_at_the_end),
		cmocka_unit_test(a_close_too_many_fails_the_document),
	};

	return cmocka_run_group_tests_name("base/xml", tests, NULL, NULL);
}

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

#include "base/buf.h"
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

/* "a(n=1)" for what opens, "/a", and texts. */
static void reads_as(const char *text, const char *expected, int end)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	struct xml_reader *r = xml_reader_new(text, strlen(text));
	enum xml_piece piece = XML_OPEN;
	int rc = 0;

	assert_non_null(r);
	while (piece != XML_END && (rc = xml_reader_next(r, &piece)) == 0) {
		_cleanup_free_ char *n = piece == XML_OPEN ? xml_reader_attr(r, "n") : NULL;

		if (piece == XML_OPEN)
			buf_addf(&b, "%s(%s)", xml_reader_name(r), n ? n : "");
		else if (piece == XML_CLOSE)
			buf_addf(&b, "/%s", xml_reader_name(r));
		else if (piece == XML_TEXT)
			buf_adds(&b, xml_reader_text(r));
	}
	assert_int_equal(rc, end);
	assert_string_equal(buf_str(&b), expected);
	xml_reader_free(r);
	xml_reader_free(NULL);
}

static void a_document_is_read_in_order(void **state)
{
	(void)state;
	reads_as("<?xml version=\"1.0\"?><!-- c --><a n=\"1 &lt;\">"
		 "<b/>t&amp;u<c><![CDATA[<d>]]></c></a>\n",
		 "a(1 <)b()/bt&uc()<d>/c/a", 0);
}

static void bytes_that_are_no_utf8_do_not_end_a_document(void **state)
{
	(void)state;
	const char text[] = "<a><b n=\"\xFF\"/><c/></a>";
	struct xml_reader *r = xml_reader_new(text, strlen(text));
	enum xml_piece piece = XML_OPEN;
	unsigned opened = 0;

	while (piece != XML_END && xml_reader_next(r, &piece) == 0)
		opened += piece == XML_OPEN;
	assert_int_equal(opened, 3);
	xml_reader_free(r);
}

static void what_is_no_xml_or_not_all_of_it_is_told(void **state)
{
	(void)state;
	reads_as("", "", -EBADMSG);
	reads_as("All tests passed", "", -EBADMSG);
	reads_as("<a><b></b>", "a()b()", -EBADMSG);
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
		cmocka_unit_test(a_document_is_read_in_order),
		cmocka_unit_test(bytes_that_are_no_utf8_do_not_end_a_document),
		cmocka_unit_test(what_is_no_xml_or_not_all_of_it_is_told),
	};

	return cmocka_run_group_tests_name("base/xml", tests, NULL, NULL);
}

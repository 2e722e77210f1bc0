/* SPDX-License-Identifier: Apache-2.0 */
#include "report/schedule.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"

enum { MANY = 40, COLUMNS = 80 };

#define SEC INT64_C(1000000000)

static struct schedule_span spans[MANY];
static const char *names[MANY];

static struct schedule many(void)
{
	for (size_t i = 0; i < MANY; i++) {
		spans[i] = (struct schedule_span){
			.test = i, .start_ns = (int64_t)i * SEC, .end_ns = (int64_t)(i + 1) * SEC,
			.mem_bytes = 50, .cpus_milli = 3000, .oom = i == 0,
		};
		names[i] = "a name that is longer\tthan there is <room> & \x1b[31m for";
	}
	return (struct schedule){ .spans = spans, .n = MANY, .end_ns = MANY * SEC,
				  .budget_bytes = 100, .cpus = 2, .jobs = 8 };
}

static void every_line_fits_the_terminal(void **state)
{
	(void)state;
	const struct schedule s = many();
	const struct schedule_view view = { &s, names };
	_cleanup_buf_ struct buf b = BUF_INIT;
	schedule_add_text(&b, &view);
	for (const char *line = buf_str(&b), *end; (end = strchr(line, '\n')); line = end + 1)
		assert_true(end - line <= COLUMNS);
	assert_non_null(strstr(buf_str(&b), "and 8 more\n"));
	assert_null(strchr(buf_str(&b), '\x1b'));
}

/* Half of the first one's time it stands at its limit. */
static void pauses_are_dots(void **state)
{
	(void)state;
	struct schedule s = many();
	const struct schedule_view view = { &s, names };
	struct schedule_change goes_on = { NULL, SEC / 2, 80, false };
	struct schedule_change stands = { &goes_on, SEC / 4, 50, true };
	_cleanup_buf_ struct buf b = BUF_INIT;
	_cleanup_free_ char *svg = NULL;
	s.n = 1;
	s.end_ns = SEC;
	spans[0].oom = false;
	spans[0].changes = &stands;
	schedule_add_text(&b, &view);
	assert_non_null(strstr(buf_str(&b), "|===========...........======================|"));
	assert_int_equal(schedule_svg(&view, "title", &svg), 0);
	assert_non_null(strstr(svg, "50 to 80, 3.00 cpus, pauses for 250ms<"));
	assert_non_null(strstr(svg, "pointer-events"));
	spans[0].oom = spans[0].gave_way = true;
	free(svg);
	assert_int_equal(schedule_svg(&view, "title", &svg), 0);
	assert_non_null(strstr(svg, "gives way: runs again<"));
	spans[0].gave_way = false;
	spans[0].changes = NULL;
}

static void bars_stand_where_their_time_is(void **state)
{
	(void)state;
	struct schedule s = many();
	const struct schedule_view view = { &s, names };
	_cleanup_buf_ struct buf b = BUF_INIT;
	s.n = 2;
	s.end_ns = 2 * SEC;
	schedule_add_text(&b, &view);
	const char *text = buf_str(&b);
	assert_non_null(strstr(text, "|xxxxxxxxxxxxxxxxxxxxxx                      |"));
	assert_non_null(strstr(text, "|                      ======================|"));
	assert_non_null(strstr(text, "|55555555555555555555555555555555555555555555| tenths"));
	assert_non_null(strstr(text, "|++++++++++++++++++++++++++++++++++++++++++++| tenths"));
}

static void nothing_to_run_is_nothing_to_show(void **state)
{
	(void)state;
	const struct schedule s = { .budget_bytes = 100, .cpus = 2, .jobs = 8 };
	const struct schedule_view view = { &s, names };
	_cleanup_buf_ struct buf b = BUF_INIT;
	schedule_add_text(&b, &view);
	assert_string_equal(buf_str(&b), "");
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;
	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

static void the_picture_has_a_bar_for_each_test(void **state)
{
	(void)state;
	const struct schedule s = many();
	const struct schedule_view view = { &s, names };
	_cleanup_free_ char *svg = NULL;
	_cleanup_free_ char *html = NULL;
	assert_int_equal(schedule_svg(&view, "a < b", &svg), 0);
	assert_int_equal(count(svg, "<title>"), MANY);
	assert_int_equal(count(svg, "&lt;room&gt; &amp; "), MANY);
	assert_int_equal(count(svg, "<path "), 2);
	assert_int_equal(schedule_html(&view, "a < b", "x & y", &html), 0);
	assert_int_equal(strncmp(html, "<!DOCTYPE html>\n<html", 21), 0);
	assert_int_equal(count(html, "<pre>x &amp; y</pre>"), 1);
	assert_int_equal(count(html, "<svg "), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_fits_the_terminal),
		cmocka_unit_test(pauses_are_dots),
		cmocka_unit_test(bars_stand_where_their_time_is),
		cmocka_unit_test(nothing_to_run_is_nothing_to_show),
		cmocka_unit_test(the_picture_has_a_bar_for_each_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "events.h"

static struct sink *open_html(const struct place *p, const struct past *past)
{
	char *path = place_path(p, "page.html");
	const struct report_request rq = { .path = path, .past = past };
	struct sink *s = NULL;

	assert_int_equal(sink_html_open(&rq, &s, NULL), 0);
	free(path);
	return s;
}

static void close_ok(struct sink *s)
{
	struct iso_err err = ISO_ERR_INIT;

	if (s->driver->close(s, &err) < 0)
		fail_msg("%s", err.text);
}

/* The data of that id, as a browser would find it: up to the next end of a script. */
static struct json *data_of(const char *page, const char *id)
{
	char begin[96];
	struct json *data = NULL;
	struct iso_err err = ISO_ERR_INIT;

	snprintf(begin, sizeof(begin), "<script type=\"application/json\" id=\"%s\">", id);
	const char *from = strstr(page, begin);
	assert_non_null(from);
	from += strlen(begin);
	const char *to = strstr(from, "</script");
	assert_non_null(to);
	if (json_parse(from, (size_t)(to - from), id, &data, &err) < 0)
		fail_msg("%s", err.text);
	return data;
}

static const struct json *row_of(const struct json *rows, const char *id)
{
	for (size_t i = 0; i < json_len(rows); i++)
		if (strcmp(json_get_str(json_at(rows, i), "id"), id) == 0)
			return json_at(rows, i);
	fail_msg("no row of %s", id);
	return NULL;
}

static int64_t int_of(const struct json *obj, const char *key)
{
	int64_t n = 0;

	(void)json_get_int(obj, key, &n);
	return n;
}

static void there_is_a_row_and_a_page_for_each_test(void **state)
{
	struct place *p = *state;
	struct sink *s = open_html(p, NULL);

	play_run(p, &s, 1);
	close_ok(s);
	_cleanup_free_ char *page = place_read(p, "page.html");
	struct json *rows = data_of(page, "tests-data");
	assert_int_equal(json_len(rows), 6);

	const struct json *big = row_of(rows, "t/big");
	assert_string_equal(json_get_str(big, "outcome"), "passed");
	assert_int_equal(json_len(json_get(big, "attempts")), 3);
	assert_int_equal(int_of(json_at(json_get(big, "attempts"), 1), "start"), 1200000);
	const struct json *bad = row_of(rows, "t/bad.py::Case::test_x");
	assert_string_equal(json_get_str(bad, "detail"), "exit status 1");
	json_free(rows);

	struct json *run = data_of(page, "run-data");
	const struct json *degraded = json_at(json_get(run, "degraded"), 0);
	assert_string_equal(json_get_str(degraded, "why"), "no writable cgroup");
	assert_int_equal(int_of(degraded, "attempts"), 3);
	json_free(run);
	struct json *rest = data_of(page, "test-1");
	assert_string_equal(json_get_str(rest, "alone"),
			    "cd '/src/my suite' && isorun --env 'A=b c' -- ./run 'a b'");
	assert_string_equal(json_get_str(json_at(json_get(rest, "outputs"), 0), "head"),
			    "first\nkurz \033[31mred\033[0m \033]0;title\007\n"
			    "\xef\xbf\xbd" "end\n");
	assert_int_equal(json_len(json_get(rest, "events")), 4);
	json_free(rest);
	rest = data_of(page, "test-5");
	json_free(rest);
	assert_null(strstr(page, "id=\"test-6\""));
}

static void nothing_that_a_test_says_ends_its_data(void **state)
{
	static const char text[] = "</script><!-- <script> \xe2\x80\xa8 \xe2\x80\xa9 "
				   "\xe2\x82\xac \0 end";
	struct place *p = *state;
	struct sink *s = open_html(p, NULL);

	place_write(p, "output/1", text, sizeof(text) - 1);
	send_all(&s, 1, run_started(p, 1));
	send_all(&s, 1, planned("</script>", 0));
	play_simple(&s, 1, "</script>", 0, OUTCOME_FAILED, "<!--<script>", "output/1", MS, MIB);
	close_ok(s);
	_cleanup_free_ char *page = place_read(p, "page.html");
	struct json *rows = data_of(page, "tests-data");
	assert_string_equal(json_get_str(row_of(rows, "</script>"), "detail"), "<!--<script>");
	json_free(rows);
	struct json *rest = data_of(page, "test-0");
	assert_non_null(strstr(json_get_str(json_at(json_get(rest, "outputs"), 0), "head"),
			       "\xe2\x80\xa9 \xe2\x82\xac \xef\xbf\xbd end"));
	json_free(rest);
	assert_null(strstr(page, "\xe2\x80\xa8"));
	assert_null(strstr(strstr(page, "\"tests-data\""), "<!--"));
}

static void outputs_are_bounded_each_and_all_told(void **state)
{
	enum { N = 700, BYTES = 200000 };
	struct place *p = *state;
	struct sink *s = open_html(p, NULL);
	char id[16];

	_cleanup_free_ char *text = malloc(BYTES);
	assert_non_null(text);
	memset(text, 'x', BYTES);
	place_write(p, "output/1", text, BYTES);
	send_all(&s, 1, run_started(p, N));
	for (int i = 0; i < N; i++) {
		snprintf(id, sizeof(id), "t%d", i);
		play_simple(&s, 1, id, 0, i ? OUTCOME_FAILED : OUTCOME_PASSED, "x", "output/1",
			    MS, MIB);
	}
	close_ok(s);
	_cleanup_free_ char *page = place_read(p, "page.html");
	assert_in_range(strlen(page), 32 << 20, 34 << 20);

	struct json *rest = data_of(page, "test-1");
	const struct json *one = json_at(json_get(rest, "outputs"), 0);
	assert_int_equal(strlen(json_get_str(one, "head")), 32768);
	assert_int_equal(strlen(json_get_str(one, "tail")), 32768);
	assert_int_equal(int_of(one, "left_out"), BYTES - 65536);
	json_free(rest);
	/* The failures took all there was. */
	rest = data_of(page, "test-0");
	assert_int_equal(int_of(json_at(json_get(rest, "outputs"), 0), "left_out"), BYTES);
	json_free(rest);
}

static void of_many_samples_the_largest_stay(void **state)
{
	struct place *p = *state;
	struct sink *s = open_html(p, NULL);
	struct result r = result_of(OUTCOME_PASSED, 5000 * MS, 900 * MIB);
	uint64_t most = 0;

	send_all(&s, 1, run_started(p, 1));
	send_all(&s, 1, started("t", 1, MS, MIB));
	for (int i = 0; i < 5000; i++) {
		struct event e = { .kind = EVENT_ATTEMPT_SAMPLED, .test = "t", .attempt = 1,
				   .t_ns = i * MS };

		e.u.sampled.mem_bytes = (i == 3210 ? 900 : 100 + (uint64_t)i % 7) * MIB;
		send_all(&s, 1, e);
		e.u.sampled.mem_bytes = 2000 * MIB;
		e.u.sampled.passing = true;
		send_all(&s, 1, e);
	}
	send_all(&s, 1, attempt_finished("t", 1, 5000 * MS, &r, NULL, false, NULL));
	close_ok(s);
	_cleanup_free_ char *page = place_read(p, "page.html");
	struct json *rows = data_of(page, "tests-data");
	const struct json *used = json_get(json_at(json_get(row_of(rows, "t"), "attempts"), 0),
					   "used");
	assert_in_range(json_len(used), 64, 128);
	for (size_t i = 0; i < json_len(used); i++)
		if ((uint64_t)int_of(json_at(used, i), "mem") > most)
			most = (uint64_t)int_of(json_at(used, i), "mem");
	assert_int_equal(most, 900 * MIB);
	json_free(rows);
}

static void of_many_attempts_the_first_and_the_newest_stay(void **state)
{
	enum { N = 1000 };
	struct place *p = *state;
	struct sink *s = open_html(p, NULL);
	struct result r = result_of(OUTCOME_FAILED, MS, MIB);

	send_all(&s, 1, run_started(p, 1));
	send_all(&s, 1, planned("t", 0));
	for (unsigned i = 1; i <= N; i++) {
		send_all(&s, 1, started("t", i, i * MS, MIB));
		send_all(&s, 1, attempt_finished("t", i, (i + 1) * MS, &r, "output/1", i < N,
						 "exit status 1"));
	}
	send_all(&s, 1, test_finished("t", 2000 * MS, OUTCOME_FAILED, N, "x", "output/1", MS,
				      MIB));
	close_ok(s);
	_cleanup_free_ char *page = place_read(p, "page.html");
	struct json *rows = data_of(page, "tests-data");
	const struct json *attempts = json_get(row_of(rows, "t"), "attempts");
	assert_int_equal(int_of(row_of(rows, "t"), "tries"), N);
	assert_int_equal(json_len(attempts), 100);
	assert_int_equal(int_of(json_at(attempts, 0), "n"), 1);
	assert_int_equal(int_of(json_at(attempts, 49), "n"), 50);
	assert_int_equal(int_of(json_at(attempts, 50), "n"), N - 49);
	assert_int_equal(int_of(json_at(attempts, 99), "n"), N);
	json_free(rows);
	struct json *rest = data_of(page, "test-0");
	assert_int_equal(json_len(json_get(rest, "events")), 202);
	json_free(rest);
}

static size_t two_of(void *arg, const char *project, const char *test, struct past_attempt *ret,
		     size_t max)
{
	assert_string_equal(project, "/src/my suite");
	assert_string_equal(test, arg);
	assert_true(max >= 2);
	ret[0] = (struct past_attempt){ .outcome = OUTCOME_FAILED, .wall_ns = 20 * MS };
	ret[1] = (struct past_attempt){ .outcome = OUTCOME_PASSED, .wall_ns = 10 * MS };
	return 2;
}

static void the_past_is_told_oldest_first(void **state)
{
	struct place *p = *state;
	char id[] = "t";
	const struct past past = { two_of, id };
	struct sink *s = open_html(p, &past);

	send_all(&s, 1, run_started(p, 1));
	play_simple(&s, 1, id, 0, OUTCOME_FAILED, "x", "output/none", MS, MIB);
	close_ok(s);
	_cleanup_free_ char *page = place_read(p, "page.html");
	struct json *rows = data_of(page, "tests-data");
	assert_string_equal(json_get_str(row_of(rows, "t"), "past"), "01");
	json_free(rows);
	struct json *rest = data_of(page, "test-0");
	const struct json *told = json_get(rest, "past");
	assert_int_equal(json_len(told), 2);
	assert_string_equal(json_get_str(json_at(told, 0), "outcome"), "passed");
	assert_int_equal(int_of(json_at(told, 1), "wall"), 20000);
	/* An output that cannot be read is told of. */
	assert_string_equal(json_get_str(json_at(json_get(rest, "outputs"), 0), "fault"),
			    "No such file or directory");
	json_free(rest);
}

static void a_run_that_died_shows_what_ran(void **state)
{
	struct place *p = *state;
	struct sink *s = open_html(p, NULL);
	struct event late = { .kind = EVENT_WARNING, .t_ns = 900 * MS };

	late.u.warning.text = "x";
	send_all(&s, 1, run_started(p, 2));
	send_all(&s, 1, planned("waits", 0));
	send_all(&s, 1, planned("runs", 0));
	send_all(&s, 1, started("runs", 1, MS, MIB));
	send_all(&s, 1, late);
	close_ok(s);
	_cleanup_free_ char *page = place_read(p, "page.html");
	struct json *rows = data_of(page, "tests-data");
	const struct json *runs = row_of(rows, "runs");
	assert_string_equal(json_get_str(runs, "outcome"), "not-run");
	assert_string_equal(json_get_str(runs, "detail"), "the run ended while it ran");
	assert_int_equal(int_of(json_at(json_get(runs, "attempts"), 0), "end"), 900000);
	assert_int_equal(json_len(json_get(row_of(rows, "waits"), "attempts")), 0);
	json_free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(there_is_a_row_and_a_page_for_each_test),
		IN_PLACE(nothing_that_a_test_says_ends_its_data),
		IN_PLACE(outputs_are_bounded_each_and_all_told),
		IN_PLACE(of_many_samples_the_largest_stay),
		IN_PLACE(of_many_attempts_the_first_and_the_newest_stay),
		IN_PLACE(the_past_is_told_oldest_first),
		IN_PLACE(a_run_that_died_shows_what_ran),
	};

	return cmocka_run_group_tests_name("report/html", tests, NULL, NULL);
}

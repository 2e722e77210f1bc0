/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json.h"
#include "rendering.h"

static struct json *parse(char *text)
{
	struct json *report = NULL;
	struct iso_err err = ISO_ERR_INIT;

	if (json_parse(text, strlen(text), "report", &report, &err) < 0)
		fail_msg("%s in:\n%s", err.text, text);
	free(text);
	return report;
}

static const struct json *test_at(const struct json *report, size_t i)
{
	return json_at(json_get(json_get(report, "results"), "tests"), i);
}

static void check_summary(const struct json *report, const char *key, int64_t want)
{
	int64_t n = -1;

	assert_true(json_get_int(json_get(json_get(report, "results"), "summary"), key, &n));
	if (n != want)
		fail_msg("%s is %lld", key, (long long)n);
}

static void each_outcome_has_a_status_that_readers_know(void **state)
{
	struct place *p = *state;
	static const char *const status[] = { "passed", "failed",  "passed",
					      "passed", "skipped", "failed" };
	static const char *const raw[] = { "passed", "failed",  "flaky",
					   "passed", "skipped", "timed-out" };
	struct sink *s = rendering_open(p, sink_ctrf_open);

	play_run(p, &s, 1);
	struct json *report = parse(rendering_close(p, s));
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(json_get_str(test_at(report, i), "status"), status[i]);
		assert_string_equal(json_get_str(test_at(report, i), "rawStatus"), raw[i]);
	}
	check_summary(report, "tests", 6);
	check_summary(report, "passed", 3);
	check_summary(report, "failed", 2);
	check_summary(report, "skipped", 1);
	check_summary(report, "flaky", 1);
	check_summary(report, "duration", 12300);
	check_summary(report, "start", INT64_C(1795256280000));
	check_summary(report, "stop", INT64_C(1795256292300));
	json_free(report);
}

static void attempts_before_the_last_are_retries(void **state)
{
	struct place *p = *state;
	struct sink *s = rendering_open(p, sink_ctrf_open);
	int64_t n;
	bool flaky;

	play_run(p, &s, 1);
	struct json *report = parse(rendering_close(p, s));
	const struct json *test = test_at(report, 2);
	const struct json *attempts = json_get(test, "retryAttempts");
	assert_true(json_get_bool(test, "flaky", &flaky) && flaky);
	assert_int_equal(json_len(attempts), 1);
	assert_true(json_get_int(json_at(attempts, 0), "attempt", &n) && n == 1);
	assert_string_equal(json_get_str(json_at(attempts, 0), "message"), "exit status 1");
	assert_string_equal(json_str(json_at(json_get(json_at(attempts, 0), "stdout"), 0)),
			    "flaked");
	test = test_at(report, 3);
	assert_true(json_get_int(test, "retries", &n) && n == 2);
	assert_true(json_get_bool(test, "flaky", &flaky) && !flaky);
	json_free(report);
}

static void what_never_ended_is_pending(void **state)
{
	struct place *p = *state;
	struct sink *s = rendering_open(p, sink_ctrf_open);

	play_dead(p, s);
	struct json *report = parse(rendering_close(p, s));
	check_summary(report, "pending", 2);
	assert_string_equal(json_get_str(test_at(report, 0), "status"), "pending");
	assert_string_equal(json_get_str(test_at(report, 1), "message"),
			    "the run ended while it ran");
	json_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(each_outcome_has_a_status_that_readers_know),
		IN_PLACE(attempts_before_the_last_are_retries),
		IN_PLACE(what_never_ended_is_pending),
	};

	return cmocka_run_group_tests_name("report/ctrf", tests, NULL, NULL);
}

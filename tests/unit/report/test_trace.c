/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json.h"
#include "rendering.h"

static void check_json(const char *text)
{
	struct json *trace = NULL;
	struct iso_err err = ISO_ERR_INIT;

	if (json_parse(text, strlen(text), "trace", &trace, &err) < 0)
		fail_msg("%s in:\n%s", err.text, text);
	json_free(trace);
}

static struct event sampled(const char *test, int64_t t_ns, uint64_t bytes, bool passing)
{
	struct event e = { .kind = EVENT_ATTEMPT_SAMPLED, .test = test, .attempt = 1,
			   .t_ns = t_ns };

	e.u.sampled.mem_bytes = bytes;
	e.u.sampled.passing = passing;
	return e;
}

static void attempts_are_bars_of_their_slots(void **state)
{
	struct place *p = *state;
	struct sink *s = rendering_open(p, sink_trace_open);
	struct result r = result_of(OUTCOME_FAILED, 4 * MS, MIB);
	struct event start = started("t", 1, 3 * MS, MIB);
	struct event pause = { .kind = EVENT_ATTEMPT_PAUSED, .test = "t", .attempt = 1,
			       .t_ns = 6 * MS, .u.paused.paused_ns = 2 * MS };

	start.u.started.slot = 4;
	start.u.started.waited_ns = 2 * MS;
	r.usage.user_ns = 2 * MS;
	send_all(&s, 1, run_started(p, 1));
	send_all(&s, 1, planned("t", 0));
	send_all(&s, 1, start);
	send_all(&s, 1, pause);
	send_all(&s, 1, attempt_finished("t", 1, 7 * MS, &r, "output/1.1", false, "exit status 1"));
	send_all(&s, 1, test_finished("t", 7 * MS, OUTCOME_FAILED, 1, "exit status 1", NULL,
				      4 * MS, MIB));
	char *text = rendering_close(p, s);
	check_json(text);
	assert_holds(text, "\"tid\":5,\"name\":\"t\",\"cat\":\"failed\",\"ts\":3000,\"dur\":4000,");
	assert_holds(text, "\"tid\":5,\"name\":\"waits to be admitted\",\"cat\":\"wait\","
			   "\"ts\":1000,\"dur\":2000}");
	assert_holds(text, "\"name\":\"paused at the memory limit\",\"cat\":\"wait\",\"ts\":4000,"
			   "\"dur\":2000}");
	assert_holds(text, "\"name\":\"failed\",\"s\":\"t\",\"ts\":7000}");
	assert_holds(text, "\"name\":\"cpus of tests, mean of each\",\"ts\":3000,"
			   "\"args\":{\"cpus\":0.5}}");
	assert_holds(text, "{\"name\":\"slot 4\"}");
	free(text);
}

static void memory_used_is_that_of_stored_samples(void **state)
{
	struct place *p = *state;
	struct sink *s = rendering_open(p, sink_trace_open);

	send_all(&s, 1, run_started(p, 2));
	send_all(&s, 1, started("a", 1, MS, MIB));
	send_all(&s, 1, started("b", 1, MS, MIB));
	send_all(&s, 1, sampled("a", 2 * MS, 100, false));
	send_all(&s, 1, sampled("a", 3 * MS, 777, true));
	send_all(&s, 1, sampled("b", 4 * MS, 200, false));
	char *text = rendering_close(p, s);
	check_json(text);
	assert_holds(text, "\"memory used\",\"ts\":2000,\"args\":{\"bytes\":100}}");
	assert_holds(text, "\"memory used\",\"ts\":4000,\"args\":{\"bytes\":300}}");
	assert_null(strstr(text, "777"));
	free(text);
}

static void what_ran_when_the_run_died_has_a_bar(void **state)
{
	struct place *p = *state;
	struct sink *s = rendering_open(p, sink_trace_open);

	play_interrupted(p, s);
	char *text = rendering_close(p, s);
	check_json(text);
	assert_holds(text, "\"name\":\"runs\",\"cat\":\"not-run\",\"ts\":1000,\"dur\":1000,");
	assert_holds(text, "\"name\":\"interrupted by SIGINT\",\"s\":\"g\",\"ts\":2000}");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(attempts_are_bars_of_their_slots),
		IN_PLACE(memory_used_is_that_of_stored_samples),
		IN_PLACE(what_ran_when_the_run_died_has_a_bar),
	};

	return cmocka_run_group_tests_name("report/trace", tests, NULL, NULL);
}

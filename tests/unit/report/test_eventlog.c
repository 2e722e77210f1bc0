/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "events.h"

/* A sink that only counts, and one that checks a single event. */
struct probe {
	struct sink sink;
	unsigned n;
	void (*check)(const struct event *e);
};

static void probe_event(struct sink *s, const struct event *e)
{
	struct probe *p = (struct probe *)s;

	p->n++;
	if (p->check)
		p->check(e);
}

static int probe_close(struct sink *s, struct iso_err *err)
{
	(void)s;
	(void)err;
	return 0;
}

static const struct sink_driver probe_driver = { "probe", probe_event, probe_close };

static int replay(const struct place *p, struct probe *probe, struct iso_err *err)
{
	char *path = place_path(p, "log");
	struct sink *sinks[] = { &probe->sink };

	probe->sink.driver = &probe_driver;
	int r = eventlog_replay(path, sinks, 1, err);
	free(path);
	return r;
}

static int replay_text(const struct place *p, const char *text, struct probe *probe,
		       struct iso_err *err)
{
	place_write(p, "log", text, strlen(text));
	return replay(p, probe, err);
}

static void assert_log_refused(const struct place *p, const char *text, const char *why)
{
	struct probe probe = { .n = 0 };
	struct iso_err err = ISO_ERR_INIT;

	if (replay_text(p, text, &probe, &err) >= 0)
		fail_msg("accepted: %s", text);
	if (!strstr(err.text, why) || !strstr(err.text, "/log:"))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static struct sink *open_log(const struct place *p, const char *name)
{
	char *path = place_path(p, name);
	struct sink *s = NULL;

	assert_int_equal(sink_eventlog_open(path, &s, NULL), 0);
	free(path);
	return s;
}

/* Every member has a value of its own, so that none can stand for another. */
static const struct result *full_result(void)
{
	static struct leftover left[] = { { 12, "a-name-of-15-ch", (char *)(uintptr_t)"cmd 1", 13 },
					  { 14, "b", (char *)(uintptr_t)"", 15 } };
	static char *written[] = { (char *)(uintptr_t)"w/1", (char *)(uintptr_t)"w/2", NULL };
	static char *held[] = { (char *)(uintptr_t)"gpu:0,1", NULL };
	static struct degraded given_up = { (char *)(uintptr_t)"what", (char *)(uintptr_t)"why" };
	static struct result r = {
		.outcome = OUTCOME_CRASHED, .started = true, .raw_status = 139, .exit_status = -1,
		.signal = 11, .timed_out = true, .oom = true, .test_process_oom = true,
		.gave_way = true, .mem_refused = true,
		.sandbox_killed = true,
		.usage = { .wall_ns = 101, .user_ns = 102, .system_ns = 103, .mem_peak_bytes = 104,
			   .mem_working_bytes = 105, .mem_limit_bytes = 106,
			   .mem_limit_end_bytes = 107, .swap_bytes = 108, .oom_kills = 109,
			   .pauses = 110, .paused_ns = 111, .waited_ns = 112 },
		.leftovers = left, .n_leftovers = 2, .written = written, .n_written = 17,
		.held = held,
		.degraded = &given_up, .n_degraded = 1, .error_status = 126,
		.error = (char *)(uintptr_t)"its error",
	};

	return &r;
}

static void check_result(const struct event *e)
{
	const struct result *want = full_result();
	const struct result *got = e->u.finished.result;

	assert_int_equal(e->kind, EVENT_ATTEMPT_FINISHED);
	assert_int_equal(e->t_ns, 4711);
	assert_int_equal(e->attempt, 3);
	assert_string_equal(e->test, "id \"quoted\" \n");
	assert_string_equal(e->u.finished.output, "output/1.3");
	assert_string_equal(e->u.finished.detail, "SIGSEGV");
	assert_true(e->u.finished.again);
	assert_int_equal(got->outcome, want->outcome);
	assert_int_equal(got->started, want->started);
	assert_int_equal(got->raw_status, want->raw_status);
	assert_int_equal(got->exit_status, want->exit_status);
	assert_int_equal(got->signal, want->signal);
	assert_int_equal(got->timed_out, want->timed_out);
	assert_int_equal(got->oom, want->oom);
	assert_int_equal(got->test_process_oom, want->test_process_oom);
	assert_int_equal(got->gave_way, want->gave_way);
	assert_int_equal(got->mem_refused, want->mem_refused);
	assert_int_equal(got->sandbox_killed, want->sandbox_killed);
	assert_memory_equal(&got->usage, &want->usage, sizeof(got->usage));
	assert_string_equal(got->held[0], "gpu:0,1");
	assert_int_equal(got->n_leftovers, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(got->leftovers[i].pid, want->leftovers[i].pid);
		assert_string_equal(got->leftovers[i].name, want->leftovers[i].name);
		assert_string_equal(got->leftovers[i].command, want->leftovers[i].command);
		assert_int_equal(got->leftovers[i].age_ns, want->leftovers[i].age_ns);
	}
	assert_string_equal(got->written[0], "w/1");
	assert_string_equal(got->written[1], "w/2");
	assert_null(got->written[2]);
	assert_int_equal(got->n_written, 17);
	assert_int_equal(got->n_degraded, 1);
	assert_string_equal(got->degraded[0].what, "what");
	assert_string_equal(got->degraded[0].why, "why");
	assert_int_equal(got->error_status, 126);
	assert_string_equal(got->error, "its error");
}

static void a_result_comes_back_with_every_member(void **state)
{
	struct place *p = *state;
	struct sink *s = open_log(p, "log");
	struct probe probe = { .check = check_result };
	struct event e = attempt_finished("id \"quoted\" \n", 3, 4711, full_result(), "output/1.3",
					  true, "SIGSEGV");

	send(s, &e);
	assert_int_equal(s->driver->close(s, NULL), 0);
	assert_int_equal(replay(p, &probe, NULL), 0);
	assert_int_equal(probe.n, 1);
}

static void a_log_of_a_replayed_log_is_the_same_file(void **state)
{
	struct place *p = *state;
	struct sink *s = open_log(p, "log");
	char *path = place_path(p, "log");
	char *locks[] = { (char *)(uintptr_t)"db", NULL };
	char *tags[] = { (char *)(uintptr_t)"slow", (char *)(uintptr_t)"net", NULL };
	char *tokens[] = { (char *)(uintptr_t)"gpu=0.5", NULL };
	struct event plan = planned("locked", 77);
	struct event again = started("locked", 2, 8, 9);
	struct event warn = { .kind = EVENT_WARNING, .u.warning.text = "beware" };
	struct event stop = { .kind = EVENT_INTERRUPTED, .u.interrupted.signal = 15 };

	play_run(p, &s, 1);
	plan.u.planned.demand.locks = locks;
	plan.u.planned.demand.shared_locks = tags;
	plan.u.planned.demand.tokens = tokens;
	plan.u.planned.demand.exclusive = true;
	plan.u.planned.tags = tags;
	again.u.started.reason = "out of memory: 2G instead of 1G";
	again.u.started.slot = 5;
	again.u.started.waited_ns = 6;
	send(s, &plan);
	send(s, &again);
	send(s, &warn);
	send(s, &stop);
	assert_int_equal(s->driver->close(s, NULL), 0);

	s = open_log(p, "copy");
	assert_int_equal(eventlog_replay(path, &s, 1, NULL), 0);
	assert_int_equal(s->driver->close(s, NULL), 0);
	char *first = place_read(p, "log");
	char *second = place_read(p, "copy");
	assert_true(strlen(first) > 1000);
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "\"shared_locks\":[\"slow\",\"net\"]"));
	assert_non_null(strstr(first, "\"tokens\":[\"gpu=0.5\"]"));
	free(first);
	free(second);
	free(path);
}

static void every_line_is_an_object_with_its_head(void **state)
{
	struct place *p = *state;
	struct sink *s = open_log(p, "log");

	play_run(p, &s, 1);
	assert_int_equal(s->driver->close(s, NULL), 0);
	char *text = place_read(p, "log");
	unsigned n = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), n++) {
		struct json *obj = NULL;
		int64_t v = 0;
		int64_t t = -1;

		assert_int_equal(json_parse(line, strlen(line), "line", &obj, NULL), 0);
		assert_true(json_get_int(obj, "v", &v) && v == 1);
		assert_true(json_get_int(obj, "t", &t) && t >= 0);
		assert_non_null(json_get_str(obj, "event"));
		json_free(obj);
	}
	assert_int_equal(n, 1 + 6 + 4 * 3 + 5 + 7 + 1);
	free(text);
}

static void what_happened_is_in_the_file_before_the_next_thing_happens(void **state)
{
	struct place *p = *state;
	struct sink *s = open_log(p, "log");
	struct event e = run_started(p, 1);

	send(s, &e);
	char *text = place_read(p, "log");
	assert_true(strlen(text) > 2 && text[strlen(text) - 1] == '\n');
	free(text);
	assert_int_equal(s->driver->close(s, NULL), 0);
}

static void passing_samples_are_not_stored(void **state)
{
	struct place *p = *state;
	struct sink *s = open_log(p, "log");
	struct event e = {
		.kind = EVENT_ATTEMPT_SAMPLED,
		.test = "t",
		.u.sampled = { .mem_bytes = 5, .passing = true },
	};

	send(s, &e);
	assert_int_equal(s->driver->close(s, NULL), 0);
	char *text = place_read(p, "log");
	assert_string_equal(text, "");
	free(text);
}

static void a_run_that_died_within_a_line_is_read_up_to_the_event_before(void **state)
{
	struct place *p = *state;
	struct sink *s = open_log(p, "log");

	play_run(p, &s, 1);
	assert_int_equal(s->driver->close(s, NULL), 0);
	char *text = place_read(p, "log");
	size_t whole = strlen(text);
	struct probe all = { .n = 0 };
	assert_int_equal(replay(p, &all, NULL), 0);

	for (size_t cut = 1; cut < 40; cut += 7) {
		struct probe probe = { .n = 0 };

		place_write(p, "log", text, whole - cut);
		assert_int_equal(replay(p, &probe, NULL), 0);
		assert_int_equal(probe.n, all.n - 1);
	}
	free(text);
}

/* One line of a log: an event's name, and what follows it. */
#define LINE(name, rest) "{\"v\":1,\"t\":1,\"event\":\"" name "\"" rest "}\n"
#define OF_A ",\"test\":\"a\""
#define RESULT(rest) LINE("attempt-finished", OF_A ",\"result\":" rest)

static void events_that_only_newer_isoruns_know_are_passed_over(void **state)
{
	struct place *p = *state;
	struct probe probe = { .n = 0 };

	static const char log[] = LINE("test-dreamt", ",\"of\":7")
				  LINE("warning", ",\"text\":\"x\",\"new\":[]");

	assert_int_equal(replay_text(p, log, &probe, NULL), 0);
	assert_int_equal(probe.n, 1);
}

static void what_is_no_event_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} bad[] = {
		{ LINE("warning", "") "rubbish\n", "log:2: 'event': is no JSON" },
		{ "\n", "no JSON" },
		{ "[]\n", "'v'" },
		{ "7\n", "" },
		{ "{}\n", "'v'" },
		{ "{\"v\":2,\"t\":1,\"event\":\"warning\"}\n", "'v': is of a newer isorun" },
		{ "{\"v\":1,\"t\":1}\n", "'event': is missing" },
		{ "{\"v\":1,\"event\":\"warning\"}\n", "'t'" },
		{ LINE("test-planned", ""), "'test': is missing" },
		{ LINE("warning", ",\"text\":5"), "'text': is no string" },
		{ LINE("interrupted", ",\"signal\":99999999999"), "'signal'" },
		{ LINE("test-planned", OF_A ",\"locks\":[1]"), "'locks'" },
		{ LINE("test-planned", OF_A ",\"mem_origin\":\"x\""), "'x': is no origin" },
		{ LINE("test-finished", OF_A ",\"outcome\":\"won\""), "'won': is no outcome" },
		{ RESULT("{\"leftovers\":[{\"pid\":\"x\"}]}"), "'pid'" },
		{ RESULT("{\"mem_peak_bytes\":-1}"), "'mem_peak_bytes'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_log_refused(*state, bad[i].text, bad[i].why);
}

static void lists_that_are_no_lists_yield_nothing_and_no_crash(void **state)
{
	struct probe probe = { .n = 0 };

	assert_int_equal(replay_text(*state,
				     RESULT("{\"leftovers\":5,\"degraded\":{},\"written\":\"\"}")
				     RESULT("[]") LINE("attempt-finished", OF_A), &probe, NULL), 0);
	assert_int_equal(probe.n, 3);
}

static void check_clean(const struct event *e)
{
	assert_string_equal(e->test, "a\xef\xbf\xbd" "b");
}

static void bytes_that_are_no_utf8_become_the_replacement(void **state)
{
	struct place *p = *state;
	struct sink *s = open_log(p, "log");
	struct probe probe = { .check = check_clean };
	struct event e = planned("a\xff" "b", 0);

	send(s, &e);
	assert_int_equal(s->driver->close(s, NULL), 0);
	assert_int_equal(replay(p, &probe, NULL), 0);
	assert_int_equal(probe.n, 1);
}

static void a_full_disk_does_not_end_the_run_and_is_told_at_close(void **state)
{
	struct place *p = *state;
	struct sink *s = NULL;
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(sink_eventlog_open("/dev/full", &s, NULL), 0);
	play_run(p, &s, 1);
	assert_int_equal(s->driver->close(s, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "event log '/dev/full': No space left"));
}

static void a_path_that_cannot_be_written_fails_at_once(void **state)
{
	struct place *p = *state;
	struct sink *s = NULL;
	struct iso_err err = ISO_ERR_INIT;
	char *path = place_path(p, "no/such/log");

	assert_int_equal(sink_eventlog_open(path, &s, &err), -ENOENT);
	assert_null(s);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(eventlog_replay(path, NULL, 0, &err), -ENOENT);
	free(path);
}

static void the_record_of_one_attempt_has_the_keys_of_the_log(void **state)
{
	(void)state;
	_cleanup_free_ char *text = NULL;
	struct json *obj = NULL;
	int64_t n = 0;

	assert_int_equal(result_record_text(full_result(), &text), 0);
	assert_int_equal(json_parse(text, strlen(text), "record", &obj, NULL), 0);
	assert_string_equal(json_get_str(obj, "verdict"), "crashed");
	assert_true(json_get_int(obj, "mem_limit_end_bytes", &n) && n == 107);
	assert_int_equal(json_len(json_get(obj, "leftovers")), 2);
	json_free(obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(a_result_comes_back_with_every_member),
		IN_PLACE(a_log_of_a_replayed_log_is_the_same_file),
		IN_PLACE(every_line_is_an_object_with_its_head),
		IN_PLACE(what_happened_is_in_the_file_before_the_next_thing_happens),
		IN_PLACE(passing_samples_are_not_stored),
		IN_PLACE(a_run_that_died_within_a_line_is_read_up_to_the_event_before),
		IN_PLACE(events_that_only_newer_isoruns_know_are_passed_over),
		IN_PLACE(what_is_no_event_is_refused_with_its_line),
		IN_PLACE(lists_that_are_no_lists_yield_nothing_and_no_crash),
		IN_PLACE(bytes_that_are_no_utf8_become_the_replacement),
		IN_PLACE(a_full_disk_does_not_end_the_run_and_is_told_at_close),
		IN_PLACE(a_path_that_cannot_be_written_fails_at_once),
		cmocka_unit_test(the_record_of_one_attempt_has_the_keys_of_the_log),
	};

	return cmocka_run_group_tests_name("report/eventlog", tests, NULL, NULL);
}

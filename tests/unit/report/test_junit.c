/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "events.h"
#include "report/format.h"

extern char **environ;

static struct sink *open_junit(const struct place *p, const char *name)
{
	char *path = place_path(p, name);
	struct sink *s = NULL;

	assert_int_equal(sink_junit_open(&(struct report_request){ .path = path }, &s, NULL), 0);
	free(path);
	return s;
}

static void close_ok(struct sink *s)
{
	struct iso_err err = ISO_ERR_INIT;

	if (s->driver->close(s, &err) < 0)
		fail_msg("%s", err.text);
}

/* Its exit status when it checks the file by our schema; 0, too, where there is no
 * xmllint. */
static int xmllint(const struct place *p, const char *name)
{
	char *path = place_path(p, name);
	const char *const words[] = { "xmllint", "--noout", "--relaxng",
				      "tests/helpers/junit.rng", path, NULL };
	char *const *argv = (char *const *)(uintptr_t)words;
	pid_t pid;
	int status = 0;

	int r = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	free(path);
	if (r != 0) {
		print_message("# without xmllint\n");
		return 0;
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void assert_holds(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text ? text : "");
}

static void the_report_is_xml_and_says_how_each_test_came_out(void **state)
{
	struct place *p = *state;
	struct sink *s = open_junit(p, "junit.xml");

	play_run(p, &s, 1);
	close_ok(s);
	char *text = place_read(p, "junit.xml");
	assert_holds(text, "<testsuites name=\"2026-11-21T10-18-00-1\" tests=\"6\" failures=\"2\""
			   " errors=\"0\" time=\"12.300\">");
	assert_holds(text, "<testsuite name=\"my suite\" tests=\"6\" failures=\"2\" errors=\"0\""
			   " time=\"12.300\" skipped=\"1\" timestamp=\"2026-11-21T");
	assert_holds(text, "<testcase name=\"t/ok\" classname=\"my suite\" time=\"0.400\""
			   " file=\"tests.txt\" line=\"3\">");
	assert_holds(text, "<property name=\"memory-peak-bytes\" value=\"12582912\"/>");
	assert_holds(text, "<testcase name=\"test_x\" classname=\"t/bad.py::Case\"");
	assert_holds(text, "<failure message=\"exit status 1\" type=\"failed\"/>");
	assert_holds(text, "<failure message=\"no end after 5s\" type=\"timed-out\"/>");
	assert_holds(text, "<skipped message=\"no openssl\"/>");
	assert_holds(text, "<flakyFailure message=\"exit status 1\" type=\"failed\">");
	assert_holds(text, "<system-out>flaked\n</system-out>");
	assert_holds(text, "<system-out>first\nkurz red \\x1b]0;title\\x07\n\xef\xbf\xbd" "end\n");
	/* Out of memory twice, then passed: neither a failure nor flaky. */
	assert_null(strstr(text, "out of memory at"));
	assert_holds(text, "<property name=\"attempts\" value=\"3\"/>");
	free(text);
	assert_int_equal(xmllint(p, "junit.xml"), 0);
}

static void a_log_replayed_gives_the_same_report(void **state)
{
	struct place *p = *state;
	struct sink *sinks[2] = { open_junit(p, "live.xml"), NULL };
	char *log = place_path(p, "log");

	assert_int_equal(sink_eventlog_open(log, &sinks[1], NULL), 0);
	play_run(p, sinks, 2);
	close_ok(sinks[0]);
	close_ok(sinks[1]);
	sinks[0] = open_junit(p, "again.xml");
	assert_int_equal(eventlog_replay(log, sinks, 1, NULL), 0);
	close_ok(sinks[0]);

	char *live = place_read(p, "live.xml");
	char *again = place_read(p, "again.xml");
	assert_string_equal(live, again);
	free(live);
	free(again);
	free(log);
}

static void whatever_a_test_says_the_report_stays_well_formed(void **state)
{
	struct place *p = *state;
	struct sink *s = open_junit(p, "junit.xml");
	char bytes[512];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 % 256);
	memcpy(bytes, "]]></system-out><b>&amp;", 24);
	place_write(p, "output/1.1", bytes, sizeof(bytes));
	send_all(&s, 1, run_started(p, 1));
	play_simple(&s, 1, "<&\"'>\001\033[1m\xff\xef\xbf\xbe::]]>", 0, OUTCOME_FAILED,
		    "\"a\" <b> & \002 \xed\xa0\x80", "output/1.1", MS, MIB);
	close_ok(s);
	char *text = place_read(p, "junit.xml");
	assert_null(strstr(text, "<b>"));
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
	free(text);
	assert_int_equal(xmllint(p, "junit.xml"), 0);
}

static void a_huge_output_is_shown_by_its_head_and_its_tail(void **state)
{
	struct place *p = *state;
	struct sink *s = open_junit(p, "junit.xml");
	struct buf b = BUF_INIT;

	buf_adds(&b, "the head\n");
	for (int i = 0; i < 100000; i++)
		buf_adds(&b, "middle\n");
	buf_adds(&b, "the tail\n");
	place_write(p, "output/1.1", b.data, b.len);
	send_all(&s, 1, run_started(p, 1));
	play_simple(&s, 1, "t", 0, OUTCOME_FAILED, "x", "output/1.1", MS, MIB);
	close_ok(s);
	char *text = place_read(p, "junit.xml");
	assert_true(strlen(text) < 67000);
	assert_holds(text, "<system-out>the head\n");
	assert_holds(text, "bytes left out, the whole is in output/1.1]\n");
	assert_holds(text, "the tail\n</system-out>");
	free(text);
	buf_free(&b);
}

static void the_attempts_of_a_failure_are_all_told(void **state)
{
	struct place *p = *state;
	struct sink *s = open_junit(p, "junit.xml");
	struct result r = result_of(OUTCOME_FAILED, MS, MIB);

	send_all(&s, 1, run_started(p, 1));
	send_all(&s, 1, planned("t", 0));
	send_all(&s, 1, attempt_finished("t", 1, MS, &r, NULL, true, "first"));
	send_all(&s, 1, attempt_finished("t", 2, MS, &r, NULL, false, "second"));
	send_all(&s, 1, test_finished("t", MS, OUTCOME_FAILED, 2, "second", NULL, MS, MIB));
	close_ok(s);
	char *text = place_read(p, "junit.xml");
	assert_holds(text, "<failure message=\"second\" type=\"failed\"/>");
	assert_holds(text, "<rerunFailure message=\"first\" type=\"failed\"/>");
	free(text);
}

static void tests_that_a_dead_run_left_are_errors(void **state)
{
	struct place *p = *state;
	struct sink *s = open_junit(p, "junit.xml");

	send_all(&s, 1, run_started(p, 2));
	send_all(&s, 1, planned("waits", 0));
	send_all(&s, 1, planned("runs", 0));
	send_all(&s, 1, started("runs", 1, MS, MIB));
	close_ok(s);
	char *text = place_read(p, "junit.xml");
	assert_holds(text, "tests=\"2\" failures=\"0\" errors=\"2\"");
	assert_holds(text, "<error message=\"the run ended before its turn\" type=\"not-run\"/>");
	assert_holds(text, "<error message=\"the run ended while it ran\" type=\"not-run\"/>");
	free(text);
}

static void an_output_outside_of_the_run_is_not_read(void **state)
{
	struct place *p = *state;
	struct sink *s = open_junit(p, "junit.xml");

	send_all(&s, 1, run_started(p, 2));
	play_simple(&s, 1, "a", 0, OUTCOME_FAILED, "x", "../../etc/passwd", MS, MIB);
	play_simple(&s, 1, "b", 0, OUTCOME_FAILED, "x", "/etc/passwd", MS, MIB);
	close_ok(s);
	char *text = place_read(p, "junit.xml");
	assert_null(strstr(text, "root:"));
	free(text);
}

static void a_path_that_cannot_be_written_fails_before_the_run(void **state)
{
	struct place *p = *state;
	char *path = place_path(p, "no/junit.xml");
	struct sink *s = NULL;
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(sink_junit_open(&(struct report_request){ .path = path }, &s, &err),
			 -ENOENT);
	assert_holds(err.text, "junit report '");
	free(path);
	assert_int_equal(sink_junit_open(&(struct report_request){ .path = "/dev/full" }, &s,
					 &err), 0);
	send_all(&s, 1, run_started(p, 0));
	assert_int_equal(s->driver->close(s, &err), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(the_report_is_xml_and_says_how_each_test_came_out),
		IN_PLACE(a_log_replayed_gives_the_same_report),
		IN_PLACE(whatever_a_test_says_the_report_stays_well_formed),
		IN_PLACE(a_huge_output_is_shown_by_its_head_and_its_tail),
		IN_PLACE(the_attempts_of_a_failure_are_all_told),
		IN_PLACE(tests_that_a_dead_run_left_are_errors),
		IN_PLACE(an_output_outside_of_the_run_is_not_read),
		IN_PLACE(a_path_that_cannot_be_written_fails_before_the_run),
	};

	return cmocka_run_group_tests_name("report/junit", tests, NULL, NULL);
}

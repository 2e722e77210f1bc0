/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "rendering.h"

static void each_test_is_a_line_with_a_block(void **state)
{
	struct place *p = *state;
	struct sink *s = rendering_open(p, sink_tap_open);

	play_run(p, &s, 1);
	char *text = rendering_close(p, s);
	assert_holds(text, "TAP version 14\n1..6\nok 1 - t/ok\n  ---\n"
			   "  outcome: passed\n  duration_ms: 400.000\n");
	assert_holds(text, "not ok 2 - t/bad.py::Case::test_x\n  ---\n"
			   "  message: \"exit status 1\"\n  severity: fail\n  outcome: failed\n"
			   "  at:\n    file: \"tests.txt\"\n"
			   "    line: 3\n  duration_ms: 1200.000\n");
	assert_holds(text, "  output:\n    - \"first\"\n"
			   "    - \"kurz red \\\\x1b]0;title\\\\x07\"\n");
	assert_holds(text, "ok 3 - t/flaky\n  ---\n  outcome: flaky\n");
	assert_holds(text, "  attempts: 2\n  earlier:\n    - \"exit status 1\"\n");
	assert_holds(text, "ok 5 - t/skip # SKIP no openssl\n");
	assert_null(strstr(text, "Bail out!"));
	free(text);
}

static void names_cannot_be_directives(void **state)
{
	struct place *p = *state;
	struct sink *s = rendering_open(p, sink_tap_open);

	send_all(&s, 1, run_started(p, 1));
	play_simple(&s, 1, "a # SKIP \\ b\nok 2", 0, OUTCOME_FAILED, "say \"x\"\n  ...",
		    "output/9", MS, MIB);
	char *text = rendering_close(p, s);
	assert_holds(text, "not ok 1 - a \\# SKIP \\\\ b\\\\nok 2\n");
	assert_holds(text, "  message: \"say \\\"x\\\"\\\\n  ...\"\n");
	free(text);
}

static void a_run_that_did_not_end_bails_out(void **state)
{
	struct place *p = *state;
	struct sink *s = rendering_open(p, sink_tap_open);

	play_dead(p, s);
	char *text = rendering_close(p, s);
	assert_holds(text, "1..2\nnot ok 1 - waits\n");
	assert_holds(text, "  message: \"the run ended while it ran\"\n");
	assert_holds(text, "\nBail out! The run did not end.\n");
	free(text);
	s = rendering_open(p, sink_tap_open);
	play_interrupted(p, s);
	text = rendering_close(p, s);
	assert_holds(text, "\nBail out! The run was ended by SIGINT.\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(each_test_is_a_line_with_a_block),
		IN_PLACE(names_cannot_be_directives),
		IN_PLACE(a_run_that_did_not_end_bails_out),
	};

	return cmocka_run_group_tests_name("report/tap", tests, NULL, NULL);
}

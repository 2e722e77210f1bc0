/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/judge.h"

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/time.h"

static const struct test plain = { .id = "t" };
static const struct test tap = { .id = "t", .protocol = TEST_PROTOCOL_TAP };
static const struct output_facts nothing = { .tap = TAP_PASSED };

static struct result exited(int status)
{
	return (struct result){ .started = true, .exit_status = status };
}

static void assert_judged(const struct test *t, const struct result *r,
			  const struct output_facts *facts, enum outcome outcome,
			  const char *detail)
{
	struct judgement j;

	judge_attempt(t, r, facts, 90 * NSEC_PER_SEC, &j);
	assert_string_equal(j.detail, detail);
	assert_int_equal(j.outcome, outcome);
}

static void assert_status(const struct test *t, int status, enum outcome outcome,
			  const char *detail)
{
	const struct result r = exited(status);

	assert_judged(t, &r, &nothing, outcome, detail);
}

static void the_exit_status_decides(void **state)
{
	(void)state;
	assert_status(&plain, 0, OUTCOME_PASSED, "");
	assert_status(&plain, 3, OUTCOME_FAILED, "exit status 3");
	assert_status(&plain, 77, OUTCOME_SKIPPED, "exit status 77");
}

static void a_shells_word_for_a_signal_is_explained(void **state)
{
	(void)state;
	assert_status(&plain, 139, OUTCOME_FAILED, "exit status 139, as if by SIGSEGV");
	assert_status(&plain, 255, OUTCOME_FAILED, "exit status 255");
}

static void own_skip_statuses_replace_77(void **state)
{
	int list[] = { 7, 70 };
	const struct test t = { .id = "t", .skip_status = list, .n_skip_status = 2 };

	(void)state;
	assert_status(&t, 7, OUTCOME_SKIPPED, "exit status 7");
	assert_status(&t, 70, OUTCOME_SKIPPED, "exit status 70");
	assert_status(&t, 77, OUTCOME_FAILED, "exit status 77");
}

static void a_signal_is_a_crash_whatever_was_printed(void **state)
{
	const struct result r = { .started = true, .exit_status = -1, .signal = SIGSEGV };
	const struct test t = { .id = "t", .pass_pattern = "ok" };
	const struct output_facts facts = { .pass_matched = true };

	(void)state;
	assert_judged(&plain, &r, &nothing, OUTCOME_CRASHED, "killed by SIGSEGV");
	assert_judged(&t, &r, &facts, OUTCOME_CRASHED, "killed by SIGSEGV");
}

static void a_kill_that_is_not_for_its_limit_tells_what_was_left(void **state)
{
	struct result r = {
		.started = true, .exit_status = -1, .signal = SIGKILL,
		.usage.mem_limit_end_bytes = UINT64_C(200) << 20,
	};

	(void)state;
	assert_judged(&plain, &r, &nothing, OUTCOME_CRASHED, "killed by SIGKILL");
	r.usage.mem_peak_bytes = UINT64_C(20) << 20;
	assert_judged(&plain, &r, &nothing, OUTCOME_CRASHED,
		      "killed by SIGKILL, neither by isorun nor at its memory limit: "
		      "180M of 200M were left");
	r.host_oom = true;
	assert_judged(&plain, &r, &nothing, OUTCOME_CRASHED,
		      "it was killed by the memory killer of the host or of a limit above "
		      "(SIGKILL): 180M of its own limit of 200M were left");
	r.signal = 0;
	r.exit_status = 0;
	assert_judged(&plain, &r, &nothing, OUTCOME_CRASHED,
		      "a process of it was killed by the memory killer of the host or of a limit "
		      "above (SIGKILL): 180M of its own limit of 200M were left");
}

static void the_total_time_limit_is_told_with_the_pauses(void **state)
{
	struct result r = {
		.started = true, .exit_status = -1, .signal = SIGTERM,
		.timed_out = true, .timed_out_total = true,
	};

	(void)state;
	assert_judged(&plain, &r, &nothing, OUTCOME_TIMED_OUT,
		      "total time limit of 1m30s reached");
	r.usage.paused_ns = 70 * NSEC_PER_SEC;
	assert_judged(&plain, &r, &nothing, OUTCOME_TIMED_OUT,
		      "total time limit of 1m30s reached; it stood paused for 1m10s of it");
}

static void the_time_limit_wins_over_the_signal_that_enforced_it(void **state)
{
	const struct result r = {
		.started = true, .exit_status = -1, .signal = SIGKILL, .timed_out = true,
	};

	(void)state;
	assert_judged(&plain, &r, &nothing, OUTCOME_TIMED_OUT, "time limit of 1m30s reached");
}

static void a_memory_kill_is_named_as_one(void **state)
{
	struct result r = { .started = true, .exit_status = -1, .signal = SIGKILL, .oom = true };

	(void)state;
	r.test_process_oom = true;
	r.usage.mem_limit_bytes = UINT64_C(512) << 20;
	assert_judged(&plain, &r, &nothing, OUTCOME_OUT_OF_MEMORY,
		      "killed at its memory limit of 512M");
}

static void one_that_gave_way_to_others_is_told_from_one_that_was_killed(void **state)
{
	struct result r = { .started = true, .exit_status = -1, .signal = SIGKILL, .oom = true,
			    .gave_way = true };

	(void)state;
	r.usage.mem_limit_end_bytes = UINT64_C(512) << 20;
	assert_judged(&plain, &r, &nothing, OUTCOME_OUT_OF_MEMORY,
		      "gave way at 512M, so that others could grow");
}

static void a_failure_at_the_limit_is_one_for_want_of_memory(void **state)
{
	struct result r = { .started = true, .exit_status = 1, .oom = true, .mem_refused = true };
	struct output_facts facts = { .tap = TAP_PASSED, .fail_matched = true };

	(void)state;
	r.usage.mem_limit_end_bytes = UINT64_C(512) << 20;
	assert_judged(&plain, &r, &nothing, OUTCOME_OUT_OF_MEMORY,
		      "failed after it reached its memory limit of 512M");
	r.exit_status = 0;
	r.oom = false;
	assert_judged(&plain, &r, &nothing, OUTCOME_PASSED, "");
	(void)snprintf(facts.fail_line, sizeof(facts.fail_line), "FAILED");
	assert_judged(&plain, &r, &facts, OUTCOME_OUT_OF_MEMORY,
		      "failed after it reached its memory limit of 512M");
}

static void a_child_killed_for_memory_counts_though_the_test_exits_0(void **state)
{
	struct result r = { .started = true, .oom = true };

	(void)state;
	r.usage.mem_limit_bytes = UINT64_C(512) << 20;
	assert_judged(&plain, &r, &nothing, OUTCOME_OUT_OF_MEMORY,
		      "a process of it was killed at the memory limit of 512M, though it exited 0");
}

static void what_never_started_is_isoruns_own_error(void **state)
{
	struct result r;

	(void)state;
	result_init(&r);
	r.error = (char *)"execute './x': No such file or directory";
	assert_judged(&plain, &r, &nothing, OUTCOME_ERROR, r.error);
	r.error = NULL;
}

static void a_detail_is_one_line(void **state)
{
	struct result r;

	(void)state;
	result_init(&r);
	r.error = (char *)"clone: Operation not permitted\nhint: see isorun doctor";
	assert_judged(&plain, &r, &nothing, OUTCOME_ERROR, "clone: Operation not permitted");
	r.error = NULL;
}

static void fail_pattern_wins_over_all_that_the_test_says(void **state)
{
	const struct test t = { .id = "t", .pass_pattern = "ok", .fail_pattern = "FAILED" };
	const struct output_facts facts = {
		.pass_matched = true, .fail_matched = true, .fail_line = "2 FAILED",
	};
	const struct result r = exited(0);
	const struct result skip = exited(77);

	(void)state;
	assert_judged(&t, &r, &facts, OUTCOME_FAILED, "output matches fail-pattern: 2 FAILED");
	assert_judged(&t, &skip, &facts, OUTCOME_FAILED, "output matches fail-pattern: 2 FAILED");
}

static void pass_pattern_passes_whatever_the_status(void **state)
{
	const struct test t = { .id = "t", .pass_pattern = "ok" };
	const struct output_facts facts = { .pass_matched = true };
	const struct result r = exited(9);

	(void)state;
	assert_judged(&t, &r, &facts, OUTCOME_PASSED, "");
}

static void pass_pattern_that_is_not_there_fails(void **state)
{
	const struct test t = { .id = "t", .pass_pattern = "ok" };

	(void)state;
	assert_status(&t, 0, OUTCOME_FAILED, "exit status 0, and no output matches pass-pattern");
	assert_status(&t, 77, OUTCOME_SKIPPED, "exit status 77");
}

static void tap_fails_even_with_status_0(void **state)
{
	const struct output_facts facts = { .tap = TAP_FAILED, .tap_detail = "not ok 4 - foo" };
	const struct result r = exited(0);

	(void)state;
	assert_judged(&tap, &r, &facts, OUTCOME_FAILED, "not ok 4 - foo");
}

static void good_tap_with_a_bad_status_fails(void **state)
{
	const struct output_facts skipped = { .tap = TAP_SKIPPED, .tap_detail = "no perl" };
	const struct result bad = exited(2);
	const struct result good = exited(0);

	(void)state;
	assert_judged(&tap, &bad, &nothing, OUTCOME_FAILED, "exit status 2");
	assert_judged(&tap, &bad, &skipped, OUTCOME_FAILED, "exit status 2");
	assert_judged(&tap, &good, &skipped, OUTCOME_SKIPPED, "no perl");
}

static void status_77_is_no_skip_of_tap(void **state)
{
	(void)state;
	assert_status(&tap, 77, OUTCOME_FAILED, "exit status 77");
}

static void a_test_that_must_fail_passes_by_failing(void **state)
{
	const struct test t = { .id = "t", .expectation = TEST_MUST_FAIL, .error_status = 99 };
	const struct test pattern = { .id = "t", .expectation = TEST_MUST_FAIL,
				      .pass_pattern = "ok" };
	const struct output_facts passed = { .pass_matched = true };
	const struct result r = exited(0);

	(void)state;
	assert_status(&t, 3, OUTCOME_PASSED, "failed as expected: exit status 3");
	assert_status(&t, 0, OUTCOME_FAILED, "it passed, and is expected to fail");
	assert_status(&t, 77, OUTCOME_SKIPPED, "exit status 77");
	assert_status(&t, 99, OUTCOME_FAILED, "exit status 99");
	assert_judged(&pattern, &r, &passed, OUTCOME_FAILED, "it passed, and is expected to fail");
	assert_judged(&pattern, &r, &nothing, OUTCOME_PASSED,
		      "failed as expected: exit status 0, and no output matches pass-pattern");
}

static void only_what_the_test_did_itself_is_expected(void **state)
{
	const struct test t = { .id = "t", .expectation = TEST_MUST_FAIL, .fail_pattern = "x" };
	const struct test crash = { .id = "t", .expectation = TEST_MUST_FAIL_OR_CRASH };
	const struct result killed = { .started = true, .exit_status = -1, .signal = SIGABRT };
	const struct result slow = { .started = true, .exit_status = -1, .timed_out = true };
	const struct result oom = { .started = true, .exit_status = 1, .oom = true };
	const struct output_facts cut = { .cut_bytes = 4096, .unread_bytes = 4096 };
	const struct result failed = exited(1);

	(void)state;
	assert_judged(&t, &killed, &nothing, OUTCOME_CRASHED, "killed by SIGABRT");
	assert_judged(&crash, &killed, &nothing, OUTCOME_PASSED,
		      "failed as expected: killed by SIGABRT");
	assert_judged(&crash, &slow, &nothing, OUTCOME_TIMED_OUT, "time limit of 1m30s reached");
	assert_judged(&crash, &oom, &nothing, OUTCOME_OUT_OF_MEMORY,
		      "killed at its memory limit of 0");
	assert_judged(&t, &failed, &cut, OUTCOME_FAILED,
		      "its verdict lies in its output, and 4K of that were above the output limit");
}

static void a_skip_pattern_skips_unless_fail_pattern_matches(void **state)
{
	const struct test t = { .id = "t", .skip_pattern = "no gpu", .fail_pattern = "ERR" };
	struct output_facts facts = { .skip_matched = true, .skip_line = "no gpu here" };
	const struct result r = exited(1);

	(void)state;
	assert_judged(&t, &r, &facts, OUTCOME_SKIPPED,
		      "output matches skip-pattern: no gpu here");
	facts.fail_matched = true;
	assert_judged(&t, &r, &facts, OUTCOME_FAILED, "output matches fail-pattern: ");
}

static void assert_cases(struct cases_facts cases, int status, enum outcome outcome,
			 const char *detail)
{
	const struct result r = exited(status);
	struct output_facts facts = { .cases = cases };

	facts.cases.asked = true;
	assert_judged(&plain, &r, &facts, outcome, detail);
}

static void what_a_program_tells_of_its_cases_counts_for_more_than_status_0(void **state)
{
	(void)state;
	assert_cases((struct cases_facts){ .whole = true, .n = 3, .n_skipped = 1, .why = "x" }, 0,
		     OUTCOME_PASSED, "");
	assert_cases((struct cases_facts){ .whole = true, .n = 2, .n_skipped = 2, .why = "x" }, 0,
		     OUTCOME_SKIPPED, "x");
	assert_cases((struct cases_facts){ .whole = false, .n_missing = 1 }, 0, OUTCOME_FAILED,
		     "exit status 0, but it ended before all of its cases had");
	assert_cases((struct cases_facts){ .whole = true, .n = 1, .n_missing = 2 }, 0,
		     OUTCOME_FAILED, "exit status 0, but it did not run the cases");
	assert_cases((struct cases_facts){ .whole = true, .n = 0 }, 0, OUTCOME_FAILED,
		     "exit status 0, but it did not run the cases");
	assert_cases((struct cases_facts){ .whole = true, .n = 1, .n_failed = 1, .failed = "A.b",
					   .why = "why" }, 0, OUTCOME_FAILED, "why");
}

static void what_failed_is_named_and_else_the_status_is(void **state)
{
	(void)state;
	assert_cases((struct cases_facts){ .whole = true, .n = 9, .n_failed = 1, .failed = "A.b",
					   .why = "why" }, 1, OUTCOME_FAILED,
		     "A.b failed, of 9 cases: why");
	assert_cases((struct cases_facts){ .whole = true, .n = 9, .n_failed = 2, .failed = "A.b" },
		     1, OUTCOME_FAILED, "2 of 9 cases failed, first A.b");
	assert_cases((struct cases_facts){ .whole = false }, 3, OUTCOME_FAILED, "exit status 3");
	assert_cases((struct cases_facts){ .whole = false }, 77, OUTCOME_SKIPPED,
		     "exit status 77");
}

static void a_pass_pattern_counts_for_more_than_what_is_told_of_cases(void **state)
{
	const struct test t = { .id = "t", .pass_pattern = "x" };
	const struct output_facts facts = { .pass_matched = true, .cases = { .asked = true } };
	const struct result r = exited(0);

	(void)state;
	assert_judged(&t, &r, &facts, OUTCOME_PASSED, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_status_decides),
		cmocka_unit_test(a_shells_word_for_a_signal_is_explained),
		cmocka_unit_test(own_skip_statuses_replace_77),
		cmocka_unit_test(a_signal_is_a_crash_whatever_was_printed),
		cmocka_unit_test(a_kill_that_is_not_for_its_limit_tells_what_was_left),
		cmocka_unit_test(the_total_time_limit_is_told_with_the_pauses),
		cmocka_unit_test(the_time_limit_wins_over_the_signal_that_enforced_it),
		cmocka_unit_test(a_memory_kill_is_named_as_one),
		cmocka_unit_test(one_that_gave_way_to_others_is_told_from_one_that_was_killed),
		cmocka_unit_test(a_failure_at_the_limit_is_one_for_want_of_memory),
		cmocka_unit_test(a_child_killed_for_memory_counts_though_the_test_exits_0),
		cmocka_unit_test(what_never_started_is_isoruns_own_error),
		cmocka_unit_test(a_detail_is_one_line),
		cmocka_unit_test(fail_pattern_wins_over_all_that_the_test_says),
		cmocka_unit_test(pass_pattern_passes_whatever_the_status),
		cmocka_unit_test(pass_pattern_that_is_not_there_fails),
		cmocka_unit_test(tap_fails_even_with_status_0),
		cmocka_unit_test(good_tap_with_a_bad_status_fails),
		cmocka_unit_test(status_77_is_no_skip_of_tap),
		cmocka_unit_test(a_test_that_must_fail_passes_by_failing),
		cmocka_unit_test(only_what_the_test_did_itself_is_expected),
		cmocka_unit_test(a_skip_pattern_skips_unless_fail_pattern_matches),
		cmocka_unit_test(what_a_program_tells_of_its_cases_counts_for_more_than_status_0),
		cmocka_unit_test(what_failed_is_named_and_else_the_status_is),
		cmocka_unit_test(a_pass_pattern_counts_for_more_than_what_is_told_of_cases),
	};

	return cmocka_run_group_tests_name("suite/judge", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/retry.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static struct retry_try ended(enum outcome outcome, int retries)
{
	return (struct retry_try){
		.outcome = outcome,
		.reserved_bytes = GIB,
		.peak_bytes = GIB,
		.budget_bytes = 6 * GIB,
		.retries = retries,
	};
}

static void a_passed_test_is_not_tried_again(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	const struct retry_try t = ended(OUTCOME_PASSED, 5);

	(void)state;
	retry_decide(&log, &t, &d);
	assert_false(d.again);
	assert_int_equal(log.attempts, 1);
	assert_int_equal(retry_settle(&log, OUTCOME_PASSED), OUTCOME_PASSED);
}

static void a_failure_is_tried_again_as_often_as_allowed(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	const struct retry_try t = ended(OUTCOME_FAILED, 2);

	(void)state;
	retry_decide(&log, &t, &d);
	assert_true(d.again);
	assert_string_equal(d.reason, "failed");
	assert_int_equal(d.mem_bytes, 0);
	retry_decide(&log, &t, &d);
	assert_true(d.again);
	retry_decide(&log, &t, &d);
	assert_false(d.again);
	assert_int_equal(retry_settle(&log, OUTCOME_FAILED), OUTCOME_FAILED);
}

static void each_delay_is_twice_the_one_before_up_to_a_bound(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	struct retry_try t = ended(OUTCOME_FAILED, 40);
	int64_t want_s[] = { 100, 200, 300, 300 };

	(void)state;
	t.delay_ns = want_s[0] * 1000000000;
	for (size_t i = 0; i < 4; i++) {
		retry_decide(&log, &t, &d);
		assert_true(d.again);
		assert_int_equal(d.delay_ns, want_s[i] * 1000000000);
	}
	for (int i = 0; i < 30; i++)
		retry_decide(&log, &t, &d);
	assert_int_equal(d.delay_ns, RETRY_DELAY_MAX_NS);
	/* A longer one that somebody asked for is kept, and not doubled. */
	log = (struct retry_log){ 0 };
	t.delay_ns = 2 * RETRY_DELAY_MAX_NS;
	retry_decide(&log, &t, &d);
	retry_decide(&log, &t, &d);
	assert_int_equal(d.delay_ns, 2 * RETRY_DELAY_MAX_NS);
	/* More memory need not be waited for. */
	t.outcome = OUTCOME_OUT_OF_MEMORY;
	retry_decide(&log, &t, &d);
	assert_true(d.again);
	assert_int_equal(d.delay_ns, 0);
}

static void one_that_gave_way_is_always_run_again_and_with_what_it_wanted(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	struct retry_try t = ended(OUTCOME_OUT_OF_MEMORY, 0);

	(void)state;
	t.gave_way = true;
	for (int i = 0; i < 9; i++) {
		retry_decide(&log, &t, &d);
		assert_true(d.again);
		assert_false(d.alone);
		assert_int_equal(d.mem_bytes, GIB + GIB / 4);
		assert_string_equal(d.reason, "gave way to others: with 1.3G now");
	}
	assert_int_equal(log.ooms, 0);
	t.kin_bytes = 3 * GIB;
	retry_decide(&log, &t, &d);
	assert_int_equal(d.mem_bytes, 3 * GIB);
	t.reserved_bytes = 5 * GIB;
	retry_decide(&log, &t, &d);
	assert_int_equal(d.mem_bytes, 6 * GIB);
	assert_int_equal(retry_settle(&log, OUTCOME_PASSED), OUTCOME_PASSED);
}

static void one_refused_memory_is_run_alone_though_it_held_the_budget_at_its_end(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	struct retry_try t = ended(OUTCOME_OUT_OF_MEMORY, 0);

	(void)state;
	t.reserved_bytes = t.budget_bytes;
	retry_decide(&log, &t, &d);
	assert_false(d.again);
	t.mem_refused = true;
	retry_decide(&log, &t, &d);
	assert_true(d.again);
	assert_true(d.alone);
	assert_int_equal(d.mem_bytes, t.budget_bytes);
	t.alone = true;
	retry_decide(&log, &t, &d);
	assert_false(d.again);
}

static void a_lost_attempt_is_made_again_once_and_is_no_failure(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	struct retry_try t = ended(OUTCOME_ERROR, 0);

	(void)state;
	t.lost = true;
	retry_decide(&log, &t, &d);
	assert_true(d.again);
	assert_string_equal(d.reason, "its sandbox was killed");
	assert_int_equal(retry_settle(&log, OUTCOME_PASSED), OUTCOME_PASSED);
	retry_decide(&log, &t, &d);
	assert_false(d.again);
	assert_int_equal(retry_settle(&log, OUTCOME_ERROR), OUTCOME_ERROR);
}

static void whom_the_host_killed_is_run_once_more_and_then_crashed(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	struct retry_try t = ended(OUTCOME_CRASHED, 0);

	(void)state;
	t.lost = true;
	retry_decide(&log, &t, &d);
	assert_true(d.again);
	assert_string_equal(d.reason, "killed from outside");
	assert_int_equal(retry_settle(&log, OUTCOME_PASSED), OUTCOME_PASSED);
	retry_decide(&log, &t, &d);
	assert_false(d.again);
	assert_int_equal(retry_settle(&log, OUTCOME_CRASHED), OUTCOME_CRASHED);
}

static void without_retries_a_failure_stands(void **state)
{
	static const enum outcome bad[] = { OUTCOME_FAILED, OUTCOME_TIMED_OUT, OUTCOME_CRASHED };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct retry_log log = { 0 };
		struct retry_decision d;
		const struct retry_try none = ended(bad[i], 0);
		const struct retry_try one = ended(bad[i], 1);

		retry_decide(&log, &none, &d);
		assert_false(d.again);
		log = (struct retry_log){ 0 };
		retry_decide(&log, &one, &d);
		assert_true(d.again);
	}
}

static void passing_after_a_failure_is_flaky(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	const struct retry_try failed = ended(OUTCOME_FAILED, 1);
	const struct retry_try passed = ended(OUTCOME_PASSED, 1);

	(void)state;
	retry_decide(&log, &failed, &d);
	retry_decide(&log, &passed, &d);
	assert_false(d.again);
	assert_int_equal(retry_settle(&log, OUTCOME_PASSED), OUTCOME_FLAKY);
	assert_int_equal(retry_settle(&log, OUTCOME_SKIPPED), OUTCOME_FLAKY);
}

static void out_of_memory_is_tried_again_with_more_without_any_retries(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	const struct retry_try t = ended(OUTCOME_OUT_OF_MEMORY, 0);

	(void)state;
	retry_decide(&log, &t, &d);
	assert_true(d.again);
	assert_false(d.alone);
	assert_int_equal(d.mem_bytes, 2 * GIB);
	assert_string_equal(d.reason, "out of memory: 2G instead of 1G");
}

static void what_tests_like_it_need_is_the_least_to_try_next(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	struct retry_try t = ended(OUTCOME_OUT_OF_MEMORY, 0);

	(void)state;
	t.kin_bytes = 3 * GIB;
	retry_decide(&log, &t, &d);
	assert_int_equal(d.mem_bytes, 3 * GIB);
	assert_string_equal(d.reason, "out of memory: 3G instead of 1G");
}

static void passing_after_an_oom_kill_alone_is_not_flaky(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	const struct retry_try oom = ended(OUTCOME_OUT_OF_MEMORY, 0);
	const struct retry_try passed = ended(OUTCOME_PASSED, 0);

	(void)state;
	retry_decide(&log, &oom, &d);
	retry_decide(&log, &passed, &d);
	assert_int_equal(retry_settle(&log, OUTCOME_PASSED), OUTCOME_PASSED);
}

static void the_last_try_has_the_whole_budget_alone(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	struct retry_try t = ended(OUTCOME_OUT_OF_MEMORY, 0);

	(void)state;
	t.reserved_bytes = 4 * GIB;
	t.peak_bytes = 4 * GIB;
	retry_decide(&log, &t, &d);
	assert_true(d.again);
	assert_true(d.alone);
	assert_int_equal(d.mem_bytes, 6 * GIB);
	assert_string_equal(d.reason, "out of memory: 6G instead of 4G, alone");
	t.reserved_bytes = 6 * GIB;
	retry_decide(&log, &t, &d);
	assert_false(d.again);
	assert_int_equal(retry_settle(&log, OUTCOME_OUT_OF_MEMORY), OUTCOME_OUT_OF_MEMORY);
}

static void alone_was_the_last_even_when_others_left_less(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	struct retry_try t = ended(OUTCOME_OUT_OF_MEMORY, 9);

	(void)state;
	t.alone = true;
	retry_decide(&log, &t, &d);
	assert_false(d.again);
}

static void every_chain_of_oom_kills_ends(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d = { .again = true };
	struct retry_try t = ended(OUTCOME_OUT_OF_MEMORY, 0);

	(void)state;
	t.reserved_bytes = t.peak_bytes = MIB;
	for (int i = 0; i < 20 && d.again; i++) {
		retry_decide(&log, &t, &d);
		t.reserved_bytes = t.peak_bytes = d.mem_bytes;
		t.alone = d.alone;
	}
	assert_false(d.again);
	assert_true(log.ooms <= 5);
}

static void isoruns_own_errors_are_not_tried_again(void **state)
{
	struct retry_log log = { 0 };
	struct retry_decision d;
	const struct retry_try t = ended(OUTCOME_ERROR, 3);

	(void)state;
	retry_decide(&log, &t, &d);
	assert_false(d.again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passed_test_is_not_tried_again),
		cmocka_unit_test(a_failure_is_tried_again_as_often_as_allowed),
		cmocka_unit_test(each_delay_is_twice_the_one_before_up_to_a_bound),
		cmocka_unit_test(one_that_gave_way_is_always_run_again_and_with_what_it_wanted),
		cmocka_unit_test(
			one_refused_memory_is_run_alone_though_it_held_the_budget_at_its_end),
		cmocka_unit_test(a_lost_attempt_is_made_again_once_and_is_no_failure),
		cmocka_unit_test(whom_the_host_killed_is_run_once_more_and_then_crashed),
		cmocka_unit_test(without_retries_a_failure_stands),
		cmocka_unit_test(passing_after_a_failure_is_flaky),
		cmocka_unit_test(out_of_memory_is_tried_again_with_more_without_any_retries),
		cmocka_unit_test(what_tests_like_it_need_is_the_least_to_try_next),
		cmocka_unit_test(passing_after_an_oom_kill_alone_is_not_flaky),
		cmocka_unit_test(the_last_try_has_the_whole_budget_alone),
		cmocka_unit_test(alone_was_the_last_even_when_others_left_less),
		cmocka_unit_test(every_chain_of_oom_kills_ends),
		cmocka_unit_test(isoruns_own_errors_are_not_tried_again),
	};

	return cmocka_run_group_tests_name("suite/retry", tests, NULL, NULL);
}

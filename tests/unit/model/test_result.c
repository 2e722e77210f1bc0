/* SPDX-License-Identifier: Apache-2.0 */
#include "model/result.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static void a_fresh_result_is_an_attempt_that_isorun_could_not_start(void **state)
{
	(void)state;
	struct result r;
	result_init(&r);
	assert_false(r.started);
	assert_int_equal(r.outcome, OUTCOME_ERROR);
	assert_int_equal(r.exit_status, -1);
	assert_int_equal(result_shell_status(&r), 125);
}

static void fini_frees_everything_and_may_be_called_twice(void **state)
{
	(void)state;
	struct result r;
	result_init(&r);
	r.leftovers = calloc(2, sizeof(*r.leftovers));
	assert_non_null(r.leftovers);
	r.leftovers[0].command = strdup("sleep 60");
	r.n_leftovers = 2; /* the second has no command yet */
	assert_int_equal(strv_add(&r.written, "a/b"), 0);
	r.n_written = 7;
	r.error = strdup("no such program");
	assert_int_equal(result_add_degraded(&r, "memory limit", "no writable cgroup"), 0);

	result_fini(&r);
	assert_null(r.leftovers);
	assert_null(r.written);
	assert_null(r.degraded);
	assert_null(r.error);
	assert_int_equal(r.n_leftovers + r.n_written + r.n_degraded, 0);
	result_fini(&r);
}

static void what_was_given_up_is_kept_in_order_as_copies(void **state)
{
	(void)state;
	char what[] = "network namespace";
	struct result r;
	result_init(&r);
	assert_int_equal(result_add_degraded(&r, what, "EPERM"), 0);
	assert_int_equal(result_add_degraded(&r, "memory limit", ""), 0);
	what[0] = 'X';
	assert_int_equal(r.n_degraded, 2);
	assert_string_equal(r.degraded[0].what, "network namespace");
	assert_string_equal(r.degraded[0].why, "EPERM");
	assert_string_equal(r.degraded[1].what, "memory limit");
	result_fini(&r);
}

static struct result started(void)
{
	struct result r;
	result_init(&r);
	r.started = true;
	r.outcome = OUTCOME_FAILED;
	return r;
}

static void the_shell_status_is_the_exit_status_of_a_test_that_exits(void **state)
{
	(void)state;
	struct result r = started();
	r.exit_status = 77;
	assert_int_equal(result_shell_status(&r), 77);
	r.exit_status = 0;
	assert_int_equal(result_shell_status(&r), 0);
}

static void the_shell_status_of_a_sandbox_that_could_not_go_on_is_isoruns(void **state)
{
	(void)state;
	struct result r;
	result_init(&r);
	r.started = true;
	assert_int_equal(result_shell_status(&r), 125);
}

static void what_was_left_of_a_limit_is_told_from_an_eighth_on(void **state)
{
	(void)state;
	struct result r = started();
	assert_int_equal(result_mem_left(&r), 0);
	r.usage.mem_limit_end_bytes = 800;
	assert_int_equal(result_mem_left(&r), 0);
	r.usage.mem_peak_bytes = 700;
	assert_int_equal(result_mem_left(&r), 100);
	r.usage.mem_peak_bytes = 701;
	assert_int_equal(result_mem_left(&r), 0);
	r.usage.mem_peak_bytes = 900;
	assert_int_equal(result_mem_left(&r), 0);
}

static void the_shell_status_of_what_the_host_killed_is_137(void **state)
{
	(void)state;
	struct result r = started();
	r.exit_status = 0;
	r.host_oom = true;
	assert_int_equal(result_shell_status(&r), 137);
}

static void the_shell_status_is_128_plus_the_signal_that_ended_the_test(void **state)
{
	(void)state;
	struct result r = started();
	r.signal = SIGSEGV;
	assert_int_equal(result_shell_status(&r), 128 + SIGSEGV);
}

static void the_shell_status_of_a_timeout_is_124_however_the_test_ended(void **state)
{
	(void)state;
	struct result r = started();
	r.timed_out = true;
	r.signal = SIGKILL;
	assert_int_equal(result_shell_status(&r), 124);
	r.signal = 0;
	r.exit_status = 0;
	assert_int_equal(result_shell_status(&r), 124);
}

static void the_shell_status_of_a_memory_kill_is_137_also_when_only_a_child_died(void **state)
{
	(void)state;
	struct result r = started();
	r.oom = true;
	r.exit_status = 0;
	assert_int_equal(result_shell_status(&r), 137);
}

static void the_shell_status_of_a_missing_program_is_127(void **state)
{
	(void)state;
	struct result r;
	result_init(&r);
	r.error_status = 127;
	assert_int_equal(result_shell_status(&r), 127);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fresh_result_is_an_attempt_that_isorun_could_not_start),
		cmocka_unit_test(fini_frees_everything_and_may_be_called_twice),
		cmocka_unit_test(what_was_given_up_is_kept_in_order_as_copies),
		cmocka_unit_test(the_shell_status_is_the_exit_status_of_a_test_that_exits),
		cmocka_unit_test(
			the_shell_status_of_a_sandbox_that_could_not_go_on_is_isoruns),
		cmocka_unit_test(what_was_left_of_a_limit_is_told_from_an_eighth_on),
		cmocka_unit_test(the_shell_status_of_what_the_host_killed_is_137),
		cmocka_unit_test(the_shell_status_is_128_plus_the_signal_that_ended_the_test),
		cmocka_unit_test(the_shell_status_of_a_timeout_is_124_however_the_test_ended),
		cmocka_unit_test(
			the_shell_status_of_a_memory_kill_is_137_also_when_only_a_child_died),
		cmocka_unit_test(the_shell_status_of_a_missing_program_is_127),
	};

	return cmocka_run_group_tests_name("model/result", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner_fixture.h"

static void raise_term(void *arg)
{
	(void)arg;
	assert_int_equal(kill(getpid(), SIGTERM), 0);
}

static void an_interrupt_ends_all_and_still_finishes(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .endless_from = 1 }, { 0 } };
	struct loop_timer *timer;

	(void)state;
	add("a");
	add("b");
	f.config.jobs = 1;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term, NULL, &timer), 0);
	run(plans);
	assert_story("+a ! -a:not-run =a:not-run =b:not-run");
	assert_string_equal(buf_str(&f.recorder.details),
			    "a:ended by SIGTERM;b:the run was ended by SIGTERM;");
	assert_int_equal(f.summary.interrupted_by, SIGTERM);
}

static void who_ignores_term_is_killed_after_the_grace_time(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .endless_from = 1, .ignores_term = true }, { 0 },
	};
	struct loop_timer *timer;

	(void)state;
	add("a");
	f.config.kill_grace_ns = 1000;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term, NULL, &timer), 0);
	run(plans);
	assert_story("+a ! -a:not-run =a:not-run");
}

/* Two signals of a kind that are not yet taken are one. */
static void raise_term_again(void *arg)
{
	struct loop_timer **timer = arg;

	if (strchr(buf_str(&f.recorder.story), '!'))
		raise_term(NULL);
	else
		(void)loop_set_timer(f.loop, *timer, time_now_ns() + NSEC_PER_MSEC);
}

static void a_second_signal_kills_at_once(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .endless_from = 1, .ignores_term = true }, { 0 },
	};
	struct loop_timer *one;
	struct loop_timer *two;

	(void)state;
	add("a");
	f.config.kill_grace_ns = 3600 * NSEC_PER_SEC;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term, NULL, &one), 0);
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term_again, &two, &two), 0);
	run(plans);
	assert_story("+a ! -a:not-run =a:not-run");
}

static void a_failure_before_the_interrupt_stays_a_failure(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "a", .status = { 4 }, .us = 20, .endless_from = 2 }, { 0 },
	};
	struct loop_timer *timer;

	(void)state;
	add("a");
	f.config.retries = 3;
	assert_int_equal(loop_add_timer(f.loop, time_now_ns() + NSEC_PER_MSEC, raise_term, NULL,
					&timer), 0);
	run(plans);
	assert_story("+a -a:failed +a ! -a:not-run =a:failed");
	assert_string_equal(buf_str(&f.recorder.details), "a:exit status 4;");
}

static void who_waits_at_the_ledger_is_ended_by_an_interrupt(void **state)
{
	struct loop_timer *timer;

	(void)state;
	f.engine.foreign_bytes = 950 * MIB;
	add("a");
	add("b");
	assert_int_equal(loop_add_timer(f.loop, time_now_ns(), raise_term, NULL, &timer), 0);
	run(NULL);
	assert_story(" ! -a:not-run =a:not-run =b:not-run");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_interrupt_ends_all_and_still_finishes),
		CASE(who_ignores_term_is_killed_after_the_grace_time),
		CASE(a_second_signal_kills_at_once),
		CASE(a_failure_before_the_interrupt_stays_a_failure),
		CASE(who_waits_at_the_ledger_is_ended_by_an_interrupt),
	};

	return cmocka_run_group_tests_name("suite/runner_end", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner_fixture.h"
#include "suite/cases_driver.h"
#include "suite/history_key.h"

/* "NAME passed|failed|skipped" a line. */
static int read_lines(char *text, size_t len, case_told_fn *told, void *arg)
{
	int r = 0;

	(void)len;
	for (char *save, *line = strtok_r(text, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save)) {
		char *outcome;
		struct case_told one = { .name = strtok_r(line, " ", &outcome) };

		assert_true(outcome_parse(outcome, &one.outcome));
		r = told(&one, arg);
	}
	return r;
}

static int choose(const struct test *const *cases, size_t n, char ***argv)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = strv_add(argv, cases[i]->case_name);
	return r;
}

static int tell(const char *file, char ***argv)
{
	(void)file;
	return strv_add(argv, "--tell");
}

static const struct cases_driver driver = { .choose = choose, .tell = tell, .read = read_lines };

static struct history *history;
static char *note;

static int setup_with_history(void **state)
{
	assert_int_equal(setup(state), 0);
	assert_int_equal(history_open("history.db", &history, &note, &f.err), 0);
	assert_null(note);
	f.config.history = history;
	f.config.jobs = 1;
	return 0;
}

static int teardown_with_history(void **state)
{
	history_close(history);
	return teardown(state);
}

/* One that history knows as short, with that outcome. */
static struct test *add_known(const char *id, enum outcome outcome, int64_t wall_ns)
{
	struct test *t = add(id);
	struct history_attempt row = {
		.suite = "/",
		.test = id,
		.program = "p",
		.run = "before",
		.attempt = 1,
		.outcome = outcome,
		.wall_ns = wall_ns,
		.taken_wall_ns = time_wall_ns(),
	};

	t->program = "p";
	t->case_name = id;
	t->cases = &driver;
	t->shares_launch = true;
	history_key_of(t, &f.spec, NULL, row.key);
	assert_int_equal(history_begin(history, &f.err), 0);
	assert_int_equal(history_add(history, &row, &f.err), 0);
	assert_int_equal(history_commit(history, &f.err), 0);
	return t;
}

static void add_three(void)
{
	add_known("a", OUTCOME_PASSED, NSEC_PER_MSEC);
	add_known("b", OUTCOME_PASSED, NSEC_PER_MSEC);
	add_known("c", OUTCOME_SKIPPED, NSEC_PER_MSEC);
	/* Work enough for a chunk to be worth it. */
	add_known("long", OUTCOME_PASSED, 3600 * NSEC_PER_SEC);
}

static void members_are_told_of_as_if_each_had_run_by_itself(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .out = "a passed\nb passed\nc skipped\n", .us = 3000 }, { .id = NULL }
	};

	(void)state;
	add_three();
	run(plans);
	assert_story("+a -a:passed =a:passed +b -b:passed =b:passed +c -c:skipped =c:skipped "
		     "+long -long:passed =long:passed");
	assert_int_equal(f.engine.n_starts, 2);
	assert_string_equal(buf_str(&f.recorder.outputs),
			    "out/0001-1.txt;out/0001-1.txt;out/0001-1.txt;out/0004-1.txt;");
}

static void one_that_fails_has_all_run_again_by_themselves(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .out = "a passed\nb failed\nc skipped\n", .status = { 1, 0 } },
		{ .id = "b", .status = { 1 } },
		{ .id = NULL }
	};

	(void)state;
	add_three();
	run(plans);
	assert_story("+a -a:not-run +a -a:passed =a:passed +b -b:failed =b:failed "
		     "+c -c:passed =c:passed +long -long:passed =long:passed");
	assert_int_equal(f.summary.counts[OUTCOME_FAILED], 1);
}

static void one_that_is_missing_or_a_status_breaks_it_too(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .out = "a passed\nc skipped\n" },
		{ .id = NULL }
	};

	(void)state;
	add_three();
	run(plans);
	assert_int_equal(f.engine.n_starts, 5);
	assert_int_equal(f.summary.counts[OUTCOME_PASSED], 4);
}

static void one_that_is_told_of_twice_breaks_it(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .out = "a passed\nb passed\nb passed\nc skipped\n" }, { .id = NULL }
	};

	(void)state;
	add_three();
	run(plans);
	assert_int_equal(f.engine.n_starts, 5);
}

static void a_launch_that_cannot_be_made_breaks_it(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .cannot_start = true }, { .id = NULL }
	};

	(void)state;
	add_three();
	run(plans);
	assert_story("-a:not-run -a:error =a:error +b -b:passed =b:passed +c -c:passed =c:passed "
		     "+long -long:passed =long:passed");
}

static void raise_term(void *arg)
{
	(void)arg;
	raise(SIGTERM);
}

static void an_interrupt_leaves_none_of_them_with_a_verdict(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .endless_from = 1 }, { .id = NULL }
	};
	struct loop_timer *timer = NULL;

	(void)state;
	add_three();
	assert_int_equal(loop_add_timer(f.loop, time_now_ns() + 50 * NSEC_PER_MSEC, raise_term,
					NULL, &timer), 0);
	run(plans);
	loop_remove_timer(f.loop, timer);
	assert_int_equal(f.summary.counts[OUTCOME_NOT_RUN], 4);
}

static void who_failed_lately_is_launched_alone(void **state)
{
	static const struct fake_plan plans[] = {
		{ .id = "a", .out = "a passed\nc passed\n" }, { .id = NULL }
	};

	(void)state;
	add_three();
	add_known("b", OUTCOME_FAILED, NSEC_PER_MSEC);
	f.suite.n_tests--;
	f.config.order = PLAN_LONGEST;
	run(plans);
	assert_int_equal(f.engine.n_starts, 3);
}

static void repetitions_and_tests_that_do_not_share_are_launched_alone(void **state)
{
	(void)state;
	add_three();
	f.config.repeat.times = 2;
	run(NULL);
	assert_int_equal(f.engine.n_starts, 8);
}

#define CASE_H(t) cmocka_unit_test_setup_teardown(t, setup_with_history, teardown_with_history)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE_H(members_are_told_of_as_if_each_had_run_by_itself),
		CASE_H(one_that_fails_has_all_run_again_by_themselves),
		CASE_H(one_that_is_missing_or_a_status_breaks_it_too),
		CASE_H(one_that_is_told_of_twice_breaks_it),
		CASE_H(a_launch_that_cannot_be_made_breaks_it),
		CASE_H(an_interrupt_leaves_none_of_them_with_a_verdict),
		CASE_H(who_failed_lately_is_launched_alone),
		CASE_H(repetitions_and_tests_that_do_not_share_are_launched_alone),
	};

	return cmocka_run_group_tests_name("suite/runner_chunk", tests, NULL, NULL);
}

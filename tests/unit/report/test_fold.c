/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "events.h"
#include "report/fold.h"

#define SEC (1000 * MS)

/* A sink over a fold, so that the made-up runs can be played into it. */
struct folder {
	struct sink sink;
	struct fold fold;
};

static void folder_event(struct sink *s, const struct event *e)
{
	fold_event(&((struct folder *)s)->fold, e);
}

static int folder_close(struct sink *s, struct iso_err *err)
{
	(void)err;
	fold_fini(&((struct folder *)s)->fold);
	return 0;
}

static const struct sink_driver folder_driver = { "fold", folder_event, folder_close };

static struct sink *open_fold(struct folder *f)
{
	f->sink.driver = &folder_driver;
	assert_int_equal(fold_init(&f->fold), 0);
	return &f->sink;
}

static void a_run_adds_up(void **state)
{
	struct folder f;
	struct sink *s = open_fold(&f);

	play_run(*state, &s, 1);
	assert_int_equal(f.fold.error, 0);
	assert_int_equal(fold_total(&f.fold), 6);
	assert_int_equal(f.fold.n_finished, 6);
	assert_int_equal(f.fold.n_running, 0);
	assert_int_equal(f.fold.reserved_bytes, 0);
	assert_int_equal(fold_failed(&f.fold), 2);
	assert_int_equal(f.fold.n_leftovers, 1);
	assert_int_equal(f.fold.degraded->n_attempts, 3);
	const struct fold_test *big = fold_find(&f.fold, "t/big");
	assert_int_equal(big->attempts->next->number, 2);
	assert_int_equal(big->attempts->next->mem_limit_bytes, 512 * MIB);
	assert_int_equal(big->n_lost, 1);
	assert_null(fold_find(&f.fold, "t/none"));
	s->driver->close(s, NULL);
}

static void those_that_run_stand_oldest_first_wherever_one_leaves(void **state)
{
	static const char *const ids[] = { "a", "b", "c", "d" };
	static const char *const left[] = { "b", "d" };
	struct folder f;
	struct sink *s = open_fold(&f);
	size_t i = 0;

	send_all(&s, 1, run_started(*state, 4));
	for (i = 0; i < 4; i++)
		send_all(&s, 1, started(ids[i], 1, (int64_t)i, MIB));
	assert_int_equal(f.fold.reserved_bytes, 4 * MIB);
	send_all(&s, 1, test_finished("c", 9, OUTCOME_PASSED, 1, NULL, NULL, 1, 1));
	send_all(&s, 1, test_finished("a", 9, OUTCOME_PASSED, 1, NULL, NULL, 1, 1));
	i = 0;
	for (const struct fold_test *t = f.fold.first_running; t; t = t->next_running)
		assert_string_equal(t->id, left[i++]);
	assert_int_equal(i, 2);
	send_all(&s, 1, test_finished("d", 9, OUTCOME_PASSED, 1, NULL, NULL, 1, 1));
	send_all(&s, 1, test_finished("b", 9, OUTCOME_PASSED, 1, NULL, NULL, 1, 1));
	assert_null(f.fold.first_running);
	assert_null(f.fold.last_running);
	assert_int_equal(f.fold.reserved_bytes, 0);
	s->driver->close(s, NULL);
}

static void one_that_grows_holds_more_until_it_ends(void **state)
{
	struct folder f;
	struct sink *s = open_fold(&f);
	struct event grown = { .kind = EVENT_ATTEMPT_GROWN, .test = "a", .attempt = 1 };

	grown.u.grown.mem_bytes = 3 * MIB;
	send_all(&s, 1, run_started(*state, 2));
	send_all(&s, 1, started("a", 1, 1, MIB));
	send_all(&s, 1, started("b", 1, 2, MIB));
	send_all(&s, 1, grown);
	assert_int_equal(f.fold.reserved_bytes, 4 * MIB);
	assert_int_equal(f.fold.first_running->mem_reserved_bytes, 3 * MIB);
	send_all(&s, 1, test_finished("a", 9, OUTCOME_PASSED, 1, NULL, NULL, 1, 1));
	assert_int_equal(f.fold.reserved_bytes, MIB);
	/* Of one that does not run it says nothing. */
	send_all(&s, 1, grown);
	assert_int_equal(f.fold.reserved_bytes, MIB);
	s->driver->close(s, NULL);
}

static void an_end_told_twice_counts_once(void **state)
{
	struct folder f;
	struct sink *s = open_fold(&f);

	send_all(&s, 1, run_started(*state, 1));
	for (int i = 0; i < 2; i++) {
		send_all(&s, 1, started("a", 1, 8, 1));
		send_all(&s, 1, test_finished("a", 9, OUTCOME_FAILED, 1, NULL, NULL, 1, 1));
	}
	assert_int_equal(f.fold.n_running, 0);
	assert_int_equal(f.fold.n_finished, 1);
	assert_int_equal(fold_failed(&f.fold), 1);
	s->driver->close(s, NULL);
}

static void many_tests_are_all_found_again(void **state)
{
	struct folder f;
	struct sink *s = open_fold(&f);
	char id[32];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		snprintf(id, sizeof(id), "test-%d", i);
		send_all(&s, 1, planned(id, i));
	}
	assert_int_equal(fold_total(&f.fold), 20000);
	for (int i = 0; i < 20000; i += 997) {
		snprintf(id, sizeof(id), "test-%d", i);
		assert_int_equal(fold_find(&f.fold, id)->expected_ns, i);
	}
	s->driver->close(s, NULL);
}

static void without_history_and_results_there_is_no_guess(void **state)
{
	struct folder f;
	struct sink *s = open_fold(&f);

	send_all(&s, 1, run_started(*state, 2));
	send_all(&s, 1, planned("a", 0));
	send_all(&s, 1, planned("b", 0));
	assert_int_equal(fold_eta(&f.fold, SEC), -1);
	send_all(&s, 1, test_finished("a", 4 * SEC, OUTCOME_PASSED, 1, NULL, NULL, 4 * SEC, 1));
	assert_int_equal(fold_eta(&f.fold, 4 * SEC), 4 * SEC);
	s->driver->close(s, NULL);
}

static void no_guess_is_shorter_than_the_longest_test_left(void **state)
{
	struct folder f;
	struct sink *s = open_fold(&f);

	send_all(&s, 1, run_started(*state, 3));
	send_all(&s, 1, planned("a", SEC));
	send_all(&s, 1, planned("b", SEC));
	send_all(&s, 1, planned("long", 60 * SEC));
	assert_int_equal(fold_eta(&f.fold, 0), 60 * SEC);
	send_all(&s, 1, started("long", 1, 0, MIB));
	assert_int_equal(fold_eta(&f.fold, SEC), 59 * SEC);
	s->driver->close(s, NULL);
}

static void what_is_repeated_takes_as_long_each_time(void **state)
{
	struct folder f;
	struct sink *s = open_fold(&f);
	struct event e = run_started(*state, 2);

	e.u.run_started.repeat = "2";
	e.u.run_started.jobs = 1;
	send_all(&s, 1, e);
	send_all(&s, 1, planned("a", 0));
	send_all(&s, 1, planned("b", 0));
	send_all(&s, 1, test_finished("a", SEC, OUTCOME_PASSED, 2, NULL, NULL, 6 * SEC, 1));
	assert_int_equal(fold_eta(&f.fold, SEC), 6 * SEC);
	s->driver->close(s, NULL);
}

static void the_width_seen_counts_more_than_the_width_allowed(void **state)
{
	struct folder f;
	struct sink *s = open_fold(&f);
	struct result r = result_of(OUTCOME_PASSED, 20 * SEC, MIB);
	char id[16];

	/* 8 may run, but memory let two run: 40 s of tests in 20 s, 100 s to come. */
	send_all(&s, 1, run_started(*state, 12));
	for (int i = 0; i < 12; i++) {
		snprintf(id, sizeof(id), "%d", i);
		send_all(&s, 1, planned(id, i < 2 ? 20 * SEC : 10 * SEC));
	}
	for (int i = 0; i < 2; i++) {
		snprintf(id, sizeof(id), "%d", i);
		send_all(&s, 1, attempt_finished(id, 1, 20 * SEC, &r, NULL, false, NULL));
		send_all(&s, 1, test_finished(id, 20 * SEC, OUTCOME_PASSED, 1, NULL, NULL,
					      20 * SEC, 1));
	}
	assert_int_equal(fold_eta(&f.fold, 20 * SEC), 50 * SEC);
	s->driver->close(s, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(a_run_adds_up),
		IN_PLACE(those_that_run_stand_oldest_first_wherever_one_leaves),
		IN_PLACE(one_that_grows_holds_more_until_it_ends),
		IN_PLACE(an_end_told_twice_counts_once),
		IN_PLACE(many_tests_are_all_found_again),
		IN_PLACE(without_history_and_results_there_is_no_guess),
		IN_PLACE(no_guess_is_shorter_than_the_longest_test_left),
		IN_PLACE(what_is_repeated_takes_as_long_each_time),
		IN_PLACE(the_width_seen_counts_more_than_the_width_allowed),
	};

	return cmocka_run_group_tests_name("report/fold", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "events.h"
#include "report/summary.h"

static void feed(struct fold *f, struct event e)
{
	fold_event(f, &e);
}

static struct fold *start(struct fold *f, const struct place *p, unsigned n_tests)
{
	assert_int_equal(fold_init(f), 0);
	feed(f, run_started(p, n_tests));
	return f;
}

static void assert_says(const struct fold *f, bool verbose, const char *part)
{
	const struct summary_options options = { .verbose = verbose };
	struct buf b = BUF_INIT;

	summary_add(&b, f, &options);
	if (!strstr(buf_str(&b), part))
		fail_msg("no '%s' in:\n%s", part, buf_str(&b));
	buf_free(&b);
}

static void assert_silent(const struct fold *f, const char *part)
{
	const struct summary_options options = { .verbose = true };
	struct buf b = BUF_INIT;

	summary_add(&b, f, &options);
	if (strstr(buf_str(&b), part))
		fail_msg("'%s' in:\n%s", part, buf_str(&b));
	buf_free(&b);
}

static void feed_attempt(struct fold *f, const char *id, unsigned n, enum outcome o, bool oom,
			 uint64_t limit)
{
	struct result r = result_of(o, MS, MIB);

	r.oom = oom;
	r.usage.mem_limit_end_bytes = limit;
	feed(f, started(id, n, 0, limit));
	feed(f, attempt_finished(id, n, MS, &r, NULL, false, NULL));
}

static void memory_that_was_too_little_is_told_with_every_limit(void **state)
{
	struct fold f;

	start(&f, *state, 4);
	feed_attempt(&f, "gave up", 1, OUTCOME_OUT_OF_MEMORY, true, 64 * MIB);
	feed_attempt(&f, "gave up", 2, OUTCOME_OUT_OF_MEMORY, true, 128 * MIB);
	feed_attempt(&f, "grew", 1, OUTCOME_OUT_OF_MEMORY, true, 64 * MIB);
	feed_attempt(&f, "grew", 2, OUTCOME_FAILED, false, 128 * MIB);
	feed_attempt(&f, "lost a child", 1, OUTCOME_PASSED, true, 64 * MIB);
	feed_attempt(&f, "fits", 1, OUTCOME_PASSED, false, 64 * MIB);
	assert_says(&f, false, "out of memory\n"
			       "  gave up: 64M, 128M was too little\n"
			       "  grew: 64M, then failed with 128M\n"
			       "  lost a child: 64M was too little for a process of it;"
			       " passed all the same\n");
	assert_silent(&f, "fits:");
	fold_fini(&f);
}

static struct event started_late(const char *id, int64_t t_ns, int64_t waited_ns)
{
	struct event e = started(id, 1, t_ns, MIB);

	e.u.started.waited_ns = waited_ns;
	return e;
}

static void waiting_for_others_counts_only_while_nothing_runs(void **state)
{
	struct result r = result_of(OUTCOME_PASSED, MS, MIB);
	struct fold f;

	start(&f, *state, 3);
	feed(&f, started_late("first", 2000 * MS, 2000 * MS));
	assert_says(&f, false, "waited for other isorun processes: 2");
	feed(&f, started_late("beside it", 9000 * MS, 9000 * MS));
	feed(&f, attempt_finished("first", 1, 9000 * MS, &r, NULL, false, NULL));
	feed(&f, attempt_finished("beside it", 1, 10000 * MS, &r, NULL, false, NULL));
	feed(&f, started_late("last", 11500 * MS, 4000 * MS));
	assert_int_equal(f.waited_ns, 3500 * MS);
	fold_fini(&f);
}

static void a_clean_run_says_little(void **state)
{
	struct fold f;
	struct event end = { .kind = EVENT_RUN_FINISHED };

	start(&f, *state, 1);
	feed(&f, test_finished("t", 0, OUTCOME_PASSED, 1, NULL, NULL, 0, 0));
	end.u.run_finished.counts[OUTCOME_PASSED] = 1;
	feed(&f, end);
	assert_says(&f, false, "wall 0ms, tests 0ms\nrun directory: ");
	assert_says(&f, false, "\n1 passed, 0 failed, 0 skipped\n");
	assert_silent(&f, "slowest");
	assert_silent(&f, "largest");
	assert_silent(&f, "waited");
	assert_silent(&f, "failed:");
	assert_silent(&f, "speedup");
	fold_fini(&f);
}

static void long_lists_are_cut_unless_verbose(void **state)
{
	struct fold f;
	struct result r = result_of(OUTCOME_PASSED, MS, MIB);
	struct leftover left[25] = { { .pid = 0 } };

	for (int i = 0; i < 25; i++) {
		left[i].pid = 100 + i;
		snprintf(left[i].name, sizeof(left[i].name), "daemon");
	}
	r.leftovers = left;
	r.n_leftovers = 25;
	start(&f, *state, 1);
	feed(&f, attempt_finished("t", 1, MS, &r, NULL, false, NULL));
	assert_says(&f, false, "  t: pid 119: daemon\n  and 5 more\n");
	assert_says(&f, true, "  t: pid 124: daemon\n");
	assert_silent(&f, "more\n");
	fold_fini(&f);
}

static void equal_reasons_to_give_up_isolation_are_told_once(void **state)
{
	struct fold f;
	struct result r = result_of(OUTCOME_PASSED, MS, MIB);
	struct degraded two[] = {
		{ (char *)(uintptr_t)"network", (char *)(uintptr_t)"no namespace" },
		{ (char *)(uintptr_t)"memory limit", (char *)(uintptr_t)"no cgroup" },
	};

	r.degraded = two;
	start(&f, *state, 3);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const ids[] = { "a", "b", "c" };

		r.n_degraded = i == 0 ? 2 : 1;
		feed(&f, attempt_finished(ids[i], 1, MS, &r, NULL, false, NULL));
	}
	assert_says(&f, false, "  network: no namespace (3 attempts)\n"
			       "  memory limit: no cgroup (1 attempt)\n");
	fold_fini(&f);
}

static void flaky_counts_as_passed_and_what_was_not_run_as_neither(void **state)
{
	struct fold f;
	char id[16];

	start(&f, *state, OUTCOME_COUNT);
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		snprintf(id, sizeof(id), "t%d", i);
		feed(&f, test_finished(id, 0, (enum outcome)i, 1, NULL, NULL, 0, 0));
	}
	assert_says(&f, false,
		    "5 failed: 1 failed, 1 timed-out, 1 out-of-memory, 1 crashed, 1 error\n"
		    "1 of those passed is flaky\n2 passed, 5 failed, 1 skipped, "
		    "1 quarantined, 1 not run\n");
	assert_says(&f, false, "  ERROR t8\n");
	assert_silent(&f, "  not   t7");
	fold_fini(&f);
}

static void who_was_not_run_for_a_reason_of_its_own_is_named(void **state)
{
	struct fold f;
	struct event own = test_finished("own", 0, OUTCOME_NOT_RUN, 0, "no data", NULL, 0, 0);
	struct buf b = BUF_INIT;

	own.u.test_finished.blocked = true;
	start(&f, *state, 2);
	feed(&f, test_finished("late", 0, OUTCOME_NOT_RUN, 0, "the run ended", NULL, 0, 0));
	feed(&f, own);
	assert_says(&f, false, "failed\n  not   own: no data\n");
	summary_add(&b, &f, &(struct summary_options){ .color = false });
	assert_null(strstr(buf_str(&b), "late"));
	buf_free(&b);
	fold_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(memory_that_was_too_little_is_told_with_every_limit),
		IN_PLACE(waiting_for_others_counts_only_while_nothing_runs),
		IN_PLACE(a_clean_run_says_little),
		IN_PLACE(long_lists_are_cut_unless_verbose),
		IN_PLACE(equal_reasons_to_give_up_isolation_are_told_once),
		IN_PLACE(flaky_counts_as_passed_and_what_was_not_run_as_neither),
		IN_PLACE(who_was_not_run_for_a_reason_of_its_own_is_named),
	};

	return cmocka_run_group_tests_name("report/summary", tests, NULL, NULL);
}

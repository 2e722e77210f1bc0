/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/ledger.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "ledger_place.h"

#define MIB   (UINT64_C(1) << 20)
#define WHOLE (600 * MIB)

static struct ledger_claim *hold(struct ledger *l, uint64_t mib, bool may_rerun)
{
	const struct ledger_request request = { .mem_bytes = mib * MIB, .budget_bytes = WHOLE,
						.may_rerun = may_rerun, .title = "grows" };
	struct ledger_claim *c = NULL;
	assert_int_equal(ledger_ask(l, &request, 0, &c, NULL), 0);
	return c;
}

static enum ledger_growth grow(struct ledger_claim *c, uint64_t mib, unsigned flags)
{
	enum ledger_growth growth;
	assert_int_equal(ledger_grow(c, mib * MIB, flags, &growth, NULL), 0);
	return growth;
}

static enum ledger_growth attend(struct ledger_claim *c)
{
	enum ledger_growth growth;
	assert_int_equal(ledger_attend_growth(c, &growth, NULL), 0);
	return growth;
}

/* As a loop would; the last word. */
static enum ledger_growth wait_growth(struct ledger_claim *c)
{
	const int64_t deadline_ns = time_now_ns() + DEADLINE_MS * NSEC_PER_MSEC;
	enum ledger_growth growth = LEDGER_STANDS;
	while (growth == LEDGER_STANDS && time_now_ns() < deadline_ns)
		if (is_readable(ledger_poll_fd(c), DEADLINE_MS))
			growth = attend(c);
	return growth;
}

static uint64_t sum_held(struct ledger *l)
{
	_cleanup_free_ struct ledger_row *rows = NULL;
	size_t n = 0;
	uint64_t sum = 0;
	assert_int_equal(ledger_list(l, &rows, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		sum += rows[i].held ? rows[i].mem_bytes : 0;
	return sum;
}

/* A process that holds, and stands still where it wants more; until it is killed. */
static pid_t fork_stander(const char *dir, uint64_t mib, uint64_t want_mib)
{
	int said[2];
	char word;
	assert_int_equal(pipe2(said, O_CLOEXEC), 0);
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		struct ledger_claim *c = hold(open_ledger(dir), mib, true);
		if (!ledger_granted(c) || (want_mib && grow(c, want_mib, 0) != LEDGER_STANDS))
			_exit(1);
		if (write(said[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(said[1]);
	assert_int_equal(read(said[0], &word, 1), 1);
	close(said[0]);
	return pid;
}

static void a_reservation_grows_at_once_where_there_is_room(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = hold(p->ledger, 100, false);
	struct ledger_claim *b = hold(p->ledger, 100, false);
	assert_int_equal(grow(a, 200, 0), LEDGER_GROWN);
	assert_int_equal(ledger_mem_bytes(a), 200 * MIB);
	assert_int_equal(grow(a, 800, LEDGER_NOWAIT), LEDGER_GROWN);
	assert_int_equal(ledger_mem_bytes(a), 500 * MIB);
	assert_int_equal(sum_held(p->ledger), WHOLE);
	ledger_release(a);
	ledger_release(b);
}

static void without_room_it_stands_until_a_release_and_is_told(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = hold(p->ledger, 300, false);
	struct ledger_claim *b = hold(p->ledger, 300, false);
	assert_int_equal(grow(b, 600, LEDGER_NOWAIT), LEDGER_STANDS);
	assert_int_equal(grow(b, 600, 0), LEDGER_STANDS);
	assert_false(is_readable(ledger_poll_fd(b), 0));
	ledger_release(a);
	assert_true(is_readable(ledger_poll_fd(b), 0)); /* by the release itself */
	assert_int_equal(attend(b), LEDGER_GROWN);
	assert_int_equal(ledger_mem_bytes(b), WHOLE);
	ledger_release(b);
}

static void growth_goes_before_admission(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = hold(p->ledger, 300, false);
	struct ledger_claim *b = hold(p->ledger, 200, false);
	struct ledger_claim *waiter = hold(p->ledger, 200, false);
	assert_false(ledger_granted(waiter));
	assert_int_equal(grow(b, 400, 0), LEDGER_GROWN); /* the 100 that are left */
	assert_int_equal(grow(b, 500, 0), LEDGER_STANDS);
	assert_null(try_ask(p->ledger, 1, WHOLE, false, LEDGER_NOWAIT));
	ledger_release(a);
	assert_int_equal(wait_growth(b), LEDGER_GROWN);
	assert_int_equal(ledger_mem_bytes(b), 500 * MIB);
	assert_false(ledger_granted(waiter));
	ledger_release(b);
	assert_true(wait_granted(waiter));
	ledger_release(waiter);
}

static void whoever_stops_standing_lets_in_who_waits(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = hold(p->ledger, 300, false);
	struct ledger_claim *b = hold(p->ledger, 200, false);
	assert_int_equal(grow(b, 400, 0), LEDGER_GROWN);
	assert_int_equal(grow(b, 600, 0), LEDGER_STANDS);
	ledger_release(a); /* b grows to 600 */
	assert_int_equal(wait_growth(b), LEDGER_GROWN);
	ledger_release(b);

	a = hold(p->ledger, 300, false);
	b = hold(p->ledger, 280, false);
	assert_int_equal(grow(b, 600, 0), LEDGER_STANDS);
	struct ledger_claim *small = hold(p->ledger, 20, false);
	assert_false(ledger_granted(small));
	ledger_grow_cancel(b);
	assert_true(wait_granted(small));
	ledger_release(a);
	ledger_release(b);
	ledger_release(small);
}

static void the_youngest_that_may_be_run_again_is_told_when_all_stand(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = hold(p->ledger, 200, true);
	struct ledger_claim *b = hold(p->ledger, 200, true);
	struct ledger_claim *c = hold(p->ledger, 200, false);
	assert_int_equal(grow(a, 400, 0), LEDGER_STANDS);
	assert_int_equal(grow(b, 400, 0), LEDGER_STANDS);
	assert_int_equal(grow(c, 400, 0), LEDGER_STANDS);
	assert_int_equal(wait_growth(b), LEDGER_YIELDS);
	assert_false(is_readable(ledger_poll_fd(a), 0) && attend(a) != LEDGER_STANDS);
	ledger_release(b);
	assert_int_equal(wait_growth(a), LEDGER_GROWN);
	assert_int_equal(ledger_mem_bytes(a), 400 * MIB);
	assert_int_equal(attend(c), LEDGER_STANDS);
	ledger_release(a);
	assert_int_equal(wait_growth(c), LEDGER_GROWN);
	ledger_release(c);
}

static void one_that_holds_all_is_told_that_there_is_no_more(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = hold(p->ledger, 100, true);
	assert_int_equal(grow(a, 900, 0), LEDGER_GROWN);
	assert_int_equal(ledger_mem_bytes(a), WHOLE);
	assert_int_equal(grow(a, 1800, 0), LEDGER_HAS_ALL);
	ledger_grow_cancel(a);
	ledger_release(a);
	assert_int_equal(count_rows(p->ledger), 0);
}

static void killing_a_holder_lets_one_that_stands_grow(void **state)
{
	struct place *p = *state;
	const pid_t holder = fork_stander(p->dir, 300, 0);
	struct ledger_claim *c = hold(p->ledger, 300, true);
	assert_int_equal(grow(c, 600, 0), LEDGER_STANDS);
	kill_and_reap(holder);
	assert_int_equal(wait_growth(c), LEDGER_GROWN);
	assert_int_equal(ledger_mem_bytes(c), WHOLE);
	ledger_release(c);
}

static void killing_one_that_stands_frees_what_it_held(void **state)
{
	struct place *p = *state;
	struct ledger_claim *first = hold(p->ledger, 100, false);
	struct ledger_claim *second = hold(p->ledger, 200, false);
	const pid_t stander = fork_stander(p->dir, 300, 900);
	struct ledger_claim *waiter = hold(p->ledger, 300, false);
	assert_int_equal(grow(second, 400, 0), LEDGER_STANDS);
	kill_and_reap(stander);
	assert_int_equal(wait_growth(second), LEDGER_GROWN);
	assert_int_equal(sum_held(p->ledger), 500 * MIB);
	ledger_release(first);
	ledger_release(second);
	assert_true(wait_granted(waiter));
	ledger_release(waiter);
}

/* Growing, standing, giving way and dying at random moments: never above the budget,
 * and in the end all is free. */
static _Noreturn void crowd_member(const char *dir, unsigned seed)
{
	struct ledger *l = open_ledger(dir);
	for (unsigned i = 0;; i++) {
		struct ledger_claim *c = hold(l, 20 + (seed * 7 + i * 13) % 180, true);
		if (!wait_granted(c))
			_exit(1);
		for (unsigned k = 0; k < 4; k++) {
			enum ledger_growth growth = grow(c, 600, 0);
			if (growth == LEDGER_STANDS)
				growth = wait_growth(c);
			if (growth == LEDGER_STANDS)
				_exit(2); /* nobody told us: a wake-up was lost */
			if (growth != LEDGER_GROWN)
				break;
		}
		ledger_release(c);
	}
}

static void a_crowd_that_is_killed_at_random_never_exceeds_the_budget(void **state)
{
	struct place *p = *state;
	enum { MEMBERS = 6, KILLS = 300 };
	pid_t pids[MEMBERS] = { 0 };
	for (unsigned i = 0; i < KILLS + MEMBERS; i++) {
		const unsigned k = i % MEMBERS;
		if (pids[k]) {
			int status;
			assert_true(sum_held(p->ledger) <= WHOLE);
			kill(pids[k], SIGKILL);
			assert_int_equal(waitpid(pids[k], &status, 0), pids[k]);
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		}
		pids[k] = fork();
		assert_true(pids[k] >= 0);
		if (pids[k] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			crowd_member(p->dir, i);
		}
	}
	for (unsigned k = 0; k < MEMBERS; k++)
		kill_and_reap(pids[k]);
	assert_int_equal(count_rows(p->ledger), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEDGER_TEST(a_reservation_grows_at_once_where_there_is_room),
		LEDGER_TEST(without_room_it_stands_until_a_release_and_is_told),
		LEDGER_TEST(growth_goes_before_admission),
		LEDGER_TEST(whoever_stops_standing_lets_in_who_waits),
		LEDGER_TEST(the_youngest_that_may_be_run_again_is_told_when_all_stand),
		LEDGER_TEST(one_that_holds_all_is_told_that_there_is_no_more),
		LEDGER_TEST(killing_a_holder_lets_one_that_stands_grow),
		LEDGER_TEST(killing_one_that_stands_frees_what_it_held),
		LEDGER_TEST(a_crowd_that_is_killed_at_random_never_exceeds_the_budget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/ledger.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"

#include "ledger_place.h"

static void killing_a_holder_wakes_the_waiter(void **state)
{
	struct place *p = *state;
	const pid_t holder = fork_claimant(p->dir, 4000, true);
	struct ledger_claim *c = ask(p->ledger, 4000);
	assert_false(ledger_granted(c));
	kill_and_reap(holder);
	const int64_t died_ns = time_now_ns();
	assert_true(wait_granted(c));
	assert_true(time_now_ns() - died_ns < 100 * NSEC_PER_MSEC);
	ledger_release(c);
}

static void killing_the_oldest_waiter_lets_the_next_take_its_place(void **state)
{
	struct place *p = *state;
	struct ledger_claim *holder = ask(p->ledger, 4000);
	const pid_t oldest = fork_claimant(p->dir, BUDGET, false);
	struct ledger_claim *next = ask(p->ledger, 2000); /* fits, but may not pass */
	assert_false(ledger_granted(next));
	kill_and_reap(oldest);
	assert_true(wait_granted(next));
	ledger_release(holder);
	ledger_release(next);
}

static void the_next_waiter_watches_the_holders_once_the_oldest_is_in(void **state)
{
	struct place *p = *state;
	const pid_t holder = fork_claimant(p->dir, 6000, true);
	const pid_t oldest = fork_claimant(p->dir, 4000, false);
	struct ledger_claim *next = ask(p->ledger, 4000);
	/* The oldest never attends: it is granted by our sweep. */
	kill_and_reap(holder);
	assert_int_equal(count_rows(p->ledger), 2);
	assert_true(is_readable(ledger_poll_fd(next), DEADLINE_MS));
	assert_int_equal(ledger_attend(next, NULL), 0);
	assert_false(is_readable(ledger_poll_fd(next), 0));
	kill_and_reap(oldest);
	assert_true(wait_granted(next));
	ledger_release(next);
}

static void the_oldest_watches_a_holder_that_passed_it(void **state)
{
	struct place *p = *state;
	struct ledger_claim *oldest = ask(p->ledger, 3000);
	struct ledger_claim *younger = ask(p->ledger, 2500);
	struct ledger_claim *head = ask(p->ledger, 3000);
	const pid_t passer = fork_claimant(p->dir, 500, true);
	assert_true(is_readable(ledger_poll_fd(head), DEADLINE_MS));
	assert_int_equal(ledger_attend(head, NULL), 0);
	assert_false(is_readable(ledger_poll_fd(head), 0));
	kill_and_reap(passer);
	assert_true(is_readable(ledger_poll_fd(head), DEADLINE_MS));
	ledger_release(oldest);
	assert_true(wait_granted(head));
	ledger_release(younger);
	ledger_release(head);
}

static void a_waiter_behind_one_that_passed_watches_the_oldest(void **state)
{
	struct place *p = *state;
	struct ledger_claim *holder = ask(p->ledger, 4000);
	struct ledger_claim *small = ask(p->ledger, 1000);
	const pid_t head = fork_claimant(p->dir, 3000, false);
	struct ledger_claim *passer = ask(p->ledger, 2000);
	struct ledger_claim *last = ask(p->ledger, 6000);
	assert_false(ledger_granted(passer));
	ledger_release(small);
	assert_true(wait_granted(passer));
	assert_true(is_readable(ledger_poll_fd(last), DEADLINE_MS));
	assert_int_equal(ledger_attend(last, NULL), 0);
	assert_false(is_readable(ledger_poll_fd(last), 0));
	kill_and_reap(head);
	assert_true(is_readable(ledger_poll_fd(last), DEADLINE_MS));
	assert_int_equal(ledger_attend(last, NULL), 0);
	ledger_release(holder);
	ledger_release(passer);
	assert_true(wait_granted(last));
	ledger_release(last);
}

static void a_waiter_that_gives_up_is_missed_though_a_child_has_its_descriptor(void **state)
{
	struct place *p = *state;
	const pid_t holder = fork_claimant(p->dir, 6000, true);
	struct ledger_claim *oldest = ask(p->ledger, 4000);
	struct ledger_claim *next = ask(p->ledger, 4000);
	int until_eof[2];
	const pid_t heir = fork_heir(until_eof);
	ledger_release(oldest);
	assert_true(is_readable(ledger_poll_fd(next), DEADLINE_MS));
	assert_int_equal(ledger_attend(next, NULL), 0);
	kill_and_reap(holder);
	assert_true(wait_granted(next));
	close(until_eof[1]);
	assert_int_equal(waitpid(heir, NULL, 0), heir);
	ledger_release(next);
}

/* The sandbox's init in short: inherits the descriptor, outlives its parent. */
static pid_t fork_parent_and_heir(const char *dir, int until_eof[2])
{
	int said[2];
	assert_int_equal(pipe2(said, O_CLOEXEC), 0);
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct ledger *l = open_ledger(dir);
		struct ledger_claim *c = ask(l, 4000);
		if (!ledger_granted(c))
			_exit(1);
		const pid_t heir = fork();
		if (heir == 0) {
			char byte;
			close(until_eof[1]);
			close(said[1]);
			_exit(read(until_eof[0], &byte, 1) != 0);
		}
		if (write(said[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	char word = 0;
	close(said[1]);
	assert_int_equal(read(said[0], &word, 1), 1);
	close(said[0]);
	return pid;
}

static void a_child_that_inherits_the_descriptor_keeps_the_reservation(void **state)
{
	struct place *p = *state;
	int until_eof[2];
	assert_int_equal(pipe2(until_eof, O_CLOEXEC), 0);
	const pid_t parent = fork_parent_and_heir(p->dir, until_eof);
	kill_and_reap(parent);
	assert_null(ask_now(p->ledger, 4000));
	struct ledger_claim *c = ask(p->ledger, 4000);
	assert_false(ledger_granted(c));
	close(until_eof[1]);
	assert_true(wait_granted(c));
	close(until_eof[0]);
	ledger_release(c);
}

static void a_released_slot_that_a_child_still_has_open_is_passed_over(void **state)
{
	struct place *p = *state;
	int until_eof[2];
	struct ledger_claim *c = ask(p->ledger, 4000);
	assert_int_equal(ledger_slot(c), 0);
	const pid_t child = fork_heir(until_eof);
	ledger_release(c);
	c = ask(p->ledger, BUDGET); /* the memory is free */
	assert_true(ledger_granted(c));
	assert_int_equal(ledger_slot(c), 1);
	ledger_release(c);
	close(until_eof[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	c = ask(p->ledger, 1);
	assert_int_equal(ledger_slot(c), 0);
	ledger_release(c);
}

enum { CROWD = 4, ROUNDS = 200 };

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Asks and releases until it is killed, and counts what it was granted. */
static _Noreturn void crowd_member(const char *dir, uint64_t seed, atomic_uint *granted)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct ledger *l = open_ledger(dir);
	for (;;) {
		struct ledger_claim *c = try_ask(l, 1 + next_random(&seed) % BUDGET, BUDGET,
						 next_random(&seed) % 8 == 0, 0);
		while (!ledger_granted(c)) {
			struct pollfd fd = { .fd = ledger_poll_fd(c), .events = POLLIN };
			if (poll(&fd, 1, -1) < 0 || ledger_attend(c, NULL) < 0)
				_exit(1);
		}
		atomic_fetch_add(granted, 1);
		ledger_release(c);
	}
}

static bool reaches(atomic_uint *counter, unsigned least)
{
	const int64_t deadline_ns = time_now_ns() + DEADLINE_MS * NSEC_PER_MSEC;
	while (atomic_load(counter) < least) {
		if (time_now_ns() > deadline_ns)
			return false;
		(void)poll(NULL, 0, 1);
	}
	return true;
}

static void spin_ns(int64_t ns)
{
	const int64_t end_ns = time_now_ns() + ns;
	while (time_now_ns() < end_ns)
		;
}

/* One is killed at a random instant: the others must go on, and when all are
 * dead nothing is left. */
static void crowd_round(struct place *p, uint64_t *seed, atomic_uint *granted)
{
	pid_t pids[CROWD];
	for (int i = 0; i < CROWD; i++) {
		const uint64_t child_seed = next_random(seed);
		atomic_store(&granted[i], 0);
		pids[i] = fork();
		if (pids[i] == 0)
			crowd_member(p->dir, child_seed, &granted[i]);
	}
	assert_true(reaches(&granted[0], 1));
	spin_ns((int64_t)(next_random(seed) % 500000));
	kill_and_reap(pids[0]);
	for (int i = 1; i < CROWD; i++) {
		const unsigned before = atomic_load(&granted[i]);
		if (!reaches(&granted[i], before + 2))
			fail_msg("a survivor was never woken");
	}
	for (int i = 1; i < CROWD; i++)
		kill_and_reap(pids[i]);
	struct ledger_claim *all = ask_now(p->ledger, BUDGET);
	assert_non_null(all);
	ledger_release(all);
	assert_int_equal(count_rows(p->ledger), 0);
}

static void a_kill_at_any_instant_strands_neither_rows_nor_waiters(void **state)
{
	struct place *p = *state;
	atomic_uint *granted = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(granted != MAP_FAILED);
	uint64_t seed = (uint64_t)time_now_ns() | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < ROUNDS; i++)
		crowd_round(p, &seed, granted);
	munmap(granted, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEDGER_TEST(killing_a_holder_wakes_the_waiter),
		LEDGER_TEST(killing_the_oldest_waiter_lets_the_next_take_its_place),
		LEDGER_TEST(the_next_waiter_watches_the_holders_once_the_oldest_is_in),
		LEDGER_TEST(the_oldest_watches_a_holder_that_passed_it),
		LEDGER_TEST(a_waiter_behind_one_that_passed_watches_the_oldest),
		LEDGER_TEST(a_waiter_that_gives_up_is_missed_though_a_child_has_its_descriptor),
		LEDGER_TEST(a_child_that_inherits_the_descriptor_keeps_the_reservation),
		LEDGER_TEST(a_released_slot_that_a_child_still_has_open_is_passed_over),
		LEDGER_TEST(a_kill_at_any_instant_strands_neither_rows_nor_waiters),
	};
	return cmocka_run_group_tests_name("planner/ledger_death", tests, NULL, NULL);
}

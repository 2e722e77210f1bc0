/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/ledger.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/time.h"

#define DEADLINE_MS 10000
#define BUDGET      UINT64_C(6000)

struct place {
	char dir[64];
	struct ledger *ledger;
};

static struct ledger *open_ledger(const char *dir)
{
	struct ledger *l = NULL;
	struct iso_err err = ISO_ERR_INIT;
	if (ledger_open(dir, &l, &err) < 0)
		fail_msg("%s", err.text);
	return l;
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/isorun-test-ledger-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	p->ledger = open_ledger(p->dir);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;
	ledger_close(p->ledger);
	fs_remove_tree_at(AT_FDCWD, p->dir);
	free(p);
	return 0;
}

static struct ledger_claim *try_ask(struct ledger *l, uint64_t mem, uint64_t budget, bool alone,
				    unsigned flags)
{
	const struct ledger_request request = {
		.mem_bytes = mem, .budget_bytes = budget, .alone = alone, .title = "a test" };
	struct ledger_claim *c = NULL;
	struct iso_err err = ISO_ERR_INIT;
	const int r = ledger_ask(l, &request, flags, &c, &err);
	if (r == -EAGAIN && (flags & LEDGER_NOWAIT))
		return NULL;
	if (r < 0)
		fail_msg("%s", err.text);
	return c;
}

static struct ledger_claim *ask(struct ledger *l, uint64_t mem)
{
	return try_ask(l, mem, BUDGET, false, 0);
}

static struct ledger_claim *ask_now(struct ledger *l, uint64_t mem)
{
	return try_ask(l, mem, BUDGET, false, LEDGER_NOWAIT);
}

static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, timeout_ms) == 1;
}

/* As a loop would; false when the deadline comes first. */
static bool wait_granted(struct ledger_claim *c)
{
	const int64_t deadline_ns = time_now_ns() + DEADLINE_MS * NSEC_PER_MSEC;
	while (!ledger_granted(c) && time_now_ns() < deadline_ns)
		if (is_readable(ledger_poll_fd(c), DEADLINE_MS))
			assert_true(ledger_attend(c, NULL) >= 0);
	return ledger_granted(c);
}

static size_t count_rows(struct ledger *l)
{
	_cleanup_free_ struct ledger_row *rows = NULL;
	size_t n = 0;
	assert_int_equal(ledger_list(l, &rows, &n, NULL), 0);
	return n;
}

/* A process that asks, says on a pipe that it did, and lives until it is killed. */
static pid_t fork_claimant(const char *dir, uint64_t mem, bool must_be_granted)
{
	int said[2];
	assert_int_equal(pipe2(said, O_CLOEXEC), 0);
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		struct ledger *l = open_ledger(dir);
		struct ledger_claim *c = ask(l, mem);
		const char word = ledger_granted(c) ? 'g' : 'w';
		if (write(said[1], &word, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(said[1]);
	char word = 0;
	assert_int_equal(read(said[0], &word, 1), 1);
	assert_int_equal(word, must_be_granted ? 'g' : 'w');
	close(said[0]);
	return pid;
}

static void kill_and_reap(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_demand_equal_to_the_budget_is_granted_at_once(void **state)
{
	struct place *p = *state;
	struct ledger_claim *c = ask(p->ledger, BUDGET);
	assert_true(ledger_granted(c));
	assert_int_equal(ledger_mem_bytes(c), BUDGET);
	assert_int_equal(ledger_poll_fd(c), -1);
	ledger_release(c);
	assert_int_equal(count_rows(p->ledger), 0);
}

static void demands_that_fit_together_are_held_together(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = ask(p->ledger, 2000);
	struct ledger_claim *b = ask(p->ledger, 4000);
	assert_true(ledger_granted(a));
	assert_true(ledger_granted(b));
	assert_int_equal(ledger_slot(a), 0);
	assert_int_equal(ledger_slot(b), 1);
	ledger_release(a);
	struct ledger_claim *c = ask(p->ledger, 1);
	assert_int_equal(ledger_slot(c), 0); /* the lowest free */
	ledger_release(b);
	ledger_release(c);
}

static void demands_that_do_not_fit_run_one_after_the_other(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = ask(p->ledger, 4000);
	struct ledger_claim *b = ask(p->ledger, 4000);
	assert_false(ledger_granted(b));
	assert_false(is_readable(ledger_poll_fd(b), 0));
	ledger_release(a);
	assert_true(is_readable(ledger_poll_fd(b), 0)); /* by the release itself */
	assert_int_equal(ledger_attend(b, NULL), 1);
	assert_int_equal(ledger_mem_bytes(b), 4000);
	ledger_release(b);
}

static void asking_without_waiting_leaves_no_row_behind(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = ask(p->ledger, 4000);
	assert_null(ask_now(p->ledger, 4000));
	assert_int_equal(count_rows(p->ledger), 1);
	struct ledger_claim *b = ask_now(p->ledger, 2000);
	assert_non_null(b);
	ledger_release(a);
	ledger_release(b);
}

static void a_big_waiter_behind_a_stream_of_small_ones_starts(void **state)
{
	struct place *p = *state;
	struct ledger_claim *small[3];
	for (int i = 0; i < 3; i++)
		small[i] = ask(p->ledger, 1000);
	struct ledger_claim *big = ask(p->ledger, 5000);
	for (int i = 0; i < 3; i++) {
		assert_null(ask_now(p->ledger, 1001));
		assert_null(try_ask(p->ledger, 1, BUDGET, true, LEDGER_NOWAIT));
		ledger_release(small[i]);
	}
	assert_true(wait_granted(big));
	struct ledger_claim *beside = ask_now(p->ledger, 1000);
	assert_non_null(beside);
	ledger_release(big);
	ledger_release(beside);
}

static void a_small_one_passes_where_the_oldest_is_not_delayed(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = ask(p->ledger, 3000);
	struct ledger_claim *strict = try_ask(p->ledger, 1000, 3500, false, 0); /* its own budget */
	assert_false(ledger_granted(strict));
	assert_null(ask_now(p->ledger, 3000));
	ledger_release(a);
	assert_true(wait_granted(strict));
	struct ledger_claim *b = ask_now(p->ledger, 2500);
	assert_non_null(b);
	assert_null(ask_now(p->ledger, 1)); /* the budget in force is the smallest */
	ledger_release(strict);
	ledger_release(b);
}

static void a_demand_above_the_budget_gets_all_of_it_and_nothing_joins(void **state)
{
	struct place *p = *state;
	struct ledger_claim *small = ask(p->ledger, 1);
	struct ledger_claim *huge = ask(p->ledger, UINT64_MAX);
	assert_false(ledger_granted(huge));
	ledger_release(small);
	assert_true(wait_granted(huge));
	assert_int_equal(ledger_mem_bytes(huge), BUDGET);
	assert_null(ask_now(p->ledger, 1));
	ledger_release(huge);
}

static void an_alone_claim_has_the_whole_budget_and_no_company(void **state)
{
	struct place *p = *state;
	struct ledger_claim *alone = try_ask(p->ledger, 10, BUDGET, true, 0);
	assert_int_equal(ledger_mem_bytes(alone), BUDGET);
	assert_null(try_ask(p->ledger, 0, 2 * BUDGET, false, LEDGER_NOWAIT));
	ledger_release(alone);
}

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

/* Lives, with all our descriptors, until we close the write end of the pipe. */
static pid_t fork_heir(int until_eof[2])
{
	assert_int_equal(pipe2(until_eof, O_CLOEXEC), 0);
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char byte;
		close(until_eof[1]);
		_exit(read(until_eof[0], &byte, 1) != 0);
	}
	close(until_eof[0]);
	return pid;
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

static void a_waiter_that_gives_up_makes_room_for_those_behind_it(void **state)
{
	struct place *p = *state;
	struct ledger_claim *holder = ask(p->ledger, 4000);
	struct ledger_claim *big = ask(p->ledger, 6000);
	struct ledger_claim *small = ask(p->ledger, 2000);
	assert_false(ledger_granted(small));
	ledger_release(big);
	assert_true(wait_granted(small));
	ledger_release(holder);
	ledger_release(small);
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

static void the_list_shows_holders_first_and_waiters_by_age(void **state)
{
	struct place *p = *state;
	const struct ledger_request request = {
		.mem_bytes = 5000, .budget_bytes = BUDGET,
		.title = "a title that is a good deal longer than the sixty-three bytes it may have" };
	struct ledger_claim *holder = NULL;
	assert_int_equal(ledger_ask(p->ledger, &request, 0, &holder, NULL), 0);
	struct ledger_claim *first = ask(p->ledger, 3000);
	struct ledger_claim *second = ask(p->ledger, 2000);
	_cleanup_free_ struct ledger_row *rows = NULL;
	size_t n = 0;
	assert_int_equal(ledger_list(p->ledger, &rows, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_true(rows[0].held);
	assert_int_equal(rows[0].pid, getpid());
	assert_int_equal(rows[0].mem_bytes, 5000);
	assert_int_equal(strlen(rows[0].title), 63);
	assert_false(rows[1].held);
	assert_int_equal(rows[1].mem_bytes, 3000);
	assert_int_equal(rows[2].mem_bytes, 2000);
	assert_int_equal(rows[2].budget_bytes, BUDGET);
	assert_true(rows[2].since_ns > 0 && rows[2].since_ns <= time_now_ns());
	ledger_release(second);
	ledger_release(first);
	ledger_release(holder);
}

static void scribble(const char *dir, bool cut)
{
	_cleanup_free_ char *path = path_join(dir, "table");
	_cleanup_close_ int fd = open(path, O_WRONLY | (cut ? O_TRUNC : 0));
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "scribble", 8, 0), 8);
}

static void a_damaged_table_is_made_anew_when_nobody_lives_in_it(void **state)
{
	struct place *p = *state;
	for (int cut = 0; cut < 2; cut++) {
		ledger_close(p->ledger);
		scribble(p->dir, cut);
		p->ledger = open_ledger(p->dir);
		struct ledger_claim *c = ask(p->ledger, BUDGET);
		assert_true(ledger_granted(c));
		ledger_release(c);
	}
}

static void a_damaged_table_is_refused_while_somebody_lives_in_it(void **state)
{
	struct place *p = *state;
	const pid_t holder = fork_claimant(p->dir, 4000, true);
	scribble(p->dir, false);
	struct ledger *l = NULL;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(ledger_open(p->dir, &l, &err), -EBUSY);
	assert_int_equal(err.kind, ISO_ERR_HOST);
	assert_non_null(strstr(err.text, "damaged"));
	assert_null(l);
	struct ledger_claim *c = NULL;
	const struct ledger_request request = { .mem_bytes = 1, .budget_bytes = BUDGET };
	assert_int_equal(ledger_ask(p->ledger, &request, 0, &c, &err), -EBADMSG);
	kill_and_reap(holder);
}

static void a_table_of_another_boot_is_made_anew(void **state)
{
	struct place *p = *state;
	struct ledger_claim *c = ask(p->ledger, 4000);
	ledger_release(c);
	_cleanup_free_ char *path = path_join(p->dir, "table");
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	assert_int_equal(fs_read(path, 1 << 20, &text, &len), 0);
	_cleanup_free_ char *boot_id = NULL;
	size_t boot_len = 0;
	assert_int_equal(fs_read("/proc/sys/kernel/random/boot_id", 64, &boot_id, &boot_len), 0);
	char *at = memmem(text, len, boot_id, 36);
	assert_non_null(at);
	*at = *at == '0' ? '1' : '0';
	ledger_close(p->ledger);
	_cleanup_close_ int fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, text, len, 0), (ssize_t)len);
	p->ledger = open_ledger(p->dir);
	_cleanup_free_ char *again = NULL;
	assert_int_equal(fs_read(path, 1 << 20, &again, &len), 0);
	assert_non_null(memmem(again, len, boot_id, 36));
}

static void a_table_that_was_removed_promises_nothing_twice(void **state)
{
	struct place *p = *state;
	struct ledger_claim *c = ask(p->ledger, 4000);
	_cleanup_free_ char *path = path_join(p->dir, "table");
	assert_int_equal(unlink(path), 0);
	struct ledger *other = NULL;
	assert_int_equal(ledger_open(p->dir, &other, NULL), -EBUSY);
	struct ledger_claim *none = NULL;
	const struct ledger_request request = { .mem_bytes = 1, .budget_bytes = BUDGET };
	assert_int_equal(ledger_ask(p->ledger, &request, 0, &none, NULL), -ESTALE);
	ledger_release(c);
	other = open_ledger(p->dir);
	assert_int_equal(count_rows(other), 0);
	ledger_close(other);
}

static void a_missing_directory_is_made_for_us_alone(void **state)
{
	struct place *p = *state;
	_cleanup_free_ char *dir = path_join(p->dir, "a/b");
	struct ledger *l = open_ledger(dir);
	struct stat st;
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	ledger_close(l);
}

static void refuses(const char *dir, const char *why)
{
	struct ledger *l = NULL;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(ledger_open(dir, &l, &err), -EPERM);
	assert_int_equal(err.kind, ISO_ERR_HOST);
	assert_non_null(strstr(err.text, dir));
	assert_non_null(strstr(err.text, why));
	assert_null(l);
}

static void a_directory_of_another_user_is_refused(void **state)
{
	struct place *p = *state;
	if (geteuid() != 0) {
		refuses("/", "another user");
		return;
	}
	assert_int_equal(chown(p->dir, 65534, 65534), 0);
	refuses(p->dir, "another user");
}

static void a_directory_that_others_can_write_is_refused(void **state)
{
	struct place *p = *state;
	assert_int_equal(chmod(p->dir, 0720), 0);
	refuses(p->dir, "by others");
}

#define LEDGER_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEDGER_TEST(a_demand_equal_to_the_budget_is_granted_at_once),
		LEDGER_TEST(demands_that_fit_together_are_held_together),
		LEDGER_TEST(demands_that_do_not_fit_run_one_after_the_other),
		LEDGER_TEST(asking_without_waiting_leaves_no_row_behind),
		LEDGER_TEST(a_big_waiter_behind_a_stream_of_small_ones_starts),
		LEDGER_TEST(a_small_one_passes_where_the_oldest_is_not_delayed),
		LEDGER_TEST(a_demand_above_the_budget_gets_all_of_it_and_nothing_joins),
		LEDGER_TEST(an_alone_claim_has_the_whole_budget_and_no_company),
		LEDGER_TEST(killing_a_holder_wakes_the_waiter),
		LEDGER_TEST(killing_the_oldest_waiter_lets_the_next_take_its_place),
		LEDGER_TEST(the_next_waiter_watches_the_holders_once_the_oldest_is_in),
		LEDGER_TEST(the_oldest_watches_a_holder_that_passed_it),
		LEDGER_TEST(a_waiter_behind_one_that_passed_watches_the_oldest),
		LEDGER_TEST(a_waiter_that_gives_up_is_missed_though_a_child_has_its_descriptor),
		LEDGER_TEST(a_waiter_that_gives_up_makes_room_for_those_behind_it),
		LEDGER_TEST(a_child_that_inherits_the_descriptor_keeps_the_reservation),
		LEDGER_TEST(a_released_slot_that_a_child_still_has_open_is_passed_over),
		LEDGER_TEST(a_kill_at_any_instant_strands_neither_rows_nor_waiters),
		LEDGER_TEST(the_list_shows_holders_first_and_waiters_by_age),
		LEDGER_TEST(a_damaged_table_is_made_anew_when_nobody_lives_in_it),
		LEDGER_TEST(a_damaged_table_is_refused_while_somebody_lives_in_it),
		LEDGER_TEST(a_table_of_another_boot_is_made_anew),
		LEDGER_TEST(a_table_that_was_removed_promises_nothing_twice),
		LEDGER_TEST(a_missing_directory_is_made_for_us_alone),
		LEDGER_TEST(a_directory_of_another_user_is_refused),
		LEDGER_TEST(a_directory_that_others_can_write_is_refused),
	};
	return cmocka_run_group_tests_name("planner/ledger", tests, NULL, NULL);
}

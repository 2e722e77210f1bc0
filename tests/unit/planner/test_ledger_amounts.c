/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens and locks in the ledger. */
#include "planner/ledger.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"

#include "ledger_place.h"

static struct amounts gpus(uint32_t milli)
{
	return (struct amounts){ 1, { { .name = "gpu", .kind = AMOUNT_TOKEN, .milli = milli,
					.have = 0x30 } } };
}

static struct amounts lock(enum amount_kind kind)
{
	return (struct amounts){ 1, { { .name = "schema", .kind = kind } } };
}

static struct ledger_claim *ask_for(struct ledger *l, const struct amounts *amounts,
				    unsigned flags)
{
	const struct ledger_request request = { .mem_bytes = 1, .budget_bytes = BUDGET,
						.title = "a test", .amounts = amounts };
	struct ledger_claim *c = NULL;
	struct iso_err err = ISO_ERR_INIT;
	const int r = ledger_ask(l, &request, flags, &c, &err);
	if (r == -EAGAIN && (flags & LEDGER_NOWAIT))
		return NULL;
	if (r < 0)
		fail_msg("%s", err.text);
	return c;
}

/* As fork_claimant. */
static pid_t fork_holder(const char *dir, const struct amounts *amounts)
{
	int said[2];
	assert_int_equal(pipe2(said, O_CLOEXEC), 0);
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		const struct ledger_claim *c = ask_for(open_ledger(dir), amounts, 0);
		const char word = ledger_granted(c) ? 'g' : 'w';
		if (write(said[1], &word, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(said[1]);
	char word = 0;
	assert_int_equal(read(said[0], &word, 1), 1);
	assert_int_equal(word, 'g');
	close(said[0]);
	return pid;
}

static void each_holder_has_units_of_its_own(void **state)
{
	struct place *p = *state;
	const struct amounts one = gpus(1000);
	struct ledger_claim *a = ask_for(p->ledger, &one, 0);
	struct ledger_claim *b = ask_for(p->ledger, &one, 0);
	assert_int_equal(ledger_amounts(a)->list[0].units, 0x10);
	assert_int_equal(ledger_amounts(b)->list[0].units, 0x20);
	assert_null(ask_for(p->ledger, &one, LEDGER_NOWAIT));
	struct ledger_claim *c = ask_for(p->ledger, &one, 0);
	assert_false(ledger_granted(c));
	struct ledger_claim *other = ask_now(p->ledger, 5);
	assert_non_null(other); /* who wants none passes */
	ledger_release(b);
	assert_true(wait_granted(c));
	assert_int_equal(ledger_amounts(c)->list[0].units, 0x20);
	ledger_release(a);
	ledger_release(c);
	ledger_release(other);
}

static void parts_share_a_unit_and_whole_ones_do_not(void **state)
{
	struct place *p = *state;
	const struct amounts half = gpus(500);
	const struct amounts both = gpus(2000);
	struct ledger_claim *a = ask_for(p->ledger, &half, 0);
	struct ledger_claim *b = ask_for(p->ledger, &half, 0);
	assert_int_equal(ledger_amounts(a)->list[0].units, ledger_amounts(b)->list[0].units);
	struct ledger_claim *all = ask_for(p->ledger, &both, 0);
	assert_false(ledger_granted(all));
	assert_null(ask_for(p->ledger, &half, LEDGER_NOWAIT)); /* it would pass */
	ledger_release(a);
	ledger_release(b);
	assert_true(wait_granted(all));
	assert_int_equal(ledger_amounts(all)->list[0].units, 0x30);
	ledger_release(all);
}

static void a_writer_is_apart_from_readers_and_not_starved_by_them(void **state)
{
	struct place *p = *state;
	const struct amounts read = lock(AMOUNT_LOCK_SHARED);
	const struct amounts write = lock(AMOUNT_LOCK);
	struct ledger_claim *a = ask_for(p->ledger, &read, 0);
	struct ledger_claim *b = ask_for(p->ledger, &read, LEDGER_NOWAIT);
	assert_non_null(b);
	struct ledger_claim *writer = ask_for(p->ledger, &write, 0);
	assert_false(ledger_granted(writer));
	assert_null(ask_for(p->ledger, &read, LEDGER_NOWAIT));
	ledger_release(a);
	assert_int_equal(ledger_attend(writer, NULL), 0);
	ledger_release(b);
	assert_true(wait_granted(writer));
	assert_null(ask_for(p->ledger, &read, LEDGER_NOWAIT));
	ledger_release(writer);
	struct ledger_claim *c = ask_for(p->ledger, &read, LEDGER_NOWAIT);
	assert_non_null(c);
	ledger_release(c);
}

static void what_a_killed_process_held_is_free_again(void **state)
{
	struct place *p = *state;
	const struct amounts both = gpus(2000);
	const struct amounts one = gpus(1000);
	const pid_t holder = fork_holder(p->dir, &both);
	struct ledger_claim *c = ask_for(p->ledger, &one, 0);
	assert_false(ledger_granted(c));
	kill_and_reap(holder);
	const int64_t died_ns = time_now_ns();
	assert_true(wait_granted(c));
	assert_true(time_now_ns() - died_ns < 100 * NSEC_PER_MSEC);
	ledger_release(c);
}

static void the_list_says_what_is_held_and_what_is_waited_for(void **state)
{
	struct place *p = *state;
	const struct amounts both = gpus(2000);
	struct ledger_claim *a = ask_for(p->ledger, &both, 0);
	struct ledger_claim *b = ask_for(p->ledger, &both, 0);
	_cleanup_free_ struct ledger_row *rows = NULL;
	size_t n = 0;
	assert_int_equal(ledger_list(p->ledger, &rows, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].amounts.n, 1);
	assert_int_equal(rows[0].amounts.list[0].units, 0x30);
	assert_false(rows[1].held);
	assert_string_equal(rows[1].amounts.list[0].name, "gpu");
	ledger_release(b);
	ledger_release(a);
}

enum { WORKERS = 8, ROUNDS = 200 };

/* Marks a unit as its own where nobody else may have, and takes the mark away again. */
static int contend(const char *dir, int fd, unsigned seed)
{
	struct ledger *l = open_ledger(dir);
	for (int i = 0; i < ROUNDS; i++) {
		const struct amounts want = gpus(seed++ % 3 ? 1000 : 2000);
		struct ledger_claim *c = ask_for(l, &want, 0);
		if (!wait_granted(c))
			return 1;
		const uint64_t units = ledger_amounts(c)->list[0].units;
		for (unsigned k = 0; k < AMOUNT_UNITS; k++) {
			/* Not waited for: the ledger has said that it is free. */
			struct flock mine = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
					      .l_start = k, .l_len = 1 };
			if ((units >> k & 1) && fcntl(fd, F_SETLK, &mine) < 0)
				return 2;
		}
		struct flock none = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
		if (fcntl(fd, F_SETLK, &none) < 0)
			return 3;
		ledger_release(c);
	}
	return 0;
}

static void processes_that_contend_never_hold_one_unit_together(void **state)
{
	struct place *p = *state;
	_cleanup_close_ int fd = memfd_create("units", MFD_CLOEXEC);
	pid_t pids[WORKERS];
	assert_true(fd >= 0);
	for (unsigned i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			_exit(contend(p->dir, fd, i));
		}
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		int status = -1;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEDGER_TEST(each_holder_has_units_of_its_own),
		LEDGER_TEST(parts_share_a_unit_and_whole_ones_do_not),
		LEDGER_TEST(a_writer_is_apart_from_readers_and_not_starved_by_them),
		LEDGER_TEST(what_a_killed_process_held_is_free_again),
		LEDGER_TEST(the_list_says_what_is_held_and_what_is_waited_for),
		LEDGER_TEST(processes_that_contend_never_hold_one_unit_together),
	};
	return cmocka_run_group_tests_name("planner/ledger_amounts", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_place.h - a ledger in a directory of its own, and processes that ask in it. */
#ifndef LEDGER_PLACE_H
#define LEDGER_PLACE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "planner/ledger.h"

#define DEADLINE_MS 10000
#define BUDGET      UINT64_C(6000)

struct place {
	char dir[64];
	struct ledger *ledger;
};

#define LEDGER_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static inline struct ledger *open_ledger(const char *dir)
{
	struct ledger *l = NULL;
	struct iso_err err = ISO_ERR_INIT;
	if (ledger_open(dir, &l, &err) < 0)
		fail_msg("%s", err.text);
	return l;
}

static inline int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/isorun-test-ledger-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	p->ledger = open_ledger(p->dir);
	*state = p;
	return 0;
}

static inline int tear_down(void **state)
{
	struct place *p = *state;
	ledger_close(p->ledger);
	fs_remove_tree_at(AT_FDCWD, p->dir);
	free(p);
	return 0;
}

static inline struct ledger_claim *try_ask(struct ledger *l, uint64_t mem, uint64_t budget,
					   bool alone, unsigned flags)
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

static inline struct ledger_claim *ask(struct ledger *l, uint64_t mem)
{
	return try_ask(l, mem, BUDGET, false, 0);
}

static inline struct ledger_claim *ask_now(struct ledger *l, uint64_t mem)
{
	return try_ask(l, mem, BUDGET, false, LEDGER_NOWAIT);
}

static inline bool is_readable(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, timeout_ms) == 1;
}

/* As a loop would; false when the deadline comes first. */
static inline bool wait_granted(struct ledger_claim *c)
{
	const int64_t deadline_ns = time_now_ns() + DEADLINE_MS * NSEC_PER_MSEC;
	while (!ledger_granted(c) && time_now_ns() < deadline_ns)
		if (is_readable(ledger_poll_fd(c), DEADLINE_MS))
			assert_true(ledger_attend(c, NULL) >= 0);
	return ledger_granted(c);
}

static inline size_t count_rows(struct ledger *l)
{
	_cleanup_free_ struct ledger_row *rows = NULL;
	size_t n = 0;
	assert_int_equal(ledger_list(l, &rows, &n, NULL), 0);
	return n;
}

/* A process that asks, says on a pipe that it did, and lives until it is killed. */
static inline pid_t fork_claimant(const char *dir, uint64_t mem, bool must_be_granted)
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

static inline void kill_and_reap(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Lives, with all our descriptors, until we close the write end of the pipe. */
static inline pid_t fork_heir(int until_eof[2])
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

#endif

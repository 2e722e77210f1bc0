/* SPDX-License-Identifier: Apache-2.0 */
/* admission DIR PAIRS PROCESSES ROUNDS SECONDS: what it costs to reserve and release in
 * the ledger of DIR when nobody else is there; then so many processes that contend for
 * an eighth of what they want, for so many rounds in all or so many seconds.  One that is
 * not let in for ten seconds, while others are, has lost its wake-up. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "base/time.h"
#include "planner/ledger.h"

#define MEMBER   UINT64_C(1000) /* bytes that each asks for, about */
#define LOST_NS  (10 * NSEC_PER_SEC)

struct shared {
	_Atomic uint64_t rounds;
	_Atomic uint64_t waits;     /* rounds that were not let in at once */
	_Atomic int64_t longest_ns; /* of those waits */
	_Atomic unsigned lost;
	_Atomic uint64_t held_bytes;
	_Atomic unsigned above;     /* times that more was held than the budget */
};

static _Noreturn void fail(const char *what, const struct iso_err *err)
{
	fprintf(stderr, "admission: %s: %s\n", what, err ? err->text : "failed");
	exit(1);
}

static unsigned number(const char *s)
{
	unsigned n;

	if (num_parse_uint(s, &n) < 0 || n == 0)
		fail(s, NULL);
	return n;
}

static struct ledger *open_ledger(const char *dir)
{
	struct iso_err err = ISO_ERR_INIT;
	struct ledger *l;

	if (ledger_open(dir, &l, &err) < 0)
		fail("open", &err);
	return l;
}

static struct ledger_claim *ask(struct ledger *l, uint64_t mem_bytes, uint64_t budget_bytes)
{
	const struct ledger_request request = {
		.mem_bytes = mem_bytes, .budget_bytes = budget_bytes, .title = "bench" };
	struct iso_err err = ISO_ERR_INIT;
	struct ledger_claim *c;

	if (ledger_ask(l, &request, 0, &c, &err) < 0)
		fail("ask", &err);
	return c;
}

static int by_size(const void *va, const void *vb)
{
	const int64_t a = *(const int64_t *)va;
	const int64_t b = *(const int64_t *)vb;

	return a < b ? -1 : a > b;
}

/* True when the median is too much. */
static bool measure_pairs(const char *dir, unsigned n)
{
	struct ledger *l = open_ledger(dir);
	int64_t *each = calloc(n, sizeof(*each));

	if (!each)
		fail("no memory", NULL);
	for (unsigned i = 0; i < n; i++) {
		const int64_t begin_ns = time_now_ns();
		ledger_release(ask(l, MEMBER, 8 * MEMBER));
		each[i] = time_now_ns() - begin_ns;
	}
	ledger_close(l);
	qsort(each, n, sizeof(*each), by_size);
	const double median_us = (double)each[n / 2] / 1e3;
	printf("%u pairs, nobody else there: median %.2f us, p90 %.2f us (median at most 20)\n", n,
	       median_us, (double)each[n / 10 * 9] / 1e3);
	free(each);
	return median_us > 20;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Sleeps until it is let in; false when that does not come. */
static bool wait_for_turn(struct ledger_claim *c, struct shared *s)
{
	struct iso_err err = ISO_ERR_INIT;
	const int64_t begin_ns = time_now_ns();

	atomic_fetch_add(&s->waits, 1);
	while (!ledger_granted(c)) {
		struct pollfd p = { .fd = ledger_poll_fd(c), .events = POLLIN };
		const int64_t left_ns = begin_ns + LOST_NS - time_now_ns();
		if (left_ns <= 0 || poll(&p, 1, (int)(left_ns / NSEC_PER_MSEC) + 1) == 0)
			return false;
		if (ledger_attend(c, &err) < 0)
			fail("attend", &err);
	}
	const int64_t waited_ns = time_now_ns() - begin_ns;
	int64_t longest_ns = atomic_load(&s->longest_ns);
	while (waited_ns > longest_ns &&
	       !atomic_compare_exchange_weak(&s->longest_ns, &longest_ns, waited_ns))
		;
	return true;
}

static _Noreturn void member(const char *dir, struct shared *s, unsigned rounds, int64_t end_ns,
			     uint64_t budget_bytes, uint64_t seed)
{
	struct ledger *l = open_ledger(dir);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (atomic_load(&s->rounds) < rounds && time_now_ns() < end_ns) {
		const uint64_t bytes = MEMBER / 2 + next_random(&seed) % MEMBER;
		struct ledger_claim *c = ask(l, bytes, budget_bytes);
		if (!ledger_granted(c) && !wait_for_turn(c, s)) {
			atomic_fetch_add(&s->lost, 1);
			_exit(1);
		}
		if (atomic_fetch_add(&s->held_bytes, bytes) + bytes > budget_bytes)
			atomic_fetch_add(&s->above, 1);
		/* Now and then it is off the cpu while it holds, as a test is. */
		if (next_random(&seed) % 8 == 0)
			(void)poll(NULL, 0, 1);
		atomic_fetch_sub(&s->held_bytes, bytes);
		ledger_release(c);
		atomic_fetch_add(&s->rounds, 1);
	}
	_exit(0);
}

/* True when something was lost. */
static bool contend(const char *dir, unsigned n, unsigned rounds, unsigned seconds)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const uint64_t budget_bytes = n * MEMBER / 8 + MEMBER;
	const int64_t begin_ns = time_now_ns();

	if (s == MAP_FAILED)
		fail("no memory", NULL);
	fflush(stdout);
	for (unsigned i = 0; i < n; i++) {
		const pid_t pid = fork();
		if (pid < 0)
			fail("fork", NULL);
		if (pid == 0)
			member(dir, s, rounds, begin_ns + seconds * NSEC_PER_SEC, budget_bytes,
			       (uint64_t)begin_ns + i + 1);
	}
	unsigned bad = 0;
	int status;
	while (wait(&status) > 0)
		bad += status != 0;
	const double wall_s = (double)(time_now_ns() - begin_ns) / 1e9;
	printf("%u processes contend: %llu rounds in %.1f s, %llu of them waited, "
	       "%.1f ms at most\n", n, (unsigned long long)s->rounds, wall_s,
	       (unsigned long long)s->waits, (double)s->longest_ns / 1e6);
	printf("lost wake-ups: %u; times above the budget: %u; processes that failed: %u\n",
	       s->lost, s->above, bad);
	return s->lost || s->above || bad;
}

int main(int argc, char **argv)
{
	if (argc != 6)
		fail("DIR PAIRS PROCESSES ROUNDS SECONDS", NULL);
	bool bad = measure_pairs(argv[1], number(argv[2]));
	bad |= contend(argv[1], number(argv[3]), number(argv[4]), number(argv[5]));
	return bad;
}

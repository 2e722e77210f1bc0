/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "cgroup/meter.h"

#define MIB (UINT64_C(1) << 20)
#define MS  NSEC_PER_MSEC

static void the_less_is_left_the_sooner_it_is_looked_at(void **state)
{
	(void)state;
	struct cg_meter m = { .held_bytes = 90 * MIB };

	assert_int_equal(cg_meter_pace_ns(&m, 100 * MIB), 10 * MS);
	assert_in_range(cg_meter_pace_ns(&m, 300 * MIB), 50 * MS, 60 * MS);
	assert_int_equal(cg_meter_pace_ns(&m, 4096 * MIB), 200 * MS);
	assert_int_equal(cg_meter_pace_ns(&m, UINT64_MAX), 200 * MS);
	m.held_bytes = 101 * MIB;
	assert_int_equal(cg_meter_pace_ns(&m, 100 * MIB), 10 * MS);
}

static void what_does_not_grow_is_looked_at_less_often(void **state)
{
	(void)state;
	struct cg_meter m = { 0 };

	cg_meter_note(&m, 98 * MIB, 1000 * MS);
	assert_int_equal(cg_meter_pace_ns(&m, 100 * MIB), 10 * MS);
	for (int64_t at_ns = 1010 * MS; at_ns <= 1100 * MS; at_ns += 10 * MS)
		cg_meter_note(&m, 98 * MIB, at_ns);
	assert_int_equal(cg_meter_pace_ns(&m, 100 * MIB), 80 * MS);
	cg_meter_note(&m, 99 * MIB, 1200 * MS);
	assert_int_equal(cg_meter_pace_ns(&m, 100 * MIB), 10 * MS);
}

static void looking_never_takes_more_than_its_share(void **state)
{
	(void)state;
	struct cg_meter m = { .held_bytes = 99 * MIB, .cost_ns = 3 * MS };

	assert_int_equal(cg_meter_pace_ns(&m, 100 * MIB), 150 * MS);
	m.cost_ns = 20 * MS;
	assert_int_equal(cg_meter_pace_ns(&m, 100 * MIB), 1000 * MS);
}

static void growth_is_carried_on(void **state)
{
	(void)state;
	struct cg_meter m = { 0 };

	cg_meter_note(&m, 50 * MIB, 1000 * MS);
	assert_int_equal(cg_meter_ahead(&m), 50 * MIB);
	cg_meter_note(&m, 70 * MIB, 1020 * MS);
	assert_in_range(cg_meter_ahead(&m), 79 * MIB, 81 * MIB);
	cg_meter_note(&m, 30 * MIB, 1030 * MS);
	assert_int_equal(cg_meter_ahead(&m), 30 * MIB);
}

static bool is_due(const struct cg_meter *m, uint64_t bound_bytes, int64_t now_ns)
{
	return cg_meter_is_due(m, 40 * MIB, bound_bytes, 90 * MIB, 100 * MIB, now_ns);
}

static void the_right_sum_is_made_when_it_matters(void **state)
{
	(void)state;
	struct cg_meter m = { 0 };
	const int64_t begin_ns = 1000 * MS;

	assert_true(cg_meter_is_due(&m, 0, 10 * MIB, 90 * MIB, 100 * MIB, begin_ns));
	m.exact_ns = begin_ns;
	m.exact_cost_ns = 1 * MS;
	/* Nothing new, however long ago. */
	assert_false(is_due(&m, 41 * MIB, begin_ns * 100));
	/* Something new, seldom; near the limit, sooner; above it, at once. */
	assert_false(is_due(&m, 60 * MIB, begin_ns + 99 * MS));
	assert_true(is_due(&m, 60 * MIB, begin_ns + 100 * MS));
	assert_false(is_due(&m, 95 * MIB, begin_ns + 19 * MS));
	assert_true(is_due(&m, 95 * MIB, begin_ns + 20 * MS));
	assert_false(is_due(&m, 105 * MIB, begin_ns + 3 * MS));
	assert_true(is_due(&m, 105 * MIB, begin_ns + 4 * MS));
}

/* Forks `n` times with `size` bytes in memory, says so, and waits. */
static pid_t server(size_t size, int n, int gate, int told)
{
	const pid_t pid = fork();
	char byte = 0;

	if (pid)
		return pid;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(memory, 1, size);
	for (int i = 0; i < n; i++)
		if (fork() == 0)
			n = i;
	(void)!write(told, &byte, 1);
	(void)!read(gate, &byte, 1);
	while (wait(NULL) > 0)
		;
	_exit(0);
}

static void shared_pages_count_once(void **state)
{
	(void)state;
	struct cg_meter m = { 0 };
	int gate[2];
	int told[2];
	char byte;

	assert_int_equal(pipe(gate), 0);
	assert_int_equal(pipe(told), 0);
	const pid_t pid = server(32 * MIB, 4, gate[0], told[1]);
	for (int i = 0; i < 5; i++)
		assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(cg_meter_look(&m, getpid(), NULL, 60 * MIB, 64 * MIB), 0);
	assert_int_equal(m.tree.n, 5);
	assert_in_range(m.held_bytes, 30 * MIB, 40 * MIB);
	assert_in_range(m.exact_sum_bytes, 160 * MIB, 200 * MIB);
	assert_int_equal(write(gate[1], "12345", 5), 5);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(cg_meter_look(&m, getpid(), NULL, 60 * MIB, 64 * MIB), 0);
	assert_int_equal(m.held_bytes, 0);
	cg_meter_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_less_is_left_the_sooner_it_is_looked_at),
		cmocka_unit_test(what_does_not_grow_is_looked_at_less_often),
		cmocka_unit_test(looking_never_takes_more_than_its_share),
		cmocka_unit_test(growth_is_carried_on),
		cmocka_unit_test(the_right_sum_is_made_when_it_matters),
		cmocka_unit_test(shared_pages_count_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

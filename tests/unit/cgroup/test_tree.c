/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/tree.h"

static void a_name_with_parentheses_does_not_confuse(void **state)
{
	(void)state;
	struct cg_process_stat stat;

	assert_true(cg_parse_stat("17 (a) T 9 (b) S 12 17 17 0 -1 4194304 345 6 7 8 9 10 11 12 20 "
				  "0 1 0 99887 1000 200 18446744073709551615\n",
				  &stat));
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.parent, 12);
	assert_int_equal(stat.faults, 345);
	assert_int_equal(stat.start_ticks, 99887);
}

static void a_line_that_is_cut_is_refused(void **state)
{
	(void)state;
	struct cg_process_stat stat;

	assert_false(cg_parse_stat("", &stat));
	assert_false(cg_parse_stat("17 (a)", &stat));
	assert_false(cg_parse_stat("17 (a) S 12 17", &stat));
}

static void what_is_in_swap_is_held_too(void **state)
{
	(void)state;
	struct cg_memory memory;

	cg_parse_status("Name:\tRssAnon: 5 kB\nVmRSS:\t    9000 kB\nRssAnon:\t    1024 kB\n"
			"RssFile:\t     512 kB\nRssShmem:\t      16 kB\nVmSwap:\t      8 kB\n",
			&memory);
	assert_int_equal(memory.anon_bytes, 1032 << 10);
	assert_int_equal(memory.shmem_bytes, 16 << 10);
}

static void a_kernel_thread_holds_nothing(void **state)
{
	(void)state;
	struct cg_memory memory = { 1, 1 };

	cg_parse_status("Name:\tkthreadd\nThreads:\t1\n", &memory);
	assert_int_equal(memory.anon_bytes, 0);
	assert_int_equal(memory.shmem_bytes, 0);
}

static void shares_are_read_by_kind(void **state)
{
	(void)state;
	struct cg_memory memory;

	assert_true(cg_parse_rollup("00400000-7ffe ---p 00000000 00:00 0 [rollup]\n"
				    "Rss:  9000 kB\nPss:  7000 kB\nPss_Dirty:  6000 kB\n"
				    "Pss_Anon:  5000 kB\nPss_File:  1500 kB\nPss_Shmem:  500 kB\n"
				    "SwapPss:  24 kB\n",
				    &memory));
	assert_int_equal(memory.anon_bytes, 5024 << 10);
	assert_int_equal(memory.shmem_bytes, 500 << 10);
	assert_false(cg_parse_rollup("Rss:  9000 kB\nPss:  7000 kB\n", &memory));
}

/* Waits for the end of the pipe. */
static pid_t child_of(int fd)
{
	char byte;
	const pid_t pid = fork();

	if (pid == 0) {
		(void)!read(fd, &byte, 1);
		_exit(0);
	}
	return pid;
}

static void a_parent_comes_before_its_children(void **state)
{
	(void)state;
	struct cg_tree tree = { 0 };
	int gate[2];
	int told[2];
	pid_t grandchild;

	assert_int_equal(pipe(gate), 0);
	assert_int_equal(pipe(told), 0);
	const pid_t child = fork();
	if (child == 0) {
		close(gate[1]);
		grandchild = child_of(gate[0]);
		(void)!write(told[1], &grandchild, sizeof(grandchild));
		(void)waitpid(grandchild, NULL, 0);
		_exit(0);
	}
	assert_int_equal(read(told[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
	assert_int_equal(cg_tree_find(&tree, getpid()), 0);
	assert_int_equal(tree.n, 2);
	assert_int_equal(tree.at[0].pid, child);
	assert_int_equal(tree.at[0].parent, getpid());
	assert_int_equal(tree.at[1].pid, grandchild);
	assert_int_equal(tree.at[1].parent, child);
	close(gate[0]);
	close(gate[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(cg_tree_find(&tree, child), -ENOENT);
	cg_tree_fini(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_with_parentheses_does_not_confuse),
		cmocka_unit_test(a_line_that_is_cut_is_refused),
		cmocka_unit_test(what_is_in_swap_is_held_too),
		cmocka_unit_test(a_kernel_thread_holds_nothing),
		cmocka_unit_test(shares_are_read_by_kind),
		cmocka_unit_test(a_parent_comes_before_its_children),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

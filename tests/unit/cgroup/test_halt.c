/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "cgroup/halt.h"

static char state_of(pid_t pid)
{
	struct cg_process_stat stat;

	return cg_read_stat(pid, &stat) < 0 ? 'X' : stat.state;
}

static void await_state(pid_t pid, char state)
{
	const int64_t until_ns = time_now_ns() + 10 * NSEC_PER_SEC;
	const struct timespec moment = { .tv_nsec = 100000 };

	while (state_of(pid) != state) {
		assert_true(time_now_ns() < until_ns);
		nanosleep(&moment, NULL);
	}
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static pid_t sleeper(void)
{
	const pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			pause();
	}
	return pid;
}

static void all_stop_and_go_on(void **state)
{
	(void)state;
	struct cg_halt halt = { 0 };
	int told[2];
	pid_t below;

	assert_int_equal(pipe(told), 0);
	const pid_t top = fork();
	if (top == 0) {
		below = sleeper();
		(void)!write(told[1], &below, sizeof(below));
		(void)waitpid(below, NULL, 0);
		_exit(0);
	}
	assert_int_equal(read(told[0], &below, sizeof(below)), sizeof(below));
	assert_int_equal(cg_halt_stop(&halt, getpid()), 0);
	assert_int_equal(halt.n, 2);
	assert_int_equal(state_of(top), 'T');
	assert_int_equal(state_of(below), 'T');

	/* Somebody means well. */
	assert_int_equal(kill(below, SIGCONT), 0);
	await_state(below, 'S');
	assert_int_equal(cg_halt_stop(&halt, getpid()), 0);
	assert_int_equal(state_of(below), 'T');
	assert_int_equal(halt.n, 2);

	cg_halt_go_on(&halt);
	await_state(top, 'S');
	await_state(below, 'S');
	assert_int_equal(kill(below, SIGKILL), 0);
	assert_int_equal(waitpid(top, NULL, 0), top);
	cg_halt_fini(&halt);
}

static void who_had_stopped_before_does_not_go_on(void **state)
{
	(void)state;
	struct cg_halt halt = { 0 };
	const pid_t pid = sleeper();
	const pid_t other = sleeper();

	assert_int_equal(kill(pid, SIGSTOP), 0);
	await_state(pid, 'T');
	assert_int_equal(cg_halt_stop(&halt, getpid()), 0);
	assert_int_equal(state_of(other), 'T');
	cg_halt_go_on(&halt);
	await_state(other, 'S');
	assert_int_equal(state_of(pid), 'T');
	end(pid);
	end(other);
	cg_halt_fini(&halt);
}

/* A parent that waits for stopped children sees none. */
static void a_parent_does_not_see_its_child_stop(void **state)
{
	(void)state;
	struct cg_halt halt = { 0 };
	int told[2];
	int status;
	pid_t child = 0;

	assert_int_equal(pipe(told), 0);
	const pid_t shell = fork();
	if (shell == 0) {
		child = sleeper();
		(void)!write(told[1], &child, sizeof(child));
		if (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status))
			_exit(1);
		_exit(0);
	}
	assert_int_equal(read(told[0], &child, sizeof(child)), sizeof(child));
	for (int i = 0; i < 20; i++) {
		assert_int_equal(cg_halt_stop(&halt, getpid()), 0);
		cg_halt_go_on(&halt);
	}
	assert_int_equal(cg_halt_stop(&halt, getpid()), 0);
	assert_int_equal(halt.n, 2);
	assert_int_equal(kill(child, SIGKILL), 0);
	cg_halt_go_on(&halt);
	assert_int_equal(waitpid(shell, &status, 0), shell);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	cg_halt_fini(&halt);
}

/* Each makes the next and ends, as daemons do: its successor is always another's child. */
static void those_that_fork_on_and_on_are_caught(void **state)
{
	(void)state;
	struct cg_halt halt = { 0 };
	struct cg_tree tree = { 0 };
	const int64_t until_ns = time_now_ns() + 20 * NSEC_PER_SEC;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		const struct timespec life = { .tv_nsec = 2 * 1000 * 1000 };
		while (time_now_ns() < until_ns && fork() == 0)
			nanosleep(&life, NULL);
		_exit(0);
	}
	for (int i = 0; i < 20; i++) {
		assert_int_equal(cg_halt_stop(&halt, getpid()), 0);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		assert_int_equal(cg_tree_find(&tree, getpid()), 0);
		size_t stopped = 0;
		for (size_t at = 0; at < tree.n; at++) {
			const char is = state_of(tree.at[at].pid);
			assert_true(is == 'T' || is == 'Z');
			stopped += is == 'T';
		}
		assert_true(stopped > 0);
		if (i < 19)
			cg_halt_go_on(&halt);
	}
	for (size_t at = 0; at < tree.n; at++)
		assert_int_equal(kill(tree.at[at].pid, SIGKILL), 0);
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
	cg_tree_fini(&tree);
	cg_halt_fini(&halt);
}

static void nobody_is_stopped_before_the_exec_of_vfork(void **state)
{
	(void)state;
	struct cg_halt halt = { 0 };
	int gate[2];
	int told[2];
	pid_t child;

	assert_int_equal(pipe(gate), 0);
	assert_int_equal(pipe(told), 0);
	const pid_t init = fork();
	if (init == 0) {
		close(gate[1]);
		/* What is done here before the exec is bound to break somewhere else. */
		child = vfork();
		if (child == 0) {
			child = getpid();
			(void)!write(told[1], &child, sizeof(child));
			(void)!read(gate[0], &child, 1);
			_exit(0);
		}
		_exit(0);
	}
	assert_int_equal(read(told[0], &child, sizeof(child)), sizeof(child));
	await_state(init, 'D');
	assert_true(cg_is_in_vfork(init));
	assert_int_equal(cg_halt_stop(&halt, init), -EAGAIN);
	assert_int_equal(halt.n, 0);
	await_state(child, 'S');
	assert_int_equal(write(gate[1], "1", 1), 1);
	assert_int_equal(waitpid(init, NULL, 0), init);
	cg_halt_fini(&halt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_stop_and_go_on),
		cmocka_unit_test(who_had_stopped_before_does_not_go_on),
		cmocka_unit_test(a_parent_does_not_see_its_child_stop),
		cmocka_unit_test(those_that_fork_on_and_on_are_caught),
		cmocka_unit_test(nobody_is_stopped_before_the_exec_of_vfork),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

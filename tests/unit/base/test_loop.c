/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/time.h"

/* What a callback gets: the loop and a few things to act on. */
struct scene {
	struct loop *loop;
	struct loop_watch *watches[4];
	struct loop_timer *timers[4];
	int pipes[4][2];
	char log[64]; /* a letter a callback */
	int count;
};

static int set_up(void **state)
{
	static struct scene scene;
	memset(&scene, 0, sizeof(scene));
	for (size_t i = 0; i < ARRAY_SIZE(scene.pipes); i++)
		if (pipe2(scene.pipes[i], O_CLOEXEC | O_NONBLOCK) < 0)
			return -1;
	*state = &scene;
	return loop_open(&scene.loop);
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	loop_close(s->loop);
	for (size_t i = 0; i < ARRAY_SIZE(s->pipes); i++) {
		close(s->pipes[i][0]);
		close(s->pipes[i][1]);
	}
	return 0;
}

static void note(struct scene *s, char c)
{
	size_t len = strlen(s->log);
	assert_true(len + 1 < sizeof(s->log));
	s->log[len] = c;
}

static int64_t in_ms(int64_t ms)
{
	return time_now_ns() + ms * NSEC_PER_MSEC;
}

static void make_ready(struct scene *s, size_t i)
{
	assert_int_equal(write(s->pipes[i][1], "x", 1), 1);
}

static void stop(void *arg)
{
	struct scene *s = arg;
	note(s, '.');
	loop_stop(s->loop);
}

/* No test waits longer: a loop that hangs ends here with a '!'. */
static void give_up(void *arg)
{
	struct scene *s = arg;
	note(s, '!');
	loop_stop(s->loop);
}

static void run(struct scene *s)
{
	struct loop_timer *deadline = NULL;
	assert_int_equal(loop_add_timer(s->loop, in_ms(10000), give_up, s, &deadline), 0);
	assert_int_equal(loop_run(s->loop), 0);
	loop_remove_timer(s->loop, deadline);
}

static void read_one_and_stop(int fd, uint32_t events, void *arg)
{
	struct scene *s = arg;
	char c;
	assert_true(events & EPOLLIN);
	assert_int_equal(read(fd, &c, 1), 1);
	note(s, 'r');
	loop_stop(s->loop);
}

static void a_ready_descriptor_calls_back(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_fd(s->loop, s->pipes[0][0], EPOLLIN, read_one_and_stop, s,
				     &s->watches[0]), 0);
	make_ready(s, 0);
	run(s);
	assert_string_equal(s->log, "r");
	/* It may run again. */
	make_ready(s, 0);
	run(s);
	assert_string_equal(s->log, "rr");
	loop_remove_fd(s->loop, s->watches[0]);
	loop_remove_fd(s->loop, NULL);
}

/* All are ready; whoever comes first removes all. */
static void remove_all(int fd, uint32_t events, void *arg)
{
	struct scene *s = arg;
	(void)fd;
	(void)events;
	note(s, 'a');
	for (size_t i = 0; i < ARRAY_SIZE(s->watches); i++)
		loop_remove_fd(s->loop, s->watches[i]);
}

static void a_removed_watch_of_the_same_batch_is_never_called(void **state)
{
	struct scene *s = *state;
	for (size_t i = 0; i < ARRAY_SIZE(s->watches); i++) {
		assert_int_equal(loop_add_fd(s->loop, s->pipes[i][0], EPOLLIN, remove_all, s,
					     &s->watches[i]), 0);
		make_ready(s, i);
	}
	assert_int_equal(loop_add_timer(s->loop, in_ms(20), stop, s, &s->timers[0]), 0);
	run(s);
	assert_string_equal(s->log, "a.");
}

static void swap_watch(int fd, uint32_t events, void *arg)
{
	struct scene *s = arg;
	(void)events;
	note(s, 's');
	loop_remove_fd(s->loop, s->watches[0]);
	assert_int_equal(loop_add_fd(s->loop, fd, EPOLLIN, read_one_and_stop, s, &s->watches[0]),
			 0);
}

static void a_descriptor_may_change_its_watch_inside_the_callback(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_fd(s->loop, s->pipes[0][0], EPOLLIN, swap_watch, s,
				     &s->watches[0]), 0);
	make_ready(s, 0);
	run(s);
	assert_string_equal(s->log, "sr");
}

static void a_descriptor_is_watched_once(void **state)
{
	struct scene *s = *state;
	struct loop_watch *again = NULL;
	assert_int_equal(loop_add_fd(s->loop, s->pipes[0][0], EPOLLIN, remove_all, s,
				     &s->watches[0]), 0);
	assert_int_equal(loop_add_fd(s->loop, s->pipes[0][0], EPOLLIN, remove_all, s, &again),
			 -EEXIST);
	assert_int_equal(loop_add_fd(s->loop, -1, EPOLLIN, remove_all, s, &again), -EBADF);
	assert_null(again);
}

static void a(void *arg)
{
	note(arg, 'a');
}

static void b(void *arg)
{
	note(arg, 'b');
}

static void timers_fire_in_order_of_time_then_of_arming(void **state)
{
	struct scene *s = *state;
	int64_t at = in_ms(2);
	assert_int_equal(loop_add_timer(s->loop, at + 1, stop, s, &s->timers[0]), 0);
	assert_int_equal(loop_add_timer(s->loop, at, b, s, &s->timers[1]), 0);
	assert_int_equal(loop_add_timer(s->loop, at, a, s, &s->timers[2]), 0);
	assert_int_equal(loop_add_timer(s->loop, -5, a, s, &s->timers[3]), 0);
	run(s);
	assert_string_equal(s->log, "aba.");
}

static void a_timer_is_never_early(void **state)
{
	struct scene *s = *state;
	int64_t at = in_ms(5);
	assert_int_equal(loop_add_timer(s->loop, at, stop, s, &s->timers[0]), 0);
	run(s);
	assert_true(time_now_ns() >= at);
	assert_string_equal(s->log, ".");
}

static void a_timer_set_again_fires_once_at_the_new_time(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_timer(s->loop, in_ms(9000), a, s, &s->timers[0]), 0);
	assert_int_equal(loop_add_timer(s->loop, in_ms(0), b, s, &s->timers[1]), 0);
	assert_int_equal(loop_add_timer(s->loop, in_ms(8), stop, s, &s->timers[2]), 0);
	assert_int_equal(loop_set_timer(s->loop, s->timers[0], in_ms(1)), 0);
	assert_int_equal(loop_set_timer(s->loop, s->timers[1], in_ms(4)), 0);
	run(s);
	assert_string_equal(s->log, "ab.");
}

static void rearm_three_times(void *arg)
{
	struct scene *s = arg;
	note(s, 'r');
	if (++s->count < 3)
		assert_int_equal(loop_set_timer(s->loop, s->timers[0], 0), 0);
	else
		assert_int_equal(loop_set_timer(s->loop, s->timers[1], 0), 0);
}

static void a_timer_may_arm_itself_in_its_callback(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_timer(s->loop, 0, rearm_three_times, s, &s->timers[0]), 0);
	assert_int_equal(loop_add_timer(s->loop, in_ms(9000), stop, s, &s->timers[1]), 0);
	run(s);
	assert_string_equal(s->log, "rrr.");
}

static void rearm_forever(void *arg)
{
	struct scene *s = arg;
	assert_int_equal(loop_set_timer(s->loop, s->timers[0], 0), 0);
}

static void a_timer_armed_in_the_past_starves_no_other_timer(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_timer(s->loop, 0, rearm_forever, s, &s->timers[0]), 0);
	assert_int_equal(loop_add_timer(s->loop, 1, a, s, &s->timers[1]), 0);
	assert_int_equal(loop_add_timer(s->loop, in_ms(1), stop, s, &s->timers[2]), 0);
	run(s);
	assert_string_equal(s->log, "a.");
}

static void a_timer_armed_in_the_past_starves_no_descriptor(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_timer(s->loop, 0, rearm_forever, s, &s->timers[0]), 0);
	assert_int_equal(loop_add_fd(s->loop, s->pipes[0][0], EPOLLIN, read_one_and_stop, s,
				     &s->watches[0]), 0);
	make_ready(s, 0);
	run(s);
	assert_string_equal(s->log, "r");
}

static void remove_all_timers(void *arg)
{
	struct scene *s = arg;
	note(s, 'x');
	for (size_t i = 0; i < 3; i++)
		loop_remove_timer(s->loop, s->timers[i]);
	loop_remove_timer(s->loop, NULL);
}

static void a_due_timer_that_is_removed_is_never_called(void **state)
{
	struct scene *s = *state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(loop_add_timer(s->loop, 1, remove_all_timers, s, &s->timers[i]),
				 0);
	assert_int_equal(loop_add_timer(s->loop, in_ms(3), stop, s, &s->timers[3]), 0);
	run(s);
	assert_string_equal(s->log, "x.");
}

static void a_stop_keeps_due_timers_for_the_next_run(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_timer(s->loop, 1, stop, s, &s->timers[0]), 0);
	assert_int_equal(loop_add_timer(s->loop, 2, a, s, &s->timers[1]), 0);
	assert_int_equal(loop_add_timer(s->loop, 3, stop, s, &s->timers[2]), 0);
	run(s);
	assert_string_equal(s->log, ".");
	run(s);
	assert_string_equal(s->log, ".a.");
}

static void count_one(void *arg)
{
	struct scene *s = arg;
	s->count++;
}

static void many_timers_keep_their_order_through_removals(void **state)
{
	struct scene *s = *state;
	struct loop_timer *timers[500];
	uint32_t seed = 12345;
	for (size_t i = 0; i < ARRAY_SIZE(timers); i++) {
		seed = seed * 1664525 + 1013904223;
		int64_t at = 1 + (seed >> 16) % 1000;
		assert_int_equal(loop_add_timer(s->loop, at, count_one, s, &timers[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(timers); i += 3)
		loop_remove_timer(s->loop, timers[i]);
	for (size_t i = 1; i < ARRAY_SIZE(timers); i += 3)
		assert_int_equal(loop_set_timer(s->loop, timers[i], 2000), 0);
	assert_int_equal(loop_add_timer(s->loop, 3000, stop, s, &s->timers[0]), 0);
	run(s);
	assert_int_equal(s->count, 500 - 167);
	assert_string_equal(s->log, ".");
}

static size_t count_descriptors(void)
{
	size_t n = 0;
	_cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
	assert_non_null(dir);
	while (readdir(dir))
		n++;
	return n;
}

static void a_loop_costs_descriptors_only_when_they_are_used(void **state)
{
	(void)state;
	struct loop *loop = NULL;
	struct loop_timer *timer = NULL;
	size_t before = count_descriptors();
	assert_int_equal(loop_open(&loop), 0);
	assert_int_equal(count_descriptors(), before + 1);
	for (int i = 0; i < 10; i++)
		assert_int_equal(loop_add_timer(loop, 1, a, NULL, &timer), 0);
	assert_int_equal(count_descriptors(), before + 2);
	loop_close(loop);
	assert_int_equal(count_descriptors(), before);
	loop_close(NULL);
}

static void a_loop_that_nothing_can_stop_is_refused(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_run(s->loop), -EDEADLK);
	assert_int_equal(loop_add_timer(s->loop, 1, a, s, &s->timers[0]), 0);
	assert_int_equal(loop_run(s->loop), -EDEADLK);
	assert_string_equal(s->log, "a");
}

static void on_signal(const struct signalfd_siginfo *info, void *arg)
{
	struct scene *s = arg;
	note(s, info->ssi_signo == SIGUSR1 ? '1' : '2');
	if (info->ssi_signo == SIGUSR2)
		loop_stop(s->loop);
}

static void signals_arrive_as_callbacks(void **state)
{
	struct scene *s = *state;
	sigset_t set;
	sigset_t old;
	sigset_t now;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	assert_int_equal(loop_take_signals(s->loop, &set, on_signal, s, &old), 0);
	assert_int_equal(loop_take_signals(s->loop, &set, on_signal, s, NULL), -EBUSY);
	assert_int_equal(sigismember(&old, SIGUSR1), 0);
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	assert_int_equal(kill(getpid(), SIGUSR2), 0);
	run(s);
	assert_string_equal(s->log, "12");
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, &now), 0);
	assert_int_equal(sigismember(&now, SIGUSR1), 1);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void a_signal_handler_does_not_end_the_run(void **state)
{
	struct scene *s = *state;
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval soon = { .it_interval.tv_usec = 1000, .it_value.tv_usec = 1000 };
	const struct itimerval off = { 0 };
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(loop_add_timer(s->loop, in_ms(20), stop, s, &s->timers[0]), 0);
	run(s);
	assert_int_equal(setitimer(ITIMER_REAL, &off, NULL), 0);
	assert_string_equal(s->log, ".");
}

static bool is_readable(struct scene *s)
{
	struct pollfd fd = { .fd = loop_fd(s->loop), .events = POLLIN };
	return poll(&fd, 1, 0) == 1;
}

static void a_step_calls_what_is_ready_and_does_not_wait(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_fd(s->loop, s->pipes[0][0], EPOLLIN, read_one_and_stop, s,
				     &s->watches[0]), 0);
	assert_false(is_readable(s));
	assert_int_equal(loop_step(s->loop), 0);
	assert_string_equal(s->log, "");
	make_ready(s, 0);
	assert_true(is_readable(s));
	assert_int_equal(loop_step(s->loop), 0);
	assert_string_equal(s->log, "r");
	assert_false(is_readable(s));
}

static void a_stop_in_a_step_does_not_end_the_next(void **state)
{
	struct scene *s = *state;
	assert_int_equal(loop_add_fd(s->loop, s->pipes[0][0], EPOLLIN, read_one_and_stop, s,
				     &s->watches[0]), 0);
	for (size_t i = 0; i < 2; i++) {
		make_ready(s, 0);
		assert_int_equal(loop_step(s->loop), 0);
	}
	assert_string_equal(s->log, "rr");
}

static void count_and_arm_again(void *arg)
{
	struct scene *s = arg;
	s->count++;
	assert_int_equal(loop_set_timer(s->loop, s->timers[0], in_ms(10)), 0);
}

static void an_armed_timer_makes_the_loop_readable(void **state)
{
	struct scene *s = *state;
	struct pollfd fd = { .fd = loop_fd(s->loop), .events = POLLIN };
	assert_int_equal(loop_add_timer(s->loop, in_ms(10), count_and_arm_again, s,
					&s->timers[0]), 0);
	assert_int_equal(loop_arm(s->loop), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(loop_step(s->loop), 0);
	}
	assert_int_equal(s->count, 2);
}

#define LOOP_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(a_ready_descriptor_calls_back),
		LOOP_TEST(a_removed_watch_of_the_same_batch_is_never_called),
		LOOP_TEST(a_descriptor_may_change_its_watch_inside_the_callback),
		LOOP_TEST(a_descriptor_is_watched_once),
		LOOP_TEST(timers_fire_in_order_of_time_then_of_arming),
		LOOP_TEST(a_timer_is_never_early),
		LOOP_TEST(a_timer_set_again_fires_once_at_the_new_time),
		LOOP_TEST(a_timer_may_arm_itself_in_its_callback),
		LOOP_TEST(a_timer_armed_in_the_past_starves_no_other_timer),
		LOOP_TEST(a_timer_armed_in_the_past_starves_no_descriptor),
		LOOP_TEST(a_due_timer_that_is_removed_is_never_called),
		LOOP_TEST(a_stop_keeps_due_timers_for_the_next_run),
		LOOP_TEST(many_timers_keep_their_order_through_removals),
		LOOP_TEST(a_loop_costs_descriptors_only_when_they_are_used),
		LOOP_TEST(a_loop_that_nothing_can_stop_is_refused),
		LOOP_TEST(signals_arrive_as_callbacks),
		LOOP_TEST(a_signal_handler_does_not_end_the_run),
		LOOP_TEST(a_step_calls_what_is_ready_and_does_not_wait),
		LOOP_TEST(a_stop_in_a_step_does_not_end_the_next),
		LOOP_TEST(an_armed_timer_makes_the_loop_readable),
	};
	return cmocka_run_group_tests_name("base/loop", tests, NULL, NULL);
}

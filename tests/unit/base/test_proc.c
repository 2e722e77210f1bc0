/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

static void a_pidfd_tells_and_signals_its_process(void **state)
{
	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		for (;;)
			pause();
	}
	_cleanup_close_ int fd = proc_pidfd_open(pid);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(proc_pidfd_signal(fd, 0), 0);
	assert_int_equal(proc_pidfd_signal(fd, SIGKILL), 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 10000), 1);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(proc_pidfd_signal(fd, SIGKILL), -ESRCH);
}

static void what_is_no_process_has_no_pidfd(void **state)
{
	(void)state;
	assert_int_equal(proc_pidfd_open(-1), -EINVAL);
	assert_int_equal(proc_pidfd_signal(-1, SIGKILL), -EBADF);
}

static void the_boot_id_is_a_uuid_and_stays(void **state)
{
	(void)state;
	char a[37] = "";
	char b[37] = "";
	assert_int_equal(proc_boot_id(a), 0);
	assert_int_equal(proc_boot_id(b), 0);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
	assert_string_equal(a, b);
}

static void every_signal_has_a_name(void **state)
{
	(void)state;
	char text[16];
	assert_string_equal(proc_signal_name(SIGTERM, text), "SIGTERM");
	assert_string_equal(proc_signal_name(SIGSEGV, text), "SIGSEGV");
	assert_string_equal(proc_signal_name(70, text), "signal 70");
	assert_string_equal(proc_signal_name(SIGRTMIN, text), "signal 34");
	assert_string_equal(proc_signal_name(0, text), "signal 0");
}

static void names_and_numbers_are_understood(void **state)
{
	(void)state;
	char text[16];
	for (int sig = 1; sig < 32; sig++) {
		int got = 0;
		assert_int_equal(proc_parse_signal(proc_signal_name(sig, text), &got), 0);
		assert_int_equal(got, sig);
		assert_int_equal(proc_parse_signal(text + 3, &got), 0);
		assert_int_equal(got, sig);
		snprintf(text, sizeof(text), "%d", sig);
		assert_int_equal(proc_parse_signal(text, &got), 0);
		assert_int_equal(got, sig);
	}
	int got = 0;
	assert_int_equal(proc_parse_signal("term", &got), 0);
	assert_int_equal(got, SIGTERM);
	assert_int_equal(proc_parse_signal("64", &got), 0);
	assert_int_equal(got, 64);
}

static void other_words_are_no_signals(void **state)
{
	(void)state;
	int got = 77;
	assert_int_equal(proc_parse_signal("", &got), -EINVAL);
	assert_int_equal(proc_parse_signal("SIG", &got), -EINVAL);
	assert_int_equal(proc_parse_signal("SIGSIGTERM", &got), -EINVAL);
	assert_int_equal(proc_parse_signal("TERMINATE", &got), -EINVAL);
	assert_int_equal(proc_parse_signal("-9", &got), -EINVAL);
	assert_int_equal(proc_parse_signal("0", &got), -ERANGE);
	assert_int_equal(proc_parse_signal("65", &got), -ERANGE);
	assert_int_equal(proc_parse_signal("99999999999999999999", &got), -ERANGE);
	assert_int_equal(got, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pidfd_tells_and_signals_its_process),
		cmocka_unit_test(what_is_no_process_has_no_pidfd),
		cmocka_unit_test(the_boot_id_is_a_uuid_and_stays),
		cmocka_unit_test(every_signal_has_a_name),
		cmocka_unit_test(names_and_numbers_are_understood),
		cmocka_unit_test(other_words_are_no_signals),
	};
	return cmocka_run_group_tests_name("base/proc", tests, NULL, NULL);
}

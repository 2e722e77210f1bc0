/* SPDX-License-Identifier: Apache-2.0 */
#include "base/capture.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "base/time.h"

#define MINUTE (60 * NSEC_PER_SEC)

static int shell(const char *script, const char *dir, size_t max, int64_t timeout_ns,
		 struct capture *ret)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	return capture_run((char *const *)(uintptr_t)argv, dir, max, timeout_ns, ret);
}

static void both_outputs_and_the_status_come_back(void **state)
{
	struct capture c;

	(void)state;
	assert_int_equal(shell("pwd; echo bad >&2; read x || exit 3", "/usr", 100, MINUTE, &c), 0);
	assert_string_equal(c.out, "/usr\n");
	assert_int_equal(c.out_len, 5);
	assert_string_equal(c.err, "bad\n");
	assert_int_equal(WEXITSTATUS(c.status), 3);
	capture_fini(&c);
	assert_int_equal(shell("kill -TERM $$", NULL, 100, MINUTE, &c), 0);
	assert_int_equal(WTERMSIG(c.status), SIGTERM);
	assert_string_equal(c.out, "");
	capture_fini(&c);
}

static void more_than_a_pipe_holds_comes_whole(void **state)
{
	struct capture c;

	(void)state;
	assert_int_equal(shell("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero", NULL,
			       1 << 20, MINUTE, &c), 0);
	assert_int_equal(c.out_len, 300000);
	assert_int_equal(c.err_len, 300000);
	capture_fini(&c);
}

static void faults_have_their_numbers(void **state)
{
	const char *const argv[] = { "no-such-program-of-isorun", NULL };
	struct capture c;

	(void)state;
	assert_int_equal(capture_run((char *const *)(uintptr_t)argv, NULL, 100, MINUTE, &c),
			 -ENOENT);
	assert_int_equal(shell("echo 12345", NULL, 5, MINUTE, &c), -EFBIG);
	assert_int_equal(shell("exec sleep 1000", NULL, 5, NSEC_PER_SEC / 20, &c), -ETIMEDOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_outputs_and_the_status_come_back),
		cmocka_unit_test(more_than_a_pipe_holds_comes_whole),
		cmocka_unit_test(faults_have_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

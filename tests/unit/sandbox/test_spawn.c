/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { DEADLINE_MS = 20000, MANY = 48 };

static void set(struct spec *s, const char *section, const char *key, const char *value)
{
	struct iso_err err = ISO_ERR_INIT;

	if (spec_set(s, section, key, value, "test", &err) < 0)
		fail_msg("%s", err.text);
}

static struct sbx_plan *compile(const struct spec *spec, const struct cg_plan *cgroups)
{
	char *const argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)"exit 3", NULL };
	char *const env[] = { NULL };
	const struct sbx_request request = {
		.spec = spec, .argv = argv, .env = env, .cwd = "/", .workspace = "/",
		.cgroups = cgroups, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1,
		.user_ns = geteuid() != 0,
	};
	struct iso_err err = ISO_ERR_INIT;
	struct sbx_plan *plan = NULL;

	if (sbx_compile(&request, &plan, &err) < 0)
		fail_msg("%s", err.text);
	return plan;
}

/* The wait status of its command; -1: it ended without one. */
static int wait_for(struct sbx *s)
{
	const struct sbx_news *news;

	do {
		struct pollfd fd = { .fd = sbx_poll_fd(s), .events = POLLIN };
		assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
		news = sbx_attend(s, NULL, false);
	} while (!news->ended);
	return news->exited ? news->status : -1;
}

/* Another thread, or another attempt, opens some between plan and start. */
static void descriptors_opened_after_the_plan_do_no_harm(void **state)
{
	const struct cg_plan none = { 0 };
	struct spec spec;
	(void)state;

	assert_int_equal(spec_init(&spec), 0);
	set(&spec, "namespaces", "own", "mount pid");
	set(&spec, "filesystem", "private", "/tmp /var/tmp");
	for (int n = 0; n < MANY; n++) {
		struct sbx_plan *plan = compile(&spec, &none);
		struct iso_err err = ISO_ERR_INIT;
		struct sbx *s = NULL;
		int fds[MANY];
		for (int i = 0; i < n; i++)
			fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (sbx_spawn(plan, &s, &err) < 0)
			fail_msg("%s", err.text);
		int status = wait_for(s);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 3)
			fail_msg("with %d descriptors: status %#x", n, (unsigned)status);
		sbx_free(s);
		sbx_plan_free(plan);
		for (int i = 0; i < n; i++)
			close(fds[i]);
	}
	spec_fini(&spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_opened_after_the_plan_do_no_harm),
	};
	return cmocka_run_group_tests_name("sandbox/spawn", tests, NULL, NULL);
}

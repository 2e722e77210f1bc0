/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/pack.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* As init_main.c does it. */
static const struct sbx_job *unpack(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	char *base = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(base, MAP_FAILED);
	const struct pack_head *head = (const void *)base;
	const uint32_t *places = (const void *)(base + head->places_at);
	for (uint32_t i = 0; i < head->n_places; i++)
		*(uintptr_t *)(void *)(base + places[i]) += (uintptr_t)base;
	return (const void *)(base + head->job_at);
}

static void what_a_job_points_to_comes_with_it(void **state)
{
	static const gid_t groups[] = { 4, 5 };
	const struct sbx_step init[] = {
		{ .op = SBX_MOUNT, .source = "proc", .path = "/proc", .type = "proc", .flags = 7 },
		{ .op = SBX_MKDIR, .path = "/a b" },
	};
	const struct sbx_step test[] = {
		{ .op = SBX_IDS, .data = groups, .size = sizeof(groups), .uid = 3 },
	};
	const struct cg_plan cgroups = {
		.groups = { { .parent_fd = 9, .name = "leaf", .join_file = "tasks",
			      .writes = { { .file = "limit", .value = "1" } }, .n_writes = 1,
			      .reads = { "peak" }, .n_reads = 1 } },
		.n_groups = 1,
	};
	const struct sbx_layer layers[] = { { .upper_fd = 1, .merged_fd = 2, .at = "sub" } };
	char *const argv[] = { (char *)"cmd", (char *)"x", NULL };
	char *shell[] = { (char *)"/bin/sh", NULL, (char *)"x", NULL };
	char *const env[] = { (char *)"A=1", NULL };
	const int keep[] = { 3, 9 };
	const struct sock_filter filter[] = { { .k = 7 }, { .k = 8 } };
	const struct sbx_job job = {
		.init_steps = init, .n_init_steps = 2, .test_steps = test, .n_test_steps = 1,
		.cgroups = &cgroups, .candidates = argv, .argv = argv, .shell_argv = shell,
		.envp = env, .keep_fds = keep, .n_keep_fds = 2, .layers = layers, .n_layers = 1,
		.filter = filter, .n_filter = 2, .report_fd = 3,
	};

	(void)state;
	_cleanup_close_ int fd = pack_job(&job);
	assert_true(fd >= 0);
	const struct sbx_job *got = unpack(fd);
	assert_int_equal(got->report_fd, 3);
	assert_string_equal(got->init_steps[0].source, "proc");
	assert_string_equal(got->init_steps[1].path, "/a b");
	assert_null(got->init_steps[1].source);
	assert_memory_equal(got->test_steps[0].data, groups, sizeof(groups));
	assert_int_equal(got->cgroups->groups[0].parent_fd, 9);
	assert_string_equal(got->cgroups->groups[0].name, "leaf");
	assert_string_equal(got->cgroups->groups[0].writes[0].value, "1");
	assert_string_equal(got->cgroups->groups[0].reads[0], "peak");
	assert_null(got->cgroups->groups[0].empty_file);
	assert_string_equal(got->layers[0].at, "sub");
	assert_memory_equal(got->filter, filter, sizeof(filter));
	assert_memory_equal(got->keep_fds, keep, sizeof(keep));
	assert_string_equal(got->argv[1], "x");
	assert_null(got->argv[2]);
	assert_null(got->shell_argv[1]);
	assert_string_equal(got->shell_argv[2], "x");
	assert_null(got->shell_argv[3]);
	assert_string_equal(got->envp[0], "A=1");
}

static void a_fork_has_no_command(void **state)
{
	const struct cg_plan none = { 0 };
	char *const env[] = { NULL };
	const struct sbx_job job = { .cgroups = &none, .envp = env };

	(void)state;
	_cleanup_close_ int fd = pack_job(&job);
	assert_true(fd >= 0);
	const struct sbx_job *got = unpack(fd);
	assert_null(got->argv);
	assert_null(got->candidates);
	assert_null(got->envp[0]);
	assert_int_equal(got->n_init_steps, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_job_points_to_comes_with_it),
		cmocka_unit_test(a_fork_has_no_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

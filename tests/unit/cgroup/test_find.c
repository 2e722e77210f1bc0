/* SPDX-License-Identifier: Apache-2.0 */
/* Real groups, as far as this host gives some: on v1 and on v2 alike. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"
#include "cgroup/cgroup.h"

static struct cg_place place;
static struct cg *cg;
static unsigned n_leaves;

static int find_once(void **state)
{
	(void)state;
	if (cg_find(&place, NULL) < 0)
		return -1;
	if (place.version == CG_NONE) {
		print_message("# SKIP no group to test in: %s\n", place.why_none);
		return 0;
	}
	return cg_open(&place, &cg, NULL);
}

static int close_all(void **state)
{
	(void)state;
	cg_close(cg);
	cg_place_fini(&place);
	return 0;
}

static void need_group(void)
{
	if (!cg)
		skip();
}

/* What the sandbox's init does with a plan, in the order that it says. */
static void leaf_begin(struct cg_plan *plan, const struct cg_limits *limits)
{
	char name[CG_NAME];
	cg_leaf_name(cg, 1000 + n_leaves++, name);
	cg_plan_leaf(cg, name, limits, plan);
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct cg_group_plan *group = &plan->groups[i];
		assert_int_equal(mkdirat(group->parent_fd, group->name, 0755), 0);
		_cleanup_close_ int fd = openat(group->parent_fd, group->name, O_PATH | O_CLOEXEC);
		for (size_t k = 0; k < group->n_writes; k++) {
			int r = fs_write_at(fd, group->writes[k].file, group->writes[k].value);
			if (!group->writes[k].optional)
				assert_int_equal(r, 0);
		}
	}
}

static pid_t leaf_start(const struct cg_plan *plan, void (*job)(int fd), int fd)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct cg_group_plan *group = &plan->groups[i];
		int leaf_fd = openat(group->parent_fd, group->name, O_PATH | O_CLOEXEC);
		if (fs_write_at(leaf_fd, group->join_file ? group->join_file : "cgroup.procs",
				"0") < 0)
			_exit(99);
	}
	job(fd);
	_exit(0);
}

static struct cg_usage leaf_end(const struct cg_plan *plan)
{
	struct cg_usage usage = { 0 };
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct cg_group_plan *group = &plan->groups[i];
		_cleanup_close_ int fd = openat(group->parent_fd, group->name, O_PATH | O_CLOEXEC);
		for (size_t k = 0; k < group->n_reads; k++) {
			char text[8192];
			if (fs_read_small_at(fd, group->reads[k], text, sizeof(text)) >= 0)
				cg_parse_usage(cg, group->reads[k], text, &usage);
		}
		if (group->empty_file)
			(void)fs_write_at(fd, group->empty_file, group->empty_value);
		assert_int_equal(unlinkat(group->parent_fd, group->name, AT_REMOVEDIR), 0);
	}
	return usage;
}

static void touch(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		_exit(98);
	for (size_t i = 0; i < bytes; i += 4096)
		((volatile char *)p)[i] = 1;
}

static void take_20_mib(int fd)
{
	(void)fd;
	touch(20 << 20);
}

static void take_64_mib(int fd)
{
	(void)fd;
	touch(64 << 20);
}

static void fork_30(int fd)
{
	(void)fd;
	for (int i = 0; i < 30; i++) {
		pid_t pid = fork();
		if (pid < 0)
			_exit(errno == EAGAIN ? 11 : 97);
		if (pid == 0) {
			pause();
			_exit(0);
		}
	}
}

/* Says that it holds its memory, and ends when the other side of fd does. */
static void hold_20_mib(int fd)
{
	touch(20 << 20);
	char c = 'x';
	if (write(fd, &c, 1) != 1 || read(fd, &c, 1) < 0)
		_exit(97);
}

static void a_group_is_found_or_the_reason_is_given(void **state)
{
	(void)state;
	assert_non_null(place.self);
	if (place.version != CG_NONE) {
		assert_non_null(place.memory_dir);
		assert_true(str_ends(place.memory_dir, "/isorun"));
		return;
	}
	assert_null(place.memory_dir);
	assert_non_null(place.why_none);
	assert_null(strchr(place.why_none, '\n'));
}

static void finding_again_finds_the_same(void **state)
{
	(void)state;
	need_group();
	struct cg_place again;
	assert_int_equal(cg_find(&again, NULL), 0);
	assert_int_equal(again.version, place.version);
	assert_string_equal(again.memory_dir, place.memory_dir);
	assert_string_equal(again.self, place.self);
	cg_place_fini(&again);
}

static void the_peak_of_a_leaf_is_what_its_process_took(void **state)
{
	(void)state;
	need_group();
	const struct cg_limits limits = { .mem_bytes = 100 << 20, .pids = 10 };
	struct cg_plan plan;
	leaf_begin(&plan, &limits);
	pid_t pid = leaf_start(&plan, take_20_mib, -1);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	struct cg_usage usage = leaf_end(&plan);
	assert_in_range(usage.peak_bytes, 20 << 20, 30 << 20);
	assert_int_equal(usage.oom_kills, 0);
	assert_false(usage.limit_hit);
}

static void a_process_above_the_limit_is_killed_and_counted(void **state)
{
	(void)state;
	need_group();
	const struct cg_limits limits = { .mem_bytes = 16 << 20, .pids = 10 };
	struct cg_plan plan;
	leaf_begin(&plan, &limits);
	pid_t pid = leaf_start(&plan, take_64_mib, -1);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	struct cg_usage usage = leaf_end(&plan);
	assert_int_equal(usage.oom_kills, 1);
	assert_true(usage.limit_hit);
	assert_int_equal(usage.peak_bytes, 16 << 20);
}

static void kill_text(const char *pid_text)
{
	uint64_t pid;
	if (num_parse_u64(pid_text, &pid) == 0 && pid > 1)
		kill((pid_t)pid, SIGKILL);
}

static void a_leaf_holds_no_more_processes_than_allowed(void **state)
{
	(void)state;
	need_group();
	if (!place.pids_dir)
		skip();
	const struct cg_limits limits = { .pids = 5 };
	struct cg_plan plan;
	leaf_begin(&plan, &limits);
	pid_t pid = leaf_start(&plan, fork_30, -1);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 11);
	/* Its children wait for a signal for ever. */
	for (size_t i = 0; i < plan.n_groups; i++) {
		char path[CG_NAME + 16];
		snprintf(path, sizeof(path), "%s/cgroup.procs", plan.name);
		char text[256];
		char *rest = text;
		const char *line;
		assert_true(fs_read_small_at(plan.groups[i].parent_fd, path, text,
					     sizeof(text)) >= 0);
		while ((line = strsep(&rest, "\n")))
			kill_text(line);
	}
	while (cg_remove_leaf(cg, plan.name) == -EBUSY)
		sched_yield();
}

static void a_sample_counts_memory_while_the_leaf_lives(void **state)
{
	(void)state;
	need_group();
	const struct cg_limits limits = { .mem_bytes = 100 << 20 };
	struct cg_plan plan;
	leaf_begin(&plan, &limits);
	struct cg_held held = { 0 };
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid_t pid = leaf_start(&plan, hold_20_mib, pair[1]);
	char c;
	assert_int_equal(read(pair[0], &c, 1), 1);
	int r_sample = cg_sample(cg, plan.name, &held);
	int r_remove = cg_remove_leaf(cg, plan.name);
	uint64_t ours_bytes = cg_ours_bytes(cg);
	assert_int_equal(write(pair[0], &c, 1), 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(pair[0]);
	close(pair[1]);
	(void)leaf_end(&plan);
	assert_int_equal(r_sample, 0);
	assert_in_range(held.working_bytes, 20 << 20, 30 << 20);
	assert_int_equal(r_remove, -EBUSY);
	assert_true(ours_bytes >= 20 << 20);
	assert_int_equal(cg_sample(cg, plan.name, &held), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_is_found_or_the_reason_is_given),
		cmocka_unit_test(finding_again_finds_the_same),
		cmocka_unit_test(the_peak_of_a_leaf_is_what_its_process_took),
		cmocka_unit_test(a_process_above_the_limit_is_killed_and_counted),
		cmocka_unit_test(a_leaf_holds_no_more_processes_than_allowed),
		cmocka_unit_test(a_sample_counts_memory_while_the_leaf_lives),
	};
	return cmocka_run_group_tests_name("cgroup/find", tests, find_once, close_all);
}

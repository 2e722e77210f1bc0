/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test process, from its clone to exec.
 *
 * It is made as vfork(2) makes one: on init's memory and stack, while init
 * waits for its exec or its end.  So no page is copied after the cgroup was
 * joined (such pages would count as the test's memory), nothing is charged for
 * page tables that exec throws away, and a fault needs no pipe: it is left in
 * *fault, which init reads when it wakes.
 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL /* Linux 5.7 */
#endif

static _Noreturn void fail(struct sbx_fault *fault, enum sbx_stage stage, size_t step, int code)
{
	fault->stage = stage;
	fault->step = (uint32_t)step;
	fault->code = code;
	_exit(125);
}

/* As execvp(3): the first candidate that can be run; what is found but must
 * not be run outweighs what is not there.  A file without an interpreter line
 * is the shell's. */
static _Noreturn void run_command(const struct sbx_job *job, struct sbx_fault *fault)
{
	int code = ENOENT;
	size_t at = 0;

	for (size_t i = 0; job->candidates[i]; i++) {
		execve(job->candidates[i], job->argv, job->envp);
		if (errno == ENOEXEC) {
			job->shell_argv[1] = job->candidates[i];
			execve(job->shell_argv[0], job->shell_argv, job->envp);
		}
		if (errno != ENOENT && errno != ENOTDIR) {
			code = errno;
			at = i;
			if (errno != EACCES)
				break;
		}
	}
	fail(fault, SBX_STAGE_EXEC, at, code);
}

/* Signals that init blocks or ignores must be the caller's again. */
static void restore_signals(const struct sbx_job *job)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	/* Of this process only: no CLONE_SIGHAND. */
	if (job->ignores_chld)
		sigaction(SIGCHLD, &ignore, NULL);
	sigprocmask(SIG_SETMASK, &job->test_mask, NULL);
}

int child_test_steps(const struct sbx_job *job,
		     void (*lost)(int fd, const struct sbx_fault *fault), int fd,
		     uint32_t *ret_step)
{
	for (uint32_t i = 0; i < job->n_test_steps; i++) {
		const struct sbx_step *s = &job->test_steps[i];
		int code = child_step_run(s);
		if (code && !(s->when_refused & SBX_MAY_FAIL)) {
			*ret_step = i;
			return code;
		}
		const struct sbx_fault without = { SBX_STAGE_TEST, i, code, 0 };
		if (code)
			lost(fd, &without);
	}
	return 0;
}

/* Where the leaf could not be joined by being born in it. */
static int join_late(const struct cg_plan *plan, const int join_fds[CG_MAX_GROUPS])
{
	for (size_t i = 0; i < plan->n_groups; i++) {
		if (plan->groups[i].join_file)
			continue;
		int fd = openat(join_fds[i], "cgroup.procs", O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) < 0)
			return errno;
		close(fd);
	}
	return 0;
}

static void record_lost(int report_fd, const struct sbx_fault *fault)
{
	child_record(report_fd, SBX_REC_DEGRADED, fault, sizeof(*fault), NULL, 0);
}

static _Noreturn __attribute__((noinline)) void test_main(const struct sbx_job *job,
							  const int join_fds[CG_MAX_GROUPS],
							  struct sbx_fault *fault)
{
	for (size_t i = 0; i < job->cgroups->n_groups; i++)
		/* v1: "0" is the writer itself; moving another process waits
		 * for an RCU grace period, some 9 ms on an idle machine. */
		if (job->cgroups->groups[i].join_file && write(join_fds[i], "0", 1) < 0)
			fail(fault, SBX_STAGE_CGROUP, i, errno);
	uint32_t step;
	int code = child_test_steps(job, record_lost, job->report_fd, &step);
	if (code)
		fail(fault, SBX_STAGE_TEST, step, code);
	restore_signals(job);
	run_command(job, fault);
}

__attribute__((noinline)) int child_test_spawn(const struct sbx_job *job,
					       const int join_fds[CG_MAX_GROUPS],
					       pid_t *ret_pid, struct sbx_fault *ret_fault)
{
	struct clone_args args = {
		.flags = CLONE_VM | CLONE_VFORK,
		.exit_signal = SIGCHLD,
	};

	for (size_t i = 0; i < job->cgroups->n_groups; i++)
		if (!job->cgroups->groups[i].join_file) {
			args.flags |= CLONE_INTO_CGROUP;
			args.cgroup = (uint64_t)join_fds[i];
		}
	if (job->filter) /* child_refusal.c */
		args.flags |= CLONE_FILES;
	ret_fault->code = 0;
	long pid = child_call_twice(SYS_clone3, (unsigned long)&args, sizeof(args), 0);
	if (pid == 0)
		test_main(job, join_fds, ret_fault);
	/* Containers' filters cannot see clone3's flags and so refuse it. */
	if (pid == -ENOSYS) {
		const unsigned long flags = args.flags & ~(uint64_t)CLONE_INTO_CGROUP;
		pid = child_call_twice(SYS_clone, flags | SIGCHLD, 0, 0);
		if (pid == 0) {
			int code = join_late(job->cgroups, join_fds);
			if (code)
				fail(ret_fault, SBX_STAGE_CGROUP, 0, code);
			test_main(job, join_fds, ret_fault);
		}
	}
	if (pid < 0) {
		*ret_fault = (struct sbx_fault){ SBX_STAGE_CLONE, 0, (int32_t)-pid, 0 };
		return (int)-pid;
	}
	if (ret_fault->code) {
		while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
			;
		return ret_fault->code;
	}
	*ret_pid = (pid_t)pid;
	return 0;
}

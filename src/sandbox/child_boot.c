/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Init as a program of its own: from its clone to its exec.
 *
 * To copy a large process takes long, and while the copy lives each page that
 * the process changes is kept twice.  So this child is made as vfork(2) makes
 * one, and becomes init_main.c.  As a user it must write its id maps before, or
 * it would be nobody's program, and have its capabilities last over the exec.
 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

static int keep_caps(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return errno;
	for (int i = 0; i < 2; i++)
		data[i].inheritable = data[i].permitted;
	if (syscall(SYS_capset, &head, data) < 0)
		return errno;
	/* Linux 4.3; which number is the kernel's highest is not known. */
	for (unsigned long cap = 0; cap < 64; cap++)
		if ((data[cap / 32].permitted >> cap % 32 & 1) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return errno;
	return 0;
}

static _Noreturn __attribute__((noinline)) void boot(struct sbx_boot *b)
{
	const struct sbx_job *job = b->job;

	for (size_t i = 0; i < job->n_map_steps; i++) {
		b->fault.step = (uint32_t)i;
		b->fault.code = child_step_run(&job->init_steps[i]);
		if (b->fault.code)
			_exit(125);
	}
	b->fault.stage = SBX_STAGE_BOOT;
	b->fault.code = job->own_user_ns ? keep_caps() : 0;
	if (b->fault.code)
		_exit(125);
	for (size_t i = 0; i < job->n_keep_fds; i++)
		(void)fcntl(job->keep_fds[i], F_SETFD, 0);
	(void)fcntl(b->job_fd, F_SETFD, 0);
	/* execveat(2), Linux 3.19. */
	(void)syscall(SYS_execveat, b->image_fd, "", b->argv, b->argv + 2, AT_EMPTY_PATH);
	b->fault.code = errno;
	_exit(125);
}

__attribute__((noinline)) long child_boot(struct clone_args *args, struct sbx_boot *b)
{
	b->fault = (struct sbx_fault){ .stage = SBX_STAGE_INIT };
	long pid = child_clone_in_place(args);
	if (pid == 0)
		boot(b);
	return pid;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Init as a program of its own, `isorun-init FD`: for a process that is too large
 * to be copied (spawn.c).  FD is a file with the job as pack.h describes it.  The
 * library carries this program with it and starts it from memory; of the C
 * library it has headers only (init_libc.c).
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/child.h"
#include "sandbox/pack.h"

_Noreturn void init_start(char **stack) __attribute__((used));

#if defined(__x86_64__)
__asm__(".globl _start\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n"
	"	movq %rsp, %rdi\n"
	"	andq $-16, %rsp\n"
	"	call init_start\n");
#else
__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x30, #0\n"
	"	mov x0, sp\n"
	"	bl init_start\n");
#endif

static struct sbx_job *unpack(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		_exit(125);
	long at = syscall(SYS_mmap, NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0L);
	if (at < 0 && at > -4096)
		_exit(125);
	close(fd);
	return pack_unpack((char *)at);
}

/* What exec was to leave us, and no test is to inherit: child_boot.c. */
static void drop_heritage(const struct sbx_job *job)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (size_t i = 0; i < job->n_keep_fds; i++)
		(void)fcntl(job->keep_fds[i], F_SETFD, FD_CLOEXEC);
	if (!job->own_user_ns)
		return;
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capget, &head, data) == 0) {
		data[0].inheritable = data[1].inheritable = 0;
		(void)syscall(SYS_capset, &head, data);
	}
}

_Noreturn void init_start(char **stack)
{
	/* argc, then argv. */
	const char *number = stack[2];
	int fd = 0;

	for (; *number; number++)
		fd = fd * 10 + (*number - '0');
	const struct sbx_job *job = unpack(fd);
	drop_heritage(job);
	child_init_main(job);
}

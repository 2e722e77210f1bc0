/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fork of isorun's process that stands in a sandbox: theory of operation.
 *
 *   the calling thread --vfork--> guide --vfork--> twin --fork--> the test
 *         waits                 setns, waits        exits
 *
 * 1. The test must be made by the C library's own fork(), which takes and mends
 *    what a bare clone leaves broken: locks of malloc and stdio that other
 *    threads hold, the thread's id, the list of robust mutexes, pthread_atfork
 *    handlers.  It must be made once, for page tables of a gigabyte take 20 ms.
 *    And it must be born into the sandbox's pid namespace, as a child of init,
 *    for no process can move there, and init alone may wait for it.
 * 2. So two processes come before it that cost no copy.  They share this
 *    process's memory and descriptors, as a child of vfork(2) does, and borrow
 *    the calling thread's stack and thread pointer: the C library takes them for
 *    that thread.  The guide joins the namespaces of init, which no thread of
 *    this process could do without taking them all, or by itself as a user; the
 *    pid namespace holds for its children.  The twin, born in there, forks and
 *    ends.  Its child is then init's, pid_namespaces(7).
 * 3. Neither joins the test's cgroup.  Should it run out of memory while one of
 *    them is in it, the kernel would kill all that share its memory: us.
 * 4. The fork joins the cgroup, replays its steps, says through the door how
 *    that went, and waits for init's word.  Init gives it after the calling
 *    thread has told it the test's pid, so after both helpers are gone: nobody
 *    in the sandbox meets a process with this one's memory.
 * 5. When this process is killed meanwhile, init sees the end of `control` and
 *    kills the twin and the test.  The guide waits for the twin only.
 *
 * What the kernel keeps of a thread and drops for a child that shares memory:
 * the registration for restartable sequences, rseq(2).  The fork renews it.
 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rseq.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CHILD_RSEQ_SIG 0x53053053 /* what the C library registers with */
#else
#define CHILD_RSEQ_SIG 0xd428bc00
#endif
enum { RSEQ_SIZE_MIN = 32, RSEQ_FAILED = -2 };

/* glibc 2.35; 0 where it registers nothing. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned __rseq_size __attribute__((weak));

static char *thread_pointer(void)
{
	char *at;
#if defined(__x86_64__)
	__asm__("movq %%fs:0, %0" : "=r"(at));
#else
	__asm__("mrs %0, tpidr_el0" : "=r"(at));
#endif
	return at;
}

static void renew_rseq(void)
{
	if (!&__rseq_size || !__rseq_size)
		return;
	struct rseq *area = (struct rseq *)(void *)(thread_pointer() + __rseq_offset);
	unsigned size = (__rseq_size + RSEQ_SIZE_MIN - 1) / RSEQ_SIZE_MIN * RSEQ_SIZE_MIN;
	/* rseq(2), Linux 4.18.  Without it the C library must not trust the area. */
	if (syscall(SYS_rseq, area, size, 0, CHILD_RSEQ_SIG) < 0)
		area->cpu_id = (uint32_t)RSEQ_FAILED;
}

static int join_cgroups(const struct cg_plan *plan, uint32_t *ret_group)
{
	for (uint32_t i = 0; i < plan->n_groups; i++) {
		const struct cg_group_plan *g = &plan->groups[i];
		*ret_group = i;
		int dir = openat(g->parent_fd, g->name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			return errno;
		int fd = openat(dir, g->join_file ? g->join_file : "cgroup.procs",
				O_WRONLY | O_CLOEXEC);
		int code = fd < 0 || write(fd, "0", 1) < 0 ? errno : 0;
		if (fd >= 0)
			close(fd);
		close(dir);
		if (code)
			return code;
	}
	return 0;
}

static void tell(int door_fd, uint32_t kind, const struct sbx_fault *fault)
{
	const struct sbx_told told = { .kind = kind, .fault = *fault };

	/* Init's end is ours, so nobody has to know. */
	(void)send(door_fd, &told, sizeof(told), MSG_NOSIGNAL);
}

static void tell_lost(int door_fd, const struct sbx_fault *fault)
{
	tell(door_fd, SBX_REC_DEGRADED, fault);
}

/* The test: from its fork to its first own instruction. */
static void stand(const struct sbx_entry *e)
{
	struct sbx_fault fault = { .stage = SBX_STAGE_CGROUP };
	char word;

	renew_rseq();
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	fault.code = join_cgroups(e->job->cgroups, &fault.step);
	if (!fault.code) {
		fault.stage = SBX_STAGE_TEST;
		fault.code = child_test_steps(e->job, tell_lost, e->door_fd, &fault.step);
	}
	/* Another user's process is made undumpable, and would not even own its
	 * files in /proc; exec(2) would give that back. */
	if (dumpable == 1)
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	tell(e->door_fd, fault.code ? SBX_REC_FAULT : SBX_REC_STARTED, &fault);
	if (fault.code || recv(e->door_fd, &word, 1, 0) != 1)
		_exit(125);
	close(e->door_fd);
	if (e->close_fds)
		child_close_others(e->pass_fds, e->n_pass_fds);
}

static _Noreturn void refuse(struct sbx_entry *e, const char *doing, int code)
{
	e->doing = doing;
	e->code = code;
	_exit(0);
}

/* Only the test returns from `go`; the caller's frames below are its own copy
 * by then. */
static __attribute__((noinline)) long send_ahead(struct clone_args *args,
						 void (*go)(struct sbx_entry *e),
						 struct sbx_entry *e)
{
	long pid = child_clone_in_place(args);
	if (pid == 0) {
		go(e);
		/* No jump instead of the call: it would run in this frame, which
		 * the caller needs again. */
		__asm__ volatile("" ::: "memory");
		return 0;
	}
	return pid;
}

static void await(long pid)
{
	while (waitpid((pid_t)pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

static void twin(struct sbx_entry *e)
{
	pid_t pid = fork();
	if (pid == 0) {
		stand(e);
		return;
	}
	if (pid < 0)
		refuse(e, "fork", errno);
	e->pid = pid;
	refuse(e, NULL, 0);
}

/* Its exit sends no signal: a host that waits for any child does not see it. */
static struct clone_args in_place(void)
{
	return (struct clone_args){ .flags = CLONE_VM | CLONE_VFORK | CLONE_FILES };
}

static void guide(struct sbx_entry *e)
{
	/* By pidfd, and several at once: Linux 5.8, setns(2). */
	if (setns(e->init_fd, e->job->namespaces) < 0)
		refuse(e, "enter the namespaces", errno);
	struct clone_args args = in_place();
	long pid = send_ahead(&args, twin, e);
	if (pid == 0)
		return;
	if (pid < 0)
		refuse(e, "fork", (int)-pid);
	await(pid);
	_exit(0);
}

int child_enter(struct sbx_entry *e)
{
	struct clone_args args = in_place();

	e->doing = "fork";
	e->code = EINTR;
	long pid = send_ahead(&args, guide, e);
	if (pid == 0)
		return 0;
	if (pid < 0)
		e->code = (int)-pid;
	else
		await(pid);
	return e->code ? -1 : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/child.h - the code between clone and exec; child_*.c and nothing else (STYLE G9). */
#ifndef SANDBOX_CHILD_H
#define SANDBOX_CHILD_H

#include <errno.h>
#include <linux/sched.h>
#include <sys/syscall.h>

#include "sandbox/step.h"

/* Pid 1 of the sandbox, from clone3 to the end.  Does not return. */
_Noreturn void child_init_main(const struct sbx_job *job);

/* The keeper of pasta; see child_nat.c. */
struct nat_job {
	char *const *argv;      /* of pasta */
	const char *net_path;   /* the sandbox's namespaces in /proc; user_path NULL: the host's */
	const char *user_path;
	int tell_fd;            /* a byte from init to begin, and its end to end */
	int hear_fd;            /* to init */
	int words_fd;           /* for what goes wrong */
	int keep_fds[3];        /* the same three, ascending */
};
_Noreturn void child_nat_main(const struct nat_job *job);
enum { CHILD_NAT_LOST = 3 }; /* its exit status where pasta ended before init */

/* Runs one step: 0 or the errno, positive; 0 too for a path that may lack and does. */
int child_step_run(const struct sbx_step *step);

/* Adds one record to those that wait to be sent; `extra` follows the payload
 * and is cut to fit PIPE_BUF. */
void child_record(int report_fd, uint32_t kind, const void *payload, size_t size,
		  const void *extra, size_t extra_size);

/* Sends what waits.  A reader that has gone is no error: isorun is dead, and the
 * lifeline tells. */
void child_flush(int report_fd);

/* Makes and limits the leaves; 0 or errno, with the group in *ret_group.
 * Fills join_fds with descriptors: of v1's tasks file, or of the leaf's
 * directory for CLONE_INTO_CGROUP. */
int child_cgroup_make(const struct cg_plan *plan, int join_fds[CG_MAX_GROUPS],
		      uint32_t *ret_group);
/* Reports the counters, empties and removes the leaves; 0 or the last errno. */
int child_cgroup_remove(const struct cg_plan *plan, int report_fd);

/* Starts the test process on the caller's own memory (vfork): 0 with *ret_pid,
 * or errno with *ret_fault saying where. */
int child_test_spawn(const struct sbx_job *job, const int join_fds[CG_MAX_GROUPS],
		     pid_t *ret_pid, struct sbx_fault *ret_fault);

/* Runs the test's steps.  What may fail is handed to `lost`; 0, or errno with
 * *ret_step. */
int child_test_steps(const struct sbx_job *job,
		     void (*lost)(int fd, const struct sbx_fault *fault), int fd,
		     uint32_t *ret_step);

/* Closes all above 2 but the n of keep_fds, which ascend. */
void child_close_others(const int *keep_fds, size_t n);

/* clone3(2) or clone(2) with CLONE_VM and CLONE_VFORK, without a stack: the child
 * goes on in the caller's frame while the caller waits.  0 in the child; in the
 * caller its pid or -errno.  In assembly because a C function would return twice
 * through one frame. */
static inline __attribute__((always_inline)) long child_call_twice(long number, unsigned long arg,
								   unsigned long more,
								   unsigned long third)
{
#if defined(__x86_64__)
	long ret;
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(number), "D"(arg), "S"(more), "d"(third), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
#elif defined(__aarch64__)
	register long x0 __asm__("x0") = (long)arg;
	register long x1 __asm__("x1") = (long)more;
	register long x2 __asm__("x2") = (long)third;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;
	register long x8 __asm__("x8") = number;
	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x8)
			 : "memory");
	return x0;
#else
#error "isorun is written for x86-64 and arm64"
#endif
}

/* By clone(2) where a container's filter, which cannot see clone3's flags,
 * answers ENOSYS: it can do as much without CLONE_INTO_CGROUP. */
static inline __attribute__((always_inline)) long child_clone_in_place(struct clone_args *args)
{
	long pid = child_call_twice(SYS_clone3, (unsigned long)args, sizeof(*args), 0);

	if (pid == -ENOSYS)
		pid = child_call_twice(SYS_clone, args->flags | args->exit_signal, 0, args->pidfd);
	return pid;
}

/* Makes init as a program of its own: its pid or -errno.  Where fault.code is
 * not 0 it has ended before its exec, and is to be waited for. */
struct sbx_boot {
	const struct sbx_job *job;
	int image_fd;            /* the program */
	int job_fd;              /* the job, packed */
	char *const *argv;       /* name, job_fd's number, NULL */
	struct sbx_fault fault;  /* out */
};
long child_boot(struct clone_args *args, struct sbx_boot *boot);

/* Puts a fork of this process into the sandbox that init has built. */
struct sbx_entry {
	const struct sbx_job *job;
	int init_fd;             /* pidfd */
	int door_fd;             /* the test's end */
	bool close_fds;          /* above 2, but pass_fds */
	const int *pass_fds;     /* ascending */
	size_t n_pass_fds;
	pid_t pid;               /* out: of the fork, in the sandbox's numbering */
	const char *doing;       /* out: what was refused */
	int code;                /* out: errno; 0: forked */
};

/* 0 in the fork, once all of its sandbox stands; 1 in the caller when it was
 * forked, else -1 with entry->code.  All signals are to be blocked. */
int child_enter(struct sbx_entry *entry);

/* Reports each process that is alive besides the caller (own pid namespace),
 * or each living child (shared one); returns how many. */
unsigned child_report_leftovers(const struct sbx_job *job);

/* Kills everything in the sandbox and reaps it; `test` leads its process group
 * if any does. */
void child_kill_all(const struct sbx_job *job, pid_t test);

/* Empties and removes the directory that SBX_SCRATCH made, if it did. */
void child_remove_scratch(const struct sbx_job *job);

/* Reports what was written and deleted in all layers, at most 256 paths by
 * name; counts them in *done. */
void child_report_written(const struct sbx_job *job, struct sbx_done *done);

/* Removes the scratch on disk, when there is one. */
void child_remove_disk(const struct sbx_job *job);

/* Sends the layers' descriptors, upper and merged in turn, to isorun. */
void child_hand_over(const struct sbx_job *job);

/* What getdents64(2) fills in. */
struct child_dirent {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};


/* child_terminal.c: 0 or errno.  Opens the terminal of SBX_PTY; hands its ends to
 * isorun; gives the caller's terminal its mode back, where isorun cannot. */
int child_terminal_open(const struct sbx_step *step);
int child_terminal_hand_over(const struct sbx_job *job);
void child_terminal_restore(const struct sbx_job *job);

/* What a filter that bpf.c wrote answers to a call (SECCOMP_RET_*), and a mask of
 * the 32-bit halves of arguments that it looked at, the low one first. */
struct seccomp_data;
uint32_t child_filter_eval(const struct sock_filter *code, size_t n,
			   const struct seccomp_data *data, unsigned *ret_looked);

/* child_refusal.c: loads a filter; where its refusals are to be heard, and heard
 * and answered; reports them, and returns how many there were. */
int child_filter_load(const struct sbx_step *step);
int child_refusal_fd(void); /* -1: nothing to hear */
void child_refusal_answer(const struct sbx_job *job);
void child_refusal_close(void);
uint64_t child_report_refused(int report_fd);

/* Helpers without libc's state. */
int64_t child_now_ns(void);
size_t child_text_len(const char *s);
/* Moves a fresh descriptor to the number that later steps know it by: 0 or the
 * errno, also of making it where fd is negative. */
int child_settle_fd(int fd, int number);
ssize_t child_read_file(int dir_fd, const char *path, char *text, size_t size);

#endif

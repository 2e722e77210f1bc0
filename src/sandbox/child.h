/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/child.h - the code between clone and exec; child_*.c and nothing else (STYLE G9). */
#ifndef SANDBOX_CHILD_H
#define SANDBOX_CHILD_H

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
 * the arguments that it looked at. */
struct seccomp_data;
uint32_t child_filter_eval(const struct sock_filter *code, size_t n,
			   const struct seccomp_data *data, unsigned *ret_looked);

/* Closes what is above 2 and not in the list, which ascends. */
void child_close_others(const int *keep, size_t n);

/* Helpers without libc's state. */
int64_t child_now_ns(void);
size_t child_text_len(const char *s);
/* Moves a fresh descriptor to the number that later steps know it by: 0 or the
 * errno, also of making it where fd is negative. */
int child_settle_fd(int fd, int number);
ssize_t child_read_file(int dir_fd, const char *path, char *text, size_t size);

#endif

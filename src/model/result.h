/* SPDX-License-Identifier: Apache-2.0 */
/* model/result.h - the record of one attempt: DESIGN.md's "result record". */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/outcome.h"

/* A process that was still alive when the test ended. */
struct leftover {
	pid_t pid;          /* in the sandbox's own numbering */
	char name[16];      /* comm, proc(5) */
	char *command;      /* words joined by blanks, cut at 200 bytes; may be "" */
	int64_t age_ns;
};

struct usage {
	int64_t wall_ns;        /* from exec to the end of the test process */
	int64_t user_ns;        /* of all processes of the sandbox that were waited for */
	int64_t system_ns;
	uint64_t mem_peak_bytes;    /* the kernel's counter where there is one; 0: not known */
	uint64_t mem_working_bytes; /* the most that was not reclaimable; 0: not known */
	uint64_t mem_limit_bytes;   /* at the start; 0: none */
	uint64_t mem_limit_end_bytes;
	uint64_t swap_bytes;
	uint64_t private_bytes;     /* files of its own in memory, when it ended */
	unsigned oom_kills;         /* counted by the kernel or done by the none driver */
	unsigned pauses;
	int64_t paused_ns;
	int64_t waited_ns;          /* for admission */
};

/* What was given up of the isolation asked for, and why: owned strings. */
struct degraded {
	char *what; /* "memory limit", "network namespace" */
	char *why;  /* one line, with the cure when there is one */
};

/* A kind of system call that the seccomp policy refused: owned strings. */
struct refusal {
	char *call;     /* "ioctl(0x3, 0x5412)" */
	char *error;    /* "EPERM" */
	char *program;  /* the first that made it, by comm, proc(5) */
	char *permit;   /* "[allow] ioctl = int1 == 0x5412": the line of a policy */
	uint64_t count;
};

struct result {
	enum outcome outcome;
	bool started;           /* exec happened; false: see error */
	int raw_status;         /* as wait(2) gave it; meaningful when started */
	int exit_status;        /* 0 to 255, or -1 when a signal ended it */
	int signal;             /* 0 when it exited */
	bool timed_out;
	bool timed_out_total;   /* by the limit that its pauses count against, too */
	bool oom;               /* a process of the test was killed for memory */
	bool test_process_oom;  /* the test process itself, not a child, was */
	bool gave_way;          /* oom: isorun ended it, so that others could grow */
	bool mem_refused;       /* at its limit a system call can have been refused memory: oom
				 * where it failed */
	bool private_full;      /* its private files in memory: there was no room for more */
	bool host_oom;          /* the kernel killed a process of it for memory, though not at its
				 * own limit: the host's killer, or that of a limit above */
	bool sandbox_killed;    /* by somebody else, with the test in it: see error */
	struct usage usage;
	struct leftover *leftovers;
	size_t n_leftovers;
	char **written;         /* overlay: paths written, from the workspace; may be NULL */
	size_t n_written;       /* the number there were; `written` may hold fewer */
	char **deleted;         /* overlay: paths that were there before; likewise */
	size_t n_deleted;
	char **held;            /* tokens with their units, and locks, by amounts_words; may be
				 * NULL */
	char **kept;            /* what of both was brought into the tree; likewise */
	size_t n_kept;
	struct degraded *degraded;
	size_t n_degraded;
	struct refusal *refusals; /* told of where seccomp-log asks for it */
	size_t n_refusals;
	uint64_t n_refused;     /* calls; above the sum of `refusals` where kinds were too many */
	int error_status;       /* what a shell would report when not started: 2 (the request
				 * was at fault), 125, 126 or 127 */
	char *error;            /* what went wrong of isorun's own; NULL: nothing */
};

void result_init(struct result *r);   /* an attempt that did not start */
void result_fini(struct result *r);   /* frees what it owns, leaves it as result_init */
void refusal_fini(struct refusal *r);
int result_add_degraded(struct result *r, const char *what, const char *why);

/* What was left of its memory limit at its peak: an eighth of it at least, and both are
 * known; else 0.  Who was killed then was not killed for that limit. */
uint64_t result_mem_left(const struct result *r);

/* What a shell user sees of a wrapped command: the exit status by DESIGN.md 9. */
int result_shell_status(const struct result *r);

#endif

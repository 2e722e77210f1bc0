/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/sandbox.h - one boxed process: compile a spec to steps, spawn, hear how it ended. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "cgroup/cgroup.h"
#include "model/result.h"
#include "model/spec.h"
#include "sandbox/terminal.h"

#define SBX_INIT_NAME "isorun-init" /* comm of pid 1, proc(5) */

struct sbx_plan; /* compiled: steps, argv, environment, BPF */
struct sbx;      /* running */
struct sbx_refused;

/* A private layer over a part of the workspace, and what shows there. */
struct sbx_layer {
	int upper_fd;            /* what was written */
	int merged_fd;           /* what the test saw; -1: nobody asked */
	const char *at;          /* below the workspace; "": all of it */
};
enum { SBX_LAYERS_MAX = 32 };

/* Everything is borrowed until sbx_free (cgroups, bpf, lo_up) or until
 * sbx_compile returns (the rest). */
struct sbx_request {
	const struct spec *spec;
	char *const *argv;
	char *const *env;              /* the whole environment of the test */
	const char *cwd;               /* absolute */
	const char *workspace;         /* absolute */
	const char *tree_copy;         /* shows there instead of an overlay; NULL: none */
	char *const *mounts_below;     /* overlay: mount points below the workspace, outer first */
	const char *scratch;           /* a directory to make for the test, and to remove after it;
					* NULL: none */
	const char *disk_dir;          /* with scratch = disk holds private directories and layers;
					* the caller's to remove, or init's when the caller dies */
	uint64_t tmp_size_bytes;       /* of all private directories; 0: the kernel's default */
	const char *meminfo;           /* the text of its own /proc/meminfo; NULL: the host's */
	const struct cg_plan *cgroups;
	const void *bpf;               /* of the spec's policy, when that is not "off" */
	size_t bpf_bytes;
	const void *lo_up;
	size_t lo_up_bytes;
	int stdin_fd, stdout_fd, stderr_fd; /* -1: inherited */
	const struct sbx_terminal *terminal; /* one of its own, in place of the three; NULL: none */
	bool fork;                     /* the test comes by sbx_fork; without argv */
	bool close_fds;                /* of a fork, above 2, but what the spec passes */
	int init_fd;                   /* init as a program; 0: a copy of this process */
	bool own_session;
	bool tell_start;               /* news of the exec come at once; else with the end, which
					* spares a busy machine a change of process */
	bool strict;                   /* a step that may be refused is a fault */
	bool user_ns;                  /* without it the caller needs CAP_SYS_ADMIN */
	sigset_t test_mask;
	const int *keep_fds;           /* that live as long as the sandbox: the ledger's */
	size_t n_keep_fds;
};

/* 0; usage faults (a bind source that is missing, an unknown capability) name
 * the option. */
int sbx_compile(const struct sbx_request *request, struct sbx_plan **ret, struct iso_err *err);
void sbx_plan_free(struct sbx_plan *plan);

/* The steps in words, one a line, for --explain. */
void sbx_explain(const struct sbx_plan *plan, struct buf *ret);

/* The namespaces that the plan makes, as clone(2) flags. */
uint64_t sbx_plan_clone_flags(const struct sbx_plan *plan);

/* Starts pid 1.  -EPERM, -ENOSPC, -EINVAL: the host refuses a namespace. */
int sbx_spawn(const struct sbx_plan *plan, struct sbx **ret, struct iso_err *err);

/* What is known so far; strings and arrays are sbx's own. */
struct sbx_news {
	bool ready;            /* for sbx_fork */
	bool started;          /* exec, or the fork, happened */
	int64_t started_ns;    /* CLOCK_MONOTONIC */
	bool exited;
	int64_t exited_ns;
	int status;            /* wait(2) */
	bool done;             /* everything is dead */
	int leaf_code;         /* errno of removing the leaf; 0: it is gone */
	bool nat_lost;         /* with `ended`: pasta ended before it */
	bool garbled;          /* it told what it never tells: pid 1 is killed */
	bool closed;           /* nothing more is told: sbx_poll_fd is another one now */
	bool ended;            /* pid 1 is reaped */
	int64_t user_ns;
	int64_t system_ns;
	struct leftover *leftovers;
	size_t n_leftovers;
	char **written;
	size_t n_written;
	char **deleted;
	size_t n_deleted;
	struct cg_usage usage;
	struct degraded *degraded;
	size_t n_degraded;
	struct sbx_refused *refusals; /* kinds of calls that the policy refused, step.h */
	size_t n_refusals;
	uint64_t n_refused;    /* calls in all */
	uint64_t private_bytes;      /* that private directories and layers in memory held in */
	uint64_t private_most_bytes; /* the end, and could hold at most; 0: not known */
	bool refused;          /* faulty: the user namespace could not be used, or the
				* root directory is no mount */
	bool faulty;           /* it never started: fault says why */
	bool no_overlay;       /* the fault is that the workspace's cannot be mounted */
	int fault_status;      /* 125, 126 or 127 */
	struct iso_err fault;
};

/* Readable: call sbx_attend.  First the report pipe; once that has ended, pid
 * 1's pidfd: its namespaces take a while to go, and nobody has to sleep for it. */
int sbx_poll_fd(const struct sbx *s);
pid_t sbx_pid(const struct sbx *s);     /* of pid 1, in our numbering */

/* Reads what has come; `cg` parses counters.  Returns the news, always.  Once
 * everything is done, `wait` sleeps the last millisecond until pid 1 is gone: a
 * caller with nothing else to do is woken once instead of three times. */
const struct sbx_news *sbx_attend(struct sbx *s, const struct cg *cg, bool wait);

/* Readable when the sandbox's own terminal is there, or never will be. */
int sbx_terminal_fd(const struct sbx *s);
/* Master and slave, the caller's from now on; -EAGAIN: not yet, else never. */
int sbx_take_terminal(struct sbx *s, int ret_fds[2]);

/* The caller's terminal is as it was: pid 1, which guards it, may go.  To be
 * called once everything is done, where the plan has an outer terminal. */
void sbx_leave_terminal(struct sbx *s);

/* Makes the test, when the news are `ready`: a fork of this process.  0 in the
 * test, where nothing of s but sbx_forget is to be used; 1 in this process, where
 * news say whether it `started`; -errno when there is no fork. */
int sbx_fork(struct sbx *s, struct iso_err *err);

/* Instead of sbx_fork: what another process of this user needs, a fork server, to make the
 * fork in our stead.  The descriptors go to it by SCM_RIGHTS, unix(7), in their order; they
 * are borrowed but for the first, which the caller closes. */
enum { SBX_LOAN_MAX = 3 + 3 + CG_MAX_GROUPS };
struct sbx_loan {
	int fds[SBX_LOAN_MAX];
	size_t n;
};
int sbx_lend(const struct sbx *s, struct sbx_loan *ret, struct iso_err *err);

/* The pid that sbx_fork_into gave there; 0 or less: it made none, and init waits no more. */
void sbx_adopt(struct sbx *s, pid_t pid);

/* In the fork server, of a loan that has come; the descriptors stay the caller's.  0 in the
 * test, whose environment has got what the sandbox adds; its pid in the sandbox's numbering in
 * this process; -errno when there is no fork. */
int sbx_fork_into(const int *fds, size_t n, bool close_fds, struct iso_err *err);

/* In a fork of the process that has it: closes our descriptors of it. */
void sbx_forget(struct sbx *s);

void sbx_signal(struct sbx *s, int sig); /* to the test process */
void sbx_kill(struct sbx *s);            /* the test process; pid 1 then ends all */
void sbx_kill_hard(struct sbx *s);       /* pid 1 itself, when it does not answer */

/* The layers of a sandbox that is done whose spec keeps anything; their
 * descriptors are the caller's to close.  Returns their number; 0, too, where
 * init was killed before it could hand them over. */
size_t sbx_take_layers(struct sbx *s, struct sbx_layer ret[SBX_LAYERS_MAX]);

/* Mount points below the directory, outer ones first (strv). */
int sbx_mounts_below(const char *dir, char ***ret, struct iso_err *err);

/* For whoever does not wait for pid 1 once the news are `done`: what tells its end
 * (EPOLLIN), and whether it has come.  The plan is not needed any more by then. */
int sbx_pidfd(const struct sbx *s);
bool sbx_reap(struct sbx *s);

/* Kills hard what still runs and waits for it. */
void sbx_free(struct sbx *s);

/* "NAME" or "UID[:GID]" to "UID:GID:GROUP,…" by the system's databases; numbers
 * pass through.  Uses NSS, so it stays out of the static `isorun`. */
int sbx_resolve_user(struct spec *spec, struct iso_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* isorun/isorun.h - runs commands in sandboxes of their own, from any program; see libisorun(3). */
#ifndef ISORUN_ISORUN_H
#define ISORUN_ISORUN_H

#include <stdint.h>

#include "isorun/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Threads: a box is used by one thread at a time, and so is a spec while it is
 * changed; several may iso_spawn from one spec at once.  The library installs
 * no signal handler, reads no environment, prints nothing and never ends the
 * process.
 *
 * Functions that return int give 0 (or what is said), else a negative errno; a
 * struct iso_err, where there is one, may be NULL.  Strings and lists that are
 * passed in are copied. */

ISO_PUBLIC const char *iso_version(void); /* "0.1.0" */

/* What a sandbox is to be: a profile, and what differs from it. */
struct iso_spec;

ISO_PUBLIC struct iso_spec *iso_spec_new(void); /* NULL: no memory */
ISO_PUBLIC void iso_spec_free(struct iso_spec *spec); /* accepts NULL; boxes made from it live on */

/* Where the ledger lies, through which all who use the same one share one
 * memory budget.  NULL, as it begins: /run/isorun for root, else
 * /tmp/isorun-UID.  isorun(1) uses $XDG_RUNTIME_DIR/isorun where it is set.
 * Made when missing; another user's is refused. */
ISO_PUBLIC int iso_spec_runtime_dir(struct iso_spec *spec, const char *dir);

/* Where profiles are looked for by name, first found wins; NULL-terminated.
 * NULL, as it begins: /etc/isorun/profiles, then those that were installed. */
ISO_PUBLIC int iso_spec_profile_dirs(struct iso_spec *spec, char *const *dirs);

/* Reads a profile by its name, or a file (a '/' in it, or ".ini" at its end);
 * NULL: "default".  Needed before iso_spawn.  It replaces all that iso_spec_set
 * has set, so it comes first, but after the two above. */
ISO_PUBLIC int iso_spec_profile(struct iso_spec *spec, const char *name_or_file,
				struct iso_err *err);

/* Changes one key of the profile, as isorun-profile(5) has them: ("limits",
 * "memory", "512M").  Lists append; the value "none" empties them first. */
ISO_PUBLIC int iso_spec_set(struct iso_spec *spec, const char *section, const char *key,
			    const char *value, struct iso_err *err);

/* The command's working directory, and the tree that the key `workspace` speaks
 * of.  A relative one is resolved now.  NULL, as it begins: this process's at
 * iso_spawn, and the working directory. */
ISO_PUBLIC int iso_spec_cwd(struct iso_spec *spec, const char *dir);
ISO_PUBLIC int iso_spec_workspace(struct iso_spec *spec, const char *dir);

/* The command's environment, to which isorun adds its ISORUN_* and TMPDIR; its
 * PATH is where the command is looked for.  NULL, as it begins: an empty one.
 * Pass `environ` to hand on this process's. */
ISO_PUBLIC int iso_spec_env(struct iso_spec *spec, char *const *env);

/* The command's standard descriptors; -1, as they begin: this process's own.
 * They are duplicated by iso_spawn, so may be closed when it has returned. */
ISO_PUBLIC void iso_spec_stdio(struct iso_spec *spec, int in_fd, int out_fd, int err_fd);

/* What all commands of the ledger together may hold; 0, as it begins: what the
 * host and the cgroups above this process leave. */
ISO_PUBLIC void iso_spec_budget(struct iso_spec *spec, uint64_t bytes);

/* What iso_fork calls around its fork, in the calling thread, as
 * pthread_atfork(3) has them: before it, then in the one process and in the
 * other, before it returns there.  For run-time systems that are told of forks.
 * NULL, as they begin: none. */
ISO_PUBLIC void iso_spec_fork_hooks(struct iso_spec *spec, void (*prepare)(void),
				    void (*parent)(void), void (*child)(void));

enum {
	ISO_STRICT = 1 << 0,      /* what cannot be isolated or limited here is an error */
	ISO_NEW_SESSION = 1 << 1, /* setsid(2): away from this process's terminal and group */
	ISO_NOWAIT = 1 << 2,      /* -EAGAIN rather than queue for memory */
	ISO_CLOSE_FDS = 1 << 3,   /* iso_fork: no descriptor above 2 but the profile's pass-fds */
};
ISO_PUBLIC int iso_spec_flags(struct iso_spec *spec, unsigned flags);

enum iso_outcome {
	ISO_PASSED,        /* exit status 0 */
	ISO_FAILED,        /* another one, or ended by iso_box_kill */
	ISO_TIMED_OUT,
	ISO_OUT_OF_MEMORY, /* a process of it was killed for memory, whatever its exit status */
	ISO_CRASHED,       /* ended by a signal */
};

struct iso_result {
	enum iso_outcome outcome;
	int exit_status;          /* 0 to 255; -1: a signal ended it */
	int signal;               /* 0: it exited */
	int64_t wall_ns;          /* from its exec to its end */
	int64_t user_ns;          /* cpu time of all its processes that were waited for */
	int64_t system_ns;
	int64_t waited_ns;        /* for memory of the budget, before it began */
	uint64_t mem_peak_bytes;  /* page cache included; 0: not known on this host */
	uint64_t mem_limit_bytes; /* 0: none */
	unsigned oom_kills;
	unsigned leftovers;       /* processes it left running; they were killed */
	unsigned degraded;        /* what of the isolation was given up: iso_box_degraded */
};

/* One command in its sandbox. */
struct iso_box;

/* Reserves memory and starts the command, or queues for its turn.  Only what is
 * wrong with the spec, and a ledger or host that cannot be used at all, is
 * reported here; all else, such as a program that is not found, by iso_box_wait. */
ISO_PUBLIC int iso_spawn(const struct iso_spec *spec, char *const argv[], struct iso_box **ret,
			 struct iso_err *err);

/* Forks this process into a sandbox, as fork(2) would: in the child only the
 * calling thread goes on.  Returns 0 there, with *ret NULL, once all of the
 * sandbox stands; in this process 1 and the box, or a negative errno when there
 * is no child.  Waits for memory of the budget, unless ISO_NOWAIT.  Without
 * iso_spec_env the child keeps this process's environment.  It has copies of
 * this process's boxes, with which it can do nothing but free them. */
ISO_PUBLIC int iso_fork(const struct iso_spec *spec, struct iso_box **ret, struct iso_err *err);

/* In a fork server of `isorun suite`, isorun-forkserver(7): forks this process into the sandbox
 * that a message asks for, whose descriptors came with it in that order; they stay the
 * caller's.  Of the spec only its fork hooks and ISO_CLOSE_FDS count.  Returns 0 in the child,
 * once all of its sandbox stands, and has what isorun adds to the environment in environ(7)
 * there; in this process the child's pid in the sandbox's numbering, for the answer; or a
 * negative errno when there is no child. */
ISO_PUBLIC int iso_fork_into(const struct iso_spec *spec, const int *fds, unsigned n_fds,
			     struct iso_err *err);

/* For poll(2) and its kin: whenever it is readable, call iso_box_attend, which
 * never blocks.  0: it runs or queues; 1: it has ended. */
ISO_PUBLIC int iso_box_fd(const struct iso_box *box);
ISO_PUBLIC int iso_box_attend(struct iso_box *box);

/* Blocks until it has ended, and says how; at any later time it says it again.
 * When the command never ran: -ENOENT (no such program), -EACCES (it cannot be
 * executed), -ECANCELED (ended while it queued), -EIO (the host refused the
 * sandbox), with the words in err. */
ISO_PUBLIC int iso_box_wait(struct iso_box *box, struct iso_result *ret, struct iso_err *err);

/* To the command's first process; one that still queues is ended.  -ESRCH when
 * it has ended, -EINVAL for no signal. */
ISO_PUBLIC int iso_box_signal(struct iso_box *box, int sig);

/* SIGKILL to all of its processes; its end is still to be waited for. */
ISO_PUBLIC int iso_box_kill(struct iso_box *box);

/* "network namespace: why", of what was given up; NULL past the last, and until
 * it has ended.  Borrowed until iso_box_free. */
ISO_PUBLIC const char *iso_box_degraded(const struct iso_box *box, unsigned i);

/* Accepts NULL.  What still runs is killed, and has ended when it returns. */
ISO_PUBLIC void iso_box_free(struct iso_box *box);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/step.h - what the parent compiles and the child replays; both sides' common words. */
#ifndef SANDBOX_STEP_H
#define SANDBOX_STEP_H

#include <linux/filter.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox/sandbox.h"
#include "sandbox/terminal.h"

/* One system call or a fixed few.  Which members an op reads stands beside it. */
enum sbx_op {
	SBX_WRITE,      /* path, text: an existing file, for id maps and knobs */
	SBX_MOUNT,      /* source, path, type, flags, text (options): mount(2) */
	SBX_UNMOUNT,    /* path: umount2(2) with MNT_DETACH */
	SBX_PROPAGATE,  /* flags: mount(2) on "/", MS_REC | MS_PRIVATE */
	SBX_MKDIR,      /* path, mode; an existing directory is fine */
	SBX_TOUCH,      /* path: an empty file, as a place to mount on; existing is fine */
	SBX_SYMLINK,    /* path, text: what it points to; existing is fine */
	SBX_OWN,        /* path, uid, gid, mode: chown(2), then chmod(2) */
	SBX_OPEN,       /* path -> descriptor number fd (O_PATH) */
	SBX_TREE,       /* path -> fd: open_tree(2) clone with all below it (Linux 5.2) */
	SBX_DEVICE,     /* fd, path, flags: whether it is the character device of that number */
	SBX_TREE_RO,    /* fd, flags: mount_setattr(2) read-only (Linux 5.12), MS_REC or 0 */
	SBX_PLACE,      /* fd -> path: move_mount(2) (Linux 5.2), closes fd */
	SBX_RESTRICT,   /* path, flags: mount_setattr(2), MS_RDONLY, _NOSUID, _NODEV, all below */
	SBX_NETLINK,    /* data, size, text (in words): a NETLINK_ROUTE request and its answer */
	SBX_NAT,        /* fd, flags: tells the keeper by descriptor flags, hears pasta by fd */
	SBX_SCRATCH,    /* path, uid, gid -> fd: a directory of the test's own, locked by
			 * flock(2) for as long as init lives; flags: it may be there */
	SBX_SETSID,     /* setsid(2) */
	SBX_CGROUP_NS,  /* unshare(2) CLONE_NEWCGROUP, after joining the leaf */
	SBX_STDIO,      /* fd -> number flags (0, 1 or 2): dup3(2) */
	SBX_CHDIR,      /* path */
	SBX_IDS,        /* uid, gid, data/size: gid_t[] supplementary groups */
	SBX_BOUND,      /* caps: the set that stays in the bounding set */
	SBX_CAPS,       /* caps: the set that stays of the process's own sets */
	SBX_DIE_TOO,    /* prctl(2) PR_SET_PDEATHSIG: init's end is the test's */
	SBX_NNP,        /* prctl(2) PR_SET_NO_NEW_PRIVS */
	SBX_SECCOMP,    /* data, size: struct sock_filter[]; flags: of seccomp(2) */
	SBX_PASS_FD,    /* fd: loses close-on-exec */
	SBX_PTY,        /* path, data: struct sbx_terminal, uid, gid -> master fd, slave fd + 1 */
	SBX_CTTY,       /* standard input becomes the controlling terminal */
	SBX_OP_COUNT,
};

enum {
	SBX_MAY_FAIL = 1 << 0,  /* a refusal is reported as degraded, not as a fault */
	SBX_MAY_LACK = 1 << 1,  /* nothing at all where the path is not there */
};

/* Descriptors made by steps live at these numbers, far from the inherited. */
enum { SBX_FD_BASE = 900, SBX_FD_MAX = 64 };

struct sbx_step {
	enum sbx_op op;
	unsigned when_refused;   /* SBX_MAY_* */
	const char *path;
	const char *source;
	const char *type;
	const char *text;
	const void *data;
	size_t size;
	unsigned long flags;
	uint64_t caps;
	int fd;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const char *about;       /* what is lost when it is refused: "read-only /sys" */
};

/* Everything the child reads.  Built by the parent before clone3 and never
 * changed after; the child has it by copy-on-write. */
struct sbx_job {
	const struct sbx_step *init_steps;   /* pid 1, before the test exists */
	size_t n_init_steps;
	size_t n_map_steps;                  /* of these, from the first: id maps */
	bool booted;                         /* they were run before init's exec */
	const struct sbx_step *test_steps;   /* the test process, before exec */
	size_t n_test_steps;
	const struct cg_plan *cgroups;
	char *const *candidates;             /* files to try, in order */
	char *const *argv;
	char **shell_argv;                   /* "/bin/sh", PATH OF SCRIPT, argv[1]…: for ENOEXEC;
					      * [1] is filled in by the child */
	char *const *envp;
	sigset_t test_mask;
	bool ignores_chld;                   /* the caller does, and so shall the test */
	const int *keep_fds;                 /* ascending: all above 2 that init keeps, report and
					      * control too */
	size_t n_keep_fds;
	int report_fd;                       /* records for isorun */
	int control_fd;                      /* orders from isorun; its end is isorun's death */
	const struct sbx_layer *layers;      /* to be listed at the end, and handed to isorun on
					      * `control` where merged_fd says so */
	size_t n_layers;
	int door_fd;                         /* init's end of the pair through which a forked test
					      * says that it stands; -1: init starts the test */
	int parent_fd;                       /* isorun's pidfd: its death, even where a fork of it
					      * keeps `control` open; -1: not watched */
	int terminal_fd;                     /* the master of its own terminal, once made, behind it
					      * the slave; -1: it gets none */
	struct sbx_outer outer;              /* what isorun's death would leave in raw mode */
	int nat_tell_fd;                     /* to pasta's keeper and from pasta; init moves them
					      * to the numbers of its step SBX_NAT */
	int nat_hear_fd;
	const char *memory_base;             /* shows the scratch in memory; NULL: there is none */
	const char *scratch_path;            /* what SBX_SCRATCH made, to be removed; NULL: none */
	int scratch_fd;
	bool own_group;                      /* the test leads a process group */
	int disk_fd;                         /* of the directory of scratches on disk; -1: none */
	const char *disk_name;               /* there */
	const char *disk_base;               /* where it was mounted first */
	bool tell_start;                     /* isorun wants SBX_REC_STARTED at once */
	bool own_pid_ns;
	bool own_user_ns;
	int namespaces;                      /* CLONE_NEW* that init has of its own */
	const struct sock_filter *filter;    /* the plain one of a filter that hands refusals
					      * over; NULL: none does */
	size_t n_filter;
	int fixed_fd;                        /* the first of the numbers that steps give */
};

/* Records: header and payload, at most PIPE_BUF bytes together. */
enum sbx_record_kind {
	SBX_REC_FAULT = 1,   /* struct sbx_fault: the attempt did not start */
	SBX_REC_DEGRADED,    /* struct sbx_fault: went on without that step */
	SBX_REC_READY,       /* nothing: a test that comes by fork may come */
	SBX_REC_STARTED,     /* struct sbx_started: exec, or the fork, happened */
	SBX_REC_EXITED,      /* struct sbx_exited: the test process ended */
	SBX_REC_LEFTOVER,    /* struct sbx_left, then the command line */
	SBX_REC_COUNTER,     /* struct sbx_counter, then the file's text */
	SBX_REC_WRITTEN,     /* a path below the workspace, no NUL */
	SBX_REC_DELETED,     /* likewise: it is not there any more */
	SBX_REC_REFUSED,     /* struct sbx_refused: a kind of call that the policy refused */
	SBX_REC_DONE,        /* struct sbx_done: everything is dead and removed */
};

enum sbx_stage {
	SBX_STAGE_INIT,
	SBX_STAGE_TEST,
	SBX_STAGE_CGROUP,
	SBX_STAGE_WATCH,
	SBX_STAGE_CLONE,
	SBX_STAGE_EXEC,
	SBX_STAGE_TERMINAL,
	SBX_STAGE_BOOT, /* init's exec */
	SBX_STAGE_FORK, /* it ended before it stood in the sandbox */
};

struct sbx_record {
	uint32_t kind;
	uint32_t size; /* of the payload */
};
struct sbx_fault {
	uint32_t stage;
	uint32_t step; /* index; for EXEC the candidate's */
	int32_t code;  /* errno */
	uint32_t pad;
};
/* What a forked test sends through the door, one packet each: a step that it
 * went on without, then a fault, or code 0 once it stands. */
struct sbx_told {
	uint32_t kind; /* SBX_REC_DEGRADED, _FAULT or _STARTED */
	struct sbx_fault fault;
};
struct sbx_started {
	int64_t t_ns;
	int32_t pid;   /* of the test in the sandbox's numbering */
	uint32_t pad;
};
struct sbx_exited {
	int64_t t_ns;
	int32_t status; /* wait(2) */
	uint32_t pad;
};
struct sbx_left {
	int64_t start_ticks; /* field 22 of /proc/PID/stat, clock ticks since boot */
	int32_t pid;
	char name[16];
	uint32_t pad;
};
struct sbx_counter {
	uint32_t group; /* index into the plan */
	uint32_t read;
};
struct sbx_refused {
	uint64_t args[6]; /* of the first of its kind */
	uint64_t count;
	uint32_t arch;    /* AUDIT_ARCH_* */
	int32_t nr;
	int32_t code;     /* errno */
	uint32_t looked;  /* as child_filter_eval has it */
	char name[16];    /* of the process that was the first */
};
struct sbx_done {
	int64_t user_ns;
	int64_t system_ns;
	uint64_t n_written;
	uint64_t n_deleted;
	uint64_t n_refused;
	uint64_t private_bytes;      /* that the scratch in memory held in the end, and */
	uint64_t private_most_bytes; /* what it could; 0: not known */
	int32_t remove_code; /* errno of removing the leaf; 0: gone */
	uint32_t pad;
};

/* Orders: eight bytes each. */
enum sbx_order_kind {
	SBX_ORDER_SIGNAL = 1, /* arg: to send to the test */
	SBX_ORDER_KILL,
	SBX_ORDER_LEAVE,      /* the caller's terminal: nothing is to be guarded any more */
	SBX_ORDER_ADOPT,      /* arg: the pid of a test that came by fork */
	SBX_ORDER_END,        /* all of it, as if isorun were gone */
};
struct sbx_order {
	uint32_t kind;
	int32_t arg;
};

#endif

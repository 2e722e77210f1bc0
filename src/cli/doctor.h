/* SPDX-License-Identifier: Apache-2.0 */
/* cli/doctor.h - what this host permits, found out by really doing it. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"
#include "engine/prepare.h"

enum doctor_state {
	DOCTOR_OK,
	DOCTOR_DEGRADED, /* something weaker is done instead */
	DOCTOR_MISSING,
	DOCTOR_ABSENT,   /* an extra that only some tests ask for */
	DOCTOR_STATE_COUNT,
};

struct doctor_finding {
	enum doctor_state state;
	char *detail;  /* one line; NULL: nothing to add */
	char *mend;    /* one line: the cure; NULL when there is none or no need */
};

/* What the probes share; members are NULL or zeroed where they could not be
 * had, with the words in why. */
struct doctor {
	char *runtime_dir;
	char *state_dir;
	struct prepared prepared;  /* of the default profile */
	bool is_prepared;
	struct loop *loop;
	struct engine *engine;
	struct iso_err why;        /* of the first that could not be had, but: */
	struct iso_err state_why;  /* of state_dir */
};

typedef void doctor_probe_fn(struct doctor *d, struct doctor_finding *ret);

struct doctor_probe {
	const char *name;  /* also the key in --json */
	doctor_probe_fn *probe;
};

/* Fills in a finding.  Without a mend, the hint of an error in the detail is
 * it: whatever is not OK has one. */
void doctor_find(struct doctor_finding *f, enum doctor_state state, const char *mend,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* doctor_trial.c: a command in a whole sandbox of the default profile. */
struct doctor_entry {
	const char *section; /* of a profile, to change it; NULL: the end */
	const char *key;
	const char *value;
};
struct doctor_trial {
	struct loop *loop;
	bool started;
	bool oom;
	int exit_status;
	uint64_t limit_bytes; /* at its end */
	char *error;
	char *degraded; /* "what (why), what (why)"; "" when nothing was given up */
};
/* Runs a shell line, with a memory limit that may grow when it is elastic.  False,
 * with the finding filled in, when it could not even start. */
bool doctor_try(struct doctor *d, const char *line, uint64_t mem_bytes, bool elastic,
		const struct doctor_entry *entries, struct doctor_trial *t,
		struct doctor_finding *ret);
void doctor_trial_fini(struct doctor_trial *t);

/* doctor_kernel.c: by system calls in a forked child. */
void doctor_kernel(struct doctor *d, struct doctor_finding *ret);
void doctor_mount_ns(struct doctor *d, struct doctor_finding *ret);
void doctor_pid_ns(struct doctor *d, struct doctor_finding *ret);
void doctor_net_ns(struct doctor *d, struct doctor_finding *ret);
void doctor_ipc_ns(struct doctor *d, struct doctor_finding *ret);
void doctor_uts_ns(struct doctor *d, struct doctor_finding *ret);
void doctor_cgroup_ns(struct doctor *d, struct doctor_finding *ret);
void doctor_user_ns(struct doctor *d, struct doctor_finding *ret);
void doctor_tmpfs(struct doctor *d, struct doctor_finding *ret);
void doctor_overlay(struct doctor *d, struct doctor_finding *ret);
void doctor_loopback(struct doctor *d, struct doctor_finding *ret);
void doctor_seccomp(struct doctor *d, struct doctor_finding *ret);
void doctor_mount_setattr(struct doctor *d, struct doctor_finding *ret);
void doctor_pidfd(struct doctor *d, struct doctor_finding *ret);

/* doctor_network.c: by whole sandboxes. */
void doctor_nat(struct doctor *d, struct doctor_finding *ret);
void doctor_netem(struct doctor *d, struct doctor_finding *ret);

/* doctor_limits.c: by whole sandboxes, and by what isorun keeps on disk. */
void doctor_cgroup(struct doctor *d, struct doctor_finding *ret);
void doctor_sandbox(struct doctor *d, struct doctor_finding *ret);
void doctor_memory_limit(struct doctor *d, struct doctor_finding *ret);
void doctor_memory_growth(struct doctor *d, struct doctor_finding *ret);
void doctor_pids_limit(struct doctor *d, struct doctor_finding *ret);
void doctor_budget(struct doctor *d, struct doctor_finding *ret);
void doctor_ledger(struct doctor *d, struct doctor_finding *ret);
void doctor_history(struct doctor *d, struct doctor_finding *ret);

#endif

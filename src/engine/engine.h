/* SPDX-License-Identifier: Apache-2.0 */
/* engine/engine.h - runs attempts on this host: admission, sandbox, limits, clean-up, result. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"
#include "engine/prepare.h"
#include "model/amount.h"
#include "model/result.h"
#include "model/spec.h"
#include "planner/budget.h"

struct engine;
struct attempt;
struct sbx_refused;
struct sbx_loan;

struct engine_config {
	const char *runtime_dir;  /* of the ledger and the compiled bytes; exists */
	/* Where scratches on disk are made; asked when the first is, the
	 * engine frees; NULL: below runtime_dir. */
	int (*scratch_dir)(char **ret, struct iso_err *err);
	uint64_t budget_bytes;    /* as the user states it; 0: found */
	const char *budget_from;  /* where; borrowed until it is closed; NULL: "--budget" */
	const struct prepared *prepared; /* borrowed; its spec is not used */
	const struct token_pools *tokens; /* there are so many; copied; NULL: none */
	const void *init_image;   /* init as a program; borrowed; NULL: a copy of this process */
	size_t init_image_bytes;
	/* Puts a refused call in words, where seccomp-log asks for it: 0 or -ENOMEM.
	 * NULL: they are not told (the words take libseccomp). */
	int (*name_refusal)(const struct sbx_refused *refused, struct refusal *ret);
	bool nested;              /* this process is in a test of another isorun, which holds its
				   * memory already; also found where a group above us or pid 1
				   * says so */
	bool reap_later;          /* `ended` is called when all processes of an attempt are
				   * dead, before its pid 1 is: engine_close waits */
	bool strict;              /* what cannot be isolated or limited is an error */
};

/* To be opened before loop_take_signals: tests get the signal mask that is in
 * force now. */
int engine_open(struct loop *loop, const struct engine_config *config, struct engine **ret,
		struct iso_err *err);
/* In a fork of the process that has it: only closes our descriptors of it. */
void engine_forget(struct engine *e);
void engine_close(struct engine *e); /* kills and reaps what still runs; accepts NULL */

/* What all together may hold now; looks at the host again at each call. */
int engine_budget(struct engine *e, struct budget *ret, struct iso_err *err);

/* Which driver limits memory here. */
enum cg_version engine_cgroup_version(const struct engine *e);

/* Whether an elastic attempt stands at its limit here until it may grow. */
bool engine_can_grow(const struct engine *e);

struct attempt_request {
	const struct spec *spec;      /* borrowed until the attempt ends */
	char *const *argv;            /* borrowed likewise, as all below */
	const char *cwd;              /* absolute; NULL: ours */
	const char *workspace;        /* absolute; the tree that overlay and readonly speak of */
	const char *keep_into;        /* what the spec keeps is collected there, for keep_apply;
				       * NULL: it goes to the workspace at once */
	char *const *env;             /* before the profile's changes; NULL: ours */
	const char *title;            /* for the ledger: test id or command */
	const char *test_id;          /* ISORUN_TEST; NULL: not set */
	const char *run;              /* ISORUN_RUN; NULL: not set */
	unsigned attempt;             /* ISORUN_ATTEMPT, from 1 */
	int slot;                     /* ISORUN_SLOT; -1: the ledger's */
	uint64_t mem_bytes;           /* the reservation and limit; 0: the default share */
	const struct amounts *amounts; /* tokens and locks; borrowed by engine_start; NULL: as
				       * the spec says, of engine_config's tokens */
	bool alone;                   /* only with the whole budget */
	bool elastic;                 /* mem_bytes is where it begins: at its limit it stands until
				       * it may grow, where the host can do that */
	bool may_rerun;               /* the caller runs it again when it gave way to others */
	int64_t timeout_ns;           /* 0: none */
	int64_t timeout_total_ns;     /* with the time that it stands paused; 0: none */
	int64_t grace_ns;
	int stdin_fd, stdout_fd, stderr_fd; /* borrowed until started; -1: inherited */
	bool own_session;             /* setsid; false: the caller's terminal and job control */
	bool fork;                    /* not argv: the test is made by attempt_fork, */
	bool lent;                    /* or by a fork server, from attempt_lend; argv is what to
				       * run instead where no namespace can be made */
	bool close_fds;               /* of a fork, above 2, but what the spec passes */
	bool sample;                  /* read memory while it runs, for progress and history */

	/* In the loop's thread.  `started` comes once, after the exec; not at
	 * all when it cannot start; asking for it costs a little.  `ended`
	 * comes exactly once; the result is borrowed; the attempt is freed
	 * when it returns.  All may be NULL but `ended`. */
	void (*ready)(struct attempt *a, void *arg); /* once, for attempt_fork or _lend */
	void (*started)(struct attempt *a, uint64_t mem_bytes, int64_t waited_ns, void *arg);
	void (*sampled)(struct attempt *a, uint64_t mem_bytes, void *arg);
	void (*paused)(struct attempt *a, void *arg); /* at its limit, until `resumed` */
	void (*resumed)(struct attempt *a, int64_t paused_ns, void *arg); /* or it ends now */
	void (*grown)(struct attempt *a, uint64_t mem_bytes, void *arg); /* its limit, now */
	uint64_t (*known_need)(void *arg); /* by tests like it; 0: not known */
	void (*ended)(struct attempt *a, const struct result *r, void *arg);
	void *arg;
};

enum { ENGINE_NOWAIT = 1 }; /* -EAGAIN instead of queueing behind other isorun processes */

/* Asks for the reservation, and starts once it is granted.  Faults of the
 * request itself (usage) are returned; those of the host come by `ended`. */
int engine_start(struct engine *e, const struct attempt_request *request, unsigned flags,
		 struct attempt **ret, struct iso_err *err);

/* The steps that engine_start would take, in words, one a line; asks nobody for
 * a reservation and starts nothing. */
int engine_explain(struct engine *e, const struct attempt_request *request, struct buf *ret,
		   struct iso_err *err);

/* Forks this process into the sandbox of an attempt that is `ready`.  0 in the
 * test, 1 in this process, where `started` or `ended` follows; -errno. */
int attempt_fork(struct attempt *a, struct iso_err *err);

/* What a fork server needs to make that fork (see sbx_lend), and what came of it: the pid that
 * it had from sbx_fork_into, or why there is none, with which the attempt ends as an error. */
int attempt_lend(struct attempt *a, struct sbx_loan *ret, struct iso_err *err);
void attempt_adopt(struct attempt *a, int pid);
void attempt_refuse(struct attempt *a, const struct iso_err *why);

/* To the test process, also when it is about to start; ends an attempt that
 * still waits. */
void attempt_signal(struct attempt *a, int sig);
void attempt_end(struct attempt *a);             /* SIGTERM; what it leaves is not told */
void attempt_kill(struct attempt *a);            /* at once; `ended` still comes, as failed */

/* To its own terminal, as the caller's terminal means it: SIGINT and SIGQUIT go
 * to the foreground job; SIGHUP takes it away; SIGWINCH tells its size anew;
 * around SIGTSTP, which stops the caller until it returns, and after SIGCONT
 * the caller's terminal gets the right mode.  False: it has none, or it is none
 * of these. */
bool attempt_terminal_signal(struct attempt *a, int sig);

/* "waits for 500M of the budget of 4G: 2.7G is held by others", or "pauses at its
 * memory limit of 500M, ..."; false when it does neither, or for nobody else. */
enum { ATTEMPT_WAIT_TEXT = 160 };
bool attempt_waits_for(const struct attempt *a, char ret[ATTEMPT_WAIT_TEXT]);

/* It pauses at its memory limit: it runs no handler of a signal. */
bool attempt_stands(const struct attempt *a);

uint64_t attempt_budget_bytes(const struct attempt *a); /* when it was asked for */
const struct result *attempt_result(const struct attempt *a); /* as far as it is known */
int attempt_pid(const struct attempt *a);        /* of the sandbox's init, 0 when it waits */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* engine/attempt.h - one attempt from its request to its result; engine/'s own. */
#ifndef ENGINE_ATTEMPT_H
#define ENGINE_ATTEMPT_H

#include "base/loop.h"
#include "cgroup/elastic.h"
#include "engine/engine.h"
#include "engine/terminal.h"
#include "planner/ledger.h"
#include "sandbox/sandbox.h"

struct engine {
	struct loop *loop;
	const struct prepared *prepared;
	uint64_t stated_budget_bytes; /* 0: none */
	const char *stated_budget_from;
	struct budget budget;         /* as of budget_read_ns */
	int64_t budget_read_ns;       /* 0: never */
	char meminfo[4096];           /* the text of /proc/meminfo then */
	sigset_t caller_mask;         /* what tests start with */
	int init_fd;                  /* init as a program; 0: none */
	int (*name_refusal)(const struct sbx_refused *refused, struct refusal *ret);
	bool strict;
	bool reap_later;
	bool nested;                  /* this process is in a test of another isorun */
	bool user_ns;                 /* namespaces need a user namespace here */
	struct ending *endings;       /* reap.c */
	bool swept;                   /* of directories that dead ones left */
	struct ledger *ledger;
	struct token_pools tokens;
	struct cg *cg;
	unsigned next_leaf;
	int (*find_scratch)(char **ret, struct iso_err *err);
	const char *runtime_dir;
	char *scratch_dir;            /* of scratches on disk; NULL: none was made so far */
	char *no_overlay;             /* why none can be mounted; NULL: none failed */
	char *looked_below;           /* the workspace whose mounts are known; NULL: none */
	char **mounts_below;
	struct attempt *first;        /* all that have not ended */
};

enum attempt_state {
	ATTEMPT_WAITING,  /* for the ledger */
	ATTEMPT_RUNNING,
	ATTEMPT_ENDED,
};

struct attempt {
	struct engine *engine;
	struct attempt *next;
	struct attempt_request rq;
	enum attempt_state state;
	struct ledger_claim *claim;
	struct loop_watch *claim_watch;
	int64_t asked_ns;
	int64_t waited_ns;
	int64_t launched_ns;
	uint64_t budget_bytes;        /* when it asked */
	uint64_t demand_bytes;
	struct amounts amounts;       /* tokens and locks: what it asks for, then what it holds */
	uint64_t mem_bytes;           /* what is granted: the limit */
	uint64_t mem_start_bytes;     /* what it began with */
	struct cg_plan cgroups;
	bool bare;                    /* without namespaces: the host refused them */
	char *scratch;                /* the private TMPDIR of a bare one; NULL: none */
	char *tree_copy;              /* in scratch, instead of an overlay; NULL: none */
	char *disk;                   /* its directory on disk; NULL: none */
	struct sbx_plan *plan;
	struct sbx *sbx;
	struct loop_watch *report_watch;
	struct terminal *terminal;    /* its own; NULL: none */
	bool parted;                  /* its pid 1 is left to reap.c */
	bool draining;                /* all is over but its output */
	bool drained;
	const struct sbx_news *news;  /* of its end; NULL: not yet */
	struct loop_timer *deadline;  /* the next step of an ending: TERM, KILL, hard */
	int64_t deadline_ns;          /* when that is */
	struct loop_timer *total;     /* its limit with pauses; NULL: none, or it is over */
	struct loop_timer *sampler;
	struct loop_timer *attach;    /* elastic.c; NULL: watched already, or not to be */
	int64_t attach_ns;
	int64_t near_watched_ns;      /* since when that it is near its limit is told */
	struct cg_elastic *elastic;   /* its memory; NULL: not watched */
	bool grows;                   /* its limit may still be raised */
	uint64_t held_bytes;          /* as of the last look of `elastic` */
	struct loop_watch *pressure_watch;
	int64_t stands_since_ns;      /* at its limit; 0: it does not */
	int64_t raised_ns;            /* its limit, the last time; 0: never */
	int64_t pressed_ns;           /* when it was first heard to be near its limit; 0: never */
	bool tight;                   /* was near its limit, and got no more since */
	bool squeezed;                /* was so once, and got no more at once */
	bool gave_way;                /* ended so that others could grow */
	unsigned ending;              /* how many of those steps were taken */
	bool timed_out;
	bool timed_out_total;
	bool killed;                  /* by attempt_kill */
	bool told_to_end;             /* by attempt_end */
	bool told_ready;
	bool told_started;
	unsigned polled_kills;        /* by the none driver */
	uint64_t working_bytes;       /* largest sample */
	uint64_t cache_bytes;         /* likewise, of page cache */
	struct result result;
};

/* Ends it and frees it; `ended` is called when it is not NULL. */
void attempt_drop(struct attempt *a);

/* launch.c: what it asks the ledger for: its own wish, or the default share. */
uint64_t attempt_demand(const struct attempt *a, uint64_t budget_bytes);

/* Makes the sandbox of an attempt whose claim was granted.  A fault
 * of the host is left in a->result. */
int attempt_launch(struct attempt *a, struct iso_err *err);

/* Once more without any namespace, for what *why says. */
int attempt_launch_bare(struct attempt *a, const struct iso_err *why, struct iso_err *err);

/* attempt.c: the next step of an ending, or its time limit; and the last but one. */
int attempt_set_deadline(struct attempt *a, int64_t at_ns);
void attempt_kill_now(struct attempt *a);

/* elastic.c: whether its limit is only where it begins; and the watch over that. */
bool attempt_may_grow(const struct attempt *a);
int attempt_elastic_start(struct attempt *a);
void attempt_elastic_check(struct attempt *a); /* of one that stands: whether it still does */
void attempt_elastic_stop(struct attempt *a);
/* Of one that has ended: that it came near its limit was first heard after since_ns, or
 * not yet.  A look that late may find that it gave all back, having been refused more. */
bool attempt_elastic_unseen(const struct attempt *a, int64_t since_ns);

/* reap.c: takes a sandbox whose news are `done`, and frees it when its pid 1 is
 * gone; at once where that cannot be watched. */
void engine_reap(struct engine *e, struct sbx *sbx);
void engine_reap_all(struct engine *e);
void engine_reap_forget(struct engine *e);

/* bare.c: what is left of the request's spec where no namespace can be made; the
 * rest is added to the result's degraded.  Makes up a name for a->scratch. */
int attempt_make_bare(struct attempt *a, const struct iso_err *why, struct spec *ret,
		      struct iso_err *err);

/* bare.c: after the end: init removes a->scratch, unless it was killed. */
void attempt_clear_scratch(struct attempt *a);

/* environ.c: whether there are ports left for it that no other test gets. */
bool attempt_has_ports(const struct attempt *a);

/* disk.c: the path of a directory of its own on disk in a->disk, once: nobody else
 * has it, and it is still to be made; and away with it. */
int attempt_find_disk(struct attempt *a, struct iso_err *err);
void attempt_remove_disk(struct attempt *a);
/* Only its name, for --explain. */
int attempt_name_disk(struct attempt *a, struct iso_err *err);

/* copied.c: a copy of the workspace in a->tree_copy, which the result says; and
 * afterwards what the test changed there, and keeping of it. */
int attempt_copy_tree(struct attempt *a, struct iso_err *err);
void attempt_settle_copy(struct attempt *a);

/* environ.c: what tokens and locks of a scope mean to it: something else inside of a test. */
uint64_t attempt_scope(const struct attempt *a, uint64_t scope);

/* environ.c: the test's whole environment; strv, the caller frees. */
int attempt_environ(const struct attempt *a, char ***ret);

/* settle.c: what the news of a sandbox that ended come to. */
void attempt_settle(struct attempt *a, const struct sbx_news *news);

/* settle.c: brings out what the spec keeps, after attempt_settle. */
void attempt_keep(struct attempt *a);

/* What was kept, and what could not be, goes to the result; empties the report. */
struct keep_report;
void attempt_note_kept(struct attempt *a, struct keep_report *report);

/* launch.c: the mounts below the workspace of an overlay; borrowed. */
int attempt_mounts_below(const struct attempt *a, char *const **ret, struct iso_err *err);

/* What it may come to hold: its limit, or the budget where the limit may grow to that. */
uint64_t attempt_most_bytes(const struct attempt *a);

/* The private directories' size: what the profile says, or 3/4 of the most, so
 * that a full /tmp is ENOSPC rather than an OOM kill. */
uint64_t attempt_tmp_bytes(const struct attempt *a);

#endif

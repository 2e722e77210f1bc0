/* SPDX-License-Identifier: Apache-2.0 */
/* report/fold.h - what a run amounts to so far: its events added up, for reports that look back. */
#ifndef REPORT_FOLD_H
#define REPORT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "model/event.h"

enum fold_phase {
	FOLD_WAITING,   /* planned, or between two attempts */
	FOLD_RUNNING,
	FOLD_FINISHED,
};

struct fold_attempt {
	struct fold_attempt *next;
	unsigned number;
	unsigned slot;
	int64_t started_t_ns;      /* of the run; once it was admitted */
	int64_t ended_t_ns;
	int64_t waited_ns;         /* before that */
	enum outcome outcome;
	bool oom;
	bool gave_way;
	int64_t wall_ns;
	int64_t cpu_ns;            /* user and system */
	unsigned pauses;
	int64_t paused_ns;
	uint64_t mem_start_bytes;  /* limit at its start; 0: not known */
	uint64_t mem_limit_bytes;  /* at its end; the reservation where that is not known */
	uint64_t mem_peak_bytes;
	const char *detail;        /* never NULL */
	const char *output;        /* relative to the run directory; may be NULL */
};

/* Strings of a fold are never NULL unless said. */
struct fold_test {
	const char *id;
	size_t index;              /* in fold.tests */
	const char *command;
	const char *options;       /* of isorun, for the command alone */
	const char *cwd;
	const char *origin;
	const char *const *tags;   /* NULL-terminated; NULL: none */
	enum demand_origin mem_origin;
	int64_t expected_ns;       /* 0: not known */
	enum fold_phase phase;

	unsigned attempt;          /* the running or last one; 0: none yet */
	unsigned slot;
	int64_t started_t_ns;
	int64_t waited_ns;
	uint64_t mem_reserved_bytes;
	uint64_t mem_now_bytes;    /* the last sample; 0: none */

	struct fold_attempt *attempts;  /* finished ones, in order */
	struct fold_attempt *last_attempt;

	enum outcome outcome;      /* these once finished */
	unsigned n_attempts;
	const char *detail;        /* may be NULL */
	const char *output;        /* may be NULL */
	bool blocked;              /* not-run, though the run went on */
	int64_t wall_ns;           /* of all repetitions */
	uint64_t mem_peak_bytes;
	uint64_t output_cut_bytes; /* left out of `output`: above its limit */
	size_t n_lost;             /* paths written in the workspace and not kept, by the last
				    * attempt that did so */

	struct fold_test *next_in_bucket;
	struct fold_test *prev_running; /* oldest first */
	struct fold_test *next_running;
};

struct fold_leftover {
	struct fold_leftover *next;
	const char *test;
	pid_t pid;
	const char *name;
	const char *command;
};

/* A kind of system call that a test's seccomp policy refused. */
struct fold_refusal {
	struct fold_refusal *next;
	const char *test;
	const char *call;
	const char *error;
	const char *permit;
	uint64_t count;
};

struct fold_degraded {
	struct fold_degraded *next;
	const char *what;
	const char *why;
	unsigned n_attempts;
};

struct fold {
	struct arena *arena;
	int error;                 /* sticky: -ENOMEM */

	bool started;              /* the header is there */
	const char *run;
	const char *version;
	const char *dir;
	const char *cwd;
	const char *budget_from;
	const char *order;         /* "random:42" */
	unsigned times;            /* how often each test runs; 1 where that is not known */
	int64_t wall_start_ns;     /* CLOCK_REALTIME */
	unsigned n_announced;      /* tests */
	unsigned jobs;             /* at once at most, now */
	unsigned jobs_begin;
	unsigned jobs_widest;      /* so far */
	unsigned jobs_most;        /* that it may come to; 0: not told */
	unsigned n_stalled;        /* times that it was held back: memory was short */
	unsigned n_crowded;        /* likewise: too many wanted the cpus */
	unsigned cpus;
	uint64_t budget_bytes;     /* 0: not known */

	struct fold_test **tests;  /* in the order in which they were planned */
	size_t n_tests;
	size_t cap_tests;
	struct fold_test **buckets;
	struct fold_test *first_running;
	struct fold_test *last_running;
	unsigned n_running;
	unsigned n_finished;
	unsigned counts[OUTCOME_COUNT];
	uint64_t reserved_bytes;   /* by those that run */
	int64_t finished_wall_ns;  /* sum over settling attempts, each repetition's */
	int64_t idle_since_t_ns;   /* since when nothing runs */
	int64_t waited_ns;         /* for other isorun processes, while nothing ran */
	int64_t busy_ns;           /* sum over all attempts that ended */

	struct fold_leftover *leftovers;
	struct fold_leftover *last_leftover;
	size_t n_leftovers;
	struct fold_degraded *degraded;
	struct fold_refusal *refusals;
	struct fold_refusal *last_refusal;

	int64_t t_ns;              /* of the newest event */
	int interrupted_by;        /* signal; 0: none */
	bool finished;             /* these then: */
	int64_t wall_ns;
	int64_t sum_ns;
	int64_t bound_longest_ns;
	int64_t bound_cpu_ns;
	int64_t bound_memory_ns;
	int64_t bound_jobs_ns;
	int64_t bound_lock_ns;
	const char *bound_lock;    /* may be NULL, as the next one */
	int64_t bound_token_ns;
	const char *bound_token;
	int64_t bound_chain_ns;
};

int fold_init(struct fold *f);   /* 0 or -ENOMEM */
void fold_fini(struct fold *f);  /* accepts a zeroed one */
void fold_event(struct fold *f, const struct event *e);

struct fold_test *fold_find(const struct fold *f, const char *id); /* NULL: unknown */
/* What made a flaky test flaky; NULL: none of its attempts was bad. */
const struct fold_attempt *fold_first_bad(const struct fold_test *t);
size_t fold_total(const struct fold *f);   /* tests of the run */
unsigned fold_failed(const struct fold *f); /* finished, and not good */

/* A guess at how long it still takes at t_ns, from what history expects and
 * how wide the run has been so far; -1: nothing to guess from.  Pure. */
int64_t fold_eta(const struct fold *f, int64_t t_ns);

#endif

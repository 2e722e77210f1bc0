/* SPDX-License-Identifier: Apache-2.0 */
/* suite/runner_state.h - what the files of the runner share: one run, and each test in it. */
#ifndef SUITE_RUNNER_STATE_H
#define SUITE_RUNNER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "engine/host_load.h"
#include "model/event.h"
#include "planner/links.h"
#include "planner/queue.h"
#include "planner/width.h"
#include "suite/cases_told.h"
#include "suite/chunk.h"
#include "suite/demand.h"
#include "suite/history_key.h"
#include "suite/judge.h"
#include "suite/links.h"
#include "suite/output_bound.h"
#include "suite/repeat.h"
#include "suite/retry.h"
#include "suite/runner.h"

struct runner;
struct run_server;

/* The last of many samples that went into the event log, see runner_sample.c. */
struct stored_sample {
	int64_t since_ns;  /* when there was the first to take; CLOCK_MONOTONIC */
	int64_t taken_ns;  /* 0: none was stored */
	uint64_t value;
};

/* Of one attempt; -1: closed. */
struct output_fds {
	int out;
	int err; /* the same as `out` unless the program speaks TAP */
	int read;                /* `out`, opened to be read, once some of it is to be cut */
	struct output_bound out_bound;
	struct output_bound err_bound;
	struct output_scan *scan; /* likewise, where the verdict lies in it; owned */
	uint64_t unread_bytes;   /* cut before anybody had read it for the verdict */
};

/* The tests for which one attempt stands, see runner_chunk.c. */
struct run_chunk {
	struct run_test **members;      /* whose attempt it is first, then as listed */
	const struct test **tests;      /* beside members, as all here */
	struct case_found *found;
	size_t n;
	struct demand lone;             /* of the first for itself, */
	int64_t lone_ns;                /* and what is expected of it */
	struct run_chunk *next;         /* of the broken ones */
};

/* How the program of an attempt is to tell of its cases, see runner_cases.c. */
struct run_telling {
	char **argv;                    /* the attempt's command; NULL: it does not tell */
	int *pass_fds;                  /* the spec's, and its file; NULL: it has none */
	int file_fd;
};

/* The tests of one program. */
struct run_family {
	bool known;                     /* an attempt of it has ended, now or in an earlier run */
	bool holds;                     /* some of its items are PLAN_HELD */
};

/* One test of the run, and its attempt while there is one.  These records stay
 * where they are until the run is over, so that callbacks may hold them. */
struct run_test {
	struct runner *run;
	size_t index;                   /* in the suite, and of its plan item */
	const struct test *test;
	const struct spec *spec;
	struct run_family *family;
	char history_key[HISTORY_KEY_MAX];
	struct retry_log log;           /* but for the number of attempts, of this repetition */
	struct repeat_log repeats;
	int64_t rested_ns;              /* when its retry may start, while it is PLAN_RESTING */
	int64_t repeated_ns;            /* what earlier repetitions took */
	char reason[RETRY_REASON_MAX];  /* why there is another attempt; "": it is the first */

	bool active;                    /* an attempt waits for admission or runs */
	bool started;                   /* it runs */
	bool ordered;                   /* of a fork server that has not answered yet */
	bool forked;                    /* it made one */
	bool unforked;                  /* it made none */
	bool finished;                  /* the fork said that it came to its end */
	struct attempt *handle;         /* the engine's; valid while active */
	unsigned slot;
	int64_t begun_ns;               /* when it was chosen */
	uint64_t reserved_bytes;
	uint64_t full_bytes;            /* its demand, where it began with less; 0: it did not */
	int64_t grown_ns;               /* when it was last seen to hold more; 0: never */
	uint64_t seen_bytes;            /* what it held then */
	bool raised;                    /* its limit was */
	struct stored_sample stored;    /* the last that the event log has of it */
	char *output;                   /* relative to the run directory; of the newest attempt */
	char *errors;                   /* standard error of a TAP program, until it is folded in */
	struct output_fds fds;          /* open while it is active */
	char **env_set;                 /* borrowed strings; NULL: the spec's will do */
	char **env;                     /* likewise, before the profile's changes; NULL: ours */
	struct run_chunk *chunk;        /* while it is active; NULL: it is alone */
	struct run_test *carrier;       /* in whose chunk it is, which may be its own, */
	struct case_found *found;       /* and what is told of it there; NULL: in none */
	struct run_telling telling;
	struct spec attempt_spec;       /* *spec as this attempt has it, borrowing all, */
	bool own_spec;                  /* where that makes a difference */

	bool leaves;                    /* an attempt of it alone left processes running */
	bool settled;
	enum outcome outcome;           /* once it is settled */
	bool judged;                    /* `last` holds an attempt that came to its end, of
					 * this repetition */
	struct judgement last;
	bool measured;                  /* `sample` holds the settling attempt */
	struct plan_sample sample;
	struct plan_sample bad_sample;  /* likewise, of the first repetition that failed */
};

/* What isorun itself took for the attempts that started. */
struct run_own {
	unsigned attempts;
	int64_t ns;                     /* from being chosen to the end, but for waiting and for
					 * the test's own time */
	int64_t launch_ns;              /* of that: until the end was heard of */
	int64_t cpu_start_ns;           /* run_own_cpu_ns when the run began */
	int64_t tests_cpu_ns;           /* of what that counts: the tests' own */
};

struct runner {
	const struct run_config *config;
	struct run_test *tests;
	struct plan_item *items;        /* beside tests: same index */
	size_t *order;
	size_t n;
	size_t n_order;                 /* of it: those that were not done when it was sorted */
	size_t n_done_in_order;
	bool order_stale;               /* demands have changed since it was sorted */
	struct plan_limits limits;
	struct plan_width width;        /* limits.jobs is its present one */
	struct host_load load;
	struct stored_sample load_stored; /* as of run_test: cpus that were busy, thousandths */
	uint64_t lock_scope;            /* of the workspace: the same names elsewhere are others */
	struct budget budget;
	struct demand_rules rules;
	struct iso_err recall_fault;    /* of the history, when demands were chosen */
	struct demand_siblings *siblings;
	struct run_server *servers;     /* runner_fork.c: as many as config has */
	struct run_test **slots;        /* who has it, NULL: nobody; width.most of them */
	int null_fd;
	int dir_fd;                     /* of the run directory */
	int64_t start_ns;
	bool grows;                     /* a limit is where a test begins, on this host */
	struct plan_links *links;       /* NULL: no test waits for another */
	uint32_t *awaited;              /* beside tests: how many each still waits for */
	size_t *settled;                /* those whose end the others have not been told of */
	size_t n_settled;
	bool telling;                   /* run_links_settled is at work further up the stack */
	struct run_family *families;
	struct chunk_mark *chunk_marks; /* beside tests; NULL: none shares a launch */
	struct run_chunk *broken;
	size_t n_carried;               /* items that are PLAN_CARRIED */
	int64_t work_ns;                /* what all tests are expected to take */
	int64_t told_ns;                /* when what is told just now was; 0: now */
	size_t n_held;                  /* items that are PLAN_HELD */
	size_t n_resting;               /* PLAN_RESTING */
	size_t n_active;
	size_t n_waiting;               /* active, but not started */
	unsigned n_bad;                 /* tests that settled neither good nor not run */
	bool stopping;                  /* no new attempts */
	bool filling;                   /* runner_fill is at work further up the stack */
	bool looping;
	bool history_lost;              /* it failed once: left alone from then on */
	bool history_begun;
	bool history_mended;            /* its file was damaged, and set aside */
	int64_t history_written_ns;     /* when rows were last committed */
	struct loop_timer *kill_timer;
	struct loop_timer *rest_timer;  /* the end of the shortest rest; NULL: none rests */
	struct loop_timer *output_timer; /* looks at the size of outputs */
	struct loop_timer *width_timer;
	struct loop_timer *wait_timer;  /* tells of waiting for others; NULL: not armed */
	int64_t wait_told_ns;           /* 0: never */
	struct run_own own;
	struct run_summary summary;
};

/* runner.c */
void runner_fill(struct runner *r); /* starts what may start; ends the loop when nothing is left */
void runner_settled(struct runner *r, enum outcome outcome);
void runner_interrupt(struct runner *r, int signal); /* ends all, as if it had come */

/* runner_fork.c: the connections, 0 or -errno; whether one can make the test; asks for it, once
 * its sandbox is ready. */
int run_fork_open(struct runner *r);
void run_fork_fini(struct runner *r);
bool run_fork_serves(const struct run_test *t);
/* And several in one: the server has shown that it can fork on this host. */
bool run_fork_serves_chunks(const struct run_test *t);
void run_fork_order(struct attempt *a, void *arg);
/* Of an attempt that has ended: that it is no fork that ended before its time. */
bool run_fork_finished(struct run_test *t);

/* runner_family.c: groups the tests, once their demands are chosen; 0 or -ENOMEM.
 * Whether t is to wait until more is known of its program: it and all like it are held
 * then.  And lets go whom nothing holds any more. */
int run_families_make(struct runner *r);
bool run_family_holds(struct run_test *t);
void run_families_let_go(struct runner *r);

/* runner_again.c: keeps a test that waits from starting for a time; has it wait for its
 * next repetition, false when there is none. */
void run_test_rest(struct run_test *t, int64_t delay_ns);
bool run_test_repeat(struct run_test *t);

/* runner_settle.c: an attempt after which none follows for this repetition; the end of all
 * repetitions.  cut_short: a test that failed before and was not tried again in time has
 * failed, one that passed and was not repeated any more has passed. */
void run_test_book_repetition(struct run_test *t, const struct judgement *newest);
void run_test_settle(struct run_test *t);
void run_test_cut_short(struct run_test *t, const struct judgement *why);
void run_test_give_up(struct run_test *t, const char *why); /* its turn will not come */
void run_test_skip(struct run_test *t, const char *why); /* nor is it to */

/* runner_links.c: who waits for whom.  0, or as links_of. */
int run_links_make(struct runner *r, struct iso_err *err);
void run_links_fini(struct runner *r);
/* Lets go those that waited for it, or gives up those that cannot do without. */
void run_links_settled(struct run_test *t);
/* Settles it if it is not to be launched at all, or lacks a file that it requires now. */
bool run_test_is_idle(struct run_test *t);
bool run_test_lacks_file(struct run_test *t);

/* runner_attempt.c: 0, or -EAGAIN when other isorun processes hold the memory
 * (nothing has changed then).  Every other fault ends the test as an error. */
int run_test_start(struct run_test *t);
void run_test_interrupt(struct run_test *t); /* TERM, or at once when it still waits */
void run_test_fini(struct run_test *t);
int64_t run_test_timeout_ns(const struct run_test *t); /* 0: none */
int64_t run_test_timeout_total_ns(const struct run_test *t); /* likewise */

/* What follows from an attempt that is over and judged, for the test; not for a chunk. */
void run_test_conclude(struct run_test *t, const struct result *res, struct judgement *j,
		       uint64_t cut_bytes);

/* runner_chunk.c: finds out who may share a launch, 0 or -ENOMEM; at the end of the run
 * has the history know who is better kept apart. */
int run_chunks_make(struct runner *r);
void run_chunks_remember(struct runner *r);
void run_chunks_fini(struct runner *r);
/* Has the attempt of a test that is to start stand for others, too, or for it alone. */
void run_chunk_gather(struct run_test *t);
void run_chunk_dissolve(struct run_test *t); /* they wait again; accepts one without */
/* What is told of one of its tests while it runs; of who is in none it is nothing. */
void run_chunk_tell(struct run_test *member, const struct case_told *told);
/* What follows for all of them from an attempt that is over and judged; dissolves it. */
void run_chunk_conclude(struct run_test *t, const struct result *res, const struct judgement *j,
			uint64_t cut_bytes);

/* runner_cases.c: whether the program of a test can tell of its cases; has it do so, if it
 * can; reads what it told, once it is over; 0 or -errno with *err. */
bool run_cases_tells(const struct run_test *t);
int run_cases_prepare(struct run_test *t, struct iso_err *err);
int run_cases_read(struct run_test *t, struct output_facts *ret, struct iso_err *err);
void run_cases_end(struct run_test *t);

/* runner_output.c: files of one attempt below the run directory. */
int run_output_open(struct run_test *t, struct iso_err *err); /* fills t->fds */
void run_output_close(struct output_fds *fds);
void run_output_discard(struct run_test *t); /* as if it had never been opened */
/* Once nobody writes any more: reads what nobody has read yet, if the verdict lies in it,
 * and cuts to the limit what is above it. */
int run_output_read(struct run_test *t, struct output_facts *ret, struct iso_err *err);
/* Has outputs kept near their limits while tests run.  0 or -errno. */
int run_output_watch(struct runner *r);
void run_output_fold(struct run_test *t); /* standard error behind standard output, one file left */

/* runner_width.c: has limits.jobs follow the machine.  0 or -errno. */
int run_width_watch(struct runner *r);

/* runner_sample.c: whether the log is to have this sample, too; notes it then. */
bool run_sample_store(struct stored_sample *last, uint64_t value, uint64_t least, int64_t now_ns);

/* runner_own.c: the cpu time of this process and of all that it has reaped; and a
 * count of an attempt that is over. */
int64_t run_own_cpu_ns(void);
void run_own_add(struct run_test *t, const struct result *res, int64_t ended_ns);
int64_t run_own_launch_ns(const struct runner *r); /* what a launch costs, as far as is known */

/* runner_alone.c: the options with which `isorun` wraps the test's command as the
 * suite does, quoted for a shell; NULL: none, or out of memory. */
char *run_alone_options(const struct run_test *t);

/* runner_events.c */
void emit_run_started(struct runner *r, int64_t expected_ns);
void emit_planned(const struct run_test *t);
void emit_started(const struct run_test *t, int64_t waited_ns);
void emit_grown(const struct run_test *t, uint64_t mem_bytes);
void emit_sampled(const struct run_test *t, uint64_t mem_bytes, bool passing);
void emit_paused(const struct run_test *t, int64_t paused_ns);
void emit_finished(const struct run_test *t, const struct result *result, uint64_t cut_bytes,
		   bool again, const char *detail);
void emit_test_finished(const struct run_test *t, enum outcome outcome, const char *detail);
/* Gathers what the history is to know of an attempt, and now and then writes it. */
void runner_remember(struct run_test *t, const struct result *res, bool retried);
/* That the launch it shared was to be made again: no verdict, and no figures. */
void runner_remember_broken(struct run_test *t);
/* Whether it came out well in each of the last runs, its launch included. */
bool runner_recalls_good(const struct run_test *t);
void runner_remember_rest(struct runner *r); /* at the end of the run */
/* Tells of recall_fault, if there is one, and does what can be done about it. */
void runner_recall_failed(struct runner *r);
void emit_width(struct runner *r, enum plan_width_cause cause);
void emit_load(struct runner *r, uint32_t busy_milli);
void emit_warning(struct runner *r, const char *text);
void emit_interrupted(struct runner *r, int signal);

/* runner_bounds.c: the times and their lower bounds, of an EVENT_RUN_FINISHED. */
void run_measure(const struct runner *r, struct event *e);
void emit_run_finished(struct runner *r);

#endif

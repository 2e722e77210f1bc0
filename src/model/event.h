/* SPDX-License-Identifier: Apache-2.0 */
/* model/event.h - one fact of a run, in order, with its time: every report is a fold over these. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/demand.h"
#include "model/outcome.h"
#include "model/result.h"

enum event_kind {
	EVENT_RUN_STARTED,       /* first; u.run_started */
	EVENT_TEST_PLANNED,      /* once a test, before the first attempt; u.planned */
	EVENT_ATTEMPT_STARTED,   /* u.started */
	EVENT_ATTEMPT_SAMPLED,   /* memory seen now; u.sampled */
	EVENT_ATTEMPT_PAUSED,    /* until now it stood at its limit; u.paused */
	EVENT_ATTEMPT_GROWN,     /* its limit was raised; u.grown */
	EVENT_ATTEMPT_FINISHED,  /* u.finished */
	EVENT_TEST_FINISHED,     /* its last attempt is done; u.test_finished */
	EVENT_LOAD_SAMPLED,      /* how busy the machine is; u.load */
	EVENT_WIDTH_CHANGED,     /* so many tests may run at once from now on; u.width */
	EVENT_WARNING,           /* what was given up, or a nearby fault; u.warning */
	EVENT_INTERRUPTED,       /* a signal ends the run early; u.interrupted */
	EVENT_RUN_FINISHED,      /* last; u.run_finished */
	EVENT_COUNT,
};

/* All strings are borrowed and live until the sink's function returns. */
struct event {
	enum event_kind kind;
	int64_t t_ns;            /* since the run began; before that of the last one where it is
				  * heard of later, as of tests that share a launch */
	const char *test;        /* id; NULL when of the run */
	unsigned attempt;        /* 1, 2, …; 0 when of the test or the run */
	union {
		struct {
			const char *run;        /* the run's name: its directory's last part */
			const char *version;    /* isorun's */
			const char *dir;        /* the run directory */
			const char *cwd;
			const char *command;    /* the command line, quoted for a shell */
			int64_t wall_ns;        /* CLOCK_REALTIME at the start */
			unsigned n_tests;
			unsigned jobs;
			unsigned jobs_most;     /* that the run may come to; 0: not told */
			unsigned cpus;
			uint64_t budget_bytes;
			const char *budget_from;/* what bound it: "memory limit of /sys/fs/…" */
			const char *profile;
			const char *order;      /* as --order takes it: "random:42"; NULL in
						 * logs of before it was told */
			const char *repeat;     /* as --repeat takes it: "10", "until-fail:10";
						 * NULL: each test runs once */
			int64_t expected_ns;    /* sum over the tests history knows; 0: none */
		} run_started;
		struct {
			struct demand demand;   /* what it will be admitted with */
			int64_t expected_ns;    /* duration from history; 0: not known */
			const char *command;    /* quoted for a shell */
			const char *options;    /* with which `isorun` runs it alone in the
						 * same way; quoted; NULL: none */
			const char *cwd;
			const char *origin;
			const char *quarantine; /* "until 2026-12-31: reason"; NULL: none */
			char *const *tags;      /* may be NULL */
		} planned;
		struct {
			uint64_t mem_bytes;     /* the reservation */
			unsigned slot;          /* ISORUN_SLOT */
			const char *output;     /* captured output, below the run directory */
			int64_t waited_ns;      /* for admission */
			const char *reason;     /* why again: "failed", "out of memory: 2G
						 * instead of 1G"; NULL: the first */
		} started;
		struct {
			uint64_t mem_bytes;
			bool passing;           /* for who watches alone: it is not stored, and
						 * no report counts with it */
		} sampled;
		struct {
			int64_t paused_ns;      /* of short ones no event tells */
		} paused;
		struct {
			uint64_t mem_bytes;     /* the reservation from now on */
		} grown;
		struct {
			const struct result *result;
			const char *output;     /* as in started */
			uint64_t output_cut_bytes; /* what is not in it: above its limit */
			bool again;             /* another attempt follows in its place; one
						 * that only repeats it is none */
			const char *detail;     /* for people: "exit status 3", "not ok 4 - foo" */
		} finished;
		struct {
			enum outcome outcome;
			unsigned attempts;
			const char *detail;     /* of the attempt that settled it; may be NULL */
			const char *output;     /* of the settling attempt; NULL: never ran */
			bool blocked;           /* not-run, though the run went on: see detail */
			int64_t wall_ns;        /* of the attempt that settled it; with
						 * repetitions of each one's */
			uint64_t mem_peak_bytes;
		} test_finished;
		struct {
			uint32_t busy_milli;    /* cpus, in thousandths, since the last look */
		} load;
		struct {
			unsigned jobs;
			const char *cause;      /* "idle" (cpus), "crowded", "stalled" (want of
						 * memory), "recovered" */
		} width;
		struct {
			const char *text;       /* one line */
		} warning;
		struct {
			int signal;
		} interrupted;
		struct {
			int64_t wall_ns;
			unsigned counts[OUTCOME_COUNT];
			int64_t sum_ns;          /* wall of all settling attempts */
			int64_t bound_longest_ns;/* lower bounds on the wall time */
			int64_t bound_cpu_ns;    /* sum of test times over cores */
			int64_t bound_memory_ns; /* sum of time x memory over budget */
			int64_t bound_jobs_ns;   /* sum of test times over those at once */
			int64_t bound_lock_ns;   /* of those that want one lock; 0: none such */
			const char *bound_lock;  /* which; NULL: none */
			int64_t bound_token_ns;  /* sum of time x units of one over its units */
			const char *bound_token; /* likewise */
			int64_t bound_chain_ns;  /* of those that wait for each other; 0: none do */
			unsigned own_attempts;   /* that started; what isorun took for all: */
			int64_t own_ns;          /* time, beside theirs and waiting */
			int64_t own_cpu_ns;
		} run_finished;
	} u;
};

const char *event_name(enum event_kind kind);  /* "attempt-started" */
bool event_parse_kind(const char *name, enum event_kind *ret);

#endif

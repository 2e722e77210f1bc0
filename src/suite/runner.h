/* SPDX-License-Identifier: Apache-2.0 */
/* suite/runner.h - runs the tests of a suite: order, attempts, retries, events, history. */
#ifndef SUITE_RUNNER_H
#define SUITE_RUNNER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "engine/engine.h"
#include "history/history.h"
#include "model/spec.h"
#include "model/test.h"
#include "planner/queue.h"
#include "report/sink.h"
#include "suite/repeat.h"

/* All borrowed until suite_run returns. */
struct run_config {
	const struct test_suite *suite;
	const struct spec *spec;        /* of tests without a profile of their own */
	/* Of a test that names a profile, resolved before the run; NULL: `spec` for all. */
	const struct spec *(*spec_of)(const struct test *t, void *arg);
	void *spec_arg;
	char *const *options;           /* of `isorun`, for a test alone: beside profile, workspace,
					 * memory and timeout, which are the test's; NULL: none */
	const char *workspace_dir;
	const char *state_dir;          /* runs and history live below it */
	const char *command;            /* quoted, for the records */
	struct engine *engine;
	struct loop *loop;
	struct history *history;        /* NULL: none */
	const char *history_key;        /* as the user says it; NULL: not */
	struct sink *const *sinks;      /* closed by the caller */
	size_t n_sinks;
	const char *run_name;           /* and the directory that rundir_make made */
	const char *run_dir;
	const char *keep_dir;         /* collects what tests' profiles keep, for keep_apply */
	struct forkserver *const *servers; /* of tests that have one */
	size_t n_servers;
	const struct token_pools *tokens; /* that there are; NULL: none, and no test wants any */
	unsigned jobs;                  /* 0: chosen */
	uint64_t mem_bytes;             /* demand of tests that declare none; 0: the spec's, else
					 * history's or the default */
	int64_t timeout_ns;             /* of tests that declare none; 0: the spec's */
	int retries;                    /* after a failure; OOM retries do not count */
	int64_t retry_delay_ns;         /* before the first of these, then twice as long */
	struct repeat_rule repeat;
	char *const *notes;             /* warnings at the beginning; NULL: none */
	size_t n_first;                 /* so many at the front of the suite start first */
	uint64_t output_limit_bytes;    /* of tests that declare none; 0: 64 MiB */
	unsigned max_failures;          /* 0: no end; 1: --fail-fast */
	enum plan_order order;
	uint64_t seed;
	int64_t kill_grace_ns;          /* on Ctrl-C */
};

struct run_summary {
	unsigned counts[OUTCOME_COUNT];
	int interrupted_by;             /* signal, 0: none */
};

/* A suite sees its tree through an overlay where no profile or option says
 * otherwise: many real suites clash in their own tree and pass only so. */
void suite_spec_defaults(struct spec *spec);

/* Of the locks of a suite with that workspace: by what it is, not by how it is called. */
uint64_t suite_lock_scope(const char *workspace_dir);

/* Runs everything; returns when the last event has been given to the sinks.
 * SIGINT, SIGTERM and SIGHUP (taken through the loop by the runner) end all
 * tests and still finish the reports; a second one kills at once. */
int suite_run(const struct run_config *config, struct run_summary *ret, struct iso_err *err);

#endif

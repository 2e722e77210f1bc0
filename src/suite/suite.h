/* SPDX-License-Identifier: Apache-2.0 */
/* suite/suite.h - loads the tests of sources, chooses among them, and runs them. */
#ifndef SUITE_SUITE_H
#define SUITE_SUITE_H

#include <stdbool.h>
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

/* What a manifest's [suite] section or the command line says of a whole suite;
 * 0 or NULL: not said.  The command line wins. */
struct suite_settings {
	char *profile;
	uint64_t budget_bytes;
	uint64_t mem_bytes;       /* of tests that declare none */
	unsigned jobs;
	int64_t timeout_ns;       /* of tests that declare none */
	int retries;              /* -1: not said */
	char *workspace_dir;      /* absolute; NULL: the working directory */
	char **spec_entries;      /* "section.key=value" for spec_set, in order */
};
void suite_settings_fini(struct suite_settings *s);

/* Adds the tests of one source ("lines:FILE", "exec:GLOB", "tap:GLOB", a
 * manifest's path, or a directory whose kind is detected) to s.  Unknown kinds
 * and unreadable or empty sources: ISO_ERR_USAGE with "did you mean".  A
 * manifest also fills `settings` where it says something. */
int source_load(const char *source, struct test_suite *s, struct suite_settings *settings,
		struct iso_err *err);
/* No source named: ./isorun.ini, else the working directory is detected. */
int source_load_default(struct test_suite *s, struct suite_settings *settings,
			struct iso_err *err);

/* pytest's grammar: words, and, or, not, parentheses.  -k matches words as
 * substrings of the id (case is ignored); -m matches whole tags.  NULL: all. */
int select_tests(struct test_suite *s, const char *k_expr, const char *m_expr,
		 struct iso_err *err);

struct run_config {
	const struct test_suite *suite;
	const struct spec *spec;        /* of tests without a profile of their own */
	const char *workspace_dir;
	const char *state_dir;          /* runs and history live below it */
	const char *command;            /* quoted, for the records */
	struct engine *engine;
	struct loop *loop;
	struct history *history;        /* NULL: none */
	struct sink *const *sinks;      /* closed by the caller */
	size_t n_sinks;
	const char *run_name;           /* and the directory that rundir_make made */
	const char *run_dir;
	unsigned jobs;                  /* 0: chosen */
	uint64_t mem_bytes;             /* demand of tests that declare none; 0: history or default */
	int64_t timeout_ns;             /* of tests that declare none; 0: the spec's */
	int retries;                    /* after a failure; OOM retries do not count */
	unsigned max_failures;          /* 0: no end; 1: --fail-fast */
	enum plan_order order;
	uint64_t seed;
	int64_t kill_grace_ns;          /* on Ctrl-C */
};

/* "2026-11-21T10-18-00-4711" below state_dir/runs, and the link `last`. */
int rundir_make(const char *state_dir, char **ret_name, char **ret_dir, struct iso_err *err);

struct run_summary {
	unsigned counts[OUTCOME_COUNT];
	int interrupted_by;             /* signal, 0: none */
};

/* Runs everything; returns when the last event has been given to the sinks.
 * SIGINT and SIGTERM (taken through the loop by the runner) end all tests and
 * still finish the reports; a second one kills at once. */
int suite_run(const struct run_config *config, struct run_summary *ret, struct iso_err *err);

#endif

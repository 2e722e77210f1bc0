/* SPDX-License-Identifier: Apache-2.0 */
/* suite/source.h - where tests come from: manifests, directories, globs and lists of commands. */
#ifndef SUITE_SOURCE_H
#define SUITE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/test.h"

/* What of a program, or a file, that holds many cases is one test. */
enum source_granularity {
	GRANULARITY_UNSAID,
	GRANULARITY_CASE,
	GRANULARITY_SUITE,   /* cases of one suite, class or the like together */
	GRANULARITY_PROGRAM,
	GRANULARITY_AUTO,    /* cases, of which short ones may share a launch; where a kind has
			      * none that can, what it takes by itself */
};

/* -EINVAL: none of "case", "suite", "program", "auto". */
int source_granularity_parse(const char *text, enum source_granularity *ret);

struct forkserver;

/* What a manifest's [suite] section or the command line says of a whole suite;
 * 0 or NULL: not said.  The command line wins. */
struct suite_settings {
	char *profile;            /* a name, or the absolute path of a file */
	uint64_t budget_bytes;
	char *budget_from;        /* the name of the manifest that said it */
	uint64_t mem_bytes;       /* of tests that declare none */
	unsigned jobs;
	int64_t timeout_ns;       /* of tests that declare none */
	int64_t timeout_total_ns; /* likewise, with their pauses */
	int retries;              /* -1: not said */
	int64_t retry_delay_ns;
	char *history_key;        /* see suite/history_key.h; NULL: not said */
	uint64_t output_limit_bytes;
	char *quarantine;         /* a file, absolute; NULL: none */
	char *workspace_dir;      /* absolute; NULL: the working directory */
	enum source_granularity granularity; /* of the command line: before sources are loaded */
	bool chooses;             /* likewise: tests are chosen by name or tag */
	char **tokens;            /* "gpu=2": so many there are; checked already */
	char **python_dirs;       /* before sources are loaded: where pytest_isorun may lie */
	struct forkserver **servers; /* of tests; a test's `server` counts from 1 */
	size_t n_servers;
	int events_fd;            /* of a server that started us and is to hear of all; 0: none */
	char **spec_entries;      /* "section.key=value" for spec_set, in order; checked already */
	char **notes;             /* sentences on what directories also hold */
};
void suite_settings_init(struct suite_settings *s);
void suite_settings_fini(struct suite_settings *s);

/* Adds the tests of one source ("lines:FILE", "ctest:BUILD", "tap:GLOB", a
 * manifest's path, or a directory whose kind is detected) to s.  Unknown kinds
 * and unreadable or empty sources: ISO_ERR_USAGE with "did you mean".  A
 * manifest also fills `settings` where it says something. */
int source_load(const char *source, struct test_suite *s, struct suite_settings *settings,
		struct iso_err *err);
/* No source named: ./isorun.ini, else the working directory is detected. */
int source_load_default(struct test_suite *s, struct suite_settings *settings,
			struct iso_err *err);

/* The kinds of sources, for help and completion: NULL past the end. */
const char *source_kind_name(size_t i);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* model/test.h - one unit of work, and the suite that holds them all. */
#ifndef MODEL_TEST_H
#define MODEL_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/demand.h"

/* How the end of an attempt is read. */
enum test_protocol {
	TEST_PROTOCOL_EXIT, /* status 0 passes */
	TEST_PROTOCOL_TAP,  /* "not ok" or a broken plan fails even with status 0 */
};

/* Whether failing is what is expected of it, so that passing is the fault. */
enum test_expectation {
	TEST_MUST_PASS,
	TEST_MUST_FAIL,           /* with a status or by its output */
	TEST_MUST_FAIL_OR_CRASH,  /* or by a signal */
};

struct cases_driver; /* of suite/ */

/* Everything lives in the suite's arena and is immutable once the suite is loaded. */
struct test {
	size_t number;           /* in the order in which they were added, whoever is chosen */
	const char *id;          /* unique in the suite: what -k matches and history is keyed by */
	char **argv;             /* at least one word */
	const char *cwd;         /* absolute */
	char **env;              /* "K=V" on top of isorun's own environment; may be NULL */
	char **tags;             /* what -m matches; may be NULL */
	const char *origin;      /* for messages: "tests.txt:12", or a program's path */
	const char *program;     /* what siblings share: the program's path or the source */
	const char *profile;     /* NULL: the suite's */
	struct demand demand;    /* as declared; mem_bytes 0 when nothing was */
	int64_t timeout_ns;      /* 0: the suite's; -1: none */
	int64_t timeout_total_ns; /* with its pauses; likewise */
	int retries;             /* -1: the suite's */
	int64_t retry_delay_ns;  /* 0: the suite's; -1: none */
	const char *quarantine;  /* its failure does not count: "until 2026-12-31: flaps";
				  * NULL: it does */
	uint64_t output_limit_bytes; /* 0: the suite's */
	enum test_protocol protocol;
	int *skip_status;        /* exit statuses that mean skipped; NULL: 77 */
	size_t n_skip_status;
	const char *pass_pattern; /* POSIX extended, in the output: passed; NULL: none */
	const char *fail_pattern; /* failed; wins over pass_pattern and status; NULL: none */
	const char *skip_pattern; /* skipped, after fail_pattern; NULL: none */
	bool skip_passes;        /* who matches skip_pattern has status 0, too: a test may print
				  * what it likes */
	bool patterns_span;      /* they are matched against the output as a whole: '^' and '$'
				  * are its ends, and '.' matches line ends */
	const struct cases_driver *cases; /* its program can tell of each of its cases; NULL: not */
	const char *case_suite;  /* all cases of that suite; NULL: any */
	const char *case_name;   /* the one of that name; NULL: several */
	bool shares_launch;      /* it may be run with others like it in one, see suite/chunk.h */
	enum test_expectation expectation;
	int error_status;        /* failed, even where failing is expected; 0: none */
	const char *disabled;    /* why it is not to be run: skipped; NULL: it is */
	const char *unable;      /* why it cannot be run: not-run; NULL: it can */
	char **required_files;   /* absolute; without any of them: not-run; may be NULL */
	const char *required_hint; /* what mends that; may be NULL */
	char **env_unset;        /* names taken out of its environment; may be NULL */
	char **tokens_if_any;    /* tokens of which it holds those that there are; may be NULL */
	int priority;            /* higher ones begin first */
	unsigned server;         /* which of the suite's fork servers can make it; 0: none */
	size_t server_number;    /* what that one calls it */

	/* Names, until suite/links resolves them and sets them to NULL: ids of tests or
	 * globs of ids, and fixtures. */
	struct test_links_named {
		char **after;    /* end before it begins */
		char **depends;  /* pass before it begins */
		char **setup;    /* fixtures that it sets up */
		char **cleanup;  /* fixtures that it clears away */
		char **fixtures; /* fixtures that must be set up before it begins */
		const char *where; /* for messages; NULL: what is not found is passed over */
	} named;
	/* What came of them: NULL-terminated, may be NULL, may name tests that were not chosen. */
	struct test **after;
	struct test **depends;   /* chosen with it */
	struct test **cleanups;  /* chosen with it, and have it among their `after` */
	bool linked;             /* any of these holds it or is not empty: it shares files */
};

struct test_suite {
	struct arena *arena;     /* owns every test and string */
	struct test **tests;     /* in listed order */
	size_t n_tests;
	size_t n_added;          /* with those that were not chosen */
	size_t cap;              /* never less than that */
};

int test_suite_init(struct test_suite *s);   /* 0 or -ENOMEM */
void test_suite_fini(struct test_suite *s);  /* accepts a zeroed suite */

/* A new test with the defaults above, at the end; NULL when out of memory. */
struct test *test_suite_add(struct test_suite *s);

/* Copies a list into the arena; NULL when out of memory, or for an empty list. */
char **test_suite_strv(struct test_suite *s, char *const *v);

/* Gives equal ids a suffix ("~2", "~3") so that each is unique; 0 or -ENOMEM. */
int test_suite_make_ids_unique(struct test_suite *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* model/test.h - one unit of work, and the suite that holds them all. */
#ifndef MODEL_TEST_H
#define MODEL_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/demand.h"

/* How the end of an attempt is read. */
enum test_protocol {
	TEST_PROTOCOL_EXIT, /* status 0 passes */
	TEST_PROTOCOL_TAP,  /* "not ok" or a broken plan fails even with status 0 */
};

/* Everything lives in the suite's arena and is immutable once the suite is loaded. */
struct test {
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
};

struct test_suite {
	struct arena *arena;     /* owns every test and string */
	struct test **tests;     /* in listed order */
	size_t n_tests;
	size_t cap;
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

/* SPDX-License-Identifier: Apache-2.0 */
/* report/html_test.h - what the page knows of one test: a row for all to see, and the rest. */
#ifndef REPORT_HTML_TEST_H
#define REPORT_HTML_TEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "model/event.h"
#include "report/fold.h"
#include "report/sink.h"

/* Of a test's attempts so many have a place in the page: half of them the first, half the
 * newest. */
enum { HTML_ATTEMPTS_MAX = 100 };
enum { HTML_SAMPLES_MAX = 128, HTML_GROWN_MAX = 32, HTML_STOOD_MAX = 32 };
enum { HTML_PAST_MAX = 40 };

struct html_sample {
	int64_t t_ns;
	uint64_t mem_bytes;
};

/* Until t_ns it stood at its memory limit. */
struct html_stood {
	int64_t t_ns;
	int64_t for_ns;
};

/* An event as in the event log, without what is empty. */
struct html_text {
	struct html_text *next;
	unsigned attempt;          /* 0: of the test itself */
	const char *json;
};

struct html_attempt {
	struct html_attempt *next;
	unsigned number;
	bool finished;
	enum outcome outcome;
	int64_t start_ns;          /* since the run began */
	int64_t end_ns;
	unsigned slot;
	uint64_t mem_bytes;        /* the reservation at its start */
	uint64_t peak_bytes;
	int64_t cpu_ns;
	int64_t waited_ns;         /* for admission */
	unsigned pauses;
	int64_t paused_ns;
	uint64_t cut_bytes;        /* of its output, never kept */
	const char *output;        /* relative to the run directory; may be NULL */
	struct html_sample *samples;
	size_t n_samples;
	unsigned sample_every;     /* of so many one is kept, the largest */
	unsigned sample_seen;      /* of those */
	struct html_sample grown[HTML_GROWN_MAX];
	size_t n_grown;
	struct html_stood stood[HTML_STOOD_MAX]; /* the first so many */
	size_t n_stood;
};

/* Zeroed, it is a test of which nothing happened. */
struct html_test {
	struct html_attempt *attempts;
	struct html_attempt *last;
	struct html_attempt *first_half; /* the last of the first ones; NULL: not so many yet */
	unsigned n_attempts;             /* in the list */
	bool has_locks;            /* wants locks, tokens, or to be alone */
	uint32_t cpus_milli;       /* it was thought to keep busy; 0: not known */
	struct past_attempt *past; /* newest first */
	size_t n_past;
	struct html_text *events;
	struct html_text *last_event;
};

/* Adds an event of the test; 0 or -ENOMEM. */
int html_test_event(struct html_test *t, struct arena *arena, const struct event *e);

/* The row of the table, and what the timeline needs.  end_ns: of the run. */
int html_test_row(const struct html_test *t, const struct fold_test *f, int64_t end_ns,
		  char **ret_text);

/* All else that the test's own page shows.  Outputs take from *left_bytes, and are cut
 * in the middle at half of `max` from each end. */
int html_test_rest(const struct html_test *t, const struct fold *run, const struct fold_test *f,
		   const char *run_dir, size_t max, uint64_t *left_bytes, char **ret_text);

#endif

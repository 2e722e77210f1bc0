/* SPDX-License-Identifier: Apache-2.0 */
/* A report of one format, from open to its text. */
#ifndef TESTS_REPORT_RENDERING_H
#define TESTS_REPORT_RENDERING_H

#include "events.h"
#include "report/format.h"

static inline struct sink *rendering_open(const struct place *p, report_open_fn *open)
{
	char *path = place_path(p, "report");
	const struct report_request rq = { .path = path };
	struct sink *s = NULL;

	assert_int_equal(open(&rq, &s, NULL), 0);
	free(path);
	return s;
}

/* The caller frees. */
static inline char *rendering_close(const struct place *p, struct sink *s)
{
	struct iso_err err = ISO_ERR_INIT;

	if (s->driver->close(s, &err) < 0)
		fail_msg("%s", err.text);
	return place_read(p, "report");
}

static inline void assert_holds(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text ? text : "");
}

/* One test waits, one runs, and then nothing more is known. */
static inline void play_dead(const struct place *p, struct sink *s)
{
	send_all(&s, 1, run_started(p, 2));
	send_all(&s, 1, planned("waits", 0));
	send_all(&s, 1, planned("runs", 0));
	send_all(&s, 1, started("runs", 1, MS, MIB));
}

static inline void play_interrupted(const struct place *p, struct sink *s)
{
	struct event e = { .kind = EVENT_INTERRUPTED, .t_ns = 2 * MS, .u.interrupted.signal = 2 };

	play_dead(p, s);
	send_all(&s, 1, e);
}

#endif

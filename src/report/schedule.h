/* SPDX-License-Identifier: Apache-2.0 */
/* report/schedule.h - a schedule as lines of text and as a picture. */
#ifndef REPORT_SCHEDULE_H
#define REPORT_SCHEDULE_H

#include "base/buf.h"
#include "model/schedule.h"

/* A schedule and what its tests are called; all borrowed. */
struct schedule_view {
	const struct schedule *schedule;
	const char *const *names; /* of the tests by their index */
};

/* A bar for each of the first tests ('.' where it stands at its limit, 'x' where it
 * has to run again), then tenths of the jobs, cpus and memory in use over time:
 * lines of at most 80 columns. */
void schedule_add_text(struct buf *b, const struct schedule_view *v);

/* SVG: memory and cpus over time, and a bar for each test (unless there are more
 * than a few thousand).  The caller frees; 0 or -ENOMEM. */
int schedule_svg(const struct schedule_view *v, const char *title, char **ret_text);

/* The same in one HTML page that loads nothing, with the text below it. */
int schedule_html(const struct schedule_view *v, const char *title, const char *text,
		  char **ret_text);

#endif

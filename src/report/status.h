/* SPDX-License-Identifier: Apache-2.0 */
/* report/status.h - the area at the bottom of a terminal that shows what runs now. */
#ifndef REPORT_STATUS_H
#define REPORT_STATUS_H

#include <stdbool.h>

#include "base/buf.h"
#include "report/fold.h"

#define STATUS_MAX_LINES 64

/* What the terminal shows of it, to find its top again. */
struct status {
	unsigned n_lines;                      /* 0: nothing is drawn */
	unsigned columns[STATUS_MAX_LINES];    /* that each line takes */
	unsigned drawn_columns;                /* of the window then */
};

struct status_view {
	unsigned columns;
	unsigned rows;
	bool color;
};

/* Moves to the top of the area and clears from there; it is gone then. */
void status_erase(struct status *s, const struct status_view *view, struct buf *b);

/* Draws it over the old one, at most half of the rows and never a full line,
 * so that no terminal wraps it.  The cursor stays at its end. */
void status_draw(struct status *s, const struct status_view *view, const struct fold *f,
		 int64_t t_ns, struct buf *b);

#endif

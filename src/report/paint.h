/* SPDX-License-Identifier: Apache-2.0 */
/* report/paint.h - colours, when the caller wants them, and the short words for outcomes. */
#ifndef REPORT_PAINT_H
#define REPORT_PAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/num.h"
#include "model/outcome.h"

enum paint { PAINT_PLAIN, PAINT_GOOD, PAINT_BAD, PAINT_WARN, PAINT_DIM, PAINT_BOLD, PAINT_COUNT };

/* Without colour both add nothing. */
void paint_on(struct buf *b, bool color, enum paint paint);
void paint_off(struct buf *b, bool color, enum paint paint);

/* At most five letters: "ok", "FAIL", "TIME", "OOM". */
const char *outcome_word(enum outcome o);
enum paint outcome_paint(enum outcome o);

/* "45ms", "0.4s", "12.3s", "3m05s": at most six letters below ten hours. */
const char *paint_time(char text[NUM_TEXT], int64_t ns);
const char *paint_size(char text[NUM_TEXT], uint64_t bytes); /* "-" for 0: not known */

#endif

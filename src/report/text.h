/* SPDX-License-Identifier: Apache-2.0 */
/* report/text.h - bytes from tests made fit for a terminal: no control, known width. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stddef.h>

#include "base/buf.h"

/* All take what a test may have chosen and add printable UTF-8 without a line
 * end.  Control characters become visible ("\x1b", "\n"), as do those that turn
 * the direction of writing; bytes that are no UTF-8 become U+FFFD, as they do
 * in the event log; colours (SGR) vanish, tabs become blanks. */
void text_add(struct buf *b, const char *s);
void text_add_n(struct buf *b, const char *s, size_t len);

/* As text_add, in at most `columns` of a terminal: the end is cut, or the
 * middle, with ".." where something is missing.  Returns the columns used. */
size_t text_add_cut(struct buf *b, const char *s, size_t columns);
size_t text_add_cut_n(struct buf *b, const char *s, size_t len, size_t columns);
size_t text_add_middle(struct buf *b, const char *s, size_t columns);

/* Likewise, with its line ends kept ("\r\n" becomes "\n"). */
void text_add_lines(struct buf *b, const char *s, size_t len);

#endif

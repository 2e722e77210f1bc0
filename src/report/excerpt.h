/* SPDX-License-Identifier: Apache-2.0 */
/* report/excerpt.h - the head and the tail of a captured output, however large it is. */
#ifndef REPORT_EXCERPT_H
#define REPORT_EXCERPT_H

#include <stddef.h>
#include <stdint.h>

struct excerpt {
	char *head;             /* not NUL-terminated; the whole when left_out_bytes is 0 */
	size_t head_len;
	char *tail;
	size_t tail_len;
	uint64_t left_out_bytes; /* between the two */
};

/* At most head_max bytes from the front and tail_max from the end; what both
 * would cover is in `tail` when head_max is 0, else in `head`.  `output` is
 * relative to run_dir and may not lead out of it: logs come from elsewhere too.
 * 0 or -errno; *ret is to be freed after success. */
int excerpt_read(const char *run_dir, const char *output, size_t head_max, size_t tail_max,
		 struct excerpt *ret);
void excerpt_fini(struct excerpt *x);

/* Where the last `max` lines of a text begin.  A carriage return that no line
 * feed follows ends a line, too: progress bars would else be one huge line. */
size_t excerpt_last_lines(const char *text, size_t len, size_t max);

/* The length of the line at text, and in *ret_next that with its end. */
size_t excerpt_line(const char *text, size_t len, size_t *ret_next);

#endif

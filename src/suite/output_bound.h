/* SPDX-License-Identifier: Apache-2.0 */
/* suite/output_bound.h - keeps a captured output within a size: its head and its tail.
 *
 * A test writes to a file itself: nobody stands between, who would cost every
 * test something, or hold one up.  So the file is looked at from time to time,
 * and when it holds too much its middle is given back to the file system, as a
 * hole: the file stays whole to those who follow its end, and its size is still
 * what was written.  Who wants to read the middle does it between look and cut.
 * When the test is over, head, a line about the gap, and tail are put together. */
#ifndef SUITE_OUTPUT_BOUND_H
#define SUITE_OUTPUT_BOUND_H

#include <stdbool.h>
#include <stdint.h>

enum {
	OUTPUT_LIMIT_BYTES = 64 << 20,  /* where nobody said */
	OUTPUT_LIMIT_MIN_BYTES = 4096,
};

/* Of one file; limit_bytes set, all else zero. */
struct output_bound {
	uint64_t limit_bytes;
	uint64_t seen_bytes;   /* size when looked at last */
	uint64_t lost_bytes;   /* cut without a hole, where a file system makes none */
};

/* While it is written: fd is open for that, with O_APPEND.  *ret_end: up to where
 * all behind the head is to be cut; 0: nothing is.  *ret_soon: it grows so fast that it
 * should be looked at again soon.  0 or -errno. */
int output_bound_look(struct output_bound *b, int fd, uint64_t *ret_end, bool *ret_soon);

/* Cuts what is behind the head, up to `end`; where the file system makes no hole, all of
 * it, which moves the end of the file to seen_bytes.  0 or -errno. */
int output_bound_cut(struct output_bound *b, int fd, uint64_t end);

/* At the end, when nobody writes any more; fd can be read and written, without
 * O_APPEND.  *ret_cut_bytes: how much is not there any more.  0 or -errno. */
int output_bound_finish(struct output_bound *b, int fd, uint64_t *ret_cut_bytes);

#endif

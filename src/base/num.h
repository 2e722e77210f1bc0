/* SPDX-License-Identifier: Apache-2.0 */
/* base/num.h - numbers, sizes and times from text and back; nothing is guessed. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdint.h>

/* All parsers take the whole string or return -EINVAL (what they do not
 * understand, also blanks and signs) or -ERANGE (does not fit); the result is
 * untouched on failure. */
int num_parse_u64(const char *s, uint64_t *ret);
int num_parse_i64(const char *s, int64_t *ret);           /* a leading '-' is understood */
int num_parse_uint(const char *s, unsigned *ret);
int num_parse_milli(const char *s, uint32_t *ret_milli);  /* "1.5" gives 1500 */

/* "512", "512K", "512M", "1.5G", "2T", with an optional "B" or "iB"; binary
 * units, letters of either case. */
int num_parse_size(const char *s, uint64_t *ret_bytes);

/* "90s", "10m", "1h30m", "250ms", "1.5s", "2d"; a bare number means seconds. */
int num_parse_time(const char *s, int64_t *ret_ns);

/* Into a caller's buffer of NUM_TEXT bytes, which is returned. */
#define NUM_TEXT 32
const char *num_format_size(char text[NUM_TEXT], uint64_t bytes); /* "1.5G", "64M", "512" */
const char *num_format_time(char text[NUM_TEXT], int64_t ns);     /* "1.2s", "3m05s", "45ms" */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* base/utf8.h - text from anywhere made fit for formats that demand UTF-8. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define UTF8_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* The length of the character at s, 1 to 4, and its code point; 0 when the
 * first byte begins no well-formed one (RFC 3629) within len > 0 bytes. */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret_code_point);

/* Appends the text; each byte of no character, and each character that
 * `allowed` (may be NULL) refuses, becomes U+FFFD. */
void utf8_add_clean(struct buf *b, const char *s, size_t len,
		    bool (*allowed)(uint32_t code_point));

#endif

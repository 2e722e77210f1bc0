/* SPDX-License-Identifier: Apache-2.0 */
/* base/buf.h - a string that grows; errors stick and are checked once at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;  /* NUL-terminated when not NULL */
	size_t len;  /* without the NUL */
	size_t cap;
	int error;   /* 0 or -ENOMEM, sticky */
};

#define BUF_INIT { NULL, 0, 0, 0 }

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
void buf_clear(struct buf *b); /* empties, keeps the memory and clears the error */
void buf_free(struct buf *b);  /* back to BUF_INIT */

/* Hands the text over (the caller frees; "" when nothing was added) and leaves
 * the buffer as BUF_INIT.  Returns 0 or -ENOMEM. */
int buf_finish(struct buf *b, char **ret_text);

/* Borrows the text, never NULL. */
const char *buf_str(const struct buf *b);

#define _cleanup_buf_ __attribute__((cleanup(buf_free)))

#endif

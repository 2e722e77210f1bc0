/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE sizeof(((struct iso_err *)0)->text)
#define HINT "\nhint: "
#define DOTS "..."

/* Ends a text of `size` bytes (NUL included) that was cut off with dots, so
 * that no character of several bytes is left in halves. */
static void end_with_dots(char *text, size_t size)
{
	if (size < sizeof(DOTS))
		return;
	size_t at = size - sizeof(DOTS);
	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	memcpy(text + at, DOTS, sizeof(DOTS));
}

/* A name that holds a newline must not forge a second line of a message; the
 * newline before a hint is ours. */
static void hide_control(char *text)
{
	for (char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;
		bool ours = c == '\n' && strncmp(p, HINT, strlen(HINT)) == 0;
		if ((c < 0x20 && !ours) || c == 0x7f)
			*p = '?';
	}
}

__attribute__((format(printf, 3, 0)))
static void format(char *text, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(text, size, fmt, ap);
	if (n < 0)
		text[0] = '\0';
	else if ((size_t)n >= size)
		end_with_dots(text, size);
	hide_control(text);
}

/* strerror(3) may allocate and translate; strerrordesc_np (glibc 2.32) does
 * neither, nor does musl's strerror. */
static const char *reason_of(int code)
{
#ifdef __GLIBC__
	return strerrordesc_np(code);
#else
	return strerror(code);
#endif
}

static size_t format_reason(char *text, size_t size, int code)
{
	if (code == 0) {
		text[0] = '\0';
		return 0;
	}
	const char *reason = reason_of(code);
	int n = reason ? snprintf(text, size, ": %s", reason)
		       : snprintf(text, size, ": error %d", code);
	return (size_t)n < size ? (size_t)n : size - 1;
}

int iso_err_set(struct iso_err *err, enum iso_err_kind kind, int code, const char *fmt, ...)
{
	/* INT_MIN has no positive; garbage of another process may hold it. */
	code = abs(code == INT_MIN ? INT_MAX : code);
	if (!err)
		return -(code ? code : EINVAL);

	/* Built aside: an argument may be the old text. */
	char text[TEXT_SIZE];
	char reason[80];
	size_t reason_len = format_reason(reason, sizeof(reason), code);
	va_list ap;
	va_start(ap, fmt);
	format(text, sizeof(text) - reason_len, fmt, ap);
	va_end(ap);
	memcpy(text + strlen(text), reason, strlen(reason) + 1);

	memcpy(err->text, text, sizeof(text));
	err->kind = kind;
	err->code = code ? code : EINVAL;
	return -err->code;
}

int iso_err_wrap(struct iso_err *err, const char *fmt, ...)
{
	if (!err)
		return -EINVAL;
	char context[TEXT_SIZE];
	char text[TEXT_SIZE];
	va_list ap;
	va_start(ap, fmt);
	format(context, sizeof(context), fmt, ap);
	va_end(ap);
	int n = snprintf(text, sizeof(text), "%s: %s", context, err->text);
	if (n >= (int)sizeof(text))
		end_with_dots(text, sizeof(text));
	memcpy(err->text, text, sizeof(text));
	return -(err->code ? err->code : EINVAL);
}

int iso_err_hint(struct iso_err *err, const char *fmt, ...)
{
	if (!err)
		return -EINVAL;
	size_t len = strlen(err->text);
	size_t at = len + strlen(HINT);
	/* A hint of less than a few words helps nobody. */
	if (at + 16 <= TEXT_SIZE) {
		char hint[TEXT_SIZE];
		va_list ap;
		va_start(ap, fmt);
		format(hint, TEXT_SIZE - at, fmt, ap);
		va_end(ap);
		memcpy(err->text + len, HINT, strlen(HINT));
		memcpy(err->text + at, hint, strlen(hint) + 1);
	}
	return -(err->code ? err->code : EINVAL);
}

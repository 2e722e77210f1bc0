/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

#define TAB_COLUMNS 8

/* One thing to print: at most an escaped code point. */
struct glyph {
	char text[16];
	size_t len;
	size_t columns;
};

/* wcwidth(3) knows wide and combining characters only in a UTF-8 locale, and
 * the caller's may be "C"; this thread borrows one for the question. */
static int code_columns(uint32_t c)
{
	static locale_t utf8;

	if (c < 0xa0)
		return c >= 0x20 && c < 0x7f ? 1 : -1;
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return 1;

	locale_t old = uselocale(utf8);
	int n = wcwidth((wchar_t)c);
	uselocale(old);
	return n;
}

/* These reorder what stands around them, so that a line reads as another. */
static bool turns_direction(uint32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static struct glyph visible(uint32_t c)
{
	struct glyph g = { .len = 0 };
	int n;

	if (c == '\n' || c == '\r')
		n = snprintf(g.text, sizeof(g.text), c == '\n' ? "\\n" : "\\r");
	else if (c < 0x100)
		n = snprintf(g.text, sizeof(g.text), "\\x%02x", c);
	else
		n = snprintf(g.text, sizeof(g.text), "\\u{%x}", c);
	g.columns = g.len = (size_t)n;
	return g;
}

/* Takes the character at s; *len says how many bytes of it were used. */
static struct glyph read_glyph(const char *s, size_t *len)
{
	struct glyph g = { .len = sizeof(UTF8_REPLACEMENT) - 1, .columns = 1 };
	uint32_t c;
	size_t n = utf8_decode(s, *len, &c);

	*len = n ? n : 1;
	if (n == 0) {
		memcpy(g.text, UTF8_REPLACEMENT, g.len);
		return g;
	}

	int columns = turns_direction(c) ? -1 : code_columns(c);
	if (columns < 0)
		return visible(c);
	memcpy(g.text, s, n);
	g.len = n;
	g.columns = (size_t)columns;
	return g;
}

/* The length of an "ESC [ 31 m" or "ESC [ K" at s; 0: there is none. */
static size_t colour_len(const char *s, size_t len)
{
	size_t i = 2;

	if (len < 3 || s[0] != '\033' || s[1] != '[')
		return 0;
	while (i < len && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';' || s[i] == ':'))
		i++;
	return i < len && (s[i] == 'm' || s[i] == 'K') ? i + 1 : 0;
}

/* Takes the next thing to print off the text; false at its end. */
static bool next_glyph(const char **s, size_t *len, size_t column, struct glyph *ret)
{
	size_t skip;

	while ((skip = colour_len(*s, *len)) > 0) {
		*s += skip;
		*len -= skip;
	}
	if (*len == 0)
		return false;


	size_t n = 1;
	if (**s == '\t') {
		ret->columns = ret->len = TAB_COLUMNS - column % TAB_COLUMNS;
		memset(ret->text, ' ', ret->len);
	} else {
		n = *len;
		*ret = read_glyph(*s, &n);
	}
	*s += n;
	*len -= n;
	return true;
}

void text_add_n(struct buf *b, const char *s, size_t len)
{
	struct glyph g;

	for (size_t column = 0; next_glyph(&s, &len, column, &g); column += g.columns)
		buf_add(b, g.text, g.len);
}

void text_add_lines(struct buf *b, const char *s, size_t len)
{
	while (len > 0) {
		const char *end = memchr(s, '\n', len);
		size_t n = end ? (size_t)(end - s) : len;

		text_add_n(b, s, n > 0 && s[n - 1] == '\r' ? n - 1 : n);
		if (!end)
			return;
		buf_addc(b, '\n');
		s += n + 1;
		len -= n + 1;
	}
}

void text_add(struct buf *b, const char *s)
{
	text_add_n(b, s, strlen(s));
}

static size_t columns_of(const char *s, size_t len)
{
	size_t column = 0;
	struct glyph g;

	while (next_glyph(&s, &len, column, &g))
		column += g.columns;
	return column;
}

/* Adds what begins at column `from` or later, as much as fits into `columns`. */
static size_t add_slice(struct buf *b, const char *s, size_t len, size_t from, size_t columns)
{
	size_t column = 0;
	size_t used = 0;
	struct glyph g;

	while (next_glyph(&s, &len, column, &g) && used + g.columns <= columns) {
		if (column >= from) {
			buf_add(b, g.text, g.len);
			used += g.columns;
		}
		column += g.columns;
	}
	return used;
}

static size_t add_dots(struct buf *b, size_t columns)
{
	size_t n = columns < 2 ? columns : 2;

	buf_add(b, "..", n);
	return n;
}

size_t text_add_cut_n(struct buf *b, const char *s, size_t len, size_t columns)
{
	if (columns_of(s, len) <= columns)
		return add_slice(b, s, len, 0, columns);

	size_t used = add_slice(b, s, len, 0, columns < 2 ? 0 : columns - 2);
	return used + add_dots(b, columns);
}

size_t text_add_cut(struct buf *b, const char *s, size_t columns)
{
	return text_add_cut_n(b, s, strlen(s), columns);
}

size_t text_add_middle(struct buf *b, const char *s, size_t columns)
{
	size_t len = strlen(s);
	size_t all = columns_of(s, len);

	if (all <= columns || columns < 8)
		return text_add_cut_n(b, s, len, columns);

	/* What tells tests apart is mostly at the end of their ids. */
	size_t head = (columns - 2) / 3;
	size_t tail = columns - 2 - head;
	size_t used = add_slice(b, s, len, 0, head);
	used += add_dots(b, 2);
	return used + add_slice(b, s, len, all - tail, tail);
}

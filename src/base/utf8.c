/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "base/cleanup.h"

/* The ranges of the second byte differ where a longer form than needed, a
 * surrogate or a code point above U+10FFFF would follow (RFC 3629, 4). */
static const struct {
	unsigned char first_from, first_to;
	unsigned char second_from, second_to;
	unsigned char len;
} forms[] = {
	{ 0xC2, 0xDF, 0x80, 0xBF, 2 },
	{ 0xE0, 0xE0, 0xA0, 0xBF, 3 },
	{ 0xE1, 0xEC, 0x80, 0xBF, 3 },
	{ 0xED, 0xED, 0x80, 0x9F, 3 },
	{ 0xEE, 0xEF, 0x80, 0xBF, 3 },
	{ 0xF0, 0xF0, 0x90, 0xBF, 4 },
	{ 0xF1, 0xF3, 0x80, 0xBF, 4 },
	{ 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

size_t utf8_decode(const char *s, size_t len, uint32_t *ret_code_point)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t form = 0;

	if (u[0] < 0x80) {
		*ret_code_point = u[0];
		return 1;
	}
	while (form < ARRAY_SIZE(forms) &&
	       (u[0] < forms[form].first_from || u[0] > forms[form].first_to))
		form++;
	if (form == ARRAY_SIZE(forms) || len < forms[form].len ||
	    u[1] < forms[form].second_from || u[1] > forms[form].second_to)
		return 0;

	uint32_t code_point = u[0] & (0x7Fu >> forms[form].len);
	for (size_t i = 1; i < forms[form].len; i++) {
		if ((u[i] & 0xC0) != 0x80)
			return 0;
		code_point = code_point << 6 | (u[i] & 0x3F);
	}
	*ret_code_point = code_point;
	return forms[form].len;
}

void utf8_add_clean(struct buf *b, const char *s, size_t len, bool (*allowed)(uint32_t code_point))
{
	size_t done = 0; /* bytes before it were added */
	size_t i = 0;

	while (i < len) {
		uint32_t code_point;
		const size_t n = utf8_decode(s + i, len - i, &code_point);
		if (n && (!allowed || allowed(code_point))) {
			i += n;
			continue;
		}
		buf_add(b, s + done, i - done);
		buf_adds(b, UTF8_REPLACEMENT);
		i += n ? n : 1;
		done = i;
	}
	buf_add(b, s + done, len - done);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

bool str_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s);
	size_t suffix_len = strlen(suffix);
	return len >= suffix_len && memcmp(s + len - suffix_len, suffix, suffix_len) == 0;
}

char *str_trim(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	size_t len = strlen(s);
	while (len > 0 && isspace((unsigned char)s[len - 1]))
		len--;
	s[len] = '\0';
	return s;
}

size_t strv_len(char *const *v)
{
	size_t n = 0;
	while (v && v[n])
		n++;
	return n;
}

bool strv_has(char *const *v, const char *s)
{
	for (; v && *v; v++)
		if (strcmp(*v, s) == 0)
			return true;
	return false;
}

/* Owns `taken`, also when it fails; NULL stands for a copy that failed. */
static int strv_take(char ***v, char *taken)
{
	_cleanup_free_ char *s = taken;
	if (!s)
		return -ENOMEM;
	size_t n = strv_len(*v);
	char **grown = reallocarray(*v, n + 2, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[n] = TAKE_PTR(s);
	grown[n + 1] = NULL;
	*v = grown;
	return 0;
}

int strv_add(char ***v, const char *s)
{
	return strv_take(v, strdup(s));
}

int strv_addf(char ***v, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return strv_take(v, n < 0 ? NULL : s);
}

int strv_copy(char *const *v, char ***ret)
{
	_cleanup_strv_ char **copy = NULL;
	size_t n = strv_len(v);
	if (n > 0) {
		copy = calloc(n + 1, sizeof(*copy));
		if (!copy)
			return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		copy[i] = strdup(v[i]);
		if (!copy[i])
			return -ENOMEM;
	}
	*ret = TAKE_PTR(copy);
	return 0;
}

void strv_free(char **v)
{
	for (size_t i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
}

int strv_split(const char *s, const char *seps, char ***ret)
{
	_cleanup_strv_ char **v = NULL;
	for (s += strspn(s, seps); *s; s += strspn(s, seps)) {
		size_t n = strcspn(s, seps);
		int r = strv_take(&v, strndup(s, n));
		if (r < 0)
			return r;
		s += n;
	}
	*ret = TAKE_PTR(v);
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Appends what a quote encloses; *p stands behind the opening quote and ends
 * behind the closing one. */
static int read_quoted(const char **p, char quote, struct buf *word)
{
	for (const char *s = *p; *s; s++) {
		if (*s == quote) {
			*p = s + 1;
			return 0;
		}
		/* POSIX 2.2.3: within "" a backslash quotes only these. */
		if (quote == '"' && *s == '\\' && s[1] && strchr("$`\"\\\n", s[1])) {
			s++;
			if (*s == '\n')
				continue;
		}
		buf_addc(word, *s);
	}
	return -EINVAL;
}

/* One word from *p, which stands on no blank. */
static int read_word(const char **p, struct buf *word)
{
	while (**p && !is_blank(**p)) {
		char c = *(*p)++;
		if (c == '\'' || c == '"') {
			int r = read_quoted(p, c, word);
			if (r < 0)
				return r;
		} else if (c == '\\') {
			if (!**p)
				return -EINVAL;
			if (**p != '\n')
				buf_addc(word, **p);
			(*p)++;
		} else {
			buf_addc(word, c);
		}
	}
	return word->error;
}

int strv_split_quoted(const char *line, char ***ret)
{
	_cleanup_strv_ char **v = NULL;
	const char *p = line;
	for (;;) {
		while (is_blank(*p))
			p++;
		if (!*p)
			break;
		_cleanup_buf_ struct buf word = BUF_INIT;
		int r = read_word(&p, &word);
		if (r < 0)
			return r;
		r = strv_add(&v, buf_str(&word));
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(v);
	return 0;
}

#define NEAREST_MAX 48 /* bytes of a word worth a suggestion */

/* Optimal string alignment without regard to case: insertions, deletions,
 * replacements and swaps of neighbours count one each. */
static unsigned edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned char rows[3][NEAREST_MAX + 1];
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned char)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned char *row = rows[i % 3];
		const unsigned char *above = rows[(i - 1) % 3];
		const unsigned char *above2 = rows[(i + 1) % 3];
		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= b_len; j++) {
			int x = tolower((unsigned char)a[i - 1]);
			int y = tolower((unsigned char)b[j - 1]);
			unsigned best = above[j - 1] + (x != y);
			if (above[j] + 1U < best)
				best = above[j] + 1U;
			if (row[j - 1] + 1U < best)
				best = row[j - 1] + 1U;
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]) && above2[j - 2] + 1U < best)
				best = above2[j - 2] + 1U;
			row[j] = (unsigned char)best;
		}
	}
	return rows[a_len % 3][b_len];
}

const char *str_nearest(const char *word, size_t n,
			const char *(*name_at)(size_t i, const void *arg), const void *arg)
{
	size_t len = strlen(word);
	if (len < 2 || len > NEAREST_MAX)
		return NULL;
	/* About one slip in four letters. */
	unsigned best = (len <= 4 ? 1 : len <= 8 ? 2 : 3) + 1;
	const char *nearest = NULL;
	for (size_t i = 0; i < n; i++) {
		const char *name = name_at(i, arg);
		size_t name_len = name ? strlen(name) : 0;
		if (name_len < 2 || name_len > NEAREST_MAX)
			continue;
		unsigned d = edit_distance(word, len, name, name_len);
		if (d < best) {
			best = d;
			nearest = name;
		}
	}
	return nearest;
}

static void add_quoted(struct buf *b, const char *s, const char *safe_too)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789_@%+:,./-";
	size_t n = strspn(s, safe);
	while (s[n] && strchr(safe_too, s[n]))
		n += 1 + strspn(s + n + 1, safe);
	if (n > 0 && !s[n]) {
		buf_adds(b, s);
		return;
	}
	buf_addc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, *s);
	}
	buf_addc(b, '\'');
}

char *str_shell_quote(const char *s)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	char *text = NULL;
	add_quoted(&b, s, "=");
	return buf_finish(&b, &text) == 0 ? text : NULL;
}

char *str_shell_join(char *const *argv)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	char *text = NULL;
	for (size_t i = 0; argv && argv[i]; i++) {
		if (i > 0)
			buf_addc(&b, ' ');
		/* A=b in the first place would be an assignment. */
		add_quoted(&b, argv[i], i > 0 ? "=" : "");
	}
	return buf_finish(&b, &text) == 0 ? text : NULL;
}

struct indexed {
	const char *text;
	size_t index;
};

static int by_text_then_index(const void *va, const void *vb)
{
	const struct indexed *a = va;
	const struct indexed *b = vb;
	const int r = strcmp(a->text, b->text);

	return r ? r : (a->index > b->index) - (a->index < b->index);
}

int str_first_equal(const char *const *v, size_t n, size_t *ret_first)
{
	_cleanup_free_ struct indexed *sorted = calloc(n + 1, sizeof(*sorted));
	size_t first = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct indexed){ v[i] ? v[i] : "", i };
	qsort(sorted, n, sizeof(*sorted), by_text_then_index);
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(sorted[i].text, sorted[first].text))
			first = i;
		ret_first[sorted[i].index] = sorted[first].index;
	}
	return 0;
}

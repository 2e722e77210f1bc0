/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/quarantine.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"
#include "base/time.h"

enum { FILE_MAX = 1 << 20, DATE_LEN = 10 };

void quarantine_fini(struct quarantine *q)
{
	for (size_t i = 0; i < q->n; i++) {
		free(q->lines[i].pattern);
		free(q->lines[i].date);
		free(q->lines[i].reason);
	}
	free(q->lines);
	free(q->file);
	*q = (struct quarantine){ .file = NULL };
}

static bool digits(const char *s, size_t from, size_t n, int *ret)
{
	*ret = 0;
	for (size_t i = from; i < from + n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*ret = *ret * 10 + (s[i] - '0');
	}
	return true;
}

/* A day of the calendar; *ret is the beginning of the next one. */
static bool parse_date(const char *s, int64_t *ret)
{
	struct tm tm = { 0 };
	int year;
	int month;
	int day;

	if (strlen(s) != DATE_LEN || s[4] != '-' || s[7] != '-' || !digits(s, 0, 4, &year) ||
	    !digits(s, 5, 2, &month) || !digits(s, 8, 2, &day) || year < 1970 || year > 2200)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	const time_t begins = timegm(&tm);

	/* It makes the 2nd of March of the 30th of February. */
	if (tm.tm_mon != month - 1 || tm.tm_mday != day)
		return false;
	*ret = ((int64_t)begins + 24 * 3600) * NSEC_PER_SEC;
	return true;
}

static char *trimmed(const char *from, const char *end)
{
	while (from < end && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		end--;
	return strndup(from, (size_t)(end - from));
}

/* A reason begins behind a blank: "a#b" is a name. */
static const char *find_reason(const char *text, const char *end)
{
	for (const char *p = text; p < end; p++)
		if (*p == '#' && isspace((unsigned char)p[-1]))
			return p;
	return NULL;
}

static int no_memory(const struct quarantine *q, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "quarantine '%s'", q->file ? q->file : "");
}

static int refuse(const struct quarantine *q, unsigned number, const char *why, struct iso_err *err)
{
	iso_err_set(err, ISO_ERR_USAGE, 0, "%s:%u: %s", q->file, number, why);
	return iso_err_hint(err, "a line is a day, a pattern and, if you like, a reason:"
				 " 2026-12-31 net/test_dns*  # resolver flaps");
}

static int take_line(struct quarantine *q, const char *begin, const char *end, unsigned number,
		     struct iso_err *err)
{
	const char *space = begin;
	struct quarantine_line line = { .number = number };

	while (space < end && !isspace((unsigned char)*space))
		space++;
	const char *reason = space < end ? find_reason(space + 1, end) : NULL;

	line.date = strndup(begin, (size_t)(space - begin));
	line.pattern = trimmed(space, reason ? reason : end);
	line.reason = reason ? trimmed(reason + 1, end) : calloc(1, 1);
	struct quarantine_line *grown = reallocarray(q->lines, q->n + 1, sizeof(*grown));

	if (grown)
		q->lines = grown;
	if (grown && line.date && line.pattern && line.reason) {
		grown[q->n++] = line; /* quarantine_fini's from here on */
	} else {
		free(line.date);
		free(line.pattern);
		free(line.reason);
		return no_memory(q, err);
	}
	if (!parse_date(line.date, &grown[q->n - 1].until_wall_ns))
		return refuse(q, number, "it does not begin with a day such as 2026-12-31", err);
	if (!*line.pattern)
		return refuse(q, number, "no test is named", err);
	return 0;
}

int quarantine_parse(const char *text, const char *file, struct quarantine *ret,
		     struct iso_err *err)
{
	unsigned number = 0;
	int r = 0;

	*ret = (struct quarantine){ .file = strdup(file) };
	if (!ret->file)
		return no_memory(ret, err);
	while (r == 0 && *text) {
		const char *end = text + strcspn(text, "\n");
		const char *begin = text;

		number++;
		while (begin < end && isspace((unsigned char)*begin))
			begin++;
		if (begin < end && *begin != '#')
			r = take_line(ret, begin, end, number, err);
		text = *end ? end + 1 : end;
	}
	return r;
}

int quarantine_load(const char *file, struct quarantine *ret, struct iso_err *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	int r = fs_read_at(AT_FDCWD, file, FILE_MAX, &text, &len);

	*ret = (struct quarantine){ .file = NULL };
	if (r < 0)
		return iso_err_set(err, ISO_ERR_USAGE, r, "quarantine '%s'", file);
	if (strlen(text) != len)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "quarantine '%s': is no text", file);
	return quarantine_parse(text, file, ret, err);
}

static int mark(struct test *t, const struct quarantine_line *line, struct test_suite *s)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_addf(&b, "until %s%s%s", line->date, *line->reason ? ": " : "", line->reason);
	t->quarantine = b.error ? NULL : arena_strdup(s->arena, buf_str(&b));
	return t->quarantine ? 0 : -ENOMEM;
}

static int note(const struct quarantine *q, const struct quarantine_line *line, size_t matched,
		bool expired, char ***notes)
{
	if (!matched)
		return strv_addf(notes, "%s:%u: '%s' matches no test", q->file, line->number,
				 line->pattern);
	if (expired)
		return strv_addf(notes,
				 "%s:%u: '%s' has expired, on %s: what it holds counts again",
				 q->file, line->number, line->pattern, line->date);
	return 0;
}

int quarantine_apply(const struct quarantine *q, struct test_suite *s, int64_t now_wall_ns,
		     char ***ret_notes)
{
	_cleanup_strv_ char **notes = NULL;
	int r = 0;

	for (size_t i = 0; i < q->n && r == 0; i++) {
		const struct quarantine_line *line = &q->lines[i];
		const bool expired = now_wall_ns >= line->until_wall_ns;
		size_t matched = 0;

		for (size_t k = 0; k < s->n_tests && r == 0; k++) {
			struct test *t = s->tests[k];

			if (fnmatch(line->pattern, t->id, 0) != 0)
				continue;
			matched++;
			if (!expired && !t->quarantine)
				r = mark(t, line, s);
		}
		if (r == 0)
			r = note(q, line, matched, expired, &notes);
	}
	if (r == 0)
		*ret_notes = TAKE_PTR(notes);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/output.h"

#include <errno.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { PIECE_BYTES = 64 << 10 };

struct pattern {
	regex_t regex;
	bool set;
};

static int pattern_init(struct pattern *p, const char *text, bool spans, struct iso_err *err)
{
	char why[128];

	if (!text)
		return 0;
	/* REG_NEWLINE: '.' stops at line ends, '^' and '$' match there. */
	int r = regcomp(&p->regex, text, REG_EXTENDED | (spans ? 0 : REG_NEWLINE));

	if (r != 0) {
		(void)regerror(r, &p->regex, why, sizeof(why));
		return iso_err_set(err, ISO_ERR_USAGE, 0, "pattern '%s': %s", text, why);
	}
	p->set = true;
	return 0;
}

static void pattern_fini(struct pattern *p)
{
	if (p->set)
		regfree(&p->regex);
}

int output_check_pattern(const char *pattern, struct iso_err *err)
{
	struct pattern p = { .set = false };
	int r = pattern_init(&p, pattern, false, err);

	pattern_fini(&p);
	return r;
}

struct output_scan {
	char *piece;      /* PIECE_BYTES and a NUL */
	size_t held;      /* in it: of a line that has begun, or of what no line end divides */
	int middle;       /* REG_NOTBOL: its beginning has been looked at */
	uint64_t at;      /* in the file */
	struct pattern pass;
	struct pattern fail;
	struct pattern skip;
	bool spans;
	bool is_tap;
	struct tap tap;
	struct output_facts facts;
};

static void keep_line(const char *text, regoff_t at, char ret[TAP_DETAIL_MAX])
{
	const char *from = text + at;

	while (from > text && from[-1] != '\n')
		from--;
	(void)snprintf(ret, TAP_DETAIL_MAX, "%.*s", (int)strcspn(from, "\r\n"), from);
}

static void look_for(const struct pattern *p, const char *lines, int flags, bool *matched,
		     char line[TAP_DETAIL_MAX])
{
	regmatch_t match;

	if (!p->set || *matched || regexec(&p->regex, lines, 1, &match, flags) != 0)
		return;
	*matched = true;
	keep_line(lines, match.rm_so, line);
}

/* Ended by NUL; flags as regexec(3) has them. */
static void scan_patterns(struct output_scan *s, const char *lines, int flags)
{
	if (s->pass.set && !s->facts.pass_matched)
		s->facts.pass_matched = regexec(&s->pass.regex, lines, 0, NULL, flags) == 0;
	look_for(&s->fail, lines, flags, &s->facts.fail_matched, s->facts.fail_line);
	look_for(&s->skip, lines, flags, &s->facts.skip_matched, s->facts.skip_line);
}

/* regexec(3) stops at NUL, which binary output may hold. */
static void blank_nuls(char *text, size_t len)
{
	for (char *c = text; (c = memchr(c, '\0', len - (size_t)(c - text)));)
		*c = ' ';
}

/* The length of what ends with the last line end. */
static size_t whole_lines(const char *text, size_t len)
{
	const char *end = memrchr(text, '\n', len);

	return end ? (size_t)(end - text) + 1 : 0;
}

/* A line that no piece holds, or an output whose lines do not count, is looked at in
 * pieces of which each has the second half of the one before: a match may lie across
 * their edge. */
static void scan_held(struct output_scan *s, bool last)
{
	blank_nuls(s->piece, s->held);
	size_t whole = last ? s->held : s->spans ? 0 : whole_lines(s->piece, s->held);
	const bool endless = !whole && s->held == PIECE_BYTES;
	if (endless)
		whole = s->held;
	if (!whole)
		return;
	const char kept = s->piece[whole];
	s->piece[whole] = '\0';
	scan_patterns(s, s->piece, s->middle | (endless ? REG_NOTEOL : 0));
	s->piece[whole] = kept;
	s->middle = endless ? REG_NOTBOL : 0;
	if (endless)
		whole /= 2;
	s->held -= whole;
	memmove(s->piece, s->piece + whole, s->held);
}

int output_scan_until(struct output_scan *s, int fd, uint64_t end)
{
	while (s->at < end) {
		const uint64_t left = end - s->at;
		const size_t room = PIECE_BYTES - s->held;
		ssize_t n = pread(fd, s->piece + s->held, left < room ? (size_t)left : room,
				  (off_t)s->at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if (s->is_tap)
			tap_feed(&s->tap, s->piece + s->held, (size_t)n);
		s->at += (uint64_t)n;
		s->held += (size_t)n;
		scan_held(s, false);
	}
	return 0;
}

uint64_t output_scan_at(const struct output_scan *s)
{
	return s->at;
}

void output_scan_skip(struct output_scan *s, uint64_t to)
{
	s->at = to;
}

void output_scan_end(struct output_scan *s, struct output_facts *ret)
{
	scan_held(s, true);
	if (s->is_tap) {
		s->facts.tap = tap_end(&s->tap);
		memcpy(s->facts.tap_detail, s->tap.detail, sizeof(s->facts.tap_detail));
	}
	s->facts.cut_bytes = ret->cut_bytes;
	s->facts.unread_bytes = ret->unread_bytes;
	s->facts.cases = ret->cases;
	*ret = s->facts;
}

void output_scan_free(struct output_scan *s)
{
	if (!s)
		return;
	pattern_fini(&s->pass);
	pattern_fini(&s->fail);
	pattern_fini(&s->skip);
	free(s->piece);
	free(s);
}

int output_scan_new(const struct test *t, struct output_scan **ret, struct iso_err *err)
{
	const bool is_tap = t->protocol == TEST_PROTOCOL_TAP;
	int r = 0;

	if (!is_tap && !t->pass_pattern && !t->fail_pattern && !t->skip_pattern) {
		*ret = NULL;
		return 0;
	}
	struct output_scan *s = calloc(1, sizeof(*s));
	char *piece = malloc(PIECE_BYTES + 1);
	if (!s || !piece) {
		free(s);
		free(piece);
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "output of '%s'", t->id);
	}
	*s = (struct output_scan){ .piece = piece, .is_tap = is_tap, .spans = t->patterns_span };
	tap_init(&s->tap);
	r = pattern_init(&s->pass, t->pass_pattern, s->spans, err);
	if (r == 0)
		r = pattern_init(&s->fail, t->fail_pattern, s->spans, err);
	if (r == 0)
		r = pattern_init(&s->skip, t->skip_pattern, s->spans, err);
	if (r < 0)
		output_scan_free(s);
	else
		*ret = s;
	return r;
}

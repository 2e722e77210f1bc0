/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/tap.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/str.h"

void tap_init(struct tap *t)
{
	*t = (struct tap){ .planned = false };
}

/* The first fault is the one to show: what follows is often its echo. */
__attribute__((format(printf, 3, 4)))
static void fault(struct tap *t, bool broken, const char *fmt, ...)
{
	va_list ap;

	if (t->detail[0] && !t->skip_all)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(t->detail, sizeof(t->detail), fmt, ap); /* cut: one line for people */
	va_end(ap);
	t->broken = broken;
}

/* A decimal number at *s, which is moved behind it; digits beyond what can be
 * meant make it no number. */
static bool take_number(const char **s, unsigned long *ret)
{
	char digits[12];
	const size_t n = strspn(*s, "0123456789");
	uint64_t value;

	if (n == 0 || n >= sizeof(digits))
		return false;
	memcpy(digits, *s, n);
	digits[n] = '\0';
	if (num_parse_u64(digits, &value) < 0)
		return false;
	*s += n;
	*ret = (unsigned long)value;
	return true;
}

/* "todolist" is no directive; "skipped" is one to prove(1), in a plan. */
static bool ends_word(const char *s)
{
	if (strncasecmp(s, "ped", 3) == 0)
		s += 3;
	return !isalnum((unsigned char)*s) && *s != '_';
}

/* The directive (SKIP, TODO) of a test line or plan: behind the first '#' that
 * no backslash quotes.  Yields the text after the word, or NULL. */
static const char *directive(const char *line, const char *word)
{
	for (const char *c = line; *c; c++) {
		if (*c == '\\' && c[1]) {
			c++;
			continue;
		}
		if (*c != '#')
			continue;
		const char *d = c + 1 + strspn(c + 1, " \t");
		const size_t len = strlen(word);

		if (strncasecmp(d, word, len) == 0 && ends_word(d + len)) {
			d += len + strcspn(d + len, " \t"); /* SKIPPED, TODO: */
			return d + strspn(d, " \t");
		}
	}
	return NULL;
}

static void read_plan(struct tap *t, const char *line)
{
	const char *s = line + 3;
	unsigned long n;

	if (!take_number(&s, &n))
		return; /* "1..foo" is no plan, and any other text may be printed */
	if (t->planned) {
		fault(t, true, "more than one plan");
		return;
	}
	t->planned = true;
	t->plan = n;
	t->plan_is_last = t->ran > 0;
	if (n > 0)
		return;
	const char *why = directive(s, "skip");

	t->skip_all = true;
	(void)snprintf(t->detail, sizeof(t->detail), "%s", why && *why ? why : "all tests skipped");
}

static void read_test(struct tap *t, const char *line, bool ok)
{
	const char *s = line + (ok ? 2 : 6);
	unsigned long number = 0;

	s += strspn(s, " \t");
	t->ran++;
	if (take_number(&s, &number) && number != t->ran)
		fault(t, true, "tests out of sequence: found %lu, expected %lu", number, t->ran);
	if (t->planned && t->plan_is_last)
		fault(t, true, "a test after the plan at the end: %s", line);
	if (ok || directive(s, "todo"))
		return;
	t->failed++;
	fault(t, false, "%s", line);
}

/* "not" and "ok" with any blanks between; "okay" is just text. */
static bool is_test(const char *line, const char *word)
{
	const size_t len = strlen(word);

	return str_starts(line, word) && !isalnum((unsigned char)line[len]) && line[len] != '_';
}

/* Indented lines are subtests (TAP 14) and YAML: their parent's line counts. */
static void read_line(struct tap *t, char *line)
{
	if (t->bailed)
		return;
	line[strcspn(line, "\r")] = '\0';
	if (str_starts(line, "1..")) {
		read_plan(t, line);
	} else if (is_test(line, "ok")) {
		read_test(t, line, true);
	} else if (is_test(line, "not ok")) {
		read_test(t, line, false);
	} else if (str_starts(line, "Bail out!")) {
		t->detail[0] = '\0';
		fault(t, true, "%s", line);
		t->bailed = true;
	}
}

static void end_line(struct tap *t)
{
	t->line[t->line_len] = '\0';
	t->line_len = 0;
	read_line(t, t->line);
}

void tap_feed(struct tap *t, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			end_line(t);
		else if (t->line_len + 1 < sizeof(t->line))
			t->line[t->line_len++] = text[i];
	}
}

enum tap_verdict tap_end(struct tap *t)
{
	if (t->line_len)
		end_line(t);
	if (t->bailed)
		return TAP_FAILED;
	if (t->skip_all && t->ran == 0 && !t->broken)
		return TAP_SKIPPED;
	if (!t->planned)
		fault(t, true, t->ran ? "no plan was printed" : "no TAP in the output");
	else if (t->plan != t->ran)
		fault(t, true, "planned %lu tests but ran %lu", t->plan, t->ran);
	return t->failed || t->broken ? TAP_FAILED : TAP_PASSED;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/schedule.h"

#include <stdio.h>
#include <string.h>

#include "report/paint.h"
#include "report/text.h"

/* name, bar between two walls, time: 78 columns. */
enum { NAME_COLUMNS = 24, BAR_COLUMNS = 44, TESTS_MAX = 32 };

static size_t column_of(const struct schedule *s, int64_t ns)
{
	const size_t at = (size_t)((double)ns / (double)s->end_ns * BAR_COLUMNS);
	return at < BAR_COLUMNS ? at : BAR_COLUMNS - 1;
}

static void pad(struct buf *b, size_t used, size_t columns)
{
	for (; used < columns; used++)
		buf_addc(b, ' ');
}

static void add_bar(struct buf *b, const struct schedule_view *v, const struct schedule_span *span)
{
	char bar[BAR_COLUMNS + 1];
	char wall[NUM_TEXT];
	struct schedule_part part;
	memset(bar, ' ', BAR_COLUMNS);
	bar[BAR_COLUMNS] = '\0';
	schedule_first_part(span, &part);
	do {
		/* A part of no length has no column of its own. */
		if (part.end_ns == part.start_ns)
			continue;
		const size_t from = column_of(v->schedule, part.start_ns);
		const size_t to = column_of(v->schedule, part.end_ns - 1);
		memset(bar + from, part.stands ? '.' : span->oom ? 'x' : '=', to - from + 1);
	} while (schedule_next_part(span, &part));
	pad(b, text_add_middle(b, v->names[span->test], NAME_COLUMNS), NAME_COLUMNS);
	buf_addf(b, " |%s| %6s\n", bar, paint_time(wall, span->end_ns - span->start_ns));
}

/* Tenths: '9' is nine tenths and more, '+' more than there is. */
static char digit_of(uint32_t milli)
{
	if (milli == 0)
		return ' ';
	if (milli > 1001)
		return '+';
	return (char)('0' + (milli >= 900 ? 9 : milli / 100));
}

static void add_level(struct buf *b, const char *what, const char *of,
		      const uint32_t levels[BAR_COLUMNS])
{
	buf_addf(b, "%-8s%*s |", what, NAME_COLUMNS - 8, of);
	for (size_t i = 0; i < BAR_COLUMNS; i++)
		buf_addc(b, digit_of(levels[i]));
	buf_adds(b, "| tenths\n");
}

static void add_levels(struct buf *b, const struct schedule *s)
{
	uint32_t mem[BAR_COLUMNS];
	uint32_t cpus[BAR_COLUMNS];
	uint32_t jobs[BAR_COLUMNS];
	char of[NUM_TEXT];
	char number[2][16];
	schedule_levels(s, BAR_COLUMNS, mem, cpus, jobs);
	snprintf(number[0], sizeof(number[0]), "%u", s->cpus);
	snprintf(number[1], sizeof(number[1]), "%u", s->jobs);
	add_level(b, "memory", num_format_size(of, s->budget_bytes), mem);
	add_level(b, "cpus", number[0], cpus);
	add_level(b, "jobs", number[1], jobs);
}

static void add_axis(struct buf *b, const struct schedule *s)
{
	enum { MARKS = 4 };
	char text[NUM_TEXT];
	pad(b, 0, NAME_COLUMNS + 2);
	for (unsigned i = 0; i < MARKS; i++)
		buf_addf(b, "%-*s", BAR_COLUMNS / MARKS, paint_time(text, s->end_ns / MARKS * i));
	buf_addf(b, "%s\n", paint_time(text, s->end_ns));
}

void schedule_add_text(struct buf *b, const struct schedule_view *v)
{
	const struct schedule *s = v->schedule;
	if (s->n == 0 || s->end_ns <= 0)
		return;
	add_axis(b, s);
	for (size_t i = 0; i < s->n && i < TESTS_MAX; i++)
		add_bar(b, v, &s->spans[i]);
	if (s->n > TESTS_MAX)
		buf_addf(b, "and %zu more\n", s->n - TESTS_MAX);
	add_levels(b, s);
}

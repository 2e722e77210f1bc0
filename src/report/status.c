/* SPDX-License-Identifier: Apache-2.0 */
#include "report/status.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "report/paint.h"
#include "report/text.h"

/* Below this many columns a running test shows its memory, not its reservation. */
#define NARROW 60

#define MAX_PARTS 8

/* A part of the first line; where all do not fit the highest rank goes first. */
struct part {
	char text[80];
	const char *before;  /* what stands between it and the one before */
	int rank;
	enum paint paint;
	bool hidden;
};

struct parts {
	struct part part[MAX_PARTS];
	size_t n;
};

static void move_to_top(struct status *s, const struct status_view *view, struct buf *b)
{
	unsigned up = 0;

	if (s->n_lines == 0)
		return;
	/* A terminal that was made narrower has wrapped what was drawn. */
	for (unsigned i = 0; i < s->n_lines; i++)
		up += s->columns[i] > view->columns
			      ? (s->columns[i] + view->columns - 1) / view->columns
			      : 1;
	buf_addc(b, '\r');
	if (up > 1)
		buf_addf(b, "\033[%uA", up - 1);
}

void status_erase(struct status *s, const struct status_view *view, struct buf *b)
{
	if (s->n_lines == 0)
		return;
	move_to_top(s, view, b);
	buf_adds(b, "\033[J");
	s->n_lines = 0;
}

static struct part *add_part(struct parts *p, const char *before, int rank, enum paint paint)
{
	struct part *part = &p->part[p->n++];

	*part = (struct part){ .before = before, .rank = rank, .paint = paint };
	return part;
}

static void add_count(struct parts *p, unsigned n, const char *word, int rank, enum paint paint)
{
	if (n == 0)
		return;

	struct part *part = add_part(p, p->n == 1 ? " " : ", ", rank, paint);
	snprintf(part->text, sizeof(part->text), "%u %s", n, word);
}

/* Whole seconds: a guess has no tenths. */
static const char *format_eta(char text[NUM_TEXT], int64_t ns)
{
	int64_t s = ns / NSEC_PER_SEC + (ns % NSEC_PER_SEC > 0);

	if (s >= 60)
		return num_format_time(text, s * NSEC_PER_SEC);
	snprintf(text, NUM_TEXT, "%ds", (int)s);
	return text;
}

static void collect_parts(struct parts *p, const struct fold *f, int64_t t_ns)
{
	size_t total = fold_total(f);
	size_t gone = (size_t)f->n_finished + f->n_running;
	int width = snprintf(NULL, 0, "%zu", total);
	int64_t eta_ns = fold_eta(f, t_ns);
	char a[NUM_TEXT];
	char z[NUM_TEXT];
	struct part *part = add_part(p, "", 0, PAINT_BOLD);

	snprintf(part->text, sizeof(part->text), "[%*u/%zu]", width, f->n_finished, total);
	add_count(p, fold_failed(f), "failed", 1, PAINT_BAD);
	add_count(p, f->counts[OUTCOME_FLAKY], "flaky", 4, PAINT_WARN);
	add_count(p, f->n_running, "running", 2, PAINT_PLAIN);
	add_count(p, total > gone ? (unsigned)(total - gone) : 0, "wait", 6, PAINT_PLAIN);
	if (f->budget_bytes > 0) {
		part = add_part(p, "   ", 5, PAINT_PLAIN);
		snprintf(part->text, sizeof(part->text), "%s of %s",
			 num_format_size(a, f->reserved_bytes),
			 num_format_size(z, f->budget_bytes));
	}
	part = add_part(p, "   ", 3, PAINT_PLAIN);
	if (f->interrupted_by)
		snprintf(part->text, sizeof(part->text), "ending");
	else if (eta_ns > 0)
		snprintf(part->text, sizeof(part->text), "eta %s", format_eta(a, eta_ns));
	else
		snprintf(part->text, sizeof(part->text), "%s", paint_time(a, t_ns));
}

/* Hides parts until the rest fits; the columns of what is left. */
static size_t fit_parts(struct parts *p, size_t columns)
{
	for (;;) {
		struct part *first_to_go = NULL;
		size_t used = 0;

		for (size_t i = 0; i < p->n; i++) {
			struct part *part = &p->part[i];

			if (part->hidden)
				continue;
			used += strlen(part->before) + strlen(part->text);
			if (!first_to_go || part->rank > first_to_go->rank)
				first_to_go = part;
		}
		if (used <= columns || !first_to_go || first_to_go->rank == 0)
			return used;
		first_to_go->hidden = true;
	}
}

static unsigned add_first_line(struct buf *b, const struct status_view *view,
			       const struct fold *f, int64_t t_ns)
{
	struct parts p = { .n = 0 };
	size_t room = view->columns - 1;

	collect_parts(&p, f, t_ns);
	size_t used = fit_parts(&p, room);
	if (used > room)
		return (unsigned)text_add_cut(b, p.part[0].text, room);
	for (size_t i = 0; i < p.n; i++) {
		const struct part *part = &p.part[i];

		if (part->hidden)
			continue;
		buf_adds(b, part->before);
		paint_on(b, view->color, part->paint);
		buf_adds(b, part->text);
		paint_off(b, view->color, part->paint);
	}
	return (unsigned)used;
}

static unsigned add_running_line(struct buf *b, const struct status_view *view,
				 const struct fold_test *t, int64_t t_ns)
{
	char elapsed[NUM_TEXT];
	char now[NUM_TEXT];
	char reserved[NUM_TEXT];
	char head[3 * NUM_TEXT + 32];
	int64_t ns = t_ns > t->started_t_ns ? t_ns - t->started_t_ns : 0;
	size_t room = view->columns - 1;
	int n = snprintf(head, sizeof(head), "%7s %6s", paint_time(elapsed, ns),
			 paint_size(now, t->mem_now_bytes));

	if (view->columns >= NARROW)
		n += snprintf(head + n, sizeof(head) - (size_t)n, " / %-5s",
			      paint_size(reserved, t->mem_reserved_bytes));
	n += snprintf(head + n, sizeof(head) - (size_t)n, "  ");
	if (t->attempt > 1)
		snprintf(head + n, sizeof(head) - (size_t)n, "try %u  ", t->attempt);

	size_t used = text_add_cut(b, head, room);
	return (unsigned)(used + text_add_middle(b, t->id, room - used));
}

static unsigned add_more_line(struct buf *b, const struct status_view *view, unsigned n)
{
	char text[64];

	snprintf(text, sizeof(text), "        and %u more", n);
	return (unsigned)text_add_cut(b, text, view->columns - 1);
}

static void end_line(struct buf *b, struct status *s, unsigned columns)
{
	buf_adds(b, "\033[K"); /* what the old line had more */
	s->columns[s->n_lines++] = columns;
}

void status_draw(struct status *s, const struct status_view *view, const struct fold *f,
		 int64_t t_ns, struct buf *b)
{
	unsigned room = view->rows / 2 < STATUS_MAX_LINES ? view->rows / 2 : STATUS_MAX_LINES;
	unsigned shown = 0;

	if (room == 0 || view->columns < 2) {
		status_erase(s, view, b);
		return;
	}
	move_to_top(s, view, b);
	/* What a narrower window has wrapped stays one line to a terminal that rewraps,
	 * until it is erased as a whole: written over, two lines would become one. */
	if (s->n_lines > 0 && s->drawn_columns != view->columns)
		buf_adds(b, "\033[J");
	s->n_lines = 0;
	s->drawn_columns = view->columns;
	end_line(b, s, add_first_line(b, view, f, t_ns));
	for (const struct fold_test *t = f->first_running; t; t = t->next_running) {
		unsigned columns;

		if (s->n_lines == room)
			break;
		buf_addc(b, '\n');
		if (s->n_lines + 1 == room && t->next_running) {
			columns = add_more_line(b, view, f->n_running - shown);
			end_line(b, s, columns);
			break;
		}
		columns = add_running_line(b, view, t, t_ns);
		end_line(b, s, columns);
		shown++;
	}
	buf_adds(b, "\033[J"); /* the lines that it has no more */
}

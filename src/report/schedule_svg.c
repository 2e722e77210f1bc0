/* SPDX-License-Identifier: Apache-2.0 */
/* One picture, from the top: memory over time, cpus over time, and a row of bars
 * for each job that runs at once. */
#include "report/schedule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/xml.h"

enum {
	LEFT = 90, WIDTH = 860, RIGHT = 30,
	TOP = 50, CHART = 110, GAP = 34,
	ROW = 16, ROWS_MAX = 128, BARS_MAX = 5000,
	STEPS = 430, MARKS = 8,
};

struct picture {
	struct xml *x;
	const struct schedule_view *view;
	double px_a_ns;
	int y; /* where the next part begins */
};

static void add_text(struct xml *x, int px, int py, const char *anchor, const char *text)
{
	xml_open(x, "text");
	xml_attrf(x, "x", "%d", px);
	xml_attrf(x, "y", "%d", py);
	xml_attr(x, "text-anchor", anchor);
	xml_text(x, text, strlen(text));
	xml_close(x);
}

static void add_axis(struct picture *p)
{
	const int64_t end_ns = p->view->schedule->end_ns;
	char text[NUM_TEXT];
	for (int i = 0; i <= MARKS; i++)
		add_text(p->x, LEFT + WIDTH * i / MARKS, p->y, "middle",
			 num_format_time(text, end_ns / MARKS * i));
	p->y += 8;
}

/* levels in thousandths of `whole`; above it they leave the frame, as they should. */
static void add_chart(struct picture *p, const char *what, const char *whole, const char *colour,
		      const uint32_t levels[STEPS])
{
	_cleanup_buf_ struct buf path = BUF_INIT;
	const int base = p->y + CHART;
	buf_addf(&path, "M%d %d", LEFT, base);
	for (int i = 0; i < STEPS; i++)
		buf_addf(&path, "V%.1fH%.1f", base - CHART * (double)levels[i] / 1000.0,
			 LEFT + WIDTH * (double)(i + 1) / STEPS);
	buf_addf(&path, "V%dZ", base);
	xml_open(p->x, "path");
	xml_attr(p->x, "d", buf_str(&path));
	xml_attr(p->x, "fill", colour);
	xml_close(p->x);
	xml_open(p->x, "rect");
	xml_attrf(p->x, "x", "%d", LEFT);
	xml_attrf(p->x, "y", "%d", p->y);
	xml_attrf(p->x, "width", "%d", WIDTH);
	xml_attrf(p->x, "height", "%d", CHART);
	xml_attr(p->x, "fill", "none");
	xml_attr(p->x, "stroke", "#888");
	xml_close(p->x);
	add_text(p->x, LEFT - 8, p->y + 12, "end", whole);
	add_text(p->x, LEFT - 8, base, "end", what);
	p->y = base + GAP;
}

/* The row that is free at the span's start: the first, as long as there are any. */
static size_t take_row(int64_t free_ns[ROWS_MAX], const struct schedule_span *span)
{
	size_t row = 0;
	while (row < ROWS_MAX && free_ns[row] > span->start_ns)
		row++;
	if (row < ROWS_MAX)
		free_ns[row] = span->end_ns;
	return row;
}

static void describe(struct buf *b, const struct schedule_view *v, const struct schedule_span *span)
{
	const uint64_t end_bytes = schedule_mem_end(span);
	const int64_t paused_ns = schedule_paused_ns(span);
	char wall[NUM_TEXT];
	char mem[NUM_TEXT];
	buf_addf(b, "%s: %s, %s", v->names[span->test],
		 num_format_time(wall, span->end_ns - span->start_ns),
		 num_format_size(mem, span->mem_bytes));
	if (end_bytes != span->mem_bytes)
		buf_addf(b, " to %s", num_format_size(mem, end_bytes));
	buf_addf(b, ", %u.%02u cpus", span->cpus_milli / 1000, span->cpus_milli % 1000 / 10);
	if (paused_ns)
		buf_addf(b, ", pauses for %s", num_format_time(wall, paused_ns));
	if (span->gave_way)
		buf_adds(b, ", gives way: runs again");
	else if (span->oom)
		buf_adds(b, ", out of memory: runs again");
}

static void open_rect(struct picture *p, int64_t start_ns, int64_t end_ns, size_t row,
		      const char *colour)
{
	const double width = (double)(end_ns - start_ns) * p->px_a_ns;
	xml_open(p->x, "rect");
	xml_attrf(p->x, "x", "%.1f", LEFT + (double)start_ns * p->px_a_ns);
	xml_attrf(p->x, "y", "%d", p->y + (int)row * ROW);
	xml_attrf(p->x, "width", "%.1f", width > 0.5 ? width : 0.5);
	xml_attrf(p->x, "height", "%d", ROW - 2);
	xml_attr(p->x, "fill", colour);
}

/* Above the bar, which is what the pointer is to find: that has the words. */
static void add_pauses(struct picture *p, const struct schedule_span *span, size_t row)
{
	struct schedule_part part;
	schedule_first_part(span, &part);
	while (schedule_next_part(span, &part)) {
		if (!part.stands || part.end_ns == part.start_ns)
			continue;
		open_rect(p, part.start_ns, part.end_ns, row, "#f5cba7");
		xml_attr(p->x, "pointer-events", "none");
		xml_close(p->x);
	}
}

static void add_bar(struct picture *p, const struct schedule_span *span, size_t row)
{
	_cleanup_buf_ struct buf said = BUF_INIT;
	describe(&said, p->view, span);
	open_rect(p, span->start_ns, span->end_ns, row, span->oom ? "#c0392b" : "#7f8c8d");
	xml_attr(p->x, "stroke", "#fff");
	xml_open(p->x, "title");
	xml_text(p->x, buf_str(&said), said.len);
	xml_close(p->x);
	xml_close(p->x);
	add_pauses(p, span, row);
}

static void add_bars(struct picture *p)
{
	const struct schedule *s = p->view->schedule;
	int64_t free_ns[ROWS_MAX] = { 0 };
	for (size_t i = 0; s->n <= BARS_MAX && i < s->n; i++) {
		const size_t row = take_row(free_ns, &s->spans[i]);
		if (row < ROWS_MAX)
			add_bar(p, &s->spans[i], row);
	}
}

static int height_of(const struct schedule *s)
{
	const size_t width = s->n <= BARS_MAX ? schedule_width(s) : 0;
	const size_t rows = width < ROWS_MAX ? width : ROWS_MAX;
	return TOP + 8 + 2 * (CHART + GAP) + (int)rows * ROW;
}

static void draw(struct xml *x, const struct schedule_view *v, const char *title)
{
	const struct schedule *s = v->schedule;
	struct picture p = { .x = x, .view = v, .y = TOP,
			     .px_a_ns = s->end_ns > 0 ? WIDTH / (double)s->end_ns : 0 };
	uint32_t mem[STEPS];
	uint32_t cpus[STEPS];
	char budget[NUM_TEXT];
	char count[16];
	schedule_levels(s, STEPS, mem, cpus, NULL);
	snprintf(count, sizeof(count), "%u", s->cpus);
	xml_open(x, "svg");
	xml_attr(x, "xmlns", "http://www.w3.org/2000/svg");
	xml_attrf(x, "viewBox", "0 0 %d %d", LEFT + WIDTH + RIGHT, height_of(s));
	xml_attr(x, "font-family", "sans-serif");
	xml_attr(x, "font-size", "12");
	add_text(x, LEFT, 20, "start", title);
	add_axis(&p);
	add_chart(&p, "memory", num_format_size(budget, s->budget_bytes), "#5dade2", mem);
	add_chart(&p, "cpus", count, "#58d68d", cpus);
	add_bars(&p);
	xml_close(x);
}

int schedule_svg(const struct schedule_view *v, const char *title, char **ret_text)
{
	struct xml *x = xml_new();
	if (!x)
		return -ENOMEM;
	draw(x, v, title);
	const int r = xml_finish(x, ret_text);
	xml_free(x);
	return r;
}

static void draw_page(struct xml *x, const struct schedule_view *v, const char *title,
		      const char *text)
{
	xml_open(x, "html");
	xml_open(x, "head");
	xml_open(x, "meta");
	xml_attr(x, "charset", "utf-8");
	xml_close(x);
	xml_open(x, "title");
	xml_text(x, title, strlen(title));
	xml_close(x);
	xml_close(x);
	xml_open(x, "body");
	draw(x, v, title);
	xml_open(x, "pre");
	xml_text(x, text, strlen(text));
	xml_close(x);
	xml_close(x);
	xml_close(x);
}

int schedule_html(const struct schedule_view *v, const char *title, const char *text,
		  char **ret_text)
{
	static const char doctype[] = "<!DOCTYPE html>\n";
	struct xml *x = xml_new();
	_cleanup_free_ char *page = NULL;
	_cleanup_buf_ struct buf b = BUF_INIT;
	if (!x)
		return -ENOMEM;
	draw_page(x, v, title, text);
	const int r = xml_finish(x, &page);
	xml_free(x);
	if (r < 0)
		return r;
	const char *html = strstr(page, "<html");
	buf_adds(&b, doctype);
	buf_adds(&b, html ? html : page);
	return buf_finish(&b, ret_text);
}

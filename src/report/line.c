/* SPDX-License-Identifier: Apache-2.0 */
#include "report/line.h"

#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "report/excerpt.h"
#include "report/hint.h"
#include "report/paint.h"
#include "report/text.h"

/* How much of an output is shown, from its end. */
struct amount {
	size_t bytes;
	size_t lines;
	size_t columns; /* of one line: some tests print a megabyte without an end */
};
static const struct amount its_end = { 16384, 20, 500 };
static const struct amount its_all = { 1 << 20, SIZE_MAX, 16384 };

static void add_head(struct buf *b, const char *word, enum paint paint, int64_t wall_ns,
		     uint64_t peak_bytes, bool color)
{
	char wall[NUM_TEXT];
	char peak[NUM_TEXT];

	paint_on(b, color, paint);
	buf_addf(b, "%-5s", word);
	paint_off(b, color, paint);
	buf_addf(b, " %7s %6s  ", paint_time(wall, wall_ns), paint_size(peak, peak_bytes));
}

static void add_detail(struct buf *b, const char *detail)
{
	buf_adds(b, ": ");
	text_add(b, detail);
}

void line_add_test(struct buf *b, const struct fold_test *t, bool color)
{
	add_head(b, outcome_word(t->outcome), outcome_paint(t->outcome), t->wall_ns,
		 t->mem_peak_bytes, color);
	text_add(b, t->id);
	if (t->outcome == OUTCOME_FLAKY && fold_first_bad(t))
		add_detail(b, fold_first_bad(t)->detail);
	else if (t->outcome != OUTCOME_PASSED && t->detail)
		add_detail(b, t->detail);
	else if (!outcome_is_good(t->outcome))
		add_detail(b, outcome_name(t->outcome));
	if (t->outcome == OUTCOME_FLAKY)
		buf_addf(b, ", then passed (%u attempts)", t->n_attempts);
	else if (t->n_attempts > 1)
		buf_addf(b, " (%u attempts)", t->n_attempts);
	buf_addc(b, '\n');
}

void line_add_again(struct buf *b, const struct fold_test *t, bool color)
{
	const struct fold_attempt *a = t->last_attempt;

	if (!a)
		return;
	add_head(b, "again", PAINT_WARN, a->wall_ns, a->mem_peak_bytes, color);
	text_add(b, t->id);
	add_detail(b, a->detail);
	buf_addc(b, '\n');
}

static void add_tail(struct buf *b, const struct excerpt *x, const struct amount *amount,
		     bool color)
{
	const char *text = x->tail;
	size_t len = x->tail_len;

	/* What the bound of bytes cut through is no line. */
	if (x->left_out_bytes > 0) {
		size_t next;

		excerpt_line(text, len, &next);
		if (next < len) {
			text += next;
			len -= next;
		}
	}

	size_t at = excerpt_last_lines(text, len, amount->lines);
	while (at < len) {
		size_t next;
		size_t n = excerpt_line(text + at, len - at, &next);

		paint_on(b, color, PAINT_DIM);
		buf_adds(b, "  | ");
		paint_off(b, color, PAINT_DIM);
		text_add_cut_n(b, text + at, n, amount->columns);
		buf_addc(b, '\n');
		at += next;
	}
}

/* Returns what to do about the failure, as far as its output tells; NULL: nothing. */
static const char *add_output(struct buf *b, const struct fold *f, const struct fold_test *t,
			      const struct line_options *o)
{
	const struct amount *amount = o->whole_output ? &its_all : &its_end;
	const char *hint = hint_of(f, t, NULL, 0);
	struct excerpt x;

	if (!t->output || !*f->dir)
		return hint;
	if (excerpt_read(f->dir, t->output, 0, amount->bytes, &x) < 0) {
		buf_adds(b, "  its output cannot be read: ");
	} else {
		bool is_empty = x.tail_len == 0;

		hint = hint_of(f, t, x.tail, x.tail_len);
		add_tail(b, &x, amount, o->color);
		excerpt_fini(&x);
		buf_adds(b, is_empty ? "  it wrote nothing: "
				 : t->output_cut_bytes ? "  its output, cut in the middle: "
						       : "  whole output: ");
	}
	text_add(b, f->dir);
	buf_addc(b, '/');
	text_add(b, t->output);
	buf_addc(b, '\n');
	return hint;
}

void line_add_output(struct buf *b, const struct fold *f, const char *output, bool color)
{
	struct excerpt x;

	if (!output || !*f->dir || excerpt_read(f->dir, output, 0, its_all.bytes, &x) < 0)
		return;
	add_tail(b, &x, &its_all, color);
	if (x.left_out_bytes > 0) {
		buf_adds(b, "  whole output: ");
		text_add(b, f->dir);
		buf_addc(b, '/');
		text_add(b, output);
		buf_addc(b, '\n');
	}
	excerpt_fini(&x);
}

static void add_hint(struct buf *b, const char *hint, bool color)
{
	if (!hint)
		return;
	paint_on(b, color, PAINT_WARN);
	buf_adds(b, "  hint: ");
	paint_off(b, color, PAINT_WARN);
	buf_addf(b, "%s\n", hint);
}

/* With its line ends as they are: to be copied into a shell. */
static void add_command(struct buf *b, const char *command)
{
	for (const char *end; (end = strchr(command, '\n')); command = end + 1) {
		text_add_n(b, command, (size_t)(end - command));
		buf_addc(b, '\n');
	}
	text_add(b, command);
}

void line_add_alone(struct buf *b, const struct fold_test *t)
{
	if (*t->cwd) {
		_cleanup_free_ char *cwd = str_shell_quote(t->cwd);

		buf_adds(b, "cd ");
		text_add(b, cwd ? cwd : t->cwd);
		buf_adds(b, " && ");
	}
	buf_adds(b, "isorun ");
	text_add(b, t->options);
	buf_adds(b, *t->options ? " -- " : "-- ");
	add_command(b, t->command);
}

void line_add_failure(struct buf *b, const struct fold *f, const struct fold_test *t,
		      const struct line_options *o)
{
	add_hint(b, add_output(b, f, t, o), o->color);
	if (!*t->command)
		return;
	buf_adds(b, "  run it alone: ");
	line_add_alone(b, t);
	buf_addc(b, '\n');
}

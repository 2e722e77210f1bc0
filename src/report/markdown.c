/* SPDX-License-Identifier: Apache-2.0 */
#include "report/markdown.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "report/format.h"
#include "report/paint.h"
#include "report/rendered.h"
#include "report/text.h"

enum {
	/* A comment on GitHub has room for 65,536 characters. */
	PASTE_MAX_BYTES = 60 * 1000,
	ID_COLUMNS = 200,
	WHY_COLUMNS = 300,
	N_TOP = 5,
	COLUMN_BYTES = 4,     /* of UTF-8; what is of no width must not add up */
	TOP_BYTES = 20 << 10, /* what both lists of the top take at most */
	/* Of an output: its end tells most. */
	OUTPUT_BYTES = 16 << 10,
};

/* Text that no reader of Markdown makes more of than it is. */
static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(" ,/()%", *c) &&
		    !(*c == '.' && c[1] && c > text) && !(*c == ':' && c[1] == ' '))
			return false;
	return *text != '\0' && *text != ' ' && !strstr(text, "www.");
}

static size_t longest_run(const char *text, char what)
{
	size_t longest = 0;

	for (const char *c = text; *c; c++) {
		size_t n = 0;

		while (c[n] == what)
			n++;
		if (n > longest)
			longest = n;
		c += n ? n - 1 : 0;
	}
	return longest;
}

static void add_times(struct buf *b, char c, size_t n)
{
	while (n-- > 0)
		buf_addc(b, c);
}

/* As code in a cell of a table: a bar ends the cell also there, unless it is escaped, and
 * a backslash before it would escape the escape. */
static void add_code(struct buf *b, const char *text)
{
	const size_t fence = longest_run(text, '`') + 1;
	const bool pad = text[0] == '`' || text[0] == ' ' || (*text && str_ends(text, "`"));

	add_times(b, '`', fence);
	buf_adds(b, pad ? " " : "");
	for (const char *c = text; *c; c++) {
		size_t n = 0;

		while (c[n] == '\\')
			n++;
		if (c[n] == '|') {
			add_times(b, '\\', 2 * n + 1);
			buf_addc(b, '|');
			c += n;
		} else {
			buf_addc(b, *c);
		}
	}
	buf_adds(b, pad ? " " : "");
	add_times(b, '`', fence);
}

static void add_short(struct buf *b, const char *text, size_t columns)
{
	const size_t begin = b->len;
	size_t end = begin + columns * COLUMN_BYTES;

	(void)text_add_middle(b, text, columns);
	if (b->error || b->len <= end)
		return;
	while (end > begin && (b->data[end] & 0xC0) == 0x80)
		end--;
	b->data[end] = '\0';
	b->len = end;
}

static void add_cell(struct buf *b, const char *text, size_t columns)
{
	_cleanup_buf_ struct buf safe = BUF_INIT;

	add_short(&safe, text, columns);
	if (is_plain(buf_str(&safe)))
		buf_adds(b, buf_str(&safe));
	else
		add_code(b, buf_str(&safe));
}

/* Or could not be run for another's failure, or for want of what it takes. */
static bool is_failure(const struct fold_test *t)
{
	return t->phase == FOLD_FINISHED && !outcome_is_good(t->outcome) &&
	       (t->outcome != OUTCOME_NOT_RUN || t->blocked);
}

static bool is_flaky(const struct fold_test *t)
{
	return t->outcome == OUTCOME_FLAKY;
}

struct counts {
	size_t passed;  /* with the flaky ones */
	size_t failed;
	size_t flaky;
	size_t skipped;
	size_t not_run;
};

static bool is_quarantined(const struct fold_test *t)
{
	return t->outcome == OUTCOME_QUARANTINED;
}

static struct counts count(const struct fold *f)
{
	struct counts n = { 0 };

	for (size_t i = 0; i < f->n_tests; i++) {
		const struct fold_test *t = f->tests[i];

		if (t->phase != FOLD_FINISHED || t->outcome == OUTCOME_NOT_RUN)
			n.not_run++;
		else if (is_failure(t))
			n.failed++;
		else if (t->outcome == OUTCOME_SKIPPED || is_quarantined(t))
			n.skipped++;
		else
			n.passed++;
		n.flaky += is_flaky(t);
	}
	return n;
}

static void add_head(struct buf *b, const struct fold *f, const struct counts *n)
{
	char wall[NUM_TEXT];
	char sum[NUM_TEXT];
	char budget[NUM_TEXT];
	char name[16];

	buf_adds(b, "### ");
	add_cell(b, *f->cwd ? path_base(f->cwd) : "isorun", ID_COLUMNS);
	if (n->failed)
		buf_addf(b, ": %zu of %zu tests failed\n\n", n->failed, f->n_tests);
	else if (n->not_run)
		buf_addf(b, ": %zu of %zu tests were not run\n\n", n->not_run, f->n_tests);
	else
		buf_addf(b, ": all %zu tests passed or were skipped\n\n", f->n_tests);
	if (f->interrupted_by)
		buf_addf(b, "The run was ended by %s.\n\n",
			 proc_signal_name(f->interrupted_by, name));
	else if (!f->finished)
		buf_adds(b, "The run did not end: this is what its log holds.\n\n");
	buf_adds(b, "| passed | flaky of these | failed | skipped | not run | wall | sum of tests |"
		    " cpus | memory budget |\n"
		    "|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
	buf_addf(b, "| %zu | %zu | %zu | %zu | %zu | %s | %s | %u | %s |\n", n->passed, n->flaky,
		 n->failed, n->skipped, n->not_run,
		 paint_time(wall, f->finished ? f->wall_ns : f->t_ns),
		 paint_time(sum, f->finished_wall_ns), f->cpus,
		 paint_size(budget, f->budget_bytes));
}

static void add_row(struct buf *b, const struct fold_test *t, const char *why)
{
	char wall[NUM_TEXT];
	char peak[NUM_TEXT];

	buf_adds(b, "| ");
	add_cell(b, t->id, ID_COLUMNS);
	buf_addf(b, " | %s | %s | %s | ", outcome_name(t->outcome), paint_time(wall, t->wall_ns),
		 paint_size(peak, t->mem_peak_bytes));
	add_cell(b, why, WHY_COLUMNS);
	buf_adds(b, " |\n");
}

static const char *why_of(const struct fold_test *t)
{
	return is_flaky(t) && fold_first_bad(t) ? fold_first_bad(t)->detail : rendered_detail(t);
}

/* Those that `is` says, as long as there is room. */
static void add_table(struct buf *b, const struct fold *f, const char *title, const char *why,
		      bool (*is)(const struct fold_test *t), size_t max_bytes)
{
	size_t n = 0;
	size_t left_out = 0;

	for (size_t i = 0; i < f->n_tests; i++) {
		if (!is(f->tests[i]))
			continue;
		if (b->len >= max_bytes) {
			left_out++;
			continue;
		}
		if (n++ == 0)
			buf_addf(b, "\n**%s**\n\n| test | outcome | time | memory | %s |\n"
				    "|---|---|---:|---:|---|\n", title, why);
		add_row(b, f->tests[i], why_of(f->tests[i]));
	}
	if (left_out)
		buf_addf(b, "\nand %zu more\n", left_out);
}

static void add_output(struct buf *b, const struct fold_test *t, const char *output)
{
	const size_t ticks = longest_run(output, '`');
	const size_t fence = ticks < 3 ? 3 : ticks + 1;

	buf_adds(b, "\n<details><summary>output of ");
	/* Within HTML; what it means there is told by name. */
	_cleanup_buf_ struct buf safe = BUF_INIT;
	add_short(&safe, t->id, ID_COLUMNS);
	buf_adds(b, "<code>");
	for (const char *c = buf_str(&safe); *c; c++) {
		if (isalnum((unsigned char)*c) || *c == ' ' || *c & 0x80)
			buf_addc(b, *c);
		else
			buf_addf(b, "&#%d;", *c);
	}
	buf_adds(b, "</code></summary>\n\n");
	add_times(b, '`', fence);
	buf_addc(b, '\n');
	buf_adds(b, output);
	buf_adds(b, str_ends(output, "\n") ? "" : "\n");
	add_times(b, '`', fence);
	buf_adds(b, "\n\n</details>\n");
}

static void add_outputs(struct buf *b, const struct fold *f, const char *run_dir,
			size_t max_bytes)
{
	for (size_t i = 0; i < f->n_tests; i++) {
		_cleanup_buf_ struct buf output = BUF_INIT;

		if (!is_failure(f->tests[i]))
			continue;
		rendered_add_output(&output, run_dir, f->tests[i]->output, OUTPUT_BYTES);
		if (output.len == 0)
			continue;
		/* Of the id each character may become the number of one. */
		if (b->len + output.len + ID_COLUMNS * 8 > max_bytes)
			break;
		add_output(b, f->tests[i], buf_str(&output));
	}
}

static int by_wall(const void *a, const void *b)
{
	const struct fold_test *x = *(struct fold_test *const *)a;
	const struct fold_test *y = *(struct fold_test *const *)b;

	if (x->wall_ns != y->wall_ns)
		return x->wall_ns < y->wall_ns ? 1 : -1;
	return strcmp(x->id, y->id);
}

static int by_peak(const void *a, const void *b)
{
	const struct fold_test *x = *(struct fold_test *const *)a;
	const struct fold_test *y = *(struct fold_test *const *)b;

	if (x->mem_peak_bytes != y->mem_peak_bytes)
		return x->mem_peak_bytes < y->mem_peak_bytes ? 1 : -1;
	return strcmp(x->id, y->id);
}

static void add_top(struct buf *b, struct fold_test **tests, size_t n, const char *title,
		    int (*order)(const void *, const void *))
{
	qsort(tests, n, sizeof(struct fold_test *), order);
	buf_addf(b, "\n**%s**\n\n| test | outcome | time | memory |\n|---|---|---:|---:|\n", title);
	for (size_t i = 0; i < n && i < N_TOP; i++) {
		char wall[NUM_TEXT];
		char peak[NUM_TEXT];

		buf_adds(b, "| ");
		add_cell(b, tests[i]->id, ID_COLUMNS);
		buf_addf(b, " | %s | %s | %s |\n", outcome_name(tests[i]->outcome),
			 paint_time(wall, tests[i]->wall_ns),
			 paint_size(peak, tests[i]->mem_peak_bytes));
	}
}

static void add_tops(struct buf *b, const struct fold *f)
{
	_cleanup_free_ struct fold_test **tests = NULL;

	/* Fewer are seen at a glance. */
	if (f->n_tests <= N_TOP)
		return;
	tests = reallocarray(NULL, f->n_tests, sizeof(struct fold_test *));
	if (!tests)
		return;
	memcpy(tests, f->tests, f->n_tests * sizeof(struct fold_test *));
	buf_adds(b, "\n<details><summary>slowest and largest</summary>\n");
	add_top(b, tests, f->n_tests, "Slowest", by_wall);
	add_top(b, tests, f->n_tests, "Largest", by_peak);
	buf_adds(b, "\n</details>\n");
}

void markdown_add(struct buf *b, const struct fold *f, const struct markdown_options *o)
{
	const struct counts n = count(f);
	const size_t end = b->len + o->max_bytes - TOP_BYTES;

	add_head(b, f, &n);
	/* The second table has an eighth for itself. */
	add_table(b, f, "Failed", "why", is_failure, end - o->max_bytes / 4);
	add_table(b, f, "Flaky: passed in the end", "first failure", is_flaky,
		  end - o->max_bytes / 8);
	add_table(b, f, "Quarantined: failed, and counts for nothing", "why",
		  is_quarantined, end - o->max_bytes / 8);
	if (o->run_dir)
		add_outputs(b, f, o->run_dir, end);
	add_tops(b, f);
}

static int render(const struct fold *f, const char *run_dir, struct buf *out)
{
	const struct markdown_options options = { .max_bytes = PASTE_MAX_BYTES };

	(void)run_dir;
	markdown_add(out, f, &options);
	return 0;
}

int sink_markdown_open(const struct report_request *rq, struct sink **ret, struct iso_err *err)
{
	return rendered_open("Markdown report", render, rq, ret, err);
}

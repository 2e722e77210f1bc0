/* SPDX-License-Identifier: Apache-2.0 */
/* TAP, version 14 (testanything.org): a line a test, with a YAML block of what is known of it. */
#include "report/format.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/time.h"
#include "report/origin.h"
#include "report/rendered.h"
#include "report/text.h"

/* Of each output that is shown. */
#define OUTPUT_BYTES 65536

/* A byte order mark: text like any other, but no character of YAML. */
#define MARK "\xEF\xBB\xBF"

/* text_add leaves printable characters only; of these `special` get a backslash. */
static void add_escaped(struct buf *b, const char *text, const char *special)
{
	for (const char *c = text; *c; c++) {
		if (str_starts(c, MARK)) {
			c += strlen(MARK) - 1;
			continue;
		}
		if (strchr(special, *c))
			buf_addc(b, '\\');
		buf_addc(b, *c);
	}
}

static void add_line_text(struct buf *b, const char *text, const char *special)
{
	_cleanup_buf_ struct buf safe = BUF_INIT;

	text_add(&safe, text);
	add_escaped(b, buf_str(&safe), special);
}

static void add_quoted(struct buf *b, const char *key, const char *text)
{
	buf_addf(b, "  %s: \"", key);
	add_line_text(b, text, "\"\\");
	buf_adds(b, "\"\n");
}

static void add_ms(struct buf *b, const char *key, int64_t ns)
{
	buf_addf(b, "  %s: %.3f\n", key, (double)ns / (double)NSEC_PER_MSEC);
}

static void add_bytes(struct buf *b, const char *key, uint64_t bytes)
{
	if (bytes > 0)
		buf_addf(b, "  %s: %" PRIu64 "\n", key, bytes);
}

static void add_origin(struct buf *b, const struct fold *f, const struct fold_test *t)
{
	const struct origin origin = origin_split(t->origin, f->cwd);
	_cleanup_free_ char *path = strndup(origin.path, origin.path_len);

	if (!path || !*path)
		return;
	buf_adds(b, "  at:\n  ");
	add_quoted(b, "file", path);
	if (origin.line)
		buf_addf(b, "    line: %u\n", origin.line);
}

static void add_earlier(struct buf *b, const struct fold_test *t)
{
	if (t->n_attempts <= 1)
		return;
	buf_addf(b, "  attempts: %u\n", t->n_attempts);
	if (!t->attempts || !t->attempts->next)
		return;
	buf_adds(b, "  earlier:\n");
	for (const struct fold_attempt *a = t->attempts; a->next; a = a->next) {
		buf_adds(b, "    - \"");
		add_line_text(b, a->detail, "\"\\");
		buf_adds(b, "\"\n");
	}
}

/* Line by line: of literal blocks, TAP's readers know but the simplest. */
static void add_output(struct buf *b, const char *run_dir, const char *output)
{
	_cleanup_buf_ struct buf text = BUF_INIT;

	rendered_add_output(&text, run_dir, output, OUTPUT_BYTES);
	if (text.len == 0)
		return;
	buf_adds(b, "  output:\n");
	for (char *line = text.data, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		buf_adds(b, "    - \"");
		add_escaped(b, line, "\"\\");
		buf_adds(b, "\"\n");
	}
}

static void add_diagnostics(struct buf *b, const struct fold *f, const char *run_dir,
			    const struct fold_test *t)
{
	const bool todo = t->outcome == OUTCOME_QUARANTINED;
	const bool good = outcome_is_good(t->outcome) && !todo;

	buf_adds(b, "  ---\n");
	if (!good) {
		add_quoted(b, "message", rendered_detail(t));
		buf_addf(b, "  severity: %s\n", todo ? "todo" : "fail");
	}
	buf_addf(b, "  outcome: %s\n", outcome_name(t->outcome));
	if (!good)
		add_origin(b, f, t);
	add_ms(b, "duration_ms", t->wall_ns);
	if (t->last_attempt) {
		add_ms(b, "cpu_ms", t->last_attempt->cpu_ns);
		add_bytes(b, "memory_limit_bytes", t->last_attempt->mem_limit_bytes);
	}
	add_bytes(b, "memory_peak_bytes", t->mem_peak_bytes);
	add_earlier(b, t);
	if (!good)
		add_output(b, run_dir, t->output);
	buf_adds(b, "  ...\n");
}

static void add_test(struct buf *b, const struct fold *f, const char *run_dir, size_t i)
{
	const struct fold_test *t = f->tests[i];

	/* TAP's word for what fails and counts for nothing is TODO. */
	const bool todo = t->outcome == OUTCOME_QUARANTINED;

	buf_addf(b, "%s %zu - ", outcome_is_good(t->outcome) && !todo ? "ok" : "not ok", i + 1);
	add_line_text(b, t->id, "#\\");
	if (t->outcome == OUTCOME_SKIPPED || todo) {
		buf_adds(b, todo ? " # TODO " : " # SKIP ");
		add_line_text(b, rendered_detail(t), "#\\");
	}
	buf_addc(b, '\n');
	add_diagnostics(b, f, run_dir, t);
}

static int render(const struct fold *f, const char *run_dir, struct buf *out)
{
	char name[16];

	buf_addf(out, "TAP version 14\n1..%zu\n", f->n_tests);
	for (size_t i = 0; i < f->n_tests; i++)
		add_test(out, f, run_dir, i);
	if (f->interrupted_by)
		buf_addf(out, "Bail out! The run was ended by %s.\n",
			 proc_signal_name(f->interrupted_by, name));
	else if (!f->finished)
		buf_adds(out, "Bail out! The run did not end.\n");
	return 0;
}

int sink_tap_open(const struct report_request *rq, struct sink **ret, struct iso_err *err)
{
	return rendered_open("TAP report", render, rq, ret, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/xml.h"
#include "report/origin.h"
#include "report/rendered.h"
#include "report/text.h"

/* Of each output that is shown. */
#define OUTPUT_BYTES 65536

/* How readers of JUnit see an outcome; NULL: as passed. */
static const char *element_of(enum outcome o)
{
	switch (o) {
	case OUTCOME_PASSED:
	case OUTCOME_FLAKY:
		return NULL;
	case OUTCOME_SKIPPED:
	case OUTCOME_QUARANTINED:
		return "skipped";
	case OUTCOME_NOT_RUN:
	case OUTCOME_ERROR:
	case OUTCOME_COUNT:
		return "error";
	default:
		return "failure";
	}
}

static unsigned count(const struct fold *f, const char *element)
{
	unsigned n = 0;

	for (size_t i = 0; i < f->n_tests; i++)
		n += str_eq(element_of(f->tests[i]->outcome), element);
	return n;
}

static void add_text_attr(struct xml *x, const char *name, const char *value)
{
	_cleanup_buf_ struct buf safe = BUF_INIT;

	text_add(&safe, value);
	xml_attr(x, name, buf_str(&safe));
}

static void add_seconds(struct xml *x, int64_t ns)
{
	xml_attrf(x, "time", "%.3f", (double)ns / (double)NSEC_PER_SEC);
}

static void add_totals(struct xml *x, const struct fold *f)
{
	xml_attrf(x, "tests", "%zu", f->n_tests);
	xml_attrf(x, "failures", "%u", count(f, "failure"));
	xml_attrf(x, "errors", "%u", count(f, "error"));
	add_seconds(x, f->finished ? f->wall_ns : f->t_ns);
}

static void add_output(struct xml *x, const char *run_dir, const char *output)
{
	_cleanup_buf_ struct buf text = BUF_INIT;

	rendered_add_output(&text, run_dir, output, OUTPUT_BYTES);
	if (text.len == 0)
		return;
	xml_open(x, "system-out");
	xml_text(x, text.data, text.len);
	xml_close(x);
}

static void add_property(struct xml *x, const char *name, uint64_t value)
{
	xml_open(x, "property");
	xml_attr(x, "name", name);
	xml_attrf(x, "value", "%llu", (unsigned long long)value);
	xml_close(x);
}

static void add_properties(struct xml *x, const struct fold_test *t)
{
	const struct fold_attempt *a = t->last_attempt;

	if (!a)
		return;
	xml_open(x, "properties");
	if (t->mem_peak_bytes > 0)
		add_property(x, "memory-peak-bytes", t->mem_peak_bytes);
	if (a->mem_start_bytes > 0)
		add_property(x, "memory-limit-bytes", a->mem_start_bytes);
	if (a->mem_limit_bytes != a->mem_start_bytes)
		add_property(x, "memory-limit-end-bytes", a->mem_limit_bytes);
	if (a->cpu_ns > 0)
		add_property(x, "cpu-time-ms", (uint64_t)(a->cpu_ns / NSEC_PER_MSEC));
	if (t->n_attempts > 1)
		add_property(x, "attempts", t->n_attempts);
	if (a->pauses > 0) {
		add_property(x, "memory-pauses", a->pauses);
		add_property(x, "memory-paused-ms", (uint64_t)(a->paused_ns / NSEC_PER_MSEC));
	}
	xml_close(x);
}

/* The attempts before the one that settled the test, in the words of Maven's
 * Surefire, which CI systems know: flaky where the test passed in the end, else
 * rerun; and Failure, or Error where isorun itself was at fault. */
static const char *earlier_element(bool is_good, enum outcome o)
{
	if (o == OUTCOME_ERROR)
		return is_good ? "flakyError" : "rerunError";
	return is_good ? "flakyFailure" : "rerunFailure";
}

static void add_earlier(struct xml *x, const char *run_dir, const struct fold_test *t)
{
	bool is_good = outcome_is_good(t->outcome);

	for (const struct fold_attempt *a = t->attempts; a && a->next; a = a->next) {
		/* Running out of memory alone makes no test flaky. */
		if (is_good && t->outcome != OUTCOME_FLAKY)
			continue;
		/* A repetition that passed, and the one that is shown as the verdict. */
		if (outcome_is_good(a->outcome) || (a->output && str_eq(a->output, t->output)))
			continue;
		xml_open(x, earlier_element(is_good, a->outcome));
		add_text_attr(x, "message", a->detail);
		xml_attr(x, "type", outcome_name(a->outcome));
		add_output(x, run_dir, a->output);
		xml_close(x);
	}
}

static void add_verdict(struct xml *x, const struct fold_test *t)
{
	const char *element = element_of(t->outcome);

	if (!element)
		return;
	xml_open(x, element);
	add_text_attr(x, "message", rendered_detail(t));
	if (t->outcome != OUTCOME_SKIPPED)
		xml_attr(x, "type", outcome_name(t->outcome));
	xml_close(x);
}

/* "tests/test_a.py::Class::test_b" is test_b of "tests/test_a.py::Class"; other
 * ids are of the suite. */
static void add_names(struct xml *x, const char *suite, const char *id)
{
	const char *last = NULL;

	for (const char *p = id; (p = strstr(p, "::")); p += 2)
		last = p;
	if (!last || last == id || !last[2]) {
		add_text_attr(x, "name", id);
		add_text_attr(x, "classname", suite);
		return;
	}

	_cleanup_buf_ struct buf class = BUF_INIT;
	text_add_n(&class, id, (size_t)(last - id));
	add_text_attr(x, "name", last + 2);
	xml_attr(x, "classname", buf_str(&class));
}

static void add_origin(struct xml *x, const struct fold *f, const struct fold_test *t)
{
	const struct origin origin = origin_split(t->origin, f->cwd);
	_cleanup_buf_ struct buf path = BUF_INIT;

	if (origin.path_len == 0)
		return;
	text_add_n(&path, origin.path, origin.path_len);
	xml_attr(x, "file", buf_str(&path));
	if (origin.line)
		xml_attrf(x, "line", "%u", origin.line);
}

static void add_case(struct xml *x, const struct fold *f, const char *run_dir, const char *suite,
		     const struct fold_test *t)
{
	xml_open(x, "testcase");
	add_names(x, suite, t->id);
	add_seconds(x, t->wall_ns);
	add_origin(x, f, t);
	add_properties(x, t);
	add_verdict(x, t);
	add_earlier(x, run_dir, t);
	if (!outcome_is_good(t->outcome) || t->outcome == OUTCOME_QUARANTINED)
		add_output(x, run_dir, t->output);
	xml_close(x);
}

static int render(const struct fold *f, const char *run_dir, struct buf *out)
{
	const char *suite = *f->cwd ? path_base(f->cwd) : "isorun";
	_cleanup_free_ char *text = NULL;
	struct xml *x = xml_new();
	char when[TIME_ISO];

	if (!x)
		return -ENOMEM;
	xml_open(x, "testsuites");
	add_text_attr(x, "name", *f->run ? f->run : "isorun");
	add_totals(x, f);
	xml_open(x, "testsuite");
	add_text_attr(x, "name", suite);
	add_totals(x, f);
	xml_attrf(x, "skipped", "%u", count(f, "skipped"));
	xml_attr(x, "timestamp", time_format_iso(when, f->wall_start_ns));
	for (size_t i = 0; i < f->n_tests; i++)
		add_case(x, f, run_dir, suite, f->tests[i]);
	xml_close(x);
	xml_close(x);

	int r = xml_finish(x, &text);
	xml_free(x);
	if (r == 0)
		buf_adds(out, text);
	return r;
}

int sink_junit_open(const struct report_request *rq, struct sink **ret, struct iso_err *err)
{
	return rendered_open("junit report", render, rq, ret, err);
}

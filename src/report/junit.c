/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/xml.h"
#include "report/excerpt.h"
#include "report/fold.h"
#include "report/out.h"
#include "report/text.h"

/* Of each output that is shown, half from its front and half from its end. */
#define OUTPUT_BYTES 65536

struct junit {
	struct sink sink;
	struct fold fold;
	int fd;
	char *path;
	char *run_dir;  /* where the outputs are; NULL: where the run says */
};

/* How readers of JUnit see an outcome; NULL: as passed. */
static const char *element_of(enum outcome o)
{
	switch (o) {
	case OUTCOME_PASSED:
	case OUTCOME_FLAKY:
		return NULL;
	case OUTCOME_SKIPPED:
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

static void add_totals(struct xml *x, const struct junit *j)
{
	const struct fold *f = &j->fold;

	xml_attrf(x, "tests", "%zu", f->n_tests);
	xml_attrf(x, "failures", "%u", count(f, "failure"));
	xml_attrf(x, "errors", "%u", count(f, "error"));
	xml_attrf(x, "skipped", "%u", count(f, "skipped"));
	add_seconds(x, f->finished ? f->wall_ns : f->t_ns);
}

static void add_output(struct xml *x, const struct junit *j, const char *output)
{
	const char *dir = j->run_dir ? j->run_dir : j->fold.dir;
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct excerpt part;

	if (!output ||
	    excerpt_read(dir, output, OUTPUT_BYTES / 2, OUTPUT_BYTES / 2, &part) < 0)
		return;
	text_add_lines(&text, part.head, part.head_len);
	if (part.left_out_bytes > 0) {
		buf_addf(&text, "\n[%llu bytes left out, the whole is in %s]\n",
			 (unsigned long long)part.left_out_bytes, output);
		text_add_lines(&text, part.tail, part.tail_len);
	}
	excerpt_fini(&part);
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
	const bool paused = a && a->pauses > 0;

	if (t->mem_peak_bytes == 0 && t->n_attempts <= 1 && !paused)
		return;
	xml_open(x, "properties");
	if (t->mem_peak_bytes > 0)
		add_property(x, "memory-peak-bytes", t->mem_peak_bytes);
	if (t->n_attempts > 1)
		add_property(x, "attempts", t->n_attempts);
	if (paused) {
		add_property(x, "memory-pauses", a->pauses);
		add_property(x, "memory-paused-ms", (uint64_t)(a->paused_ns / NSEC_PER_MSEC));
		add_property(x, "memory-limit-bytes", a->mem_start_bytes);
		add_property(x, "memory-limit-end-bytes", a->mem_limit_bytes);
	}
	xml_close(x);
}

/* The attempts before the one that settled the test, in the words of Maven's
 * Surefire, which CI systems know: flakyFailure where the test passed in the
 * end, rerunFailure where it did not. */
static void add_earlier(struct xml *x, const struct junit *j, const struct fold_test *t)
{
	bool is_good = outcome_is_good(t->outcome);

	for (const struct fold_attempt *a = t->attempts; a && a->next; a = a->next) {
		/* Running out of memory alone makes no test flaky. */
		if (is_good && t->outcome != OUTCOME_FLAKY)
			continue;
		xml_open(x, is_good ? "flakyFailure" : "rerunFailure");
		add_text_attr(x, "message", a->detail);
		xml_attr(x, "type", outcome_name(a->outcome));
		add_output(x, j, a->output);
		xml_close(x);
	}
}

static void add_verdict(struct xml *x, const struct fold_test *t)
{
	const char *element = element_of(t->outcome);
	const char *detail = t->detail ? t->detail : outcome_name(t->outcome);

	if (!element)
		return;
	xml_open(x, element);
	if (t->phase != FOLD_FINISHED)
		detail = t->attempt > 0 ? "the run ended while it ran"
					: "the run ended before its turn";
	add_text_attr(x, "message", detail);
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

static void add_case(struct xml *x, const struct junit *j, const char *suite,
		     const struct fold_test *t)
{
	xml_open(x, "testcase");
	add_names(x, suite, t->id);
	add_seconds(x, t->wall_ns);
	if (*t->origin)
		add_text_attr(x, "file", t->origin);
	add_properties(x, t);
	add_verdict(x, t);
	add_earlier(x, j, t);
	if (!outcome_is_good(t->outcome))
		add_output(x, j, t->output);
	xml_close(x);
}

static int render(const struct junit *j, char **ret_text)
{
	const char *suite = *j->fold.cwd ? path_base(j->fold.cwd) : "isorun";
	struct xml *x = xml_new();
	char when[TIME_ISO];

	if (!x)
		return -ENOMEM;
	xml_open(x, "testsuites");
	add_text_attr(x, "name", *j->fold.run ? j->fold.run : "isorun");
	add_totals(x, j);
	xml_open(x, "testsuite");
	add_text_attr(x, "name", suite);
	add_totals(x, j);
	xml_attr(x, "timestamp", time_format_iso(when, j->fold.wall_start_ns));
	for (size_t i = 0; i < j->fold.n_tests; i++)
		add_case(x, j, suite, j->fold.tests[i]);
	xml_close(x);
	xml_close(x);

	int r = xml_finish(x, ret_text);
	xml_free(x);
	return r;
}

static void junit_event(struct sink *s, const struct event *e)
{
	fold_event(&((struct junit *)s)->fold, e);
}

static int junit_close(struct sink *s, struct iso_err *err)
{
	struct junit *j = (struct junit *)s;
	_cleanup_free_ char *text = NULL;
	int r = j->fold.error;

	if (r == 0)
		r = render(j, &text);
	if (r == 0)
		r = fs_write_all(j->fd, text, strlen(text));
	if (close(j->fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "junit report '%s'", j->path);
	fold_fini(&j->fold);
	free(j->path);
	free(j->run_dir);
	free(j);
	return r;
}

static const struct sink_driver junit_driver = {
	.name = "junit",
	.event = junit_event,
	.close = junit_close,
};

int sink_junit_open(const struct report_request *rq, struct sink **ret, struct iso_err *err)
{
	_cleanup_free_ struct junit *j = calloc(1, sizeof(*j));
	_cleanup_free_ char *path_copy = strdup(rq->path);
	_cleanup_free_ char *dir_copy = rq->run_dir ? strdup(rq->run_dir) : NULL;

	if (!j || !path_copy || (rq->run_dir && !dir_copy) || fold_init(&j->fold) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "junit report '%s'", rq->path);

	int r = out_open("junit report", rq->path, &j->fd, err);
	if (r < 0) {
		fold_fini(&j->fold);
		return r;
	}
	j->sink.driver = &junit_driver;
	j->path = TAKE_PTR(path_copy);
	j->run_dir = TAKE_PTR(dir_copy);
	*ret = &TAKE_PTR(j)->sink;
	return 0;
}

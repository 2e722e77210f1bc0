/* SPDX-License-Identifier: Apache-2.0 */
/* The Common Test Report Format, specification 1.0.0 (ctrf.io). */
#include "report/format.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "report/origin.h"
#include "report/rendered.h"
#include "report/text.h"

/* Of each output that is shown. */
#define OUTPUT_BYTES 65536

/* What readers of CTRF know; ours is beside it, as rawStatus. */
enum status { PASSED, FAILED, SKIPPED, PENDING, STATUS_COUNT };

static const char *const status_names[] = {
	[PASSED] = "passed",
	[FAILED] = "failed",
	[SKIPPED] = "skipped",
	[PENDING] = "pending",
};

static enum status status_of(enum outcome o)
{
	switch (o) {
	case OUTCOME_PASSED:
	case OUTCOME_FLAKY:
		return PASSED;
	case OUTCOME_SKIPPED:
	case OUTCOME_QUARANTINED: /* it counts for nothing */
		return SKIPPED;
	case OUTCOME_NOT_RUN:
		return PENDING;
	default:
		return FAILED;
	}
}

static int64_t ms_of(int64_t ns)
{
	return ns / NSEC_PER_MSEC;
}

static void set_text(struct json *obj, const char *key, const char *value)
{
	_cleanup_buf_ struct buf safe = BUF_INIT;

	text_add(&safe, value);
	json_set_str(obj, key, buf_str(&safe));
}

/* As a list of its lines. */
static void set_output(struct json *obj, const char *run_dir, const char *output)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	rendered_add_output(&b, run_dir, output, OUTPUT_BYTES);
	if (b.len == 0)
		return;

	struct json *lines = json_array();
	for (char *line = b.data, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		json_add_str(lines, line);
	}
	json_set(obj, "stdout", lines);
}

static void set_times(struct json *obj, const struct fold *f, const struct fold_attempt *a)
{
	json_set_int(obj, "start", ms_of(f->wall_start_ns + a->started_t_ns));
	json_set_int(obj, "stop", ms_of(f->wall_start_ns + a->ended_t_ns));
}

/* The attempts before the last, which the test itself stands for. */
static struct json *earlier(const struct fold *f, const char *run_dir, const struct fold_test *t)
{
	struct json *arr = json_array();

	for (const struct fold_attempt *a = t->attempts; a && a->next; a = a->next) {
		struct json *obj = json_object();

		json_set_int(obj, "attempt", a->number ? a->number : 1);
		json_set_str(obj, "status", status_names[status_of(a->outcome)]);
		json_set_int(obj, "duration", ms_of(a->wall_ns));
		set_times(obj, f, a);
		set_text(obj, "message", a->detail);
		set_output(obj, run_dir, a->output);

		struct json *extra = json_object();
		json_set_str(extra, "rawStatus", outcome_name(a->outcome));
		json_set(obj, "extra", extra);
		json_add(arr, obj);
	}
	return arr;
}

/* "tests/test_a.py::Class::test_b" is of the suites "tests/test_a.py" and "Class" of
 * the whole. */
static struct json *suites(const char *whole, const char *id)
{
	struct json *arr = json_array();
	_cleanup_buf_ struct buf safe = BUF_INIT;

	text_add(&safe, whole);
	json_add_str(arr, buf_str(&safe));
	for (const char *end; (end = strstr(id, "::")); id = end + 2) {
		buf_clear(&safe);
		text_add_n(&safe, id, (size_t)(end - id));
		if (safe.len > 0)
			json_add_str(arr, buf_str(&safe));
	}
	return arr;
}

static struct json *tags_of(const struct fold_test *t)
{
	struct json *arr = json_array();

	for (const char *const *tag = t->tags; *tag; tag++)
		json_add_str(arr, *tag);
	return arr;
}

static struct json *extra_of(const struct fold_test *t)
{
	const struct fold_attempt *a = t->last_attempt;
	struct json *ours = json_object();
	struct json *extra = json_object();

	json_set_str(ours, "command", t->command);
	if (a) {
		json_set_int(ours, "cpu_ms", ms_of(a->cpu_ns));
		json_set_u64(ours, "memory_peak_bytes", t->mem_peak_bytes);
		json_set_u64(ours, "memory_limit_bytes", a->mem_limit_bytes);
		json_set_int(ours, "memory_pauses", a->pauses);
		json_set_int(ours, "memory_paused_ms", ms_of(a->paused_ns));
		json_set_int(ours, "waited_ms", ms_of(a->waited_ns));
		json_set_int(ours, "slot", a->slot);
	}
	json_set(extra, "isorun", ours);
	return extra;
}

static struct json *test_of(const struct fold *f, const char *run_dir, const char *suite,
			    const struct fold_test *t)
{
	struct json *obj = json_object();
	const struct origin origin = origin_split(t->origin, f->cwd);

	set_text(obj, "name", *t->id ? t->id : "?");
	json_set_str(obj, "status", status_names[status_of(t->outcome)]);
	json_set_int(obj, "duration", ms_of(t->wall_ns));
	if (t->last_attempt)
		set_times(obj, f, t->last_attempt);
	json_set(obj, "suite", suites(suite, t->id));
	if (t->outcome != OUTCOME_PASSED && t->outcome != OUTCOME_FLAKY)
		set_text(obj, "message", rendered_detail(t));
	if (origin.line)
		json_set_int(obj, "line", origin.line);
	json_set_str(obj, "rawStatus", outcome_name(t->outcome));
	if (t->tags)
		json_set(obj, "tags", tags_of(t));
	if (origin.path_len > 0) {
		_cleanup_buf_ struct buf path = BUF_INIT;

		text_add_n(&path, origin.path, origin.path_len);
		json_set_str(obj, "filePath", buf_str(&path));
	}
	if (t->attempts && t->attempts->next) {
		struct json *arr = earlier(f, run_dir, t);

		json_set_int(obj, "retries", (int64_t)json_len(arr));
		json_set(obj, "retryAttempts", arr);
	}
	json_set_bool(obj, "flaky", t->outcome == OUTCOME_FLAKY);
	if (!outcome_is_good(t->outcome))
		set_output(obj, run_dir, t->output);
	json_set(obj, "extra", extra_of(t));
	return obj;
}

static struct json *summary_of(const struct fold *f)
{
	const int64_t wall_ns = f->finished ? f->wall_ns : f->t_ns;
	int64_t counts[STATUS_COUNT] = { 0 };
	int64_t n_flaky = 0;
	struct json *obj = json_object();

	for (size_t i = 0; i < f->n_tests; i++) {
		counts[status_of(f->tests[i]->outcome)]++;
		n_flaky += f->tests[i]->outcome == OUTCOME_FLAKY;
	}
	json_set_int(obj, "tests", (int64_t)f->n_tests);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		json_set_int(obj, status_names[i], counts[i]);
	json_set_int(obj, "other", 0);
	json_set_int(obj, "flaky", n_flaky);
	json_set_int(obj, "suites", 1);
	json_set_int(obj, "start", ms_of(f->wall_start_ns));
	json_set_int(obj, "stop", ms_of(f->wall_start_ns + wall_ns));
	json_set_int(obj, "duration", ms_of(wall_ns));
	return obj;
}

static struct json *run_extra(const struct fold *f)
{
	struct json *ours = json_object();
	struct json *extra = json_object();

	json_set_str(ours, "run", f->run);
	json_set_str(ours, "directory", f->dir);
	json_set_int(ours, "cpus", f->cpus);
	json_set_int(ours, "jobs", f->jobs_widest);
	json_set_u64(ours, "budget_bytes", f->budget_bytes);
	json_set_bool(ours, "ended", f->finished);
	json_set(extra, "isorun", ours);
	return extra;
}

static struct json *results_of(const struct fold *f, const char *run_dir)
{
	const char *suite = *f->cwd ? path_base(f->cwd) : "isorun";
	struct json *results = json_object();
	struct json *tool = json_object();
	struct json *tests = json_array();

	json_set_str(tool, "name", "isorun");
	json_set_str(tool, "version", f->version);
	json_set(results, "tool", tool);
	json_set(results, "summary", summary_of(f));
	for (size_t i = 0; i < f->n_tests; i++)
		json_add(tests, test_of(f, run_dir, suite, f->tests[i]));
	json_set(results, "tests", tests);
	json_set(results, "extra", run_extra(f));
	return results;
}

static int render(const struct fold *f, const char *run_dir, struct buf *out)
{
	struct json *report = json_object();
	_cleanup_free_ char *text = NULL;
	char when[TIME_ISO];

	json_set_str(report, "reportFormat", "CTRF");
	json_set_str(report, "specVersion", "1.0.0");
	/* When the run ended: a stored run gives the same bytes at any time. */
	json_set_str(report, "timestamp", time_format_iso(when, f->wall_start_ns + f->t_ns));
	json_set_str(report, "generatedBy", "isorun");
	json_set(report, "results", results_of(f, run_dir));

	int r = json_dump(report, true, &text);
	json_free(report);
	if (r == 0) {
		buf_adds(out, text);
		buf_addc(out, '\n');
	}
	return r;
}

int sink_ctrf_open(const struct report_request *rq, struct sink **ret, struct iso_err *err)
{
	return rendered_open("CTRF report", render, rq, ret, err);
}

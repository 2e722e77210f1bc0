/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Trace Event Format, which Perfetto and chrome://tracing read.
 *
 * One process is the run, each slot is a thread of it.  The bar of an attempt is a
 * complete event ("X") of its slot, with its waits before it and its pauses in it; what
 * changes over time are counters ("C").  Events are written as they come, but for the
 * cpus that tests kept busy: what an attempt took is known when it has ended.
 */
#include "report/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/time.h"
#include "report/fold.h"
#include "report/out.h"
#include "report/text.h"

enum { PID = 1, RUN_TID = 0 };
enum { MILLI_MOST = 1000 * 1000 * 1000 };

/* Counters that are written when they have changed; -1: not yet. */
enum counter { RESERVED, USED, RUNNING, WAITING, JOBS, COUNTER_COUNT };

static const struct {
	const char *name;
	const char *unit;
} counters[] = {
	[RESERVED] = { "memory reserved", "bytes" },
	[USED] = { "memory used", "bytes" },
	[RUNNING] = { "tests running", "tests" },
	[WAITING] = { "tests waiting", "tests" },
	[JOBS] = { "tests at once at most", "tests" },
};

struct trace {
	struct sink sink;
	struct fold fold;
	struct buf out;
	int error;      /* sticky: -ENOMEM */
	int64_t last[COUNTER_COUNT];
	unsigned n_slots;
	int fd;
	char *path;
};

static int64_t us_of(int64_t ns)
{
	return ns / NSEC_PER_USEC;
}

static struct json *event_new(const char *phase, int64_t tid, const char *name)
{
	_cleanup_buf_ struct buf safe = BUF_INIT;
	struct json *obj = json_object();

	text_add(&safe, name);
	json_set_str(obj, "ph", phase);
	json_set_int(obj, "pid", PID);
	json_set_int(obj, "tid", tid);
	json_set_str(obj, "name", buf_str(&safe));
	return obj;
}

static void put(struct trace *tr, struct json *obj)
{
	_cleanup_free_ char *text = NULL;

	if (json_dump(obj, false, &text) < 0) {
		tr->error = -ENOMEM;
	} else {
		buf_adds(&tr->out, tr->out.len ? ",\n" : "");
		buf_adds(&tr->out, text);
	}
	json_free(obj);
}

static void put_named(struct trace *tr, int64_t tid, const char *what, const char *name)
{
	struct json *obj = event_new("M", tid, what);
	struct json *args = json_object();

	json_set_str(args, "name", name);
	json_set(obj, "args", args);
	put(tr, obj);
}

static void put_counter(struct trace *tr, int64_t t_ns, const char *name, struct json *args)
{
	struct json *obj = event_new("C", RUN_TID, name);

	json_set_int(obj, "ts", us_of(t_ns));
	json_set(obj, "args", args);
	put(tr, obj);
}

static void put_count(struct trace *tr, int64_t t_ns, const char *name, const char *unit,
		      int64_t value)
{
	struct json *args = json_object();

	json_set_int(args, unit, value);
	put_counter(tr, t_ns, name, args);
}

static void put_cpus(struct trace *tr, int64_t t_ns, const char *name, int64_t milli)
{
	struct json *args = json_object();

	json_set_real(args, "cpus", (double)milli / 1000);
	put_counter(tr, t_ns, name, args);
}

static int64_t used_bytes(const struct fold *f)
{
	uint64_t sum = 0;

	for (const struct fold_test *t = f->first_running; t; t = t->next_running)
		sum += t->mem_now_bytes;
	return (int64_t)sum;
}

static void put_counters(struct trace *tr)
{
	const struct fold *f = &tr->fold;
	const size_t total = fold_total(f);
	const size_t begun = f->n_running + f->n_finished;
	const int64_t now[] = {
		[RESERVED] = (int64_t)f->reserved_bytes,
		[USED] = used_bytes(f),
		[RUNNING] = f->n_running,
		[WAITING] = total > begun ? (int64_t)(total - begun) : 0,
		[JOBS] = f->jobs,
	};

	for (size_t i = 0; i < COUNTER_COUNT; i++) {
		if (now[i] == tr->last[i])
			continue;
		tr->last[i] = now[i];
		put_count(tr, f->t_ns, counters[i].name, counters[i].unit, now[i]);
	}
}

static int64_t tid_of(struct trace *tr, unsigned slot)
{
	if (slot >= tr->n_slots)
		tr->n_slots = slot + 1;
	return RUN_TID + 1 + (int64_t)slot;
}

static struct json *span_new(int64_t tid, const char *category, const char *name, int64_t from_ns,
			     int64_t to_ns)
{
	struct json *obj = event_new("X", tid, name);

	if (from_ns > to_ns)
		from_ns = to_ns;
	json_set_str(obj, "cat", category);
	json_set_int(obj, "ts", us_of(from_ns));
	/* Of the rounded ends, so that what was within another stays within it. */
	json_set_int(obj, "dur", us_of(to_ns) - us_of(from_ns));
	return obj;
}

static void put_instant(struct trace *tr, int64_t tid, const char *scope, int64_t t_ns,
			const char *name)
{
	struct json *obj = event_new("i", tid, name);

	json_set_str(obj, "s", scope);
	json_set_int(obj, "ts", us_of(t_ns));
	put(tr, obj);
}

static void put_wait(struct trace *tr, const struct fold_test *t)
{
	if (us_of(t->waited_ns) <= 0)
		return;
	put(tr, span_new(tid_of(tr, t->slot), "wait", "waits to be admitted",
			 t->started_t_ns - t->waited_ns, t->started_t_ns));
}

static void set_text(struct json *obj, const char *key, const char *value)
{
	_cleanup_buf_ struct buf safe = BUF_INIT;

	text_add(&safe, value);
	json_set_str(obj, key, buf_str(&safe));
}

static void put_attempt(struct trace *tr, const struct fold_test *t, const struct fold_attempt *a)
{
	const int64_t tid = tid_of(tr, a->slot);
	struct json *obj = span_new(tid, outcome_name(a->outcome), t->id, a->started_t_ns,
				    a->ended_t_ns);
	struct json *args = json_object();

	json_set_str(args, "outcome", outcome_name(a->outcome));
	set_text(args, "detail", a->detail);
	json_set_int(args, "attempt", a->number);
	set_text(args, "command", t->command);
	json_set_u64(args, "memory_peak_bytes", a->mem_peak_bytes);
	json_set_u64(args, "memory_limit_bytes", a->mem_limit_bytes);
	json_set_int(args, "cpu_ms", a->cpu_ns / NSEC_PER_MSEC);
	json_set_int(args, "waited_ms", a->waited_ns / NSEC_PER_MSEC);
	json_set_int(args, "paused_ms", a->paused_ns / NSEC_PER_MSEC);
	json_set_str(args, "output", a->output);
	json_set(obj, "args", args);
	put(tr, obj);
	/* Viewers colour bars by their name: what went wrong gets a mark, too. */
	if (!outcome_is_good(a->outcome))
		put_instant(tr, tid, "t", a->ended_t_ns, outcome_name(a->outcome));
}

/* Of a run that died. */
static void put_unfinished(struct trace *tr, const struct fold_test *t)
{
	struct json *obj = span_new(tid_of(tr, t->slot), outcome_name(OUTCOME_NOT_RUN), t->id,
				    t->started_t_ns, tr->fold.t_ns);
	struct json *args = json_object();

	json_set_str(args, "outcome", outcome_name(OUTCOME_NOT_RUN));
	json_set_str(args, "detail", "the run ended while it ran");
	json_set(obj, "args", args);
	put(tr, obj);
}

static void put_budget(struct trace *tr, int64_t t_ns)
{
	if (tr->fold.budget_bytes > 0)
		put_count(tr, t_ns, "memory budget", "bytes", (int64_t)tr->fold.budget_bytes);
}

static void put_signal(struct trace *tr, const struct event *e)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	char name[16];

	buf_addf(&b, "interrupted by %s", proc_signal_name(e->u.interrupted.signal, name));
	put_instant(tr, RUN_TID, "g", e->t_ns, buf_str(&b));
}

static void put_of_test(struct trace *tr, const struct event *e, const struct fold_test *t)
{
	if (e->kind == EVENT_ATTEMPT_STARTED)
		put_wait(tr, t);
	else if (e->kind == EVENT_ATTEMPT_PAUSED)
		put(tr, span_new(tid_of(tr, t->slot), "wait", "paused at the memory limit",
				 e->t_ns - e->u.paused.paused_ns, e->t_ns));
	else if (e->kind == EVENT_ATTEMPT_FINISHED && t->last_attempt)
		put_attempt(tr, t, t->last_attempt);
}

/* Between this event and the next, which comes at once, a test is neither here nor there. */
static bool is_amid(const struct event *e)
{
	return e->kind == EVENT_TEST_PLANNED ||
	       (e->kind == EVENT_ATTEMPT_FINISHED && !e->u.finished.again);
}

static void trace_event(struct sink *s, const struct event *e)
{
	struct trace *tr = (struct trace *)s;
	const struct fold_test *t;

	if (e->kind == EVENT_ATTEMPT_SAMPLED && e->u.sampled.passing)
		return;
	fold_event(&tr->fold, e);
	t = e->test ? fold_find(&tr->fold, e->test) : NULL;
	if (t && t->phase != FOLD_FINISHED)
		put_of_test(tr, e, t);
	if (e->kind == EVENT_RUN_STARTED)
		put_budget(tr, e->t_ns);
	else if (e->kind == EVENT_LOAD_SAMPLED)
		put_cpus(tr, e->t_ns, "cpus busy on this machine", e->u.load.busy_milli);
	else if (e->kind == EVENT_WARNING && e->u.warning.text)
		put_instant(tr, RUN_TID, "g", e->t_ns, e->u.warning.text);
	else if (e->kind == EVENT_INTERRUPTED)
		put_signal(tr, e);
	if (!is_amid(e))
		put_counters(tr);
}

/* An attempt keeps so many cpus busy from one moment on, and as many fewer later. */
struct step {
	int64_t t_ns;
	int64_t milli;
};

static int by_time(const void *a, const void *b)
{
	const struct step *x = a;
	const struct step *y = b;

	return (x->t_ns > y->t_ns) - (x->t_ns < y->t_ns);
}

static size_t count_attempts(const struct fold *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_tests; i++)
		for (const struct fold_attempt *a = f->tests[i]->attempts; a; a = a->next)
			n++;
	return n;
}

static void put_cpus_of_tests(struct trace *tr)
{
	const struct fold *f = &tr->fold;
	const size_t n_attempts = count_attempts(f);
	_cleanup_free_ struct step *steps = calloc(2 * n_attempts + 1, sizeof(*steps));
	int64_t milli = 0;
	size_t n = 0;

	if (!steps) {
		tr->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < f->n_tests; i++) {
		for (const struct fold_attempt *a = f->tests[i]->attempts; a; a = a->next) {
			const int64_t us = us_of(a->ended_t_ns - a->started_t_ns);
			int64_t mean = us > 0 && a->cpu_ns > 0 ? a->cpu_ns / us : 0;

			/* A log from elsewhere may claim more. */
			if (mean > MILLI_MOST)
				mean = MILLI_MOST;
			steps[n++] = (struct step){ a->started_t_ns, mean };
			steps[n++] = (struct step){ a->ended_t_ns, -mean };
		}
	}
	qsort(steps, n, sizeof(*steps), by_time);
	for (size_t i = 0; i < n; i++) {
		milli += steps[i].milli;
		if (i + 1 == n || us_of(steps[i + 1].t_ns) != us_of(steps[i].t_ns))
			put_cpus(tr, steps[i].t_ns, "cpus of tests, mean of each", milli);
	}
}

static void put_names(struct trace *tr)
{
	const struct fold *f = &tr->fold;
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_adds(&b, "isorun suite: ");
	text_add(&b, *f->cwd ? path_base(f->cwd) : f->run);
	put_named(tr, RUN_TID, "process_name", buf_str(&b));
	put_named(tr, RUN_TID, "thread_name", "run");
	for (unsigned i = 0; i < tr->n_slots; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "slot %u", i);
		put_named(tr, tid_of(tr, i), "thread_name", name);
	}
}

static char *about(const struct fold *f)
{
	struct json *obj = json_object();
	char *text = NULL;
	char when[TIME_ISO];

	json_set_str(obj, "tool", "isorun");
	json_set_str(obj, "version", f->version);
	json_set_str(obj, "run", f->run);
	json_set_str(obj, "start", time_format_iso(when, f->wall_start_ns));
	json_set_int(obj, "cpus", f->cpus);
	json_set_str(obj, "budget_from", f->budget_from);
	(void)json_dump(obj, false, &text);
	json_free(obj);
	return text;
}

/* The rest, and the whole in one piece. */
static int write_trace(struct trace *tr)
{
	_cleanup_free_ char *other = about(&tr->fold);
	_cleanup_buf_ struct buf b = BUF_INIT;

	for (const struct fold_test *t = tr->fold.first_running; t; t = t->next_running)
		put_unfinished(tr, t);
	put_budget(tr, tr->fold.t_ns);
	put_cpus_of_tests(tr);
	put_names(tr);
	buf_addf(&b, "{\"displayTimeUnit\":\"ms\",\"otherData\":%s,\"traceEvents\":[\n",
		 other ? other : "{}");
	buf_add(&b, buf_str(&tr->out), tr->out.len);
	buf_adds(&b, "\n]}\n");
	if (tr->error || tr->fold.error || tr->out.error || b.error || !other)
		return -ENOMEM;
	return fs_write_all(tr->fd, b.data, b.len);
}

static int trace_close(struct sink *s, struct iso_err *err)
{
	struct trace *tr = (struct trace *)s;
	int r = write_trace(tr);

	if (close(tr->fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "trace '%s'", tr->path);
	fold_fini(&tr->fold);
	buf_free(&tr->out);
	free(tr->path);
	free(tr);
	return r;
}

static const struct sink_driver trace_driver = {
	.name = "trace",
	.event = trace_event,
	.close = trace_close,
};

int sink_trace_open(const struct report_request *rq, struct sink **ret, struct iso_err *err)
{
	_cleanup_free_ struct trace *tr = calloc(1, sizeof(*tr));
	_cleanup_free_ char *path = strdup(rq->path);

	if (!tr || !path || fold_init(&tr->fold) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "trace '%s'", rq->path);

	int r = out_open("trace", rq->path, &tr->fd, err);
	if (r < 0) {
		fold_fini(&tr->fold);
		return r;
	}
	for (size_t i = 0; i < COUNTER_COUNT; i++)
		tr->last[i] = -1;
	tr->sink.driver = &trace_driver;
	tr->path = TAKE_PTR(path);
	*ret = &TAKE_PTR(tr)->sink;
	return 0;
}

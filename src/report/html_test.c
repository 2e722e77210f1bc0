/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "report/eventlog_fields.h"
#include "report/excerpt.h"
#include "report/hint.h"
#include "report/line.h"

/* Of an output's end that are looked at for a hint, as in line.c. */
#define HINT_BYTES 16384

static int add_text(struct html_test *t, struct arena *arena, const struct event *e)
{
	_cleanup_free_ char *text = NULL;
	struct html_text *one = arena_alloc(arena, sizeof(*one));
	const int r = event_json_text(e, &text);

	if (r < 0)
		return r;
	if (!one)
		return -ENOMEM;
	one->attempt = e->attempt;
	one->json = arena_strdup(arena, text);
	if (t->last_event)
		t->last_event->next = one;
	else
		t->events = one;
	t->last_event = one;
	return one->json ? 0 : -ENOMEM;
}

/* Takes the new attempt in; of too many it is the first after the first half that goes. */
static void add_attempt(struct html_test *t, struct html_attempt *a)
{
	if (t->last)
		t->last->next = a;
	else
		t->attempts = a;
	t->last = a;
	t->n_attempts++;
	if (t->n_attempts == HTML_ATTEMPTS_MAX / 2)
		t->first_half = a;
	if (t->n_attempts > HTML_ATTEMPTS_MAX) {
		t->first_half->next = t->first_half->next->next;
		t->n_attempts--;
	}
}

static int set_output(struct html_attempt *a, struct arena *arena, const char *output)
{
	if (!output || (a->output && strcmp(a->output, output) == 0))
		return 0;
	a->output = arena_strdup(arena, output);
	return a->output ? 0 : -ENOMEM;
}

static int on_started(struct html_test *t, struct arena *arena, const struct event *e)
{
	struct html_attempt *a = arena_alloc(arena, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->number = e->attempt;
	a->start_ns = e->t_ns;
	a->outcome = OUTCOME_NOT_RUN;
	a->slot = e->u.started.slot;
	a->mem_bytes = e->u.started.mem_bytes;
	a->waited_ns = e->u.started.waited_ns;
	a->sample_every = 1;
	add_attempt(t, a);
	return set_output(a, arena, e->u.started.output);
}

/* When all places are taken, each second goes and from then on one of twice as many is
 * kept: the larger of each two, for it is peaks that one looks for. */
static void halve(struct html_attempt *a)
{
	for (size_t i = 0; i + 1 < a->n_samples; i += 2)
		a->samples[i / 2] = a->samples[i].mem_bytes > a->samples[i + 1].mem_bytes
					    ? a->samples[i]
					    : a->samples[i + 1];
	a->n_samples /= 2;
	a->sample_every *= 2;
}

static int on_sampled(struct html_attempt *a, struct arena *arena, const struct event *e)
{
	const struct html_sample s = { e->t_ns, e->u.sampled.mem_bytes };

	/* A stored run has none of these, and is to look the same. */
	if (e->u.sampled.passing)
		return 0;
	if (!a->samples)
		a->samples = arena_alloc(arena, HTML_SAMPLES_MAX * sizeof(*a->samples));
	if (!a->samples)
		return -ENOMEM;
	if (a->sample_seen == 0) {
		if (a->n_samples == HTML_SAMPLES_MAX)
			halve(a);
		a->samples[a->n_samples++] = s;
	} else if (s.mem_bytes > a->samples[a->n_samples - 1].mem_bytes) {
		a->samples[a->n_samples - 1] = s;
	}
	a->sample_seen = (a->sample_seen + 1) % a->sample_every;
	return 0;
}

/* The last place is that of the newest step. */
static void on_grown(struct html_attempt *a, const struct event *e)
{
	if (a->n_grown < HTML_GROWN_MAX)
		a->n_grown++;
	a->grown[a->n_grown - 1] = (struct html_sample){ e->t_ns, e->u.grown.mem_bytes };
}

static void on_paused(struct html_attempt *a, const struct event *e)
{
	if (a->n_stood < HTML_STOOD_MAX)
		a->stood[a->n_stood++] = (struct html_stood){ e->t_ns, e->u.paused.paused_ns };
}

static int on_finished(struct html_attempt *a, struct arena *arena, const struct event *e)
{
	const struct result *r = e->u.finished.result;

	a->finished = true;
	a->end_ns = e->t_ns;
	a->cut_bytes = e->u.finished.output_cut_bytes;
	if (set_output(a, arena, e->u.finished.output) < 0)
		return -ENOMEM;
	if (!r)
		return 0;
	a->outcome = r->outcome;
	a->peak_bytes = r->usage.mem_peak_bytes;
	a->cpu_ns = r->usage.user_ns + r->usage.system_ns;
	/* Its first event comes when isorun gets round to it, which can be later than the
	 * test itself began. */
	if (e->t_ns - r->usage.wall_ns < a->start_ns)
		a->start_ns = e->t_ns > r->usage.wall_ns ? e->t_ns - r->usage.wall_ns : 0;
	a->pauses = r->usage.pauses;
	a->paused_ns = r->usage.paused_ns;
	return 0;
}

int html_test_event(struct html_test *t, struct arena *arena, const struct event *e)
{
	struct html_attempt *a = t->last && !t->last->finished ? t->last : NULL;

	switch (e->kind) {
	case EVENT_ATTEMPT_SAMPLED:
		return a ? on_sampled(a, arena, e) : 0;
	case EVENT_ATTEMPT_STARTED:
		if (on_started(t, arena, e) < 0)
			return -ENOMEM;
		break;
	case EVENT_ATTEMPT_GROWN:
		if (a)
			on_grown(a, e);
		break;
	case EVENT_ATTEMPT_PAUSED:
		if (a)
			on_paused(a, e);
		break;
	case EVENT_ATTEMPT_FINISHED:
		if (a && on_finished(a, arena, e) < 0)
			return -ENOMEM;
		break;
	case EVENT_TEST_PLANNED:
		t->has_locks = e->u.planned.demand.exclusive || e->u.planned.demand.locks ||
			       e->u.planned.demand.shared_locks || e->u.planned.demand.tokens;
		t->cpus_milli = e->u.planned.demand.cpus_milli;
		break;
	default:
		break;
	}
	return add_text(t, arena, e);
}

/* Microseconds: short, and fine enough for a picture. */
static void set_us(struct json *obj, const char *key, int64_t ns)
{
	json_set_int(obj, key, ns / NSEC_PER_USEC);
}

static void set_steps(struct json *obj, const char *key, const struct html_sample *s, size_t n)
{
	struct json *all = n ? json_array() : NULL;

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct json *one = json_object();

		set_us(one, "t", s[i].t_ns);
		json_set_u64(one, "mem", s[i].mem_bytes);
		json_add(all, one);
	}
	json_set(obj, key, all);
}

static void set_stood(struct json *obj, const struct html_attempt *a)
{
	struct json *all = a->n_stood ? json_array() : NULL;

	if (a->n_stood == 0)
		return;
	for (size_t i = 0; i < a->n_stood; i++) {
		struct json *one = json_object();

		set_us(one, "t", a->stood[i].t_ns);
		set_us(one, "us", a->stood[i].for_ns);
		json_add(all, one);
	}
	json_set(obj, "stood", all);
}

static struct json *attempt_json(const struct html_attempt *a, int64_t end_ns)
{
	struct json *obj = json_object();

	json_set_int(obj, "n", a->number);
	json_set_str(obj, "outcome", a->finished ? outcome_name(a->outcome) : NULL);
	set_us(obj, "start", a->start_ns);
	set_us(obj, "end", a->finished ? a->end_ns : end_ns);
	json_set_int(obj, "slot", a->slot);
	json_set_u64(obj, "mem", a->mem_bytes);
	json_set_u64(obj, "peak", a->peak_bytes);
	set_us(obj, "cpu", a->cpu_ns);
	set_us(obj, "waited", a->waited_ns);
	json_set_int(obj, "pauses", a->pauses);
	set_us(obj, "paused", a->paused_ns);
	set_steps(obj, "grown", a->grown, a->n_grown);
	set_steps(obj, "used", a->samples, a->n_samples);
	set_stood(obj, a);
	return obj;
}

/* A digit each, by enum outcome, oldest first. */
static void set_past(struct json *obj, const struct html_test *t)
{
	char text[HTML_PAST_MAX + 1] = "";

	for (size_t i = 0; i < t->n_past; i++)
		text[t->n_past - 1 - i] = (char)('0' + t->past[i].outcome);
	json_set_str(obj, "past", text);
}

int html_test_row(const struct html_test *t, const struct fold_test *f, int64_t end_ns,
		  char **ret_text)
{
	struct json *obj = json_object();
	struct json *attempts = json_array();

	json_set_str(obj, "id", f->id);
	json_set_str(obj, "outcome", outcome_name(f->outcome));
	if (f->phase != FOLD_FINISHED)
		json_set_str(obj, "detail", f->attempt > 0 ? "the run ended while it ran"
							   : "the run ended before its turn");
	else if (f->outcome != OUTCOME_PASSED || f->n_attempts > 1)
		json_set_str(obj, "detail", f->detail);
	json_set_bool(obj, "locks", t->has_locks);
	json_set_int(obj, "cpus_milli", t->cpus_milli);
	json_set_int(obj, "tries", f->n_attempts);
	set_us(obj, "wall", f->wall_ns);
	json_set_u64(obj, "peak", f->mem_peak_bytes);
	set_past(obj, t);
	for (const struct html_attempt *a = t->attempts; a; a = a->next)
		json_add(attempts, attempt_json(a, end_ns));
	json_set(obj, "attempts", attempts);
	if (obj)
		json_prune(obj);

	int r = json_dump(obj, false, ret_text);
	json_free(obj);
	return r;
}

static bool is_no_nul(uint32_t c)
{
	return c != 0;
}

static void set_clean(struct json *obj, const char *key, const char *text, size_t len)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	utf8_add_clean(&b, text, len, is_no_nul);
	json_set_str(obj, key, b.error ? NULL : buf_str(&b));
}

static struct json *output_json(const struct html_attempt *a, const char *run_dir, size_t max,
				uint64_t *left_bytes)
{
	struct json *obj = json_object();
	struct excerpt part;

	json_set_int(obj, "attempt", a->number);
	json_set_str(obj, "file", a->output);
	json_set_u64(obj, "cut", a->cut_bytes);
	if (max > *left_bytes)
		max = (size_t)*left_bytes;
	int r = excerpt_read(run_dir, a->output, max / 2, max / 2, &part);
	if (r < 0) {
		json_set_str(obj, "fault", strerror(-r));
		return obj;
	}
	set_clean(obj, "head", part.head, part.head_len);
	if (part.left_out_bytes > 0)
		set_clean(obj, "tail", part.tail, part.tail_len);
	json_set_u64(obj, "left_out", part.left_out_bytes);
	*left_bytes -= part.head_len + part.tail_len;
	excerpt_fini(&part);
	return obj;
}

static struct json *past_json(const struct html_test *t)
{
	const struct past_attempt *past = t->past;
	struct json *all = json_array();

	for (size_t i = t->n_past; i-- > 0;) {
		struct json *one = json_object();

		json_set_int(one, "taken_ms", past[i].taken_wall_ns / NSEC_PER_MSEC);
		json_set_str(one, "outcome", outcome_name(past[i].outcome));
		set_us(one, "wall", past[i].wall_ns);
		json_set_u64(one, "peak", past[i].mem_peak_bytes);
		json_add(all, one);
	}
	return all;
}

static void set_hint(struct json *obj, const struct fold *run, const struct fold_test *f,
		     const char *run_dir)
{
	struct excerpt end = { 0 };

	if (outcome_is_good(f->outcome) || f->phase != FOLD_FINISHED)
		return;
	/* Where it cannot be read, the outcome has to do. */
	if (f->output)
		(void)excerpt_read(run_dir, f->output, 0, HINT_BYTES, &end);
	json_set_str(obj, "hint", hint_of(run, f, end.tail, end.tail_len));
	excerpt_fini(&end);
}

static bool has_place(const struct html_test *t, unsigned attempt)
{
	const struct html_attempt *a = t->attempts;

	while (a && a->number != attempt)
		a = a->next;
	return a || attempt == 0;
}

int html_test_rest(const struct html_test *t, const struct fold *run, const struct fold_test *f,
		   const char *run_dir, size_t max, uint64_t *left_bytes, char **ret_text)
{
	_cleanup_buf_ struct buf alone = BUF_INIT;
	_cleanup_free_ char *own = NULL;
	struct json *obj = json_object();
	struct json *outputs = json_array();
	struct buf b = BUF_INIT;

	if (*f->command)
		line_add_alone(&alone, f);
	json_set_str(obj, "alone", buf_str(&alone));
	set_hint(obj, run, f, run_dir);
	for (const struct html_attempt *a = t->attempts; a; a = a->next)
		if (a->output)
			json_add(outputs, output_json(a, run_dir, max, left_bytes));
	json_set(obj, "outputs", outputs);
	json_set(obj, "past", past_json(t));

	int r = json_dump(obj, false, &own);
	json_free(obj);
	if (r < 0)
		return r;
	/* The events are JSON already. */
	buf_add(&b, own, strlen(own) - 1);
	buf_adds(&b, ",\"events\":[");
	for (const struct html_text *e = t->events; e; e = e->next)
		if (has_place(t, e->attempt)) {
			buf_adds(&b, e == t->events ? "" : ",\n");
			buf_adds(&b, e->json);
		}
	buf_adds(&b, "]}");
	return buf_finish(&b, ret_text);
}

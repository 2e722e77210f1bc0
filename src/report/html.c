/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page is written when the run is over.  First comes what is shown at once: the events
 * of the run itself, and a row of figures a test.  Below the script stands the rest, a
 * piece of data a test, which is parsed when somebody asks for that test; so ten thousand
 * tests with all their outputs cost the first look nothing.
 */
#include "report/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/utf8.h"
#include "report/eventlog_fields.h"
#include "report/fold.h"
#include "report/html_page.h"
#include "report/html_test.h"
#include "report/out.h"

/* Of an output, half from its front and half from its end; and of all outputs, those of
 * tests that did not pass first. */
#define BAD_OUTPUT_BYTES 65536
#define GOOD_OUTPUT_BYTES 8192
#define ALL_OUTPUT_BYTES (UINT64_C(32) << 20)

struct html {
	struct sink sink;
	struct fold fold;
	struct html_test *tests; /* by fold_test.index */
	size_t n_tests;
	struct buf events;       /* of the run; as in the event log, by commas */
	int error;               /* sticky: -ENOMEM */
	int fd;
	char *path;
	char *run_dir;           /* NULL: where the run says */
	struct past past;
};

static int add_run_event(struct html *h, const struct event *e)
{
	_cleanup_free_ char *text = NULL;
	const int r = event_json_text(e, &text);

	if (r < 0)
		return r;
	buf_adds(&h->events, h->events.len ? ",\n" : "");
	buf_adds(&h->events, text);
	return h->events.error;
}

static int make_room(struct html *h)
{
	if (h->fold.n_tests <= h->n_tests)
		return 0;

	struct html_test *p = reallocarray(h->tests, h->fold.cap_tests, sizeof(*p));
	if (!p)
		return -ENOMEM;
	memset(p + h->n_tests, 0, (h->fold.cap_tests - h->n_tests) * sizeof(*p));
	h->tests = p;
	h->n_tests = h->fold.cap_tests;
	return 0;
}

static int add_event(struct html *h, const struct event *e)
{
	const struct fold_test *t = e->test ? fold_find(&h->fold, e->test) : NULL;
	const bool is_over = t && t->phase == FOLD_FINISHED;

	fold_event(&h->fold, e);
	if (!e->test)
		return add_run_event(h, e);
	if (is_over) /* a garbled log */
		return 0;
	if (h->fold.error || make_room(h) < 0)
		return -ENOMEM;
	t = fold_find(&h->fold, e->test);
	return t ? html_test_event(&h->tests[t->index], h->fold.arena, e) : 0;
}

static void html_event(struct sink *s, const struct event *e)
{
	struct html *h = (struct html *)s;

	if (h->error == 0)
		h->error = add_event(h, e);
}

/* An id that is none has another name in the stored log, under which nobody knows it: so
 * that both give the same page, such a test has no past. */
static bool is_utf8(const char *s)
{
	uint32_t code_point;

	for (size_t len = strlen(s), n; len > 0; s += n, len -= n) {
		n = utf8_decode(s, len, &code_point);
		if (n == 0)
			return false;
	}
	return true;
}

static int recall(struct html *h)
{
	struct past_attempt past[HTML_PAST_MAX];

	for (size_t i = 0; h->past.of_test && i < h->fold.n_tests; i++) {
		struct html_test *t = &h->tests[i];

		if (!is_utf8(h->fold.tests[i]->id))
			continue;
		t->n_past = h->past.of_test(h->past.arg, h->fold.cwd, h->fold.tests[i]->id, past,
					    HTML_PAST_MAX);
		t->past = t->n_past ? arena_alloc(h->fold.arena, t->n_past * sizeof(*past))
				    : NULL;
		if (t->n_past && !t->past)
			return -ENOMEM;
		if (t->past)
			memcpy(t->past, past, t->n_past * sizeof(*past));
	}
	return 0;
}

/* What was given up of the isolation asked for, over all tests. */
static int degraded_text(const struct fold *f, char **ret_text)
{
	struct json *all = json_array();

	for (const struct fold_degraded *d = f->degraded; d; d = d->next) {
		struct json *one = json_object();

		json_set_str(one, "what", d->what);
		json_set_str(one, "why", d->why);
		json_set_int(one, "attempts", d->n_attempts);
		json_add(all, one);
	}

	int r = json_dump(all, false, ret_text);
	json_free(all);
	return r;
}

static int add_run(struct page *p, const struct html *h)
{
	_cleanup_free_ char *degraded = NULL;
	int r = degraded_text(&h->fold, &degraded);

	if (r < 0)
		return r;
	page_data_begin(p, "run-data");
	page_data(p, "{\"format\":1,\"outcomes\":[");
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		page_data(p, i ? ",\"" : "\"");
		page_data(p, outcome_name((enum outcome)i));
		page_data(p, "\"");
	}
	buf_addf(&p->text, "],\"end\":%lld,\"tests\":%zu,\"events\":[\n",
		 (long long)(h->fold.t_ns / 1000), fold_total(&h->fold));
	page_data(p, buf_str(&h->events));
	page_data(p, "\n],\"degraded\":");
	page_data(p, degraded);
	page_data(p, "}");
	page_data_end(p);
	return 0;
}

static int add_rows(struct page *p, const struct html *h)
{
	page_data_begin(p, "tests-data");
	page_data(p, "[\n");
	for (size_t i = 0; i < h->fold.n_tests; i++) {
		_cleanup_free_ char *row = NULL;
		int r = html_test_row(&h->tests[i], h->fold.tests[i], h->fold.t_ns, &row);

		if (r < 0)
			return r;
		page_data(p, i ? ",\n" : "");
		page_data(p, row);
	}
	page_data(p, "\n]");
	page_data_end(p);
	return 0;
}

static int add_rest(struct page *p, const struct html *h, bool good, uint64_t *left_bytes)
{
	const char *dir = h->run_dir ? h->run_dir : h->fold.dir;
	const size_t max = good ? GOOD_OUTPUT_BYTES : BAD_OUTPUT_BYTES;

	for (size_t i = 0; i < h->fold.n_tests; i++) {
		const struct fold_test *t = h->fold.tests[i];
		const bool is_good = t->outcome == OUTCOME_PASSED || t->outcome == OUTCOME_SKIPPED;

		if (is_good != good)
			continue;
		_cleanup_free_ char *text = NULL;
		_cleanup_buf_ struct buf id = BUF_INIT;
		int r = html_test_rest(&h->tests[i], &h->fold, t, dir, max, left_bytes, &text);

		buf_addf(&id, "test-%zu", i);
		if (r < 0 || id.error)
			return -ENOMEM;
		page_data_begin(p, buf_str(&id));
		page_data(p, text);
		page_data_end(p);
	}
	return 0;
}

static int write_page(const struct html *h)
{
	struct page p = { .fd = h->fd };
	uint64_t left_bytes = ALL_OUTPUT_BYTES;
	int r;

	page_begin(&p);
	r = add_run(&p, h);
	if (r == 0)
		r = add_rows(&p, h);
	page_script(&p);
	if (r == 0)
		r = add_rest(&p, h, false, &left_bytes);
	if (r == 0)
		r = add_rest(&p, h, true, &left_bytes);

	int ended = page_end(&p);
	return r < 0 ? r : ended;
}

static void html_free(struct html *h)
{
	free(h->tests);
	buf_free(&h->events);
	fold_fini(&h->fold);
	free(h->path);
	free(h->run_dir);
	free(h);
}

static int html_close(struct sink *s, struct iso_err *err)
{
	struct html *h = (struct html *)s;
	int r = h->error ? h->error : h->fold.error;

	if (r == 0)
		r = make_room(h);
	if (r == 0)
		r = recall(h);
	if (r == 0)
		r = write_page(h);
	if (close(h->fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "html report '%s'", h->path);
	html_free(h);
	return r;
}

static const struct sink_driver html_driver = {
	.name = "html",
	.event = html_event,
	.close = html_close,
};

int sink_html_open(const struct report_request *rq, struct sink **ret, struct iso_err *err)
{
	struct html *h = calloc(1, sizeof(*h));
	int r;

	if (!h)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "html report '%s'", rq->path);
	h->path = strdup(rq->path);
	h->run_dir = rq->run_dir ? strdup(rq->run_dir) : NULL;
	if (!h->path || (rq->run_dir && !h->run_dir) || fold_init(&h->fold) < 0) {
		html_free(h);
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "html report '%s'", rq->path);
	}
	r = out_open("html report", rq->path, &h->fd, err);
	if (r < 0) {
		html_free(h);
		return r;
	}
	h->sink.driver = &html_driver;
	if (rq->past)
		h->past = *rq->past;
	*ret = &h->sink;
	return 0;
}

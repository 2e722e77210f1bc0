/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person sees.  On a terminal (live) failures scroll by above an area
 * that is drawn again in place:
 *
 *	TIME     5.0s    12M  02-subpub-qos1.py: no end after 5s (2 attempts)
 *	  | Traceback (most recent call last):
 *	  |   File "02-subpub-qos1.py", line 81, in <module>
 *	  whole output: /home/me/.local/state/isorun/runs/X/output/17.2
 *	  run it alone: cd /src/test && isorun --workspace overlay -- python3 02-subpub-qos1.py
 *
 *	[ 37/206] 2 failed, 1 flaky, 8 running, 161 wait   4.2G of 6G   eta 48s
 *	  12.3s    64M / 256M   01-connect-success.py
 *	   8.1s   312M / 512M   try 2  02-subscribe-qos1.py
 *	        and 6 more
 *
 * In a pipe or a CI log (plain) the same failures stand among one line for
 * each test that ended, and nothing moves:
 *
 *	206 tests, 8 at once, 2 cpus, budget 6G (memory limit of /sys/fs/cgroup/ci)
 *	ok       0.4s    12M  01-connect-success.py
 *	again    1.1s    60M  02-unsubscribe.py: exit status 1
 *	skip     12ms     3M  03-tls.py: no openssl
 *
 * Both end with the summary, whose last line is the count (summary.c).
 *
 * Bytes that a test chose (ids, details, output) go through text.h; everything
 * for one event goes out in one write(2).
 */
#include "report/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/proc.h"
#include "base/str.h"
#include "report/fold.h"
#include "report/line.h"
#include "report/paint.h"
#include "report/status.h"
#include "report/summary.h"
#include "report/text.h"

struct tty {
	struct sink sink;
	struct tty_options options;
	struct fold fold;
	struct status status;
	struct buf out;
	int error;      /* the first one of writing */
	bool is_over;   /* the summary is out */
	bool after_gap; /* a blank line was the last to go out */
};

static struct status_view view_of(const struct tty *tty)
{
	struct status_view view = { tty->options.columns, tty->options.rows, tty->options.color };
	bool is_asked = view.columns == 0 || view.rows == 0;
	struct winsize size;

	if (is_asked && ioctl(tty->options.fd, TIOCGWINSZ, &size) == 0) {
		view.columns = view.columns ? view.columns : size.ws_col;
		view.rows = view.rows ? view.rows : size.ws_row;
	}
	/* A terminal that does not know, as a serial line. */
	view.columns = view.columns ? view.columns : 80;
	view.rows = view.rows ? view.rows : 24;
	return view;
}

static void flush(struct tty *tty)
{
	if (tty->error == 0 && tty->out.error)
		tty->error = tty->out.error;
	if (tty->error == 0 && tty->out.len > 0)
		tty->error = fs_write_all(tty->options.fd, tty->out.data, tty->out.len);
	buf_clear(&tty->out);
}

static void add_width(struct buf *b, const struct fold *f)
{
	buf_addf(b, ", %u", f->jobs);
	if (f->jobs_most > f->jobs)
		buf_addf(b, " to %u", f->jobs_most);
	buf_adds(b, " at once");
}

static void add_header(struct buf *b, const struct fold *f)
{
	char budget[NUM_TEXT];

	buf_addf(b, "%zu test%s", fold_total(f), fold_total(f) == 1 ? "" : "s");
	if (f->jobs)
		add_width(b, f);
	if (f->cpus)
		buf_addf(b, ", %u cpu%s", f->cpus, f->cpus == 1 ? "" : "s");
	if (f->budget_bytes) {
		buf_addf(b, ", budget %s", num_format_size(budget, f->budget_bytes));
		if (*f->budget_from) {
			buf_adds(b, " (");
			text_add(b, f->budget_from);
			buf_addc(b, ')');
		}
	}
	/* An order by chance is worth a word: with it the run can be repeated. */
	if (str_starts(f->order, "random")) {
		buf_adds(b, ", order ");
		text_add(b, f->order);
	}
	buf_addc(b, '\n');
}

static bool is_shown(const struct tty *tty, const struct fold_test *t)
{
	const enum outcome o = t->outcome;

	if (o == OUTCOME_NOT_RUN)
		return t->blocked;
	if (!outcome_is_good(o))
		return true;
	if (tty->options.quiet)
		return false;
	return !tty->options.live || tty->options.verbose || o == OUTCOME_FLAKY ||
	       o == OUTCOME_QUARANTINED;
}

static void add_finished(struct tty *tty, const struct fold_test *t)
{
	const struct line_options options = { tty->options.color, tty->options.verbose };

	if (!is_shown(tty, t))
		return;
	line_add_test(&tty->out, t, tty->options.color);
	tty->after_gap = !outcome_is_good(t->outcome) && !t->blocked;
	if (tty->after_gap) {
		line_add_failure(&tty->out, &tty->fold, t, &options);
		buf_addc(&tty->out, '\n');
	} else if (tty->options.verbose) {
		line_add_output(&tty->out, &tty->fold, t->output, tty->options.color);
	}
}

static void add_again(struct tty *tty, const struct fold_test *t)
{
	if (tty->options.quiet)
		return;
	line_add_again(&tty->out, t, tty->options.color);
	if (tty->options.verbose && t->last_attempt)
		line_add_output(&tty->out, &tty->fold, t->last_attempt->output,
				tty->options.color);
	tty->after_gap = false;
}

static void add_warning(struct tty *tty, const char *text)
{
	tty->after_gap = false;
	paint_on(&tty->out, tty->options.color, PAINT_WARN);
	buf_adds(&tty->out, "warning: ");
	paint_off(&tty->out, tty->options.color, PAINT_WARN);
	text_add(&tty->out, text ? text : "");
	buf_addc(&tty->out, '\n');
}

static void add_summary(struct tty *tty)
{
	const struct summary_options options = { tty->options.color, tty->options.verbose };

	if (!tty->after_gap)
		buf_addc(&tty->out, '\n');
	summary_add(&tty->out, &tty->fold, &options);
	tty->is_over = true;
}

/* What one event has to say, above the area. */
static void add_event(struct tty *tty, const struct event *e)
{
	const struct fold_test *t = e->test ? fold_find(&tty->fold, e->test) : NULL;
	char name[16];

	switch (e->kind) {
	case EVENT_RUN_STARTED:
		if (!tty->options.quiet)
			add_header(&tty->out, &tty->fold);
		break;
	case EVENT_ATTEMPT_FINISHED:
		if (t && e->u.finished.again)
			add_again(tty, t);
		break;
	case EVENT_TEST_FINISHED:
		if (t)
			add_finished(tty, t);
		break;
	case EVENT_WARNING:
		add_warning(tty, e->u.warning.text);
		break;
	case EVENT_INTERRUPTED:
		buf_addf(&tty->out, "%s: ending what runs\n",
			 proc_signal_name(e->u.interrupted.signal, name));
		break;
	case EVENT_RUN_FINISHED:
		add_summary(tty);
		break;
	default:
		break;
	}
}

/* The area makes room, the text follows, and the area comes below it again;
 * when there is nothing to say, the next tick is soon enough. */
static void event_above_area(struct tty *tty, const struct event *e)
{
	const struct status_view view = view_of(tty);
	const struct status before = tty->status;

	status_erase(&tty->status, &view, &tty->out);
	size_t n_erase = tty->out.len;
	add_event(tty, e);
	if (tty->out.len == n_erase) {
		tty->status = before;
		buf_clear(&tty->out);
		return;
	}
	if (!tty->is_over)
		status_draw(&tty->status, &view, &tty->fold, e->t_ns, &tty->out);
	flush(tty);
}

static void tty_event(struct sink *s, const struct event *e)
{
	struct tty *tty = (struct tty *)s;

	fold_event(&tty->fold, e);
	if (tty->options.live) {
		event_above_area(tty, e);
		return;
	}
	add_event(tty, e);
	flush(tty);
}

static int tty_close(struct sink *s, struct iso_err *err)
{
	struct tty *tty = (struct tty *)s;

	if (tty->options.live) {
		const struct status_view view = view_of(tty);

		status_erase(&tty->status, &view, &tty->out);
	}
	if (tty->fold.started && !tty->is_over)
		add_summary(tty);
	flush(tty);

	int r = tty->error ? tty->error : tty->fold.error;
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "write the report");
	fold_fini(&tty->fold);
	buf_free(&tty->out);
	free(tty);
	return r;
}

static const struct sink_driver tty_driver = {
	.name = "tty",
	.event = tty_event,
	.close = tty_close,
};

int sink_tty_open(const struct tty_options *options, struct sink **ret, struct iso_err *err)
{
	_cleanup_free_ struct tty *tty = calloc(1, sizeof(*tty));

	if (!tty || fold_init(&tty->fold) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "report");
	tty->sink.driver = &tty_driver;
	tty->options = *options;
	*ret = &TAKE_PTR(tty)->sink;
	return 0;
}

void sink_tty_tick(struct sink *s, int64_t t_ns)
{
	struct tty *tty = (struct tty *)s;

	if (!tty->options.live || !tty->fold.started || tty->is_over)
		return;

	const struct status_view view = view_of(tty);
	status_draw(&tty->status, &view, &tty->fold, t_ns, &tty->out);
	flush(tty);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/rendered.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "report/excerpt.h"
#include "report/out.h"
#include "report/text.h"

struct rendered {
	struct sink sink;
	struct fold fold;
	const char *what;
	render_fn *render;
	int fd;
	char *path;
	char *run_dir;  /* NULL: where the run says */
};

void rendered_add_output(struct buf *b, const char *run_dir, const char *output,
			 size_t max_bytes)
{
	struct excerpt part;

	if (!output || excerpt_read(run_dir, output, max_bytes / 2, max_bytes / 2, &part) < 0)
		return;
	text_add_lines(b, part.head, part.head_len);
	if (part.left_out_bytes > 0) {
		buf_addf(b, "\n[%llu bytes left out, the whole is in %s]\n",
			 (unsigned long long)part.left_out_bytes, output);
		text_add_lines(b, part.tail, part.tail_len);
	}
	excerpt_fini(&part);
}

const char *rendered_detail(const struct fold_test *t)
{
	if (t->phase != FOLD_FINISHED)
		return t->attempt > 0 ? "the run ended while it ran"
				      : "the run ended before its turn";
	return t->detail ? t->detail : outcome_name(t->outcome);
}

static void rendered_event(struct sink *s, const struct event *e)
{
	fold_event(&((struct rendered *)s)->fold, e);
}

static int write_whole(const struct rendered *d)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	int r = d->fold.error;

	if (r == 0)
		r = d->render(&d->fold, d->run_dir ? d->run_dir : d->fold.dir, &out);
	if (r == 0)
		r = out.error;
	return r < 0 ? r : fs_write_all(d->fd, buf_str(&out), out.len);
}

static int rendered_close(struct sink *s, struct iso_err *err)
{
	struct rendered *d = (struct rendered *)s;
	int r = write_whole(d);

	if (close(d->fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "%s '%s'", d->what, d->path);
	fold_fini(&d->fold);
	free(d->path);
	free(d->run_dir);
	free(d);
	return r;
}

static const struct sink_driver rendered_driver = {
	.name = "rendered",
	.event = rendered_event,
	.close = rendered_close,
};

int rendered_open(const char *what, render_fn *render, const struct report_request *rq,
		  struct sink **ret, struct iso_err *err)
{
	_cleanup_free_ struct rendered *d = calloc(1, sizeof(*d));
	_cleanup_free_ char *path = strdup(rq->path);
	_cleanup_free_ char *run_dir = rq->run_dir ? strdup(rq->run_dir) : NULL;

	if (!d || !path || (rq->run_dir && !run_dir) || fold_init(&d->fold) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "%s '%s'", what, rq->path);

	int r = out_open(what, rq->path, &d->fd, err);
	if (r < 0) {
		fold_fini(&d->fold);
		return r;
	}
	d->sink.driver = &rendered_driver;
	d->what = what;
	d->render = render;
	d->path = TAKE_PTR(path);
	d->run_dir = TAKE_PTR(run_dir);
	*ret = &TAKE_PTR(d)->sink;
	return 0;
}

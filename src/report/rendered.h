/* SPDX-License-Identifier: Apache-2.0 */
/* report/rendered.h - reports that are written whole once the run has ended: a fold, then text. */
#ifndef REPORT_RENDERED_H
#define REPORT_RENDERED_H

#include "base/buf.h"
#include "report/fold.h"
#include "report/sink.h"

/* Adds the report of a run to `out`; its outputs are below run_dir.  0 or -errno. */
typedef int render_fn(const struct fold *f, const char *run_dir, struct buf *out);

/* `what` is what messages call it, and static: "junit report". */
int rendered_open(const char *what, render_fn *render, const struct report_request *rq,
		  struct sink **ret, struct iso_err *err);

/* The captured output of an attempt (NULL: none), fit for people: max_bytes of it at most,
 * half from its front and half from its end, and between them how much was left out. */
void rendered_add_output(struct buf *b, const char *run_dir, const char *output,
			 size_t max_bytes);

/* What is to be said of how a test came out, also of one whose run died. */
const char *rendered_detail(const struct fold_test *t);

#endif

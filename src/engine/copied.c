/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/copy.h"
#include "engine/keep.h"

enum { NAMED_MAX = 256 };

int attempt_copy_tree(struct attempt *a, struct iso_err *err)
{
	_cleanup_buf_ struct buf why = BUF_INIT;
	int r = attempt_find_disk(a, err);

	if (r < 0 || a->tree_copy)
		return r;
	a->tree_copy = path_join(a->disk, "tree");
	buf_addf(&why, "%s; a copy of the tree took its place", a->engine->no_overlay);
	if (a->tree_copy && mkdir(a->disk, 0700) < 0 && errno != EEXIST)
		return iso_err_set(err, ISO_ERR_HOST, errno, "make '%s'", a->disk);
	if (!a->tree_copy || why.error ||
	    result_add_degraded(&a->result, "overlay", buf_str(&why)) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "copy the tree");
	return copy_tree(a->rq.workspace, a->tree_copy, a->engine->scratch_dir, err);
}

struct change {
	struct result *result;
	const struct keep_request *keep;
	struct keep_report *report;
};

static void note(char ***list, size_t *n, const char *path)
{
	if ((*n)++ < NAMED_MAX)
		(void)strv_add(list, path);
}

static void on_change(const char *path, bool deleted, void *arg)
{
	const struct change *c = arg;

	if (deleted)
		note(&c->result->deleted, &c->result->n_deleted, path);
	else
		note(&c->result->written, &c->result->n_written, path);
	if (strv_len(c->keep->globs))
		keep_path(c->keep, path, deleted, c->report);
}

void attempt_settle_copy(struct attempt *a)
{
	_cleanup_close_ int copy = open(a->tree_copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int tree = open(a->rq.workspace, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct sbx_layer layer = { .upper_fd = -1, .merged_fd = copy, .at = "" };
	const struct keep_request keep = {
		.globs = a->rq.spec->keep,
		.layers = &layer,
		.n_layers = 1,
		.tree = a->rq.workspace,
		.into = a->rq.keep_into,
	};
	struct keep_report report = { 0 };
	struct change change = { .result = &a->result, .keep = &keep, .report = &report };
	int r = copy < 0 || tree < 0 ? -errno : 0;

	if (!a->result.started)
		return;
	if (r == 0)
		r = copy_compare(copy, tree, a->engine->scratch_dir, on_change, &change);
	if (r < 0) {
		report.n_faults++;
		iso_err_set(&report.fault, ISO_ERR_HOST, r, "look at the copy of '%s'",
			    a->rq.workspace);
	}
	attempt_note_kept(a, &report);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/github.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"
#include "report/excerpt.h"
#include "report/fold.h"
#include "report/markdown.h"
#include "report/origin.h"
#include "report/rendered.h"
#include "report/text.h"

enum {
	N_LINES = 10,        /* of an output, in an annotation */
	LINES_BYTES = 4096,
};

struct github {
	struct sink sink;
	struct fold fold;
	int fd;
	int summary_fd;      /* -1: none */
	char *summary_file;
	char *workspace;     /* NULL: that of the suite */
	char *run_dir;       /* NULL: where the run says */
};

/* A command is one line: what would end it, or a part of it, is written by number. */
static void add_encoded(struct buf *b, const char *text, const char *special)
{
	for (const char *c = text; *c; c++) {
		if (strchr(special, *c))
			buf_addf(b, "%%%02X", (unsigned char)*c);
		else
			buf_addc(b, *c);
	}
}

static void add_data(struct buf *b, const char *text)
{
	add_encoded(b, text, "%\r\n");
}

static void add_property(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "%s%s=", b->len > 0 ? "," : "", name);
	add_encoded(b, value, "%\r\n:,");
}

/* The path of the file from the workspace; NULL: it is not in there, or out of memory. */
static char *path_in_workspace(const struct github *g, const struct origin *origin)
{
	const char *top = g->workspace ? g->workspace : g->fold.cwd;
	_cleanup_free_ char *name = strndup(origin->path, origin->path_len);
	_cleanup_free_ char *joined = name ? path_join(g->fold.cwd, name) : NULL;
	_cleanup_free_ char *clean = joined ? path_clean(joined) : NULL;
	_cleanup_buf_ struct buf safe = BUF_INIT;
	char *text = NULL;

	if (!clean || origin->path_len == 0)
		return NULL;
	const struct origin below = origin_split(clean, top);
	if (*below.path == '/')
		return NULL;
	text_add(&safe, below.path);
	return buf_finish(&safe, &text) < 0 ? NULL : text;
}

static void add_place(struct buf *b, const struct github *g, const struct fold_test *t)
{
	const struct origin origin = origin_split(t->origin, g->fold.cwd);
	_cleanup_free_ char *path = path_in_workspace(g, &origin);

	if (!path)
		return;
	add_property(b, "file", path);
	if (origin.line) {
		_cleanup_buf_ struct buf line = BUF_INIT;

		buf_addf(&line, "%u", origin.line);
		add_property(b, "line", buf_str(&line));
	}
}

static void add_last_lines(struct buf *b, const char *run_dir, const char *output)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct excerpt part;

	if (!output || excerpt_read(run_dir, output, 0, LINES_BYTES, &part) < 0)
		return;
	const size_t from = excerpt_last_lines(part.tail, part.tail_len, N_LINES);
	text_add_lines(&text, part.tail + from, part.tail_len - from);
	excerpt_fini(&part);
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (text.len > 0) {
		add_data(b, "\n\n");
		add_data(b, buf_str(&text));
	}
}

/* Or could not be run for another's failure, or for want of what it takes. */
static bool is_failure(const struct fold_test *t)
{
	return t->phase == FOLD_FINISHED && !outcome_is_good(t->outcome) &&
	       (t->outcome != OUTCOME_NOT_RUN || t->blocked);
}

static bool is_flaky(const struct fold_test *t)
{
	return t->outcome == OUTCOME_FLAKY && t->attempts;
}

static void add_annotation(struct buf *b, const struct github *g, const char *kind,
			   const struct fold_test *t)
{
	const char *run_dir = g->run_dir ? g->run_dir : g->fold.dir;
	const struct fold_attempt *bad = is_flaky(t) ? fold_first_bad(t) : NULL;
	_cleanup_buf_ struct buf properties = BUF_INIT;
	_cleanup_buf_ struct buf safe = BUF_INIT;

	add_place(&properties, g, t);
	text_add(&safe, t->id);
	add_property(&properties, "title", buf_str(&safe));
	buf_addf(b, "::%s %s::", kind, buf_str(&properties));
	buf_clear(&safe);
	if (bad)
		buf_addf(&safe, "flaky: passed at attempt %u, after ", t->n_attempts);
	text_add(&safe, bad ? bad->detail : rendered_detail(t));
	add_data(b, buf_str(&safe));
	add_last_lines(b, run_dir, bad ? bad->output : t->output);
	buf_addc(b, '\n');
}

/* Above the limit GitHub drops the rest without a word: the last one tells of it. */
static void add_annotations(struct buf *b, const struct github *g, const char *kind,
			    const char *rest, bool (*is)(const struct fold_test *t))
{
	const struct fold *f = &g->fold;
	size_t total = 0;
	size_t n = 0;

	for (size_t i = 0; i < f->n_tests; i++)
		total += is(f->tests[i]);
	const size_t most = total > GITHUB_ANNOTATIONS_MAX ? GITHUB_ANNOTATIONS_MAX - 1 : total;
	for (size_t i = 0; i < f->n_tests && n < most; i++) {
		if (!is(f->tests[i]))
			continue;
		add_annotation(b, g, kind, f->tests[i]);
		n++;
	}
	if (n < total)
		buf_addf(b, "::%s title=isorun::and %zu more %s\n", kind, total - n, rest);
}

static int write_annotations(const struct github *g)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	add_annotations(&b, g, "error", "tests failed", is_failure);
	add_annotations(&b, g, "warning", "tests are flaky", is_flaky);
	return b.error ? b.error : fs_write_all(g->fd, buf_str(&b), b.len);
}

/* A summary above the limit is not shown at all. */
static int write_summary(const struct github *g)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	struct stat st;

	if (g->summary_fd < 0)
		return 0;
	if (fstat(g->summary_fd, &st) < 0)
		return -errno;

	const size_t there = S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
	const struct markdown_options options = {
		.max_bytes = there < GITHUB_SUMMARY_MAX_BYTES
				? GITHUB_SUMMARY_MAX_BYTES - there : 0,
		.run_dir = g->run_dir ? g->run_dir : g->fold.dir,
	};
	if (options.max_bytes < MARKDOWN_MIN_BYTES)
		return 0;
	markdown_add(&b, &g->fold, &options);
	return b.error ? b.error : fs_write_all(g->summary_fd, buf_str(&b), b.len);
}

static void github_event(struct sink *s, const struct event *e)
{
	fold_event(&((struct github *)s)->fold, e);
}

static void github_free(struct github *g)
{
	fold_fini(&g->fold);
	if (g->summary_fd >= 0)
		(void)close(g->summary_fd);
	free(g->summary_file);
	free(g->workspace);
	free(g->run_dir);
	free(g);
}

static int github_close(struct sink *s, struct iso_err *err)
{
	struct github *g = (struct github *)s;
	int r = g->fold.error;

	if (r == 0)
		r = write_annotations(g);
	if (r < 0) {
		iso_err_set(err, ISO_ERR_HOST, r, "annotations for GitHub");
	} else {
		r = write_summary(g);
		if (r < 0)
			iso_err_set(err, ISO_ERR_HOST, r, "job summary '%s'", g->summary_file);
	}
	github_free(g);
	return r;
}

static const struct sink_driver github_driver = {
	.name = "github",
	.event = github_event,
	.close = github_close,
};

static int copy_text(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

static int fill(struct github *g, const struct github_options *o, struct iso_err *err)
{
	if (fold_init(&g->fold) < 0 || copy_text(o->summary_file, &g->summary_file) < 0 ||
	    copy_text(o->workspace, &g->workspace) < 0 || copy_text(o->run_dir, &g->run_dir) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "report for GitHub");
	if (!o->summary_file)
		return 0;
	g->summary_fd = open(o->summary_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
			     0666);
	return g->summary_fd >= 0 ? 0
				  : iso_err_set(err, ISO_ERR_HOST, errno, "job summary '%s'",
						o->summary_file);
}

int sink_github_open(const struct github_options *options, struct sink **ret, struct iso_err *err)
{
	struct github *g = calloc(1, sizeof(*g));

	if (!g)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "report for GitHub");
	g->fd = options->fd;
	g->summary_fd = -1;
	const int r = fill(g, options, err);
	if (r < 0) {
		github_free(g);
		return r;
	}
	g->sink.driver = &github_driver;
	*ret = &g->sink;
	return 0;
}

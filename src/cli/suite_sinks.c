/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite_sinks.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/say.h"
#include "report/github.h"

int opt_report(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	const char *before = *(const char **)field;

	if (before)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "option '--%s' is given twice: for '%s' and '%s'", o->name,
				   before, value);
	return opt_string(o, value, field, err);
}

/* The later one would end what the other wrote; devices take all. */
static bool is_one_file(const char *a, const char *b)
{
	return a && b && str_eq(a, b) && !str_starts(a, "/dev/");
}

int suite_reports_check(const struct report_files *files, struct iso_err *err)
{
	const struct report_format *f;

	for (size_t i = 0; (f = report_format_at(i)); i++) {
		const char *file = report_file_of(files, f);

		for (size_t k = 0; k < i; k++) {
			const struct report_format *other = report_format_at(k);

			if (is_one_file(file, report_file_of(files, other)))
				return iso_err_set(err, ISO_ERR_USAGE, 0,
						   "options '--%s' and '--%s': both to %s",
						   other->name, f->name,
						   str_eq(file, "-") ? "standard output" : file);
		}
	}
	return 0;
}

static int add(struct suite_sinks *s, int r, struct sink *sink, struct iso_err *err)
{
	struct sink **grown;

	if (r < 0)
		return r;
	grown = reallocarray(s->list, s->n + 1, sizeof(*grown));
	if (!grown) {
		(void)sink->driver->close(sink, NULL);
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "open the reports");
	}
	s->list = grown;
	s->list[s->n++] = sink;
	return 0;
}

static int open_reports(struct suite_sinks *s, const struct suite_sinks_options *o,
			struct iso_err *err)
{
	const struct report_format *f;
	int r = 0;

	for (size_t i = 0; r == 0 && (f = report_format_at(i)); i++) {
		const struct report_request rq = {
			.path = report_file_of(o->reports, f),
			.run_dir = o->run_dir,
			.past = o->past,
		};
		struct sink *sink = NULL;

		if (!rq.path)
			continue;
		r = f->open(&rq, &sink, err);
		r = add(s, r, sink, err);
	}
	return r;
}

/* As --json, beside one that the user asks for. */
static int open_events(struct suite_sinks *s, const struct suite_sinks_options *o,
		       struct iso_err *err)
{
	_cleanup_buf_ struct buf path = BUF_INIT;
	struct sink *sink = NULL;

	if (!o->events_fd)
		return 0;
	buf_addf(&path, "/dev/fd/%d", o->events_fd);
	int r = sink_eventlog_open(buf_str(&path), &sink, err);
	return add(s, r, sink, err);
}

int opt_github(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	(void)o, (void)value, (void)err;
	*(enum github_choice *)field = GITHUB_ON;
	return 0;
}

int opt_no_github(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	(void)o, (void)value, (void)err;
	*(enum github_choice *)field = GITHUB_OFF;
	return 0;
}

static int progress_fd(const struct suite_sinks_options *o)
{
	return report_on_stdout(o->reports, NULL) ? STDERR_FILENO : STDOUT_FILENO;
}

/* An empty variable is as none. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool wants_github(const struct suite_sinks_options *o)
{
	/* The suite of a test is that test's own matter. */
	if (o->github == GITHUB_AUTO)
		return o->store && str_eq(variable("GITHUB_ACTIONS"), "true") &&
		       !str_eq(variable("ISORUN"), "1");
	return o->github == GITHUB_ON;
}

static int open_github(struct suite_sinks *s, const struct suite_sinks_options *o,
		       struct iso_err *err)
{
	struct github_options options = {
		.fd = progress_fd(o),
		.summary_file = variable("GITHUB_STEP_SUMMARY"),
		.workspace = variable("GITHUB_WORKSPACE"),
		.run_dir = o->run_dir,
	};
	struct sink *sink = NULL;

	if (!wants_github(o))
		return 0;
	if (!options.summary_file && o->github == GITHUB_ON)
		say("warning: --github: GITHUB_STEP_SUMMARY is not set: there is no job summary");
	int r = sink_github_open(&options, &sink, err);
	if (r < 0 && o->github == GITHUB_AUTO && options.summary_file) {
		say("warning: without a job summary: %s", err->text);
		options.summary_file = NULL;
		r = sink_github_open(&options, &sink, err);
	}
	return add(s, r, sink, err);
}

static int open_tty(struct suite_sinks *s, const struct suite_sinks_options *o,
		    struct iso_err *err)
{
	const int fd = progress_fd(o);
	const char *term = getenv("TERM");
	const char *no_color = getenv("NO_COLOR");
	bool terminal = isatty(fd) && term && !str_eq(term, "dumb");
	const struct tty_options options = {
		.fd = fd,
		.live = terminal && o->store && !o->quiet,
		.color = terminal && !(no_color && *no_color),
		.quiet = o->quiet,
		.verbose = o->verbose,
	};
	struct sink *tty = NULL;
	int r = sink_tty_open(&options, &tty, err);

	r = add(s, r, tty, err);
	s->tty = r == 0 ? tty : NULL;
	s->live = r == 0 && options.live;
	return r;
}

int suite_sinks_open(struct suite_sinks *s, const struct suite_sinks_options *o,
		     struct iso_err *err)
{
	_cleanup_free_ char *log = path_join(o->run_dir, RUN_EVENTLOG);
	struct sink *sink = NULL;
	int r = 0;

	*s = (struct suite_sinks){ 0 };
	if (!log)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "open the reports");
	if (o->store) {
		r = sink_eventlog_open(log, &sink, err);
		r = add(s, r, sink, err);
	}
	if (r == 0)
		r = open_reports(s, o, err);
	if (r == 0)
		r = open_events(s, o, err);
	/* Before it, since the last is closed first: annotations follow the summary. */
	if (r == 0)
		r = open_github(s, o, err);
	/* Last, so that a report's fault is not drawn over. */
	if (r == 0)
		r = open_tty(s, o, err);
	return r;
}

int suite_sinks_close(struct suite_sinks *s, struct iso_err *err)
{
	int r = 0;

	for (size_t i = s->n; i-- > 0;) {
		struct iso_err later = ISO_ERR_INIT;
		int closed = s->list[i]->driver->close(s->list[i], r < 0 ? &later : err);

		if (r == 0)
			r = closed;
	}
	free(s->list);
	*s = (struct suite_sinks){ 0 };
	return r;
}

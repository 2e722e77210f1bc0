/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite_sinks.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

static int add(struct suite_sinks *s, int r, struct sink *sink)
{
	if (r == 0)
		s->list[s->n++] = sink;
	return r;
}

static int open_tty(struct suite_sinks *s, const struct suite_sinks_options *o,
		    struct iso_err *err)
{
	bool taken = str_eq(o->junit_file, "-") || str_eq(o->json_file, "-");
	int fd = taken ? STDERR_FILENO : STDOUT_FILENO;
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
	int r = sink_tty_open(&options, &s->tty, err);

	add(s, r, s->tty);
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
		add(s, r, sink);
	}
	if (r == 0 && o->json_file) {
		r = sink_eventlog_open(o->json_file, &sink, err);
		add(s, r, sink);
	}
	if (r == 0 && o->junit_file) {
		r = sink_junit_open(o->junit_file, o->run_dir, &sink, err);
		add(s, r, sink);
	}
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
	*s = (struct suite_sinks){ 0 };
	return r;
}

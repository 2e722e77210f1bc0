/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds a stored event log to every report that is made of one. */
#include "fuzz_file.h"

#include "base/cleanup.h"
#include "report/fold.h"
#include "report/format.h"
#include "report/github.h"

enum { MOST_SINKS = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fold_sink {
	struct sink sink;
	struct fold fold;
};

static void on_event(struct sink *s, const struct event *e)
{
	struct fold_sink *f = (struct fold_sink *)s;

	fold_event(&f->fold, e);
	assert(f->fold.n_finished <= fold_total(&f->fold));
	(void)fold_eta(&f->fold, e->t_ns);
}

static int on_close(struct sink *s, struct iso_err *err)
{
	(void)s;
	(void)err;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sink_driver driver = { "fold", on_event, on_close };
	static int null_fd = -1;
	struct fold_sink fold = { .sink = { &driver } };
	char path[64];
	struct sink *sinks[MOST_SINKS] = { &fold.sink };
	size_t n = 1;
	struct iso_err err = ISO_ERR_INIT;

	if (null_fd < 0)
		null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const struct tty_options options = {
		.fd = null_fd, .live = size % 2, .columns = 80, .rows = 24
	};
	snprintf(path, sizeof(path), "%s/events.jsonl", fuzz_make_dir());
	fuzz_write(path, "", 0, data, size);
	assert(fold_init(&fold.fold) == 0);
	for (size_t i = 0; report_format_at(i); i++) {
		const struct report_request rq = { .path = "/dev/null", .run_dir = fuzz_dir };

		assert(n + 2 < MOST_SINKS);
		assert(report_format_at(i)->open(&rq, &sinks[n++], NULL) == 0);
	}
	const struct github_options github = { .fd = null_fd, .run_dir = fuzz_dir };
	assert(sink_github_open(&github, &sinks[n++], NULL) == 0);
	assert(sink_tty_open(&options, &sinks[n++], NULL) == 0);
	if (eventlog_replay(path, sinks, n, &err) < 0)
		assert(err.text[0]);
	for (size_t i = 0; i < n; i++)
		(void)sinks[i]->driver->close(sinks[i], NULL);
	fold_fini(&fold.fold);
	return 0;
}

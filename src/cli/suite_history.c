/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite_history.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "cli/say.h"

int suite_history_open(const char *state_dir, struct history **ret, struct iso_err *err)
{
	_cleanup_free_ char *path = path_join(state_dir, SUITE_HISTORY);
	_cleanup_free_ char *note = NULL;
	int r;

	if (!path)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "open the history");
	r = history_open(path, ret, &note, err);
	if (r == 0 && note)
		say("warning: %s", note);
	return r;
}

void suite_history_mend(struct history *history, struct iso_err *why)
{
	_cleanup_free_ char *note = NULL;

	if (why->code == EBADMSG && history_set_aside(history, &note, why) == 0) {
		if (note)
			say("warning: %s", note);
		return;
	}
	say("warning: past runs are not known: %s", why->text);
}

struct history *suite_history_try(const char *state_dir)
{
	struct history *history = NULL;
	struct iso_err err = ISO_ERR_INIT;

	if (suite_history_open(state_dir, &history, &err) == 0)
		return history;
	say("warning: past runs are not known: %s", err.text);
	return NULL;
}

size_t suite_history_past(void *arg, const char *project, const char *test,
			  struct past_attempt *ret, size_t max)
{
	_cleanup_free_ struct history_attempt *rows = NULL;
	size_t n = 0;

	if (!arg || history_of_test(arg, project, test, NULL, max, &rows, &n, NULL) < 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		ret[i] = (struct past_attempt){
			.taken_wall_ns = rows[i].taken_wall_ns,
			.outcome = rows[i].outcome,
			.wall_ns = rows[i].wall_ns,
			.mem_peak_bytes = rows[i].mem_peak_bytes,
		};
	return n;
}

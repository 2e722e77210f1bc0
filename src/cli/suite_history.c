/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite_history.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "cli/say.h"

int suite_history_open(const char *state_dir, struct history **ret, struct iso_err *err)
{
	_cleanup_free_ char *path = path_join(state_dir, "history.db");
	_cleanup_free_ char *note = NULL;
	int r;

	if (!path)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "open the history");
	r = history_open(path, ret, &note, err);
	if (r == 0 && note)
		say("warning: %s", note);
	return r;
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

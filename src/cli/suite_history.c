/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite_history.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "cli/say.h"

struct history *suite_history_open(const char *state_dir)
{
	_cleanup_free_ char *path = path_join(state_dir, "history.db");
	_cleanup_free_ char *note = NULL;
	struct history *history = NULL;
	struct iso_err err = ISO_ERR_INIT;

	if (!path)
		return NULL;
	if (history_open(path, &history, &note, &err) < 0) {
		say("warning: past runs are not known: %s", err.text);
		return NULL;
	}
	if (note)
		say("warning: %s", note);
	return history;
}

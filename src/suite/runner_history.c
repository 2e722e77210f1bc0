/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include <string.h>

#include "base/time.h"

/* A transaction for each row would cost every test 0.2 ms, and one for the whole
 * run would keep every other isorun of this user from writing until it is over.
 * Who dies between loses these rows, and nothing that the event log has not. */
enum { WRITE_EVERY_NS = 500 * 1000 * 1000 };

static int gather(const struct run_test *t, const struct result *res, struct iso_err *err)
{
	const struct run_config *c = t->run->config;
	const struct usage *u = &res->usage;
	struct history_attempt row = {
		.suite = c->workspace_dir,
		.test = t->test->id,
		.program = t->test->program,
		.run = c->run_name,
		.attempt = t->log.attempts,
		.outcome = res->outcome,
		.wall_ns = u->wall_ns - u->paused_ns,
		.cpu_ns = u->user_ns + u->system_ns,
		.mem_peak_bytes = u->mem_peak_bytes,
		.mem_working_bytes = u->mem_working_bytes,
		.mem_limit_bytes = u->mem_limit_end_bytes ? u->mem_limit_end_bytes
							  : t->reserved_bytes,
		.taken_wall_ns = time_wall_ns(),
	};

	memcpy(row.key, t->history_key, sizeof(row.key));
	return history_add(c->history, &row, err);
}

static void give_up(struct runner *r, struct iso_err *why)
{
	r->history_lost = true;
	iso_err_wrap(why, "this run is not remembered");
	emit_warning(r, why->text);
}

void runner_remember(struct run_test *t, const struct result *res)
{
	struct runner *r = t->run;
	struct history *history = r->config->history;
	struct iso_err err = ISO_ERR_INIT;
	int rc = 0;

	if (!history || r->history_lost)
		return;
	if (!r->history_begun)
		rc = history_begin(history, &err);
	r->history_begun = true;
	if (rc == 0)
		rc = gather(t, res, &err);
	if (rc < 0)
		give_up(r, &err);
	else if (time_now_ns() - r->history_written_ns >= WRITE_EVERY_NS)
		runner_remember_rest(r);
}

void runner_remember_rest(struct runner *r)
{
	struct iso_err err = ISO_ERR_INIT;

	if (!r->history_begun || r->history_lost)
		return;
	if (history_commit(r->config->history, &err) < 0)
		give_up(r, &err);
	r->history_written_ns = time_now_ns();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"

/* A transaction for each row would cost every test 0.2 ms, and one for the whole
 * run would keep every other isorun of this user from writing until it is over.
 * Who dies between loses these rows, and nothing that the event log has not. */
enum { WRITE_EVERY_NS = 500 * 1000 * 1000 };

/* So many runs after it failed a test is trusted again. */
enum { RECALLED = 5 };

static int gather(const struct run_test *t, const struct result *res, bool retried,
		  struct iso_err *err)
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
		.retried = retried,
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

/* A damaged file makes room for a new one, once: what was not written yet is in the
 * event log only. */
static void mend(struct runner *r, struct iso_err *why)
{
	_cleanup_free_ char *note = NULL;

	if (why->code != EBADMSG || r->history_mended) {
		give_up(r, why);
		return;
	}
	r->history_mended = true;
	r->history_begun = false;
	if (history_set_aside(r->config->history, &note, why) < 0)
		give_up(r, why);
	else if (note)
		emit_warning(r, note);
}

void runner_recall_failed(struct runner *r)
{
	if (!r->recall_fault.code)
		return;
	if (r->recall_fault.code == EBADMSG) {
		mend(r, &r->recall_fault);
		return;
	}
	iso_err_wrap(&r->recall_fault, "past runs are not known");
	emit_warning(r, r->recall_fault.text);
}

/* Another process's write is not waited for until the end of the run: rows wait. */
static void write_rows(struct runner *r, bool wait)
{
	struct history *history = r->config->history;
	struct iso_err err = ISO_ERR_INIT;
	const int rc = wait ? history_commit(history, &err) : history_try_commit(history, &err);

	if (rc < 0 && (wait || rc != -EBUSY))
		mend(r, &err);
	r->history_written_ns = time_now_ns();
}

void runner_remember(struct run_test *t, const struct result *res, bool retried)
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
		rc = gather(t, res, retried, &err);
	if (rc < 0)
		mend(r, &err);
	else if (time_now_ns() - r->history_written_ns >= WRITE_EVERY_NS)
		write_rows(r, false);
}

void runner_remember_broken(struct run_test *t)
{
	struct result nothing;

	result_init(&nothing);
	nothing.outcome = OUTCOME_NOT_RUN;
	runner_remember(t, &nothing, true);
	result_fini(&nothing);
}

bool runner_recalls_good(const struct run_test *t)
{
	const struct run_config *c = t->run->config;
	_cleanup_free_ struct history_attempt *rows = NULL;
	size_t n = 0;

	if (!c->history || history_of_test(c->history, c->workspace_dir, t->test->id,
					   t->history_key, RECALLED, &rows, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (rows[i].outcome != OUTCOME_PASSED && rows[i].outcome != OUTCOME_SKIPPED)
			return false;
	return n > 0;
}

void runner_remember_rest(struct runner *r)
{
	if (r->history_begun && !r->history_lost)
		write_rows(r, true);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/str.h"
#include "base/time.h"

static void settle_end(struct attempt *a, const struct sbx_news *news)
{
	struct result *r = &a->result;

	r->started = true;
	r->raw_status = news->status;
	r->exit_status = WIFEXITED(news->status) ? WEXITSTATUS(news->status) : -1;
	r->signal = WIFSIGNALED(news->status) ? WTERMSIG(news->status) : 0;
	r->timed_out = a->timed_out;
	r->oom = r->usage.oom_kills > 0;
	r->test_process_oom = r->oom && r->signal == SIGKILL;
	if (r->timed_out)
		r->outcome = OUTCOME_TIMED_OUT;
	else if (r->oom)
		r->outcome = OUTCOME_OUT_OF_MEMORY;
	else if (r->signal)
		r->outcome = a->killed ? OUTCOME_FAILED : OUTCOME_CRASHED;
	else
		r->outcome = r->exit_status == 0 ? OUTCOME_PASSED : OUTCOME_FAILED;
}

static void settle_usage(struct attempt *a, const struct sbx_news *news)
{
	struct usage *u = &a->result.usage;

	if (news->started && news->exited)
		u->wall_ns = news->exited_ns - news->started_ns;
	else
		u->wall_ns = time_now_ns() - a->launched_ns;
	/* A short test is over before its start was written down. */
	if (u->wall_ns < 0)
		u->wall_ns = 0;
	u->user_ns = news->user_ns;
	u->system_ns = news->system_ns;
	u->mem_peak_bytes = news->usage.peak_bytes;
	if (!u->mem_peak_bytes)
		u->mem_peak_bytes = a->working_bytes;
	u->mem_working_bytes = a->working_bytes;
	u->mem_limit_bytes = a->mem_bytes;
	u->mem_limit_end_bytes = a->mem_bytes;
	u->oom_kills = (unsigned)news->usage.oom_kills + a->polled_kills;
	u->waited_ns = a->waited_ns;
}

static void take_lists(struct attempt *a, const struct sbx_news *news)
{
	struct result *r = &a->result;

	for (size_t i = 0; i < news->n_degraded; i++)
		(void)result_add_degraded(r, news->degraded[i].what, news->degraded[i].why);
	(void)strv_copy(news->written, &r->written);
	r->n_written = news->n_written;
	if (!news->n_leftovers)
		return;
	r->leftovers = calloc(news->n_leftovers, sizeof(*r->leftovers));
	if (!r->leftovers)
		return;
	for (size_t i = 0; i < news->n_leftovers; i++) {
		r->leftovers[r->n_leftovers] = news->leftovers[i];
		r->leftovers[r->n_leftovers].command = strdup(news->leftovers[i].command);
		if (r->leftovers[r->n_leftovers].command)
			r->n_leftovers++;
	}
}

void attempt_settle(struct attempt *a, const struct sbx_news *news)
{
	struct result *r = &a->result;

	settle_usage(a, news);
	take_lists(a, news);
	if (news->exited) {
		settle_end(a, news);
		return;
	}
	r->outcome = OUTCOME_ERROR;
	r->started = news->started;
	/* Pid 1 itself had to be killed: it was the time limit all the same. */
	if (a->timed_out) {
		r->outcome = OUTCOME_TIMED_OUT;
		r->started = r->timed_out = true;
		r->raw_status = SIGKILL;
		r->exit_status = -1;
		r->signal = SIGKILL;
		return;
	}
	r->sandbox_killed = !news->faulty;
	r->error_status = news->faulty ? news->fault_status : 125;
	r->error = strdup(news->faulty ? news->fault.text
				       : "the sandbox was killed before its test ended");
}

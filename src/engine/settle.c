/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/keep.h"
#include "sandbox/step.h"

/* The kernel counts for a group whom it kills in it, for whichever limit: also for that
 * of a group above (a container's), and when the host itself has no memory left. */
static bool killed_by_host(const struct attempt *a, const struct sbx_news *news)
{
	if (!news->usage.oom_kills || news->usage.limit_hit || a->polled_kills)
		return false;
	return !a->mem_bytes || result_mem_left(&a->result) > 0;
}

/* From a refusal to the end of who was refused. */
#define REFUSED_NS (NSEC_PER_SEC / 2)

static void settle_end(struct attempt *a, const struct sbx_news *news)
{
	struct result *r = &a->result;

	r->started = true;
	r->raw_status = news->status;
	r->exit_status = WIFEXITED(news->status) ? WEXITSTATUS(news->status) : -1;
	r->signal = WIFSIGNALED(news->status) ? WTERMSIG(news->status) : 0;
	r->timed_out = a->timed_out;
	r->timed_out_total = a->timed_out_total;
	r->host_oom = killed_by_host(a, news);
	r->oom = r->usage.oom_kills > 0 && !r->host_oom;
	r->test_process_oom = r->oom && r->signal == SIGKILL;
	r->gave_way = a->gave_way && r->signal == SIGKILL && !r->oom && !r->host_oom;
	r->mem_refused = !r->oom && !r->host_oom && !r->gave_way && !a->killed &&
			 cg_limit_refuses(a->engine->cg) &&
			 ((news->usage.limit_hit &&
			   (a->tight || attempt_elastic_unseen(a, news->exited_ns - REFUSED_NS))) ||
			  (a->raised_ns && news->exited_ns - a->raised_ns < REFUSED_NS) ||
			  (a->squeezed && a->rq.may_rerun));
	r->oom |= !r->timed_out && (r->gave_way || (r->mem_refused && news->status != 0));
	if (r->timed_out)
		r->outcome = OUTCOME_TIMED_OUT;
	else if (r->oom)
		r->outcome = OUTCOME_OUT_OF_MEMORY;
	else if (r->host_oom)
		r->outcome = OUTCOME_CRASHED;
	else if (r->signal)
		r->outcome = a->killed ? OUTCOME_FAILED : OUTCOME_CRASHED;
	else
		r->outcome = r->exit_status == 0 ? OUTCOME_PASSED : OUTCOME_FAILED;
}

/* The largest sample, or what the peak has that no page cache explains: what a test
 * holds for a moment falls between two samples.  Cache that was dropped before
 * anybody saw it (a file that is removed) is taken for memory that is held. */
static uint64_t working_bytes(const struct attempt *a, const struct cg_usage *usage)
{
	const uint64_t cache_bytes =
		usage->cache_bytes > a->cache_bytes ? usage->cache_bytes : a->cache_bytes;
	const uint64_t least_bytes =
		usage->cache_told && usage->peak_bytes > cache_bytes
			? usage->peak_bytes - cache_bytes : 0;

	return a->working_bytes > least_bytes ? a->working_bytes : least_bytes;
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
	u->mem_working_bytes = working_bytes(a, &news->usage);
	u->mem_limit_bytes = a->mem_start_bytes;
	u->mem_limit_end_bytes = a->mem_bytes;
	u->oom_kills = (unsigned)news->usage.oom_kills + a->polled_kills;
	u->waited_ns = a->waited_ns;
}

/* A write that does not fit fills what is left, but for what its program then cut
 * or removed; in the whole of the budget files count as memory does. */
static void settle_private(struct attempt *a, const struct sbx_news *news)
{
	const uint64_t most_bytes = news->private_most_bytes;

	a->result.usage.private_bytes = news->private_bytes;
	a->result.private_full = most_bytes && news->private_bytes > most_bytes / 16 * 15;
}

static void take_refusals(struct attempt *a, const struct sbx_news *news)
{
	struct result *r = &a->result;

	r->n_refused = news->n_refused;
	if (!news->n_refusals || !a->engine->name_refusal)
		return;
	r->refusals = calloc(news->n_refusals, sizeof(*r->refusals));
	for (size_t i = 0; r->refusals && i < news->n_refusals; i++)
		if (a->engine->name_refusal(&news->refusals[i], &r->refusals[r->n_refusals]) == 0)
			r->n_refusals++;
}

static void take_lists(struct attempt *a, const struct sbx_news *news)
{
	struct result *r = &a->result;

	for (size_t i = 0; i < news->n_degraded; i++)
		(void)result_add_degraded(r, news->degraded[i].what, news->degraded[i].why);
	(void)strv_copy(news->written, &r->written);
	r->n_written = news->n_written;
	(void)strv_copy(news->deleted, &r->deleted);
	r->n_deleted = news->n_deleted;
	/* It was ended in the midst of its work: what it left is no fault of its own. */
	if (!news->n_leftovers || a->ending || a->told_to_end)
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
	settle_private(a, news);
	take_lists(a, news);
	take_refusals(a, news);
	if (news->nat_lost && !news->faulty)
		(void)result_add_degraded(&a->result, "network nat", "pasta ended before the test");
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
		r->timed_out_total = a->timed_out_total;
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

void attempt_note_kept(struct attempt *a, struct keep_report *report)
{
	_cleanup_buf_ struct buf why = BUF_INIT;

	a->result.kept = TAKE_PTR(report->kept);
	a->result.n_kept = report->n_kept;
	/* What could not be brought out is lost. */
	if (report->n_faults) {
		buf_adds(&why, report->fault.text);
		if (report->n_faults > 1)
			buf_addf(&why, " and %zu more", report->n_faults - 1);
		(void)result_add_degraded(&a->result, "some kept files", buf_str(&why));
	}
	keep_report_fini(report);
}

/* What a renamed directory holds is read from where the tree has it, so nothing
 * may be put into the tree before all of it was read. */
static void keep_all(struct attempt *a, const struct sbx_layer *layers, size_t n,
		     struct keep_report *ret)
{
	_cleanup_free_ char *aside = NULL;
	struct keep_report placed = { 0 };
	struct keep_request request = {
		.globs = a->rq.spec->keep,
		.layers = layers,
		.n_layers = n,
		.marks = a->engine->user_ns ? "user" : "trusted",
		.tree = a->rq.workspace,
		.into = a->rq.keep_into,
	};

	if (!request.into) {
		if (attempt_find_disk(a, &ret->fault) == 0)
			aside = path_join(a->disk, "kept");
		if (!aside) {
			ret->n_faults++;
			return;
		}
		request.into = aside;
	}
	keep_layers(&request, ret);
	if (!aside)
		return;
	keep_apply(aside, a->rq.workspace, &placed);
	if (placed.n_faults && !ret->n_faults)
		ret->fault = placed.fault;
	ret->n_faults += placed.n_faults;
	keep_report_fini(&placed);
}

void attempt_keep(struct attempt *a)
{
	const struct spec *spec = a->rq.spec;
	struct sbx_layer layers[SBX_LAYERS_MAX];
	struct keep_report report = { 0 };
	size_t n;

	if (a->tree_copy) {
		attempt_settle_copy(a);
		return;
	}
	if (!strv_len(spec->keep) || spec->workspace != SPEC_TREE_OVERLAY || !a->result.started)
		return;
	n = sbx_take_layers(a->sbx, layers);
	if (n)
		keep_all(a, layers, n, &report);
	else
		report.n_faults = iso_err_set(&report.fault, ISO_ERR_HOST, 0,
					      "the sandbox was killed with them") < 0;
	for (size_t i = 0; i < n; i++) {
		close(layers[i].upper_fd);
		close(layers[i].merged_fd);
	}
	attempt_note_kept(a, &report);
}

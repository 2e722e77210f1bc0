/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/time.h"
#include "suite/rundir.h"

/* What grows by less from one look to the next does not grow. */
enum { STILL_BYTES = 4 << 20 };
/* The log has no smaller changes of what a test holds, and no shorter pauses. */
enum { TOLD_BYTES = 8 << 20, TOLD_PAUSE_NS = 10 * 1000 * 1000 };

static struct plan_item *item_of(const struct run_test *t)
{
	return &t->run->items[t->index];
}

int64_t run_test_timeout_ns(const struct run_test *t)
{
	if (t->test->timeout_ns)
		return t->test->timeout_ns > 0 ? t->test->timeout_ns : 0;
	return t->run->config->timeout_ns ? t->run->config->timeout_ns : t->spec->timeout_ns;
}

int64_t run_test_timeout_total_ns(const struct run_test *t)
{
	if (t->test->timeout_total_ns)
		return t->test->timeout_total_ns > 0 ? t->test->timeout_total_ns : 0;
	return t->spec->timeout_total_ns;
}

/* The test's own entries behind those of its profile, so that they win, and
 * stay where the profile clears the environment; borrows all strings.  NULL
 * when out of memory. */
static char **join_env(char *const *profile, char *const *own)
{
	const size_t n_profile = strv_len(profile);
	const size_t n_own = strv_len(own);
	char **all = calloc(n_profile + n_own + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; all && i < n_profile; i++)
		all[n++] = profile[i];
	for (size_t i = 0; all && i < n_own; i++)
		all[n++] = own[i];
	return all;
}

/* Likewise. */
static char **environ_without(char *const *names)
{
	char **rest = calloc(strv_len(environ) + 1, sizeof(*rest));
	size_t n = 0;

	for (char **entry = environ; rest && *entry; entry++) {
		const size_t len = strcspn(*entry, "=");
		size_t k = 0;

		while (names[k] && (strlen(names[k]) != len || strncmp(names[k], *entry, len)))
			k++;
		if (!names[k])
			rest[n++] = *entry;
	}
	return rest;
}

static unsigned take_slot(struct run_test *t)
{
	struct runner *r = t->run;
	unsigned slot = 0;

	while (r->slots[slot])
		slot++; /* at most `jobs` are active: one is free */
	r->slots[slot] = t;
	return slot;
}

static void begin(struct run_test *t)
{
	struct runner *r = t->run;

	t->active = true;
	t->started = false;
	t->grown_ns = 0;
	t->seen_bytes = 0;
	t->stored = (struct stored_sample){ 0 };
	t->raised = false;
	t->ordered = t->forked = t->unforked = t->finished = false;
	t->handle = NULL;
	t->slot = take_slot(t);
	t->begun_ns = time_now_ns();
	t->reserved_bytes = item_of(t)->demand.mem_bytes;
	item_of(t)->state = PLAN_RUNNING;
	item_of(t)->started_ns = t->begun_ns;
	r->n_active++;
	r->n_waiting++;
}

/* The reverse of begin, whether or not it ever started. */
static void end(struct run_test *t)
{
	struct runner *r = t->run;

	r->n_active--;
	if (!t->started)
		r->n_waiting--;
	r->slots[t->slot] = NULL;
	t->active = false;
	t->handle = NULL;
	item_of(t)->state = PLAN_WAITING;
	if (item_of(t)->demand.mem_bytes < t->full_bytes)
		item_of(t)->demand.mem_bytes = t->full_bytes;
	t->full_bytes = 0;
	free(t->env_set);
	free(t->env);
	t->env_set = t->env = NULL;
}

static void on_started(struct attempt *a, uint64_t mem_bytes, int64_t waited_ns, void *arg)
{
	struct run_test *t = arg;

	(void)a;
	t->started = true;
	t->run->n_waiting--;
	t->reserved_bytes = mem_bytes;
	item_of(t)->started_ns = time_now_ns();
	emit_started(t, waited_ns);
	runner_fill(t->run);
}

static void on_sampled(struct attempt *a, uint64_t mem_bytes, void *arg)
{
	struct run_test *t = arg;

	(void)a;
	emit_sampled(t, mem_bytes,
		     !run_sample_store(&t->stored, mem_bytes, TOLD_BYTES, time_now_ns()));
	if (mem_bytes > t->seen_bytes + STILL_BYTES) {
		t->seen_bytes = mem_bytes;
		t->grown_ns = time_now_ns();
	}
	if (t->run->n_held)
		runner_fill(t->run);
}

static void on_resumed(struct attempt *a, int64_t paused_ns, void *arg)
{
	(void)a;
	if (paused_ns >= TOLD_PAUSE_NS)
		emit_paused(arg, paused_ns);
}

static void tell_siblings(struct runner *r, const struct test *from);

/* What it holds binds the others that are to start, and is what those like it that
 * nobody knows will hold at least. */
static void on_grown(struct attempt *a, uint64_t mem_bytes, void *arg)
{
	struct run_test *t = arg;
	const struct predict_sample so_far = { .mem_bytes = mem_bytes, .running = true };

	(void)a;
	t->reserved_bytes = mem_bytes;
	t->grown_ns = time_now_ns();
	t->raised = true;
	item_of(t)->demand.mem_bytes = mem_bytes;
	if (item_of(t)->demand.mem_origin != DEMAND_DECLARED)
		item_of(t)->demand.mem_origin = DEMAND_OOM;
	emit_grown(t, mem_bytes);
	demand_siblings_add(t->run->siblings, t->test, &so_far);
	tell_siblings(t->run, t->test);
}

static uint64_t known_need(void *arg)
{
	const struct run_test *t = arg;
	const struct runner *r = t->run;

	return demand_of_siblings(r->siblings, t->test->program, 0, r->limits.budget_bytes);
}

static int64_t cpu_ns_of(const struct usage *u)
{
	return u->user_ns + u->system_ns;
}

static uint64_t needed_bytes(const struct usage *u)
{
	return u->mem_working_bytes ? u->mem_working_bytes : u->mem_peak_bytes;
}

static void keep_sample(struct run_test *t, const struct usage *u)
{
	const int64_t wall_us = u->wall_ns / NSEC_PER_USEC;

	t->measured = true;
	t->sample = (struct plan_sample){
		.wall_ns = u->wall_ns,
		.mem_bytes = u->mem_peak_bytes,
		.cpus_milli = wall_us > 0 ? (uint32_t)(cpu_ns_of(u) / wall_us) : 0,
	};
}

/* Betters the demands that were only guessed. */
static void tell_siblings(struct runner *r, const struct test *from)
{
	uint64_t bytes;

	if (!demand_siblings_news(r->siblings, from->program, &r->rules, &bytes))
		return;
	for (size_t k = 0; k < r->n_order; k++) {
		const size_t i = r->order[k];
		const enum demand_origin origin = r->items[i].demand.mem_origin;

		if (!str_eq(r->tests[i].test->program, from->program) ||
		    !plan_learn(&r->items[i], bytes))
			continue;
		/* Smaller siblings must not lower it again. */
		if (origin == DEMAND_OOM)
			r->items[i].demand.mem_origin = DEMAND_OOM;
		r->order_stale = true;
	}
}

static void learn_from(struct run_test *t, const struct result *res, bool retried)
{
	struct runner *r = t->run;
	const bool oom = res->outcome == OUTCOME_OUT_OF_MEMORY;
	const struct predict_sample sample = {
		.mem_bytes = oom ? t->reserved_bytes : needed_bytes(&res->usage),
		.wall_ns = oom ? 0 : res->usage.wall_ns,
		/* One that gave way was not refused what it needs at most, it was only
		 * on its way there: its siblings begin where it was, and grow. */
		.oom = oom && !res->gave_way,
	};

	t->family->known = true;
	demand_siblings_add(r->siblings, t->test, &sample);
	tell_siblings(r, t->test);
	runner_remember(t, res, retried);
}

static void judge(struct run_test *t, const struct result *res, struct judgement *ret,
		  uint64_t *ret_cut_bytes)
{
	const int signal = t->run->summary.interrupted_by;
	struct output_facts facts = { .tap = TAP_PASSED };
	struct iso_err err = ISO_ERR_INIT;
	char name[16];
	int r = res->started ? run_output_read(t, &facts, &err) : 0;

	if (r == 0 && res->started)
		r = run_cases_read(t, &facts, &err);
	if (signal) {
		/* It was told to end: what it says now is not its verdict. */
		ret->outcome = OUTCOME_NOT_RUN;
		(void)snprintf(ret->detail, sizeof(ret->detail), "ended by %s",
			       proc_signal_name(signal, name));
	} else if (r < 0) {
		ret->outcome = OUTCOME_ERROR;
		(void)snprintf(ret->detail, sizeof(ret->detail), "%.*s",
			       (int)sizeof(ret->detail) - 1, err.text);
	} else {
		judge_attempt(t->test, res, &facts,
			      res->timed_out_total ? run_test_timeout_total_ns(t)
						   : run_test_timeout_ns(t), ret);
	}
	if (outcome_is_good(ret->outcome) && !run_fork_finished(t)) {
		ret->outcome = OUTCOME_FAILED;
		(void)snprintf(ret->detail, sizeof(ret->detail), "it ended in its middle, with "
			       "exit status %d", res->exit_status);
	}
	run_output_fold(t);
	run_output_close(&t->fds);
	run_cases_end(t);
	*ret_cut_bytes = facts.cut_bytes;
}

/* What follows from the decision; the attempt has been booked. */
static void proceed(struct run_test *t, const struct retry_decision *d)
{
	struct plan_item *item = item_of(t);

	memcpy(t->reason, d->reason, sizeof(t->reason));
	item->state = PLAN_WAITING;
	item->alone = item->alone || d->alone;
	if (d->mem_bytes) {
		item->demand.mem_bytes = d->mem_bytes;
		item->demand.mem_origin = DEMAND_OOM;
	}
	t->run->order_stale = true;
	if (d->delay_ns)
		run_test_rest(t, d->delay_ns);
}

/* What was measured, for the bounds, for tests like it and for later runs. */
static void book(struct run_test *t, const struct result *judged, const struct judgement *j,
		 bool retried)
{
	t->judged = true;
	t->last = *j;
	if (!judged->started || j->outcome == OUTCOME_ERROR) {
		runner_remember(t, judged, retried); /* that it failed, nothing else */
		return;
	}
	keep_sample(t, &judged->usage);
	learn_from(t, judged, retried);
}

/* A size that somebody chose is kept to. */
static bool crowded(const struct run_test *t, const struct result *res)
{
	const uint64_t counts = res->oom ? t->reserved_bytes / 16 : UINT64_MAX;

	if (t->spec->scratch != SPEC_SCRATCH_AUTO || t->spec->tmp_size_bytes)
		return false;
	return res->private_full || res->usage.private_bytes > counts;
}

/* There is no more to give: the figure is what it came to. */
static void note_too_big(struct run_test *t, const struct usage *u, struct judgement *j)
{
	char budget[NUM_TEXT];
	char peak[NUM_TEXT];
	char said[JUDGE_DETAIL_MAX];

	memcpy(said, j->detail, sizeof(said));
	(void)snprintf(j->detail, sizeof(j->detail),
		       "bigger than the whole budget of %s, of which it reached %s: %.*s",
		       num_format_size(budget, t->run->limits.budget_bytes),
		       num_format_size(peak, u->mem_peak_bytes), JUDGE_DETAIL_MAX / 2, said);
}

static int64_t retry_delay_of(const struct run_test *t)
{
	if (t->test->retry_delay_ns)
		return t->test->retry_delay_ns > 0 ? t->test->retry_delay_ns : 0;
	return t->run->config->retry_delay_ns;
}

void run_test_conclude(struct run_test *t, const struct result *res, struct judgement *j,
		       uint64_t cut_bytes)
{
	struct runner *r = t->run;
	struct retry_decision d;
	struct result judged = *res; /* shallow: only the outcome differs */
	const struct retry_try tried = {
		.outcome = j->outcome,
		.gave_way = j->outcome == OUTCOME_OUT_OF_MEMORY && res->gave_way,
		.mem_refused = j->outcome == OUTCOME_OUT_OF_MEMORY && res->mem_refused,
		.private_full = crowded(t, res),
		.lost = res->sandbox_killed || res->host_oom,
		.unforked = t->unforked,
		.reserved_bytes = t->reserved_bytes,
		.peak_bytes = res->usage.mem_peak_bytes,
		.budget_bytes = r->limits.budget_bytes,
		.alone = item_of(t)->alone,
		.kin_bytes = j->outcome == OUTCOME_OUT_OF_MEMORY
			? demand_of_siblings(r->siblings, t->test->program, 0,
					     r->limits.budget_bytes) : 0,
		.retries = t->test->retries >= 0 ? t->test->retries : r->config->retries,
		.delay_ns = retry_delay_of(t),
	};

	retry_decide(&t->log, &tried, &d);
	if (!d.again && j->outcome == OUTCOME_OUT_OF_MEMORY &&
	    res->usage.mem_limit_end_bytes >= r->limits.budget_bytes)
		note_too_big(t, &res->usage, j);
	d.again = d.again && !r->stopping;
	judged.outcome = j->outcome;
	t->leaves = t->leaves || res->n_leftovers;
	emit_finished(t, &judged, cut_bytes, d.again, j->detail[0] ? j->detail : NULL);
	if (j->outcome != OUTCOME_NOT_RUN)
		book(t, &judged, j, d.again);
	if (d.again) {
		proceed(t, &d);
	} else if (j->outcome == OUTCOME_NOT_RUN) {
		run_test_cut_short(t, j);
	} else {
		run_test_book_repetition(t, j);
		if (!run_test_repeat(t))
			run_test_settle(t);
	}
}

static void finish(struct run_test *t, const struct result *res)
{
	struct judgement j = { .outcome = OUTCOME_NOT_RUN, .detail = "" };
	uint64_t cut_bytes;

	end(t);
	judge(t, res, &j, &cut_bytes);
	if (t->chunk)
		run_chunk_conclude(t, res, &j, cut_bytes);
	else
		run_test_conclude(t, res, &j, cut_bytes);
}

static void on_ended(struct attempt *a, const struct result *res, void *arg)
{
	struct run_test *t = arg;
	const int64_t ended_ns = time_now_ns();

	(void)a;
	finish(t, res);
	run_own_add(t, res, ended_ns);
	runner_fill(t->run);
}

static void refuse(struct run_test *t, const struct iso_err *err)
{
	struct result res;

	result_init(&res);
	res.error = strdup(err->text);
	finish(t, &res);
	result_fini(&res);
}

static int prepare(struct run_test *t, struct iso_err *err)
{
	t->attempt_spec = *t->spec;
	t->attempt_spec.workspace = links_workspace(t->test, t->spec);
	t->own_spec = t->log.on_disk || t->test->env ||
		      t->attempt_spec.workspace != t->spec->workspace;
	if (t->log.on_disk)
		t->attempt_spec.scratch = SPEC_SCRATCH_DISK;
	if (t->test->env) {
		t->env_set = join_env(t->spec->env_set, t->test->env);
		if (!t->env_set)
			return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "environment");
		t->attempt_spec.env_set = t->env_set;
	}
	if (t->test->env_unset && !(t->env = environ_without(t->test->env_unset)))
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "environment");
	const int r = run_cases_prepare(t, err);
	return r < 0 ? r : run_output_open(t, err);
}

static int ask_engine(struct run_test *t, struct attempt **ret, struct iso_err *err)
{
	struct runner *r = t->run;
	const struct demand *demand = &item_of(t)->demand;
	const struct amounts_wanted wanted = {
		.tokens = demand->tokens,
		.locks = demand->locks,
		.shared_locks = demand->shared_locks,
		.lock_scope = r->lock_scope,
		.have = r->limits.tokens,
	};
	struct amounts amounts = { .n = 0 };
	int rc = amounts_fill(&wanted, &amounts, err);

	if (rc < 0)
		return rc;
	const struct attempt_request request = {
		.spec = t->own_spec ? &t->attempt_spec : t->spec,
		.env = t->env,
		.argv = t->telling.argv ? t->telling.argv : t->test->argv,
		.cwd = t->test->cwd,
		.workspace = r->config->workspace_dir,
		.keep_into = r->config->keep_dir,
		.title = t->test->id,
		.test_id = t->test->id,
		.run = r->config->run_name,
		.attempt = t->log.attempts + 1,
		.slot = (int)t->slot,
		.mem_bytes = t->reserved_bytes,
		.amounts = &amounts,
		.alone = item_of(t)->alone,
		.timeout_ns = run_test_timeout_ns(t),
		.timeout_total_ns = run_test_timeout_total_ns(t),
		.grace_ns = t->spec->grace_ns,
		.stdin_fd = r->null_fd,
		.stdout_fd = t->fds.out,
		.stderr_fd = t->fds.err,
		.own_session = true,
		.fork = run_fork_serves(t),
		.lent = run_fork_serves(t),
		.sample = true,
		.ready = run_fork_order,
		.started = on_started,
		.sampled = on_sampled,
		.resumed = on_resumed,
		.elastic = true,
		.may_rerun = true,
		.grown = on_grown,
		.known_need = known_need,
		.ended = on_ended,
		.arg = t,
	};

	/* This one is counted among the waiting already. */
	return engine_start(r->config->engine, &request, r->n_waiting > 1 ? ENGINE_NOWAIT : 0,
			    ret, err);
}

int run_test_start(struct run_test *t)
{
	struct attempt *handle = NULL;
	struct iso_err err = ISO_ERR_INIT;

	run_chunk_gather(t);
	begin(t);
	int r = prepare(t, &err);

	if (r == 0)
		r = ask_engine(t, &handle, &err);
	if (r == -EAGAIN) {
		end(t);
		run_output_discard(t);
		run_cases_end(t);
		run_chunk_dissolve(t);
		return r;
	}
	if (r < 0)
		refuse(t, &err);
	else if (t->active) /* it may have ended already, within engine_start */
		t->handle = handle;
	return 0;
}

void run_test_interrupt(struct run_test *t)
{
	if (t->started)
		attempt_end(t->handle);
	else
		attempt_kill(t->handle);
}

void run_test_fini(struct run_test *t)
{
	free(t->output);
	free(t->errors);
	free(t->env_set);
	free(t->env);
	run_cases_end(t);
	run_chunk_dissolve(t);
	t->output = t->errors = NULL;
	t->env_set = t->env = NULL;
}

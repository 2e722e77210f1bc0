/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an attempt:
 *
 *   asked --granted--> launched --exec--> running --report ends--> settled
 *     |                   |                  |
 *     |                   +- fault ----------+--> `ended`, always from the loop
 *     +- killed while it waits
 *
 * Its end by force has three steps, each given time to work: TERM to the test
 * (grace), KILL to the test (pid 1 then lists, kills and reaps the rest), and,
 * should pid 1 itself not come to an end, KILL to pid 1.
 */
#include "engine/attempt.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/time.h"

enum {
	SAMPLE_NS = 200 * 1000 * 1000,
	INIT_GRACE_S = 10, /* for pid 1 to reap, list and remove after a KILL */
};

static void launch(struct attempt *a);

static void unlink_attempt(struct attempt *a)
{
	for (struct attempt **at = &a->engine->first; *at; at = &(*at)->next)
		if (*at == a) {
			*at = a->next;
			return;
		}
}

static void stop_timers(struct attempt *a)
{
	struct loop *loop = a->engine->loop;

	attempt_elastic_stop(a);
	if (a->deadline)
		loop_remove_timer(loop, a->deadline);
	if (a->total)
		loop_remove_timer(loop, a->total);
	if (a->sampler)
		loop_remove_timer(loop, a->sampler);
	a->deadline = a->total = a->sampler = NULL;
}

static void stop_watching(struct attempt *a)
{
	struct loop *loop = a->engine->loop;

	loop_remove_fd(loop, a->claim_watch);
	loop_remove_fd(loop, a->report_watch);
	a->claim_watch = a->report_watch = NULL;
	stop_timers(a);
}

void attempt_drop(struct attempt *a)
{
	unlink_attempt(a);
	stop_watching(a);
	a->state = ATTEMPT_ENDED;
	terminal_free(a->terminal);
	a->terminal = NULL;
	if (a->parted)
		engine_reap(a->engine, a->sbx);
	else
		sbx_free(a->sbx);
	a->sbx = NULL;
	attempt_remove_disk(a);
	/* Only now: the processes that the reservation paid for are gone. */
	ledger_release(a->claim);
	a->claim = NULL;
	if (a->rq.ended)
		a->rq.ended(a, &a->result, a->rq.arg);
	sbx_plan_free(a->plan);
	result_fini(&a->result);
	free(a->scratch);
	free(a);
}

static void drop_on_timer(void *arg)
{
	attempt_drop(arg);
}

/* `ended` never comes from within engine_start or attempt_kill. */
static void drop_soon(struct attempt *a)
{
	stop_watching(a);
	(void)loop_add_timer(a->engine->loop, 0, drop_on_timer, a, &a->deadline);
}

static void fail(struct attempt *a, const struct iso_err *why)
{
	a->result.outcome = OUTCOME_ERROR;
	a->result.error_status = why->kind == ISO_ERR_USAGE ? 2 : 125;
	free(a->result.error);
	a->result.error = strdup(why->text);
	drop_soon(a);
}

static void on_deadline(void *arg);

int attempt_set_deadline(struct attempt *a, int64_t at_ns)
{
	a->deadline_ns = at_ns;
	if (a->deadline)
		return loop_set_timer(a->engine->loop, a->deadline, at_ns);
	return loop_add_timer(a->engine->loop, at_ns, on_deadline, a, &a->deadline);
}

/* Without a timer for pid 1 the end still comes, unless the kernel is stuck. */
void attempt_kill_now(struct attempt *a)
{
	a->ending = 2;
	sbx_kill(a->sbx);
	(void)attempt_set_deadline(a, time_now_ns() + INIT_GRACE_S * NSEC_PER_SEC);
}

/* The next step of an end by force. */
static void end_by_force(struct attempt *a)
{
	switch (a->ending++) {
	case 0:
		sbx_signal(a->sbx, SIGTERM);
		/* A stopped test would not hear it. */
		sbx_signal(a->sbx, SIGCONT);
		(void)attempt_set_deadline(a, time_now_ns() + a->rq.grace_ns);
		break;
	case 1:
		attempt_kill_now(a);
		break;
	default:
		sbx_kill_hard(a->sbx);
		break;
	}
}

static void on_deadline(void *arg)
{
	struct attempt *a = arg;

	if (!a->ending)
		a->timed_out = true;
	end_by_force(a);
}

static void on_total(void *arg)
{
	struct attempt *a = arg;

	loop_remove_timer(a->engine->loop, a->total);
	a->total = NULL;
	if (a->ending)
		return;
	a->timed_out = a->timed_out_total = true;
	end_by_force(a);
}

/* Memory now, for progress and history. */
static void on_sample(void *arg)
{
	struct attempt *a = arg;
	struct engine *e = a->engine;
	struct cg_held now = { .working_bytes = a->held_bytes };

	attempt_elastic_check(a);
	if (!cg_polls(e->cg)) {
		now = (struct cg_held){ 0 };
		(void)cg_sample(e->cg, a->cgroups.name, &now);
	}
	if (now.cache_bytes > a->cache_bytes)
		a->cache_bytes = now.cache_bytes;
	const uint64_t bytes = now.working_bytes;
	if (bytes > a->working_bytes)
		a->working_bytes = bytes;
	if (a->rq.sampled && bytes)
		a->rq.sampled(a, bytes, a->rq.arg);
	(void)loop_set_timer(e->loop, a->sampler, time_now_ns() + SAMPLE_NS);
}

static void tell_started(struct attempt *a)
{
	a->told_started = true;
	if (a->rq.started)
		a->rq.started(a, a->mem_bytes, a->waited_ns, a->rq.arg);
}

static void on_report(int fd, uint32_t events, void *arg);
static int watch_running(struct attempt *a, struct iso_err *err);

/* Watches what the sandbox is to be watched by now. */
static int watch_sandbox(struct attempt *a)
{
	struct loop *loop = a->engine->loop;

	loop_remove_fd(loop, a->report_watch);
	a->report_watch = NULL;
	return loop_add_fd(loop, sbx_poll_fd(a->sbx), EPOLLIN, on_report, a, &a->report_watch);
}

static void note_lost_output(struct attempt *a)
{
	struct iso_err why = ISO_ERR_INIT;

	iso_err_set(&why, ISO_ERR_HOST, terminal_error(a->terminal),
		    "write what the terminal showed");
	a->result.outcome = OUTCOME_ERROR;
	free(a->result.error);
	a->result.error = strdup(why.text);
}

/* Pid 1 was killed before it could, or had no success. */
static void remove_leaf(struct attempt *a)
{
	int r = a->cgroups.n_groups ? cg_remove_leaf(a->engine->cg, a->cgroups.name) : 0;

	if (r < 0)
		(void)result_add_degraded(&a->result, "removal of its cgroup", strerror(-r));
}

/* The sandbox has ended, and its output is out. */
static void conclude(struct attempt *a)
{
	attempt_settle(a, a->news);
	if (!a->bare)
		attempt_keep(a);
	attempt_clear_scratch(a);
	if (a->terminal && terminal_error(a->terminal))
		note_lost_output(a);
	if (!a->news->done || a->news->leaf_code)
		remove_leaf(a);
	attempt_drop(a);
}

static void on_drained(void *arg)
{
	struct attempt *a = arg;

	a->drained = true;
	terminal_leave(a->terminal);
	sbx_leave_terminal(a->sbx);
	if (a->news)
		conclude(a);
}

/* What it wrote on its own terminal may wait for a slow reader. */
static void drain(struct attempt *a)
{
	stop_timers(a);
	a->draining = true;
	if (terminal_finish(a->terminal, on_drained, a))
		on_drained(a);
}

/* The user namespace was made and turned out to be good for nothing. */
static void launch_bare(struct attempt *a, const struct iso_err *fault)
{
	const struct iso_err refused = *fault;
	struct iso_err why = ISO_ERR_INIT;

	loop_remove_fd(a->engine->loop, a->report_watch);
	a->report_watch = NULL;
	sbx_free(a->sbx);
	a->sbx = NULL;
	attempt_elastic_stop(a);
	int r = attempt_launch_bare(a, &refused, &why);
	if (r == 0)
		r = watch_sandbox(a);
	if (r == 0 && attempt_elastic_start(a) < 0)
		r = iso_err_set(&why, ISO_ERR_HOST, ENOMEM, "watch the test");
	if (r < 0)
		fail(a, &why);
}

/* Where no overlay can be mounted the test is launched once more, over a copy of
 * the tree; those after it at once. */
static bool launch_over_copy(struct attempt *a, const struct sbx_news *news)
{
	struct engine *e = a->engine;
	struct iso_err why = ISO_ERR_INIT;

	if (!news->faulty || !news->no_overlay || a->tree_copy || e->strict)
		return false;
	if (!e->no_overlay)
		e->no_overlay = strndup(news->fault.text, strcspn(news->fault.text, "\n"));
	if (!e->no_overlay)
		return false;
	stop_watching(a);
	sbx_free(a->sbx);
	a->sbx = NULL;
	int r = attempt_launch(a, &why);
	if (r == 0)
		r = watch_running(a, &why);
	if (r < 0)
		fail(a, &why);
	return true;
}

/* What is left is pid 1's own end, which takes the kernel as long as a small test
 * does: its mounts and its network go.  But not before it has told a fault. */
static bool may_part(const struct attempt *a, const struct sbx_news *news)
{
	return a->engine->reap_later && news->done && !news->faulty && !a->terminal && !a->disk &&
	       !a->bare && a->rq.spec->net != SPEC_NET_NAT;
}

static void on_report(int fd, uint32_t events, void *arg)
{
	struct attempt *a = arg;
	/* Its pid 1 goes when the terminal is left. */
	bool held = a->terminal && !a->drained;
	bool only_one = a->engine->first == a && !a->next;
	bool wait = only_one && !held && !a->engine->reap_later;
	const struct sbx_news *news = sbx_attend(a->sbx, a->engine->cg, wait);

	(void)events;
	if (news->ready && !a->told_ready) {
		a->told_ready = true;
		if (a->rq.ready)
			a->rq.ready(a, a->rq.arg);
	}
	if (news->started && !a->told_started)
		tell_started(a);
	if (a->terminal && !a->draining && (news->done || news->ended))
		drain(a);
	a->parted = !news->ended && may_part(a, news);
	if (!news->ended && !a->parted) {
		if (fd != sbx_poll_fd(a->sbx))
			(void)watch_sandbox(a);
		return;
	}
	/* A terminal is bound to the sandbox that it was made for. */
	if (!a->bare && !a->terminal) {
		if (launch_over_copy(a, news))
			return;
		if (news->refused) {
			launch_bare(a, &news->fault);
			return;
		}
	}
	a->news = news;
	if (a->terminal && !a->drained) {
		loop_remove_fd(a->engine->loop, a->report_watch);
		a->report_watch = NULL;
		return;
	}
	conclude(a);
}

static int watch_running(struct attempt *a, struct iso_err *err)
{
	struct loop *loop = a->engine->loop;
	int64_t now = a->launched_ns;
	int r = watch_sandbox(a);

	if (r == 0 && a->terminal)
		r = terminal_attend(a->terminal, a->sbx);
	if (r == 0 && a->rq.timeout_ns)
		r = attempt_set_deadline(a, now + a->rq.timeout_ns);
	if (r == 0 && a->rq.timeout_total_ns && !a->total)
		r = loop_add_timer(loop, now + a->rq.timeout_total_ns, on_total, a, &a->total);
	if (r == 0)
		r = attempt_elastic_start(a);
	if (r == 0 && a->rq.sample)
		r = loop_add_timer(loop, now + SAMPLE_NS / 10, on_sample, a, &a->sampler);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "watch the test") : 0;
}

static int give_up_limit(struct attempt *a, const char *what, const char *instead,
			 struct iso_err *err)
{
	const char *why = a->engine->prepared->place.why_none;
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (!why)
		why = "no cgroup can be used";
	if (a->engine->strict)
		return iso_err_set(err, ISO_ERR_HOST, 0, "--strict: no %s: %s", what, why);
	buf_addf(&b, "%s%s", instead, why);
	if (b.error || result_add_degraded(&a->result, what, buf_str(&b)) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "attempt");
	return 0;
}

/* The result says what a host without cgroups, or without the pids controller,
 * cannot limit. */
static int note_no_limit(struct attempt *a, struct iso_err *err)
{
	const struct cg_place *place = &a->engine->prepared->place;

	if (cg_version_of(a->engine->cg) == CG_NONE) {
		int r = give_up_limit(a, "memory limit", "it is polled, which is coarse: ",
				      err);
		if (r == 0 && a->rq.spec->pids)
			r = result_add_degraded(&a->result, "pids limit", "no cgroup");
		return r;
	}
	if (a->rq.spec->pids && !place->pids_dir)
		return give_up_limit(a, "pids limit", "", err);
	return 0;
}

static int note_amounts(struct attempt *a, struct iso_err *err)
{
	a->amounts = *ledger_amounts(a->claim);
	if (a->amounts.n && amounts_words(&a->amounts, true, &a->result.held) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "attempt");
	return 0;
}

static void launch(struct attempt *a)
{
	struct iso_err why = ISO_ERR_INIT;

	/* Who was let in at once has not waited, however busy the machine is. */
	a->waited_ns = a->claim_watch ? time_now_ns() - a->asked_ns : 0;
	loop_remove_fd(a->engine->loop, a->claim_watch);
	a->claim_watch = NULL;
	a->state = ATTEMPT_RUNNING;
	int r = note_no_limit(a, &why);
	if (r == 0)
		r = note_amounts(a, &why);
	if (r == 0)
		r = attempt_launch(a, &why);
	if (r == 0)
		r = watch_running(a, &why);
	if (r < 0)
		fail(a, &why);
}

static void on_claim(int fd, uint32_t events, void *arg)
{
	struct attempt *a = arg;
	struct iso_err why = ISO_ERR_INIT;
	int r = ledger_attend(a->claim, &why);

	(void)fd;
	(void)events;
	if (r < 0)
		fail(a, &why);
	else if (r > 0)
		launch(a);
}

static int fill_amounts(struct attempt *a, struct iso_err *err)
{
	struct engine *e = a->engine;
	const struct spec *spec = a->rq.spec;
	const struct amounts_wanted wanted = {
		.tokens = spec->tokens,
		.locks = spec->locks,
		.have = &e->tokens,
	};
	int r = 0;

	if (a->rq.amounts)
		a->amounts = *a->rq.amounts;
	else if (spec->tokens || spec->locks)
		r = amounts_fill(&wanted, &a->amounts, err);
	for (size_t i = 0; r == 0 && i < a->amounts.n; i++)
		a->amounts.list[i].scope = attempt_scope(a, a->amounts.list[i].scope);
	return r;
}

static int ask(struct attempt *a, unsigned flags, struct iso_err *err)
{
	struct engine *e = a->engine;
	struct budget budget;
	int r = engine_budget(e, &budget, err);

	if (r < 0)
		return r;
	a->budget_bytes = budget.bytes;
	a->demand_bytes = attempt_demand(a, budget.bytes);
	r = fill_amounts(a, err);
	if (r < 0)
		return r;
	/* Inside of a test that test's reservation pays, and its limit holds: to wait
	 * for the memory of others would be to wait for our own. */
	const struct ledger_request request = {
		.mem_bytes = e->nested ? 0 : a->demand_bytes,
		.budget_bytes = e->nested ? UINT64_MAX : budget.bytes,
		.alone = a->rq.alone && !e->nested,
		.may_rerun = a->rq.may_rerun,
		.title = a->rq.title,
		.amounts = &a->amounts,
	};
	return ledger_ask(e->ledger, &request, flags & ENGINE_NOWAIT ? LEDGER_NOWAIT : 0,
			  &a->claim, err);
}

int engine_start(struct engine *e, const struct attempt_request *request, unsigned flags,
		 struct attempt **ret, struct iso_err *err)
{
	struct attempt *a = calloc(1, sizeof(*a));

	if (!a)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "attempt");
	a->engine = e;
	a->rq = *request;
	a->asked_ns = time_now_ns();
	result_init(&a->result);
	int r = ask(a, flags, err);
	if (r < 0) {
		result_fini(&a->result);
		free(a);
		return r;
	}
	a->next = e->first;
	e->first = a;
	*ret = a;
	if (ledger_granted(a->claim)) {
		launch(a);
		return 0;
	}
	r = loop_add_fd(e->loop, ledger_poll_fd(a->claim), EPOLLIN, on_claim, a, &a->claim_watch);
	if (r < 0) {
		struct iso_err why = ISO_ERR_INIT;
		iso_err_set(&why, ISO_ERR_HOST, r, "watch the ledger");
		fail(a, &why);
	}
	return 0;
}

/* Nobody waits for a reader who is stuck; `ended` comes with the result. */
static void abandon_output(struct attempt *a)
{
	terminal_abandon(a->terminal);
	if (!a->drained && !a->deadline)
		(void)loop_add_timer(a->engine->loop, 0, on_drained, a, &a->deadline);
}

bool attempt_terminal_signal(struct attempt *a, int sig)
{
	if (!a->terminal || !a->draining)
		return a->terminal && terminal_signal(a->terminal, sig);
	if (sig == SIGHUP || sig == SIGINT || sig == SIGQUIT)
		abandon_output(a);
	return sig != SIGTERM;
}

void attempt_refuse(struct attempt *a, const struct iso_err *why)
{
	fail(a, why);
}

void attempt_signal(struct attempt *a, int sig)
{
	/* Before its exec the order waits in the pipe to pid 1. */
	if (a->sbx && !a->draining)
		sbx_signal(a->sbx, sig);
	else if (!a->draining || sig == SIGTERM || sig == SIGINT || sig == SIGHUP)
		attempt_kill(a);
}

void attempt_end(struct attempt *a)
{
	a->told_to_end = true;
	attempt_signal(a, SIGTERM);
}

void attempt_kill(struct attempt *a)
{
	struct iso_err why = ISO_ERR_INIT;

	if (a->draining) {
		abandon_output(a);
		return;
	}
	a->killed = true;
	if (a->sbx) {
		attempt_kill_now(a);
	} else if (a->state != ATTEMPT_ENDED) {
		iso_err_set(&why, ISO_ERR_HOST, 0, "ended while it waited for memory");
		fail(a, &why);
	}
}

const struct result *attempt_result(const struct attempt *a)
{
	return &a->result;
}

int attempt_pid(const struct attempt *a)
{
	return a->sbx ? (int)sbx_pid(a->sbx) : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.
 *
 * One process and one thread run the suite: all that happens is a callback of
 * the epoll loop, and every callback that frees or adds room ends in
 * runner_fill.  A test goes
 *
 *   waiting --engine_start--> asking --started--> running --ended--> judged
 *      ^                                                               |
 *      +----------- another attempt: more memory, or a retry ----------+
 *                                              or settled, for ever ---+
 *
 * Two gates admit an attempt.  plan_next decides by our own tests, the budget
 * and the order; the ledger, inside engine_start, by all isorun processes of
 * this user.  Only one attempt at a time waits at the ledger: the first that
 * plan_next chose while none did.  All others ask with ENGINE_NOWAIT and stay
 * with us when refused, so that a better choice can still be made later: when
 * it was refused for the sake of a token or lock, at once, of those that want
 * none of that.  An
 * attempt that waits at the ledger counts as running for the planner.  Who
 * was refused is tried again when anything of ours starts or ends; since one
 * of ours always waits then, its turn is such an event, and nothing polls.
 *
 * engine_start may call back before it returns (a program that does not
 * exist): run_test records do not move, `filling` keeps runner_fill from
 * entering itself, and no handle is kept of an attempt that is over.
 *
 * The end: runner_fill stops the loop when nothing is active, nothing may
 * start and nothing rests before a retry.  SIGINT, SIGTERM and SIGHUP set
 * `stopping`; tests get SIGTERM, after the grace time SIGKILL, and at once when a
 * second signal comes.  What then ends is no verdict but "not run", as is all
 * that still waited.  The last event is emitted in any case.
 *
 * Who dies first: tests before isorun.  When isorun itself is killed, the
 * init of each sandbox sees its lifeline close and ends its test (sandbox/). */
#include "suite/runner.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "base/time.h"
#include "cgroup/cgroup.h"
#include "planner/budget.h"
#include "planner/scene.h"
#include "suite/runner_state.h"

#define WAIT_TELL_NS (10 * NSEC_PER_SEC)
enum { DONE_IN_ORDER_MAX = 64 };

static void demand_all(struct runner *r)
{
	struct demand_rules rules = r->rules;

	for (size_t i = 0; i < r->n; i++) {
		const struct spec *spec = r->tests[i].spec;
		/* The first fault is told, once there is a run to tell it in. */
		struct iso_err *err = r->recall_fault.code ? NULL : &r->recall_fault;

		rules.mem_bytes = r->config->mem_bytes ? r->config->mem_bytes : spec->mem_bytes;
		rules.cpus_milli = spec->cpus_milli;
		rules.key = r->tests[i].history_key;
		r->items[i].first = i < r->config->n_first;
		history_key_of(r->tests[i].test, spec, r->config->history_key,
			       r->tests[i].history_key);
		(void)demand_choose(r->tests[i].test, &rules, &r->items[i].demand,
				    &r->items[i].expected_ns, err);
	}
}

static void choose_demands(struct runner *r)
{
	const struct run_config *c = r->config;
	r->grows = engine_cgroup_version(c->engine) != CG_NONE;
	r->rules = (struct demand_rules){
		.history = c->history,
		.suite = c->workspace_dir,
		.share_bytes = plan_start(plan_share(r->budget.bytes, c->jobs, r->limits.cpus),
					  r->grows),
		.budget_bytes = r->budget.bytes,
		.now_wall_ns = time_wall_ns(),
	};
	demand_all(r);
	r->limits.jobs = c->jobs ? c->jobs : plan_jobs(r->items, r->n, r->limits.cpus);
	plan_width_init(&r->width, r->limits.jobs, c->jobs > 0, r->limits.cpus);
}

static int open_files(struct runner *r, struct iso_err *err)
{
	r->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (r->null_fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "open '/dev/null'");
	r->dir_fd = open(r->config->run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->dir_fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "open run directory '%s'",
				   r->config->run_dir);
	return 0;
}

static int allocate(struct runner *r, struct iso_err *err)
{
	r->tests = calloc(r->n + 1, sizeof(*r->tests));
	r->items = calloc(r->n + 1, sizeof(*r->items));
	r->order = calloc(r->n + 1, sizeof(*r->order));
	r->siblings = demand_siblings_new();
	if (!r->tests || !r->items || !r->order || !r->siblings)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "run");
	for (size_t i = 0; i < r->n; i++) {
		const struct run_config *c = r->config;
		const struct test *t = c->suite->tests[i];

		r->tests[i] = (struct run_test){
			.run = r,
			.index = i,
			.test = t,
			.spec = t->profile && c->spec_of ? c->spec_of(t, c->spec_arg) : c->spec,
			.fds = { .out = -1, .err = -1, .read = -1 },
			.telling.file_fd = -1,
		};
		r->items[i].priority = t->priority;
	}
	return 0;
}

uint64_t suite_lock_scope(const char *workspace_dir)
{
	struct stat st;

	if (stat(workspace_dir, &st) < 0)
		return amount_scope(0, workspace_dir, strlen(workspace_dir));
	const uint64_t id[] = { st.st_dev, st.st_ino };
	return amount_scope(0, id, sizeof(id));
}

static int runner_init(struct runner *r, const struct run_config *config, struct iso_err *err)
{
	*r = (struct runner){
		.config = config,
		.n = config->suite->n_tests,
		.null_fd = -1,
		.dir_fd = -1,
		.order_stale = true,
		.start_ns = time_now_ns(),
		.own.cpu_start_ns = run_own_cpu_ns(),
	};
	int rc = engine_budget(config->engine, &r->budget, err);

	if (rc == 0)
		rc = open_files(r, err);
	if (rc == 0)
		rc = allocate(r, err);
	if (rc < 0)
		return rc;
	r->limits.cpus = cg_count_cpus();
	r->limits.budget_bytes = r->budget.bytes;
	r->limits.tokens = config->tokens;
	r->lock_scope = suite_lock_scope(config->workspace_dir);
	choose_demands(r);
	r->slots = calloc(r->width.most, sizeof(*r->slots));
	rc = r->slots ? run_families_make(r) : -ENOMEM;
	if (rc == 0)
		rc = run_chunks_make(r);
	if (rc < 0)
		return iso_err_set(err, ISO_ERR_HOST, rc, "run");
	return run_links_make(r, err);
}

static void runner_fini(struct runner *r)
{
	for (size_t i = 0; r->tests && i < r->n; i++)
		run_test_fini(&r->tests[i]);
	if (r->kill_timer)
		loop_remove_timer(r->config->loop, r->kill_timer);
	if (r->wait_timer)
		loop_remove_timer(r->config->loop, r->wait_timer);
	if (r->width_timer)
		loop_remove_timer(r->config->loop, r->width_timer);
	if (r->rest_timer)
		loop_remove_timer(r->config->loop, r->rest_timer);
	if (r->output_timer)
		loop_remove_timer(r->config->loop, r->output_timer);
	demand_siblings_free(r->siblings);
	run_links_fini(r);
	run_fork_fini(r);
	free(r->families);
	run_chunks_fini(r);
	free(r->tests);
	free(r->items);
	free(r->order);
	free(r->slots);
	cleanup_close(&r->null_fd);
	cleanup_close(&r->dir_fd);
}

/* So that a look at the order does not grow with what is over. */
static void drop_done(struct runner *r)
{
	size_t k = 0;

	for (size_t i = 0; i < r->n_order; i++)
		if (r->items[r->order[i]].state != PLAN_DONE)
			r->order[k++] = r->order[i];
	r->n_order = k;
	r->n_done_in_order = 0;
}

static void renew_order(struct runner *r)
{
	r->n_order = plan_sort(r->items, r->n, &r->limits, r->config->order, r->config->seed,
			       r->order);
	r->n_done_in_order = 0;
	r->order_stale = false;
}

static size_t choose_next(struct runner *r)
{
	if (r->order_stale)
		renew_order(r);
	else if (r->n_done_in_order >= DONE_IN_ORDER_MAX)
		drop_done(r);
	return plan_next(r->items, r->order, r->n_order, r->n_active, &r->limits, time_now_ns());
}

static uint64_t left_bytes(const struct runner *r)
{
	uint64_t left = r->limits.budget_bytes;

	for (unsigned i = 0; i < r->limits.jobs; i++)
		if (r->slots[i])
			left -= r->slots[i]->reserved_bytes < left
					? r->slots[i]->reserved_bytes : left;
	return left;
}

/* Where nobody fits the first in line may begin with what is left, if it was never seen
 * to hold more: the margin is for what was not seen, and a limit that can grow needs it
 * only then.  Without that three of 600 MiB never run at once in 2 GiB. */
static size_t choose_squeezed(struct runner *r)
{
	size_t k = 0;

	while (k < r->n_order && r->items[r->order[k]].state != PLAN_WAITING)
		k++;
	if (!r->grows || !r->n_active || k == r->n_order)
		return SIZE_MAX;
	const size_t head = r->order[k];
	struct demand *d = &r->items[head].demand;
	const bool learned = d->mem_origin == DEMAND_SIBLING || d->mem_origin == DEMAND_HISTORY;
	const uint64_t full = d->mem_bytes;
	const uint64_t left = left_bytes(r);

	if (!learned || !r->tests[head].family->known || left >= full ||
	    left < predict_unpadded(full))
		return SIZE_MAX;
	d->mem_bytes = left;
	if (plan_next(r->items, r->order, r->n_order, r->n_active, &r->limits, time_now_ns()) ==
	    head) {
		r->tests[head].full_bytes = full;
		return head;
	}
	d->mem_bytes = full;
	return SIZE_MAX;
}

/* Only other isorun processes can be what a run waits for of which nothing runs. */
static struct attempt *waits_for_others(const struct runner *r)
{
	for (size_t i = 0; r->n_active && r->n_active == r->n_waiting && i < r->n; i++)
		if (r->tests[i].active && r->tests[i].handle)
			return r->tests[i].handle;
	return NULL;
}

static void watch_waiting(struct runner *r);

static void on_wait_timer(void *arg)
{
	struct runner *r = arg;
	struct attempt *a = waits_for_others(r);
	char text[ATTEMPT_WAIT_TEXT];

	loop_remove_timer(r->config->loop, r->wait_timer);
	r->wait_timer = NULL;
	if (a && !r->stopping && attempt_waits_for(a, text)) {
		r->wait_told_ns = time_now_ns();
		emit_warning(r, text);
	}
	watch_waiting(r);
}

/* The first word after a second, the next ones after ten each. */
static void watch_waiting(struct runner *r)
{
	int64_t at_ns = time_now_ns() + NSEC_PER_SEC;

	if (r->wait_timer || r->stopping || !waits_for_others(r))
		return;
	if (r->wait_told_ns && at_ns < r->wait_told_ns + WAIT_TELL_NS)
		at_ns = r->wait_told_ns + WAIT_TELL_NS;
	if (loop_add_timer(r->config->loop, at_ns, on_wait_timer, r, &r->wait_timer) < 0)
		r->wait_timer = NULL; /* only a word less */
}

static bool wants_names(const struct demand *d)
{
	return d->tokens || d->locks || d->shared_locks;
}

/* Others hold what `refused` wants by name, or stand before it.  It and those that want any
 * of the same are not asked for again now; who wants none of it may well start. */
static size_t bar(struct runner *r, size_t refused)
{
	const struct plan_item *like = &r->items[refused];
	size_t n = 0;

	for (size_t k = 0; k < r->n_order; k++) {
		struct plan_item *item = &r->items[r->order[k]];

		if (item->state != PLAN_WAITING || (item != like && !plan_want_same(item, like)))
			continue;
		item->state = PLAN_BARRED;
		n++;
	}
	return n;
}

static void lift_bars(struct runner *r)
{
	for (size_t k = 0; k < r->n_order; k++)
		if (r->items[r->order[k]].state == PLAN_BARRED)
			r->items[r->order[k]].state = PLAN_WAITING;
}

void runner_fill(struct runner *r)
{
	size_t barred = 0;

	if (r->filling)
		return;
	r->filling = true;
	if (r->n_held)
		run_families_let_go(r);
	while (!r->stopping && r->n_active < r->limits.jobs) {
		size_t i = choose_next(r);

		if (i != SIZE_MAX && run_family_holds(&r->tests[i]))
			continue;
		if (i == SIZE_MAX)
			i = choose_squeezed(r);
		if (i == SIZE_MAX)
			break;
		if (run_test_lacks_file(&r->tests[i]))
			continue;
		if (run_test_start(&r->tests[i]) != -EAGAIN)
			continue;
		if (!wants_names(&r->items[i].demand))
			break;
		barred += bar(r, i);
	}
	if (barred)
		lift_bars(r);
	r->filling = false;
	watch_waiting(r);
	if (r->looping && r->n_active == 0 && (r->stopping || !r->n_resting))
		loop_stop(r->config->loop);
}

void runner_settled(struct runner *r, enum outcome outcome)
{
	r->summary.counts[outcome]++;
	if (outcome_is_good(outcome) || outcome == OUTCOME_NOT_RUN)
		return;
	r->n_bad++;
	if (r->config->max_failures && r->n_bad >= r->config->max_failures)
		r->stopping = true;
	if (r->config->repeat.until_fail)
		r->stopping = true;
}

static void kill_all(void *arg)
{
	struct runner *r = arg;

	for (size_t i = 0; i < r->n; i++) {
		if (r->tests[i].active)
			attempt_kill(r->tests[i].handle);
	}
}

void runner_interrupt(struct runner *r, int signal)
{
	const int64_t at_ns = time_now_ns() + r->config->kill_grace_ns;

	r->stopping = true;
	r->summary.interrupted_by = signal;
	emit_interrupted(r, signal);
	for (size_t i = 0; i < r->n; i++) {
		if (r->tests[i].active)
			run_test_interrupt(&r->tests[i]);
	}
	/* Without a timer nobody would end those that ignore TERM. */
	if (loop_add_timer(r->config->loop, at_ns, kill_all, r, &r->kill_timer) < 0)
		kill_all(r);
	runner_fill(r); /* nobody may be left whose end would do it */
}

static void on_signal(const struct signalfd_siginfo *info, void *arg)
{
	struct runner *r = arg;

	if (r->summary.interrupted_by)
		kill_all(r);
	else
		runner_interrupt(r, (int)info->ssi_signo);
}

static int take_signals(struct runner *r, struct iso_err *err)
{
	sigset_t set;
	sigset_t old;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	int rc = loop_take_signals(r->config->loop, &set, on_signal, r, &old);

	return rc < 0 ? iso_err_set(err, ISO_ERR_HOST, rc, "take signals") : 0;
}

static void announce(struct runner *r)
{
	int64_t expected_ns = 0;

	for (size_t i = 0; i < r->n; i++)
		expected_ns += r->items[i].expected_ns;
	emit_run_started(r, expected_ns);
	for (char *const *note = r->config->notes; note && *note; note++)
		emit_warning(r, *note);
	runner_recall_failed(r);
	for (size_t i = 0; i < r->n; i++)
		emit_planned(&r->tests[i]);
}

/* Whoever's turn did not come. */
static void give_up_rest(struct runner *r)
{
	char why[64] = "the run ended early";
	char name[16];

	if (r->summary.interrupted_by)
		(void)snprintf(why, sizeof(why), "the run was ended by %s",
			       proc_signal_name(r->summary.interrupted_by, name));
	else if (r->stopping)
		(void)snprintf(why, sizeof(why), "the run ended after %u failures", r->n_bad);
	r->stopping = true;
	for (size_t i = 0; i < r->n; i++) {
		if (!r->tests[i].settled && !r->tests[i].active)
			run_test_give_up(&r->tests[i], why);
	}
}

/* A loop that fails (no descriptor for a timer) gets one more chance, to hear
 * of the end of what it cannot watch over any longer.  If even that is lost we
 * die, and each sandbox's init ends its test. */
static int wait_for_all(struct runner *r)
{
	int rc = 0;

	r->looping = true;
	if (r->n_active || r->n_resting)
		rc = loop_run(r->config->loop);
	if (r->n_active) {
		r->stopping = true;
		kill_all(r);
	}
	if (r->n_active)
		(void)loop_run(r->config->loop);
	r->looping = false;
	assert(r->n_active == 0);
	return rc;
}

static int run(struct runner *r, struct iso_err *err)
{
	int rc = take_signals(r, err);

	if (rc < 0)
		return rc;
	rc = run_output_watch(r);
	if (rc < 0)
		return iso_err_set(err, ISO_ERR_HOST, rc, "watch outputs");
	rc = run_width_watch(r);
	if (rc < 0)
		return iso_err_set(err, ISO_ERR_HOST, rc, "watch the machine");
	rc = run_fork_open(r);
	if (rc < 0)
		return iso_err_set(err, ISO_ERR_HOST, rc, "watch the fork server");
	announce(r);
	for (size_t i = 0; i < r->n; i++)
		(void)run_test_is_idle(&r->tests[i]);
	runner_fill(r);
	rc = wait_for_all(r);
	give_up_rest(r);
	run_chunks_remember(r);
	runner_remember_rest(r);
	emit_run_finished(r);
	return rc < 0 ? iso_err_set(err, ISO_ERR_HOST, rc, "wait for tests") : 0;
}

void suite_spec_defaults(struct spec *spec)
{
	if (!spec->workspace_set)
		spec->workspace = SPEC_TREE_OVERLAY;
}

int suite_run(const struct run_config *config, struct run_summary *ret, struct iso_err *err)
{
	struct runner r;
	int rc = runner_init(&r, config, err);

	if (rc == 0)
		rc = run(&r, err);
	if (rc == 0)
		*ret = r.summary;
	runner_fini(&r);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  Tests of a program that the history knows as short and good may
 * share a launch: whoever of them is to start gathers others that wait, see
 * suite/chunk.h, and its attempt stands for all.  For the planner they are PLAN_CARRIED
 * until it ends: what it has reserved is for them, too.
 *
 * Of a program only the end tells how each came out and how long it took, and of a fork
 * server that all of them did.  So what the sinks hear is heard then, each start and end
 * with the time that it had: one after the other in the slot of the attempt, what was taken
 * beside them shared among them.  Just the first is told of at the start, so that there is
 * something to see.
 *
 * What is not good in every respect is nobody's fault yet.  The attempt is "not run"
 * then, of the first alone and no failure, and each of them waits again, to be launched by
 * itself. */
#include "suite/runner_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"

static bool may_share(const struct run_test *t)
{
	const struct plan_item *item = &t->run->items[t->index];

	return chunk_may_hold(t->test) && (t->test->server || run_cases_tells(t)) && !item->first &&
	       item->expected_ns > 0 && runner_recalls_good(t);
}

/* Repetitions are there to find what goes wrong now and then: each is launched by itself,
 * or a failure in company would be run again and not be seen. */
static bool any_may_share(const struct runner *r)
{
	if (r->config->repeat.times > 1 || r->config->repeat.until_fail)
		return false;
	for (size_t i = 0; i < r->n; i++)
		if (r->tests[i].test->shares_launch)
			return true;
	return false;
}

int run_chunks_make(struct runner *r)
{
	_cleanup_strv_ char **keys = calloc(r->n + 1, sizeof(*keys));
	_cleanup_free_ size_t *first = calloc(r->n + 1, sizeof(*first));

	if (!keys || !first)
		return -ENOMEM;
	if (!any_may_share(r))
		return 0;
	r->chunk_marks = calloc(r->n + 1, sizeof(*r->chunk_marks));
	for (size_t i = 0; i < r->n; i++) {
		struct buf b = BUF_INIT;

		chunk_add_key(r->tests[i].test, &b);
		if (!r->chunk_marks || buf_finish(&b, &keys[i]) < 0)
			return -ENOMEM;
	}
	if (str_first_equal((const char *const *)keys, r->n, first) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r->n; i++) {
		r->work_ns += r->items[i].expected_ns;
		r->chunk_marks[i] = (struct chunk_mark){
			.group = may_share(&r->tests[i]) ? first[i] : SIZE_MAX,
			.name_bytes = strlen(r->tests[i].test->id),
		};
	}
	return 0;
}

/* What is reserved is for one test of that size; others are as large only where there is
 * room for that. */
static uint64_t room_bytes(const struct runner *r, const struct plan_item *item)
{
	uint64_t held = 0;

	for (unsigned i = 0; i < r->width.most; i++)
		held += r->slots[i] ? r->slots[i]->reserved_bytes : 0;
	return held + item->demand.mem_bytes < r->limits.budget_bytes
		       ? r->limits.budget_bytes - held : item->demand.mem_bytes;
}

static int by_index(const void *va, const void *vb)
{
	const size_t a = *(const size_t *)va;
	const size_t b = *(const size_t *)vb;

	return a < b ? -1 : a > b;
}

static void chunk_free(struct run_chunk *c)
{
	if (!c)
		return;
	free(c->members);
	free(c->tests);
	free(c->found);
	free(c);
}

static struct run_chunk *chunk_new(struct runner *r, const size_t *indexes, size_t n)
{
	struct run_chunk *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->members = calloc(n, sizeof(*c->members));
	c->tests = calloc(n, sizeof(*c->tests));
	c->found = calloc(n, sizeof(*c->found));
	c->n = n;
	if (!c->members || !c->tests || !c->found) {
		chunk_free(c);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		c->members[i] = &r->tests[indexes[i]];
		c->tests[i] = r->tests[indexes[i]].test;
	}
	return c;
}

static void carry(struct run_test *t)
{
	struct runner *r = t->run;
	struct run_chunk *c = t->chunk;
	struct plan_item *own = &r->items[t->index];

	c->lone = own->demand;
	c->lone_ns = own->expected_ns;
	for (size_t i = 0; i < c->n; i++) {
		c->members[i]->carrier = t;
		c->members[i]->found = &c->found[i];
	}
	for (size_t i = 1; i < c->n; i++) {
		struct plan_item *item = &r->items[c->members[i]->index];

		item->state = PLAN_CARRIED;
		own->expected_ns += item->expected_ns;
		if (item->demand.mem_bytes > own->demand.mem_bytes)
			own->demand.mem_bytes = item->demand.mem_bytes;
	}
	r->n_carried += c->n - 1;
}

void run_chunk_gather(struct run_test *t)
{
	struct runner *r = t->run;
	const struct plan_item *item = &r->items[t->index];
	size_t indexes[CHUNK_MOST];
	size_t at = 0;

	if (!r->chunk_marks || r->chunk_marks[t->index].group == SIZE_MAX || t->full_bytes ||
	    (t->test->server && !run_fork_serves_chunks(t)))
		return;
	while (at < r->n_order && r->order[at] != t->index)
		at++;
	if (at == r->n_order)
		return;
	const struct chunk_rules rules = {
		.wall_ns = chunk_wall_ns(run_own_launch_ns(r), r->work_ns, r->limits.jobs),
		.mem_bytes = room_bytes(r, item),
		.adjacent = r->config->order == PLAN_LISTED,
	};
	const size_t n = chunk_gather(r->items, r->chunk_marks, r->order, r->n_order, at, &rules,
				      indexes);
	if (n < 2)
		return;
	qsort(indexes + 1, n - 1, sizeof(*indexes), by_index);
	t->chunk = chunk_new(r, indexes, n);
	if (t->chunk) /* without memory it is launched by itself */
		carry(t);
}

/* Its members wait again. */
static struct run_chunk *release(struct run_test *t)
{
	struct runner *r = t->run;
	struct run_chunk *c = t->chunk;

	if (!c)
		return NULL;
	r->items[t->index].demand = c->lone;
	r->items[t->index].expected_ns = c->lone_ns;
	for (size_t i = 0; i < c->n; i++) {
		c->members[i]->carrier = NULL;
		c->members[i]->found = NULL;
	}
	for (size_t i = 1; i < c->n; i++)
		r->items[c->members[i]->index].state = PLAN_WAITING;
	r->n_carried -= c->n - 1;
	t->chunk = NULL;
	return c;
}

void run_chunk_dissolve(struct run_test *t)
{
	chunk_free(release(t));
}

void run_chunk_tell(struct run_test *member, const struct case_told *told)
{
	struct case_told at_most = *told;

	if (!member->carrier)
		return;
	const int64_t since_ns = time_now_ns() - member->carrier->begun_ns;
	if (at_most.wall_ns < 0 || at_most.wall_ns > since_ns)
		at_most.wall_ns = since_ns;
	case_found_note(member->found, &at_most);
}

/* Told of twice: one of both is what a test printed. */
static bool came_out_well(const struct case_found *f)
{
	return f->found && !f->again && f->outcome != OUTCOME_FAILED;
}

static bool all_came_out_well(const struct run_chunk *c, const struct result *res,
			      const struct judgement *j)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += came_out_well(&c->found[i]);
	return n == c->n && (j->outcome == OUTCOME_PASSED || j->outcome == OUTCOME_SKIPPED) &&
	       !res->oom && !res->host_oom && !res->error && !res->n_leftovers;
}

/* What cannot be said of one test: the lists stay with `res`. */
static void leave_out(struct result *shallow)
{
	shallow->leftovers = NULL;
	shallow->written = shallow->deleted = shallow->kept = NULL;
	shallow->refusals = NULL;
	shallow->n_leftovers = shallow->n_written = shallow->n_deleted = shallow->n_kept = 0;
	shallow->n_refusals = 0;
	shallow->n_refused = 0;
}

/* Of the attempt what is the member's alone, or nobody's: that is the first's. */
static struct result part_of(const struct result *res, int64_t wall_ns, bool first)
{
	struct result part = *res; /* shallow */
	const int64_t all_ns = res->usage.wall_ns - res->usage.paused_ns;
	const double share = all_ns > 0 ? (double)wall_ns / (double)all_ns : 0;

	part.usage.wall_ns = wall_ns;
	part.usage.paused_ns = 0;
	part.usage.pauses = 0;
	part.usage.user_ns = (int64_t)((double)res->usage.user_ns * share);
	part.usage.system_ns = (int64_t)((double)res->usage.system_ns * share);
	if (first)
		return part;
	part.usage.waited_ns = 0;
	leave_out(&part);
	return part;
}

/* What the program took beside its cases, for each of them. */
static int64_t beside_ns(const struct run_chunk *c, int64_t wall_ns)
{
	int64_t sum_ns = 0;

	for (size_t i = 0; i < c->n; i++)
		sum_ns += c->found[i].wall_ns;
	return sum_ns < wall_ns ? (wall_ns - sum_ns) / (int64_t)c->n : 0;
}

static void conclude_member(struct run_test *m, const struct case_found *f,
			    const struct result *res, uint64_t cut_bytes)
{
	struct judgement j = { .outcome = f->outcome };

	(void)snprintf(j.detail, sizeof(j.detail), "%s", f->why);
	run_test_conclude(m, res, &j, cut_bytes);
}

/* As if it had run by itself just now, in the place of the one that was launched. */
static void take_place(struct run_test *m, const struct run_test *of, const char *output)
{
	m->slot = of->slot;
	m->reserved_bytes = of->reserved_bytes;
	free(m->output);
	m->output = output ? strdup(output) : NULL;
	emit_started(m, 0);
}

static void conclude_all(struct run_test *t, const struct run_chunk *c, const struct result *res,
			 uint64_t cut_bytes)
{
	struct runner *r = t->run;
	_cleanup_free_ char *output = t->output ? strdup(t->output) : NULL;
	const int64_t each_ns = beside_ns(c, res->usage.wall_ns - res->usage.paused_ns);
	const int64_t end_ns = time_now_ns();

	r->told_ns = r->items[t->index].started_ns;
	for (size_t i = 0; i < c->n; i++) {
		const int64_t wall_ns = c->found[i].wall_ns + each_ns;
		const struct result part = part_of(res, wall_ns, i == 0);

		if (i > 0)
			take_place(c->members[i], t, output);
		r->told_ns += wall_ns;
		if (r->told_ns > end_ns)
			r->told_ns = end_ns;
		conclude_member(c->members[i], &c->found[i], &part, cut_bytes);
	}
	r->told_ns = 0;
}

/* It came out well by itself, too, and left nothing. */
static bool is_clean(const struct run_test *t)
{
	return t->settled && outcome_is_good(t->outcome) && !t->leaves;
}

/* Who broke it is known once each has run by itself.  Where none is to blame it is their
 * company that does not agree: whoever was not told to be good, or all where it was none
 * of them, are kept apart from others for a time. */
static void remember_suspects(const struct run_chunk *c)
{
	size_t n_good = 0;
	size_t n_clean = 0;

	for (size_t i = 0; i < c->n; i++) {
		n_good += came_out_well(&c->found[i]);
		n_clean += is_clean(c->members[i]);
	}
	for (size_t i = 0; n_clean == c->n && i < c->n; i++)
		if (n_good == c->n || !came_out_well(&c->found[i]))
			runner_remember_broken(c->members[i]);
}

void run_chunks_remember(struct runner *r)
{
	for (const struct run_chunk *c = r->broken; c; c = c->next)
		remember_suspects(c);
	for (size_t i = 0; r->chunk_marks && i < r->n; i++)
		if (r->tests[i].leaves && r->tests[i].test->shares_launch)
			runner_remember_broken(&r->tests[i]);
}

void run_chunks_fini(struct runner *r)
{
	for (struct run_chunk *c = r->broken, *next; c; c = next) {
		next = c->next;
		chunk_free(c);
	}
	free(r->chunk_marks);
}

static void break_up(struct run_test *t, struct run_chunk *c, const struct result *res,
		     const struct judgement *j, uint64_t cut_bytes)
{
	struct runner *r = t->run;
	struct result nothing = *res; /* shallow */
	char why[JUDGE_DETAIL_MAX];

	nothing.outcome = OUTCOME_NOT_RUN;
	leave_out(&nothing);
	(void)snprintf(why, sizeof(why), "%zu tests in one launch: %.300s", c->n,
		       j->detail[0] ? j->detail : "something of it was left");
	t->log.attempts++;
	emit_finished(t, &nothing, cut_bytes, !r->stopping, why);
	(void)snprintf(t->reason, sizeof(t->reason), "by itself, after %zu tests in one launch",
		       c->n);
	for (size_t i = 0; i < c->n; i++)
		r->chunk_marks[c->members[i]->index].group = SIZE_MAX;
	c->next = r->broken;
	r->broken = c;
}

void run_chunk_conclude(struct run_test *t, const struct result *res, const struct judgement *j,
			uint64_t cut_bytes)
{
	struct run_chunk *c = release(t);

	if (!all_came_out_well(c, res, j)) {
		break_up(t, c, res, j, cut_bytes);
		return;
	}
	conclude_all(t, c, res, cut_bytes);
	chunk_free(c);
}

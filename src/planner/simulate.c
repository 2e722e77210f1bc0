/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  Two clocks: `now_ns` is the time on the wall, `work_ns`
 * how far a test has come that ran from the beginning.  Work goes at the speed
 * of the wall, or slower by the factor by which the cpus are wanted too often;
 * since that factor is everybody's, a test that starts knows at which work it
 * will end or be at its limit, and the next to do so is the top of a heap.  One
 * that stands at its limit is in no heap.
 *
 * A million tests must take seconds, so nothing here looks at all that wait or
 * at all that are done: the head is where it was or later, who may pass it is
 * found by planner/index, and what runs is kept in the order in which the
 * planner thinks that it ends.  A unit test compares each decision with that of
 * plan_next. */
#include "planner/simulate.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "planner/grow.h"
#include "planner/holders.h"
#include "planner/index.h"
#include "planner/predict.h"
#include "planner/scene.h"
#include "planner/width.h"

enum { FAMILY_SAMPLES = 64, UNKNOWN_CPUS_MILLI = 1000 };

/* Or its limit. */
struct end {
	int64_t work_ns;
	size_t span;
};

/* What tests of one program have taught so far. */
struct family {
	struct predict_sample samples[FAMILY_SAMPLES];
	size_t n;            /* ever seen: the oldest is replaced */
	uint64_t told_bytes;
};

struct sim {
	const struct plan_sim_test *tests;
	const struct plan_sim_options *options;
	size_t n;
	struct plan_item *items;
	unsigned char *tries;        /* that ran out of memory */
	bool *paused;                /* counted as one that stands for a time */
	size_t *order;
	size_t n_order;
	size_t head;                 /* none before it in the order waits */
	bool stale;                  /* sort anew before the next decision */
	struct plan_index *index;    /* made when a head must wait first */
	struct plan_scene scene;
	struct plan_running *running; /* what the scene shows */
	size_t cap;
	struct end *ends;            /* a heap of those that do not stand */
	size_t n_ends;
	struct plan_holders holders;
	int64_t work_ns;
	uint64_t wanted_milli;       /* cpus, of all that do not stand */
	struct family **families;
	bool *learns;                /* a family with tests that may learn, or ask for more */
	struct schedule *schedule;
	size_t spans_cap;
	size_t n_done;
	uint32_t *awaited;           /* how many each still waits for; NULL: nobody for anybody */
	struct plan_limits limits;   /* jobs: those of the moment */
	struct plan_width width;
	int64_t look_ns;             /* when the width is looked at next */
};

static void end_swap(struct end *a, struct end *b)
{
	const struct end kept = *a;
	*a = *b;
	*b = kept;
}

/* Ends at the same work come in the order of their starts. */
static bool end_before(const struct end *a, const struct end *b)
{
	return a->work_ns != b->work_ns ? a->work_ns < b->work_ns : a->span < b->span;
}

static void heap_push(struct sim *s, struct end e)
{
	struct end *heap = s->ends;
	size_t i = s->n_ends++;
	heap[i] = e;
	for (; i > 0 && end_before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		end_swap(&heap[i], &heap[(i - 1) / 2]);
}

/* The top goes. */
static void heap_pop(struct sim *s)
{
	struct end *heap = s->ends;
	const size_t n = --s->n_ends;
	heap[0] = heap[n];
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
			if (end_before(&heap[child], &heap[least]))
				least = child;
		if (least == i)
			return;
		end_swap(&heap[i], &heap[least]);
		i = least;
	}
}

/* Where it stands, or would: what runs is sorted by thought ends. */
static size_t running_place(const struct sim *s, const struct plan_running *r)
{
	size_t low = 0;
	size_t high = s->scene.n;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (plan_by_end(&s->running[middle], r) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void running_insert(struct sim *s, const struct plan_item *item)
{
	const struct plan_running r = { item, plan_end_of(item, s->scene.now_ns) };
	const size_t at = running_place(s, &r);
	memmove(&s->running[at + 1], &s->running[at], (s->scene.n - at) * sizeof(r));
	s->running[at] = r;
	s->scene.n++;
}

static void running_delete(struct sim *s, const struct plan_item *item)
{
	size_t at = 0;
	while (s->running[at].item != item)
		at++;
	s->scene.n--;
	memmove(&s->running[at], &s->running[at + 1], (s->scene.n - at) * sizeof(s->running[0]));
}

/* Who has outrun what was expected is thought to end after all others. */
static void running_refresh(struct sim *s)
{
	while (s->scene.n && s->running[0].end_ns <= s->scene.now_ns) {
		const struct plan_item *item = s->running[0].item;
		running_delete(s, item);
		running_insert(s, item);
	}
}

static int room_for_one(struct sim *s)
{
	if (s->scene.n + 2 > s->cap) {
		const size_t cap = s->cap ? 2 * s->cap : 64;
		struct plan_running *running = reallocarray(s->running, cap, sizeof(*running));
		if (!running)
			return -ENOMEM;
		s->scene.running = s->running = running;
		struct end *ends = reallocarray(s->ends, cap, sizeof(*ends));
		if (!ends)
			return -ENOMEM;
		s->ends = ends;
		s->cap = cap;
	}
	if (s->schedule->n == s->spans_cap) {
		const size_t cap = s->spans_cap + s->spans_cap / 2 + s->n + 1;
		struct schedule_span *spans =
			reallocarray(s->schedule->spans, cap, sizeof(*spans));
		if (!spans)
			return -ENOMEM;
		s->schedule->spans = spans;
		s->spans_cap = cap;
	}
	return 0;
}

/* How far it comes with that much memory. */
static int64_t work_with(const struct sim *s, const struct plan_sim_test *t, uint64_t mem_bytes)
{
	const int64_t wall_ns = t->wall_ns > 0 ? t->wall_ns : 1;
	if (t->mem_bytes <= mem_bytes)
		return s->options->own_ns + wall_ns;
	const double part = (double)mem_bytes / (double)t->mem_bytes;
	const int64_t ns = (int64_t)((double)wall_ns * part);
	return s->options->own_ns + (ns > 0 ? ns : 1);
}

/* Its own use of the cpus and isorun's, as a mean over the attempt. */
static uint32_t cpus_of(const struct sim *s, const struct plan_sim_test *t)
{
	const uint32_t milli = t->item.demand.cpus_milli ? t->item.demand.cpus_milli
							 : UNKNOWN_CPUS_MILLI;
	const double wall_ns = t->wall_ns > 0 ? (double)t->wall_ns : 1.0;
	const double all_ns = wall_ns + (double)s->options->own_ns;
	const double mean =
		(milli * wall_ns + 1000.0 * (double)s->options->own_cpu_ns) / all_ns + 0.5;
	return mean >= 1.0 ? (uint32_t)mean : 1;
}

static int start(struct sim *s, size_t at)
{
	const size_t i = s->order[at];
	struct plan_item *item = &s->items[i];
	const uint64_t mem_bytes = plan_mem_of(item, &s->limits);
	if (room_for_one(s) < 0 || holders_add(&s->holders, s->schedule->n, mem_bytes,
					       s->limits.budget_bytes) < 0)
		return -ENOMEM;
	struct schedule_span *span = &s->schedule->spans[s->schedule->n];
	*span = (struct schedule_span){
		.test = i,
		.start_ns = s->scene.now_ns,
		.mem_bytes = mem_bytes,
		.cpus_milli = cpus_of(s, &s->tests[i]),
	};
	const int64_t ns = work_with(s, &s->tests[i], mem_bytes);
	heap_push(s, (struct end){ s->work_ns + ns, s->schedule->n++ });
	item->state = PLAN_RUNNING;
	item->started_ns = s->scene.now_ns;
	plan_load_add(&s->scene.load, item, &s->limits);
	s->wanted_milli += span->cpus_milli;
	running_insert(s, item);
	if (s->index)
		plan_index_remove(s->index, at);
	return 0;
}

static void sort(struct sim *s)
{
	const struct plan_sim_options *o = s->options;
	plan_index_free(s->index);
	s->index = NULL;
	s->n_order = plan_sort(s->items, s->n, &o->limits, o->order, o->seed, s->order);
	s->head = 0;
	s->stale = false;
}

/* Where in the order the one is that plan_next would name; SIZE_MAX: none may. */
static int choose(struct sim *s, size_t *ret)
{
	*ret = SIZE_MAX;
	if (s->holders.standing)
		return 0; /* growth comes first */
	if (s->stale)
		sort(s);
	while (s->head < s->n_order && s->items[s->order[s->head]].state != PLAN_WAITING)
		s->head++;
	if (s->head == s->n_order)
		return 0;
	const struct plan_item *head = &s->items[s->order[s->head]];
	running_refresh(s);
	if (plan_may_join(&s->scene, head)) {
		*ret = s->head;
		return 0;
	}
	if (s->scene.load.closed > 0 || s->scene.load.jobs >= s->limits.jobs)
		return 0;
	if (!s->index)
		s->index = plan_index_new(s->items, s->order, s->n_order, &s->limits);
	if (!s->index)
		return -ENOMEM;
	*ret = plan_index_find(s->index, &s->scene, head);
	return 0;
}

/* As the suite does: a change by less than a sixteenth is no news. */
static bool family_news(struct sim *s, struct family *f, uint64_t *ret_bytes)
{
	const size_t n = f->n < FAMILY_SAMPLES ? f->n : FAMILY_SAMPLES;
	const uint64_t bytes = predict_sibling(f->samples, n, s->options->share_bytes,
					       s->limits.budget_bytes);
	if (bytes <= f->told_bytes && bytes > f->told_bytes - f->told_bytes / 16)
		return false;
	f->told_bytes = *ret_bytes = bytes;
	return true;
}

static int learn(struct sim *s, size_t i, const struct schedule_span *span, uint64_t held_bytes)
{
	const struct plan_sim_test *t = &s->tests[i];
	if (t->mem_bytes == 0 || t->family >= s->n || !s->learns[t->family])
		return 0;
	struct family *f = s->families[t->family];
	if (!f)
		f = s->families[t->family] = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->samples[f->n++ % FAMILY_SAMPLES] = (struct predict_sample){
		.mem_bytes = span->oom ? held_bytes : t->mem_bytes,
		.wall_ns = span->end_ns - span->start_ns,
		.oom = span->oom,
	};
	uint64_t bytes;
	if (!family_news(s, f, &bytes))
		return 0;
	for (size_t k = s->head; k < s->n_order; k++) {
		struct plan_item *item = &s->items[s->order[k]];
		const enum demand_origin origin = item->demand.mem_origin;
		if (s->tests[s->order[k]].family != t->family || !plan_learn(item, bytes))
			continue;
		/* Smaller siblings must not lower it again. */
		if (origin == DEMAND_OOM)
			item->demand.mem_origin = DEMAND_OOM;
		s->stale = true;
	}
	return 0;
}

/* What tests of its program are known to need; 0: nothing is known. */
static uint64_t kin_bytes(const struct sim *s, size_t i)
{
	const uint32_t family = s->tests[i].family;
	const struct family *f = family < s->n ? s->families[family] : NULL;
	if (!f)
		return 0;
	return predict_sibling(f->samples, f->n < FAMILY_SAMPLES ? f->n : FAMILY_SAMPLES, 0,
			       s->limits.budget_bytes);
}

/* Queued again with more, unless it had all there is. */
static void run_again(struct sim *s, struct plan_item *item, const struct schedule_span *span,
		      uint64_t held_bytes)
{
	const size_t i = span->test;
	const uint64_t budget_bytes = s->limits.budget_bytes;
	int alone = 0;
	uint64_t bytes;
	if (span->gave_way) {
		bytes = grow_want(held_bytes, kin_bytes(s, i));
		bytes = bytes < budget_bytes ? bytes : budget_bytes;
		s->schedule->n_gave_way++;
	} else {
		bytes = predict_after_oom(held_bytes, held_bytes, budget_bytes, ++s->tries[i],
					  &alone);
	}
	item->state = bytes ? PLAN_WAITING : PLAN_DONE;
	s->schedule->n_too_big += bytes == 0;
	if (bytes == 0)
		return;
	item->alone |= alone;
	item->demand.mem_bytes = bytes;
	item->demand.mem_origin = DEMAND_OOM;
	s->stale = true;
}

/* Its work is done, or what it holds is not enough. */
static int finish(struct sim *s, size_t number)
{
	struct schedule_span *span = &s->schedule->spans[number];
	struct plan_item *item = &s->items[span->test];
	const struct admit_row *row = holders_row(&s->holders, number);
	const uint64_t held_bytes = row->mem_bytes;
	span->end_ns = s->scene.now_ns;
	span->oom = held_bytes < s->tests[span->test].mem_bytes;
	s->wanted_milli -= row->want_bytes ? 0 : span->cpus_milli;
	holders_remove(&s->holders, number);
	running_delete(s, item);
	plan_load_remove(&s->scene.load, item, &s->limits);
	if (span->oom)
		run_again(s, item, span, held_bytes);
	else
		item->state = PLAN_DONE;
	s->n_done += item->state == PLAN_DONE;
	if (item->state == PLAN_DONE && s->awaited)
		s->stale |= plan_links_done(s->options->links, span->test, s->awaited, s->items);
	return learn(s, span->test, span, held_bytes);
}

/* As the engine and the ledger see it: does it stand at its limit? */
static bool may_grow(const struct sim *s, const struct plan_item *item, uint64_t held_bytes)
{
	return s->options->grows && !item->alone && held_bytes >= GROW_MIN_BYTES &&
	       held_bytes < s->limits.budget_bytes;
}

/* What the top of the heap says happens. */
static int reach(struct sim *s, size_t number)
{
	const struct schedule_span *span = &s->schedule->spans[number];
	const struct plan_sim_test *t = &s->tests[span->test];
	struct admit_row *row = holders_row(&s->holders, number);
	if (row->mem_bytes >= t->mem_bytes ||
	    !may_grow(s, &s->items[span->test], row->mem_bytes))
		return finish(s, number);
	holders_stand(&s->holders, row, grow_want(row->mem_bytes, kin_bytes(s, span->test)));
	s->wanted_milli -= span->cpus_milli;
	return 0;
}

/* Goes on with what plan_grow has given it. */
static int grow(struct sim *s, struct admit_row *row)
{
	struct schedule_span *span = &s->schedule->spans[row->slot];
	struct plan_item *item = &s->items[span->test];
	const struct plan_sim_test *t = &s->tests[span->test];
	const int64_t done_ns = work_with(s, t, row->mem_bytes);
	holders_grow(&s->holders, row);
	plan_load_remove(&s->scene.load, item, &s->limits);
	item->demand.mem_bytes = row->mem_bytes;
	if (item->demand.mem_origin != DEMAND_DECLARED)
		item->demand.mem_origin = DEMAND_OOM;
	plan_load_add(&s->scene.load, item, &s->limits);
	s->wanted_milli += span->cpus_milli;
	const int64_t ns = work_with(s, t, row->mem_bytes) - done_ns;
	heap_push(s, (struct end){ s->work_ns + ns, row->slot });
	return schedule_change(span, s->scene.now_ns, row->mem_bytes, false);
}

/* One is told to make room, or, when it is the last, that there is no more. */
static int give_way(struct sim *s, const struct admit_row *row)
{
	s->schedule->spans[row->slot].gave_way = s->holders.n > 1;
	return finish(s, row->slot);
}

/* As the ledger does whenever somebody stands or leaves. */
static int settle(struct sim *s)
{
	int r = 0;
	while (r == 0 && s->holders.standing && plan_grow(s->holders.rows, s->holders.n)) {
		for (size_t i = s->holders.n; r == 0 && i-- > 0;) {
			struct admit_row *row = &s->holders.rows[i];
			if (row->grown_bytes)
				r = grow(s, row);
			else if (row->yields)
				r = give_way(s, row);
		}
	}
	return r;
}

static int note_pauses(struct sim *s)
{
	int r = 0;
	for (size_t i = 0; r == 0 && s->holders.standing && i < s->holders.n; i++) {
		const struct admit_row *row = &s->holders.rows[i];
		struct schedule_span *span = &s->schedule->spans[row->slot];
		if (!row->want_bytes || schedule_stands(span))
			continue;
		r = schedule_change(span, s->scene.now_ns, row->mem_bytes, true);
		s->schedule->n_paused += !s->paused[span->test];
		s->paused[span->test] = true;
	}
	return r;
}

/* How long that much work takes with all that run. */
static int64_t wall_of(const struct sim *s, int64_t work_ns)
{
	const uint64_t have_milli = UINT64_C(1000) * s->limits.cpus;
	if (!have_milli || s->wanted_milli <= have_milli)
		return work_ns;
	return (int64_t)((double)work_ns * (double)s->wanted_milli / (double)have_milli);
}

/* As the runner does, a few times a second. */
static void look(struct sim *s)
{
	const uint64_t have_milli = UINT64_C(1000) * s->limits.cpus;
	const uint64_t idle_milli = have_milli > s->wanted_milli ? have_milli - s->wanted_milli : 0;
	const struct plan_width_load load = {
		.idle_known = true,
		.idle_milli = (uint32_t)idle_milli,
		.queue_known = true,
		.queue = (uint32_t)(s->wanted_milli / 1000),
		.running = s->scene.n,
		.more = s->n_done + s->scene.n < s->n,
	};
	(void)plan_width_step(&s->width, &load, s->look_ns);
	s->limits.jobs = s->width.now;
	s->look_ns += PLAN_WIDTH_LOOK_NS;
}

/* To the next look, when that comes before wall_ns are over. */
static bool advance_to_look(struct sim *s, int64_t wall_ns, int64_t work_ns)
{
	if (!s->options->follows || s->look_ns >= s->scene.now_ns + wall_ns)
		return false;
	const double part = (double)(s->look_ns - s->scene.now_ns) / (double)wall_ns;
	s->work_ns += (int64_t)((double)(work_ns - s->work_ns) * part);
	s->scene.now_ns = s->look_ns;
	look(s);
	return true;
}

/* To the next end or limit, and all that come with it. */
static int advance(struct sim *s)
{
	assert(s->n_ends > 0); /* plan_grow leaves not all of them standing */
	const int64_t work_ns = s->ends[0].work_ns;
	const int64_t wall_ns = wall_of(s, work_ns - s->work_ns);
	if (advance_to_look(s, wall_ns, work_ns))
		return 0;
	s->scene.now_ns += wall_ns;
	s->work_ns = work_ns;
	int r = 0;
	while (r == 0 && s->n_ends && s->ends[0].work_ns == work_ns) {
		const size_t span = s->ends[0].span;
		heap_pop(s);
		r = reach(s, span);
	}
	if (r == 0)
		r = settle(s);
	return r < 0 ? r : note_pauses(s);
}

static int run(struct sim *s)
{
	for (;;) {
		size_t at;
		int r = choose(s, &at);
		if (r == 0 && at != SIZE_MAX) {
			r = start(s, at);
		} else if (r == 0) {
			if (s->scene.n == 0) /* the head joins nobody at any time: all are done */
				return 0;
			r = advance(s);
		}
		if (r < 0)
			return r;
	}
}

static int allocate(struct sim *s)
{
	s->items = calloc(s->n + 1, sizeof(*s->items));
	s->tries = calloc(s->n + 1, sizeof(*s->tries));
	s->order = calloc(s->n + 1, sizeof(*s->order));
	s->families = calloc(s->n + 1, sizeof(struct family *));
	s->learns = calloc(s->n + 1, sizeof(*s->learns));
	s->paused = calloc(s->n + 1, sizeof(*s->paused));
	if (!s->paused || !s->items || !s->tries || !s->order || !s->families || !s->learns)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++) {
		const struct plan_sim_test *t = &s->tests[i];
		const struct demand *d = &t->item.demand;
		s->items[i] = t->item;
		s->items[i].state = PLAN_WAITING;
		s->items[i].started_ns = 0;
		if (t->family < s->n &&
		    (d->mem_origin == DEMAND_DEFAULT || d->mem_origin == DEMAND_SIBLING ||
		     (s->options->grows && t->mem_bytes > d->mem_bytes)))
			s->learns[t->family] = true;
	}
	return plan_links_begin(s->options->links, s->items, &s->awaited);
}

static void sim_fini(struct sim *s)
{
	for (size_t i = 0; s->families && i < s->n; i++)
		free(s->families[i]);
	plan_index_free(s->index);
	free(s->items);
	free(s->tries);
	free(s->awaited);
	free(s->paused);
	holders_fini(&s->holders);
	free(s->order);
	free(s->running);
	free(s->ends);
	free(s->families);
	free(s->learns);
}

int plan_simulate(const struct plan_sim_test *tests, size_t n,
		  const struct plan_sim_options *options, struct schedule *ret)
{
	struct sim s = {
		.tests = tests,
		.options = options,
		.n = n,
		.stale = true,
		.limits = options->limits,
		.schedule = ret,
	};
	*ret = (struct schedule){
		.budget_bytes = options->limits.budget_bytes,
		.cpus = options->limits.cpus,
		.jobs = plan_width_most(options->limits.jobs, !options->follows,
					options->limits.cpus),
	};
	s.scene.limits = &s.limits;
	s.look_ns = PLAN_WIDTH_LOOK_NS;
	plan_width_init(&s.width, options->limits.jobs, !options->follows, options->limits.cpus);
	int r = allocate(&s);
	if (r == 0)
		r = run(&s);
	ret->end_ns = s.scene.now_ns;
	sim_fini(&s);
	return r;
}

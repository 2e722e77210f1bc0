/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/demand.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

/* More samples than this change a prediction no more. */
enum { SAMPLES_MAX = 64 };

static uint64_t at_most(uint64_t bytes, uint64_t bound)
{
	return bytes < bound ? bytes : bound;
}

/* What a process uses of the cpus while it runs: sleepers overlap freely.
 * Never below a twentieth, nor what a short test's noise would say. */
static uint32_t cpus_of(const struct history_attempt *rows, size_t n)
{
	enum { CPUS_MIN_MILLI = 50 };
	int64_t cpu_ns = 0;
	int64_t wall_ns = 0;

	for (size_t i = 0; i < n; i++) {
		cpu_ns += rows[i].cpu_ns;
		wall_ns += rows[i].wall_ns;
	}
	if (wall_ns < 1000 || cpu_ns < 0)
		return 0;
	const int64_t milli = cpu_ns / (wall_ns / 1000);

	if (milli < CPUS_MIN_MILLI)
		return CPUS_MIN_MILLI;
	return milli < 1000000 ? (uint32_t)milli : 1000000;
}

static size_t samples_of(const struct history_attempt *rows, size_t n, int64_t now_wall_ns,
			 struct predict_sample ret[SAMPLES_MAX])
{
	size_t kept = 0;

	for (size_t i = 0; i < n && kept < SAMPLES_MAX; i++) {
		const struct history_attempt *a = &rows[i];
		const bool oom = a->outcome == OUTCOME_OUT_OF_MEMORY;
		const uint64_t seen = a->mem_working_bytes ? a->mem_working_bytes
							   : a->mem_peak_bytes;

		ret[kept++] = (struct predict_sample){
			.mem_bytes = oom ? a->mem_limit_bytes : seen,
			.wall_ns = a->wall_ns,
			.age_ns = now_wall_ns > a->taken_wall_ns ? now_wall_ns - a->taken_wall_ns
								 : 0,
			.oom = oom,
		};
	}
	return kept;
}

struct lesson {
	uint64_t mem_bytes;
	int64_t wall_ns;
	uint32_t cpus_milli;
};

static void learn(const struct history_attempt *rows, size_t n, int64_t now_wall_ns,
		  struct lesson *ret)
{
	struct predict_sample samples[SAMPLES_MAX];
	const size_t kept = samples_of(rows, n, now_wall_ns, samples);

	ret->wall_ns = predict_wall(samples, kept);
	ret->cpus_milli = cpus_of(rows, n);
	ret->mem_bytes = predict_memory(samples, kept);
}

/* Siblings share a program's size, not its duration. */
static void learn_size(const struct history_attempt *rows, size_t n,
		       const struct demand_rules *rules, struct lesson *ret)
{
	struct predict_sample samples[SAMPLES_MAX];
	const size_t all = samples_of(rows, n, rules->now_wall_ns, samples);

	ret->mem_bytes = predict_sibling(samples, all, rules->share_bytes, rules->budget_bytes);
}

/* 1: the test itself was seen, with that key (NULL: any); 0: never; or a negative errno. */
static int recall_own(const struct test *t, const struct demand_rules *rules, const char *key,
		      struct lesson *ret, struct iso_err *err)
{
	_cleanup_free_ struct history_attempt *rows = NULL;
	size_t n = 0;
	int r = history_of_test(rules->history, rules->suite, t->id, key, SAMPLES_MAX, &rows, &n,
				err);

	if (r < 0 || !n)
		return r;
	learn(rows, n, rules->now_wall_ns, ret);
	return 1;
}

static int recall_kin(const struct test *t, const struct demand_rules *rules, struct lesson *ret,
		      struct iso_err *err)
{
	_cleanup_free_ struct history_attempt *rows = NULL;
	size_t n = 0;
	int r = history_of_program(rules->history, rules->suite, t->program, rules->key,
				   SAMPLES_MAX, &rows, &n, err);

	if (r < 0 || !n)
		return r;
	learn_size(rows, n, rules, ret);
	return 1;
}

static int recall(const struct test *t, const struct demand_rules *rules, struct lesson *ret,
		  enum demand_origin *ret_origin, struct iso_err *err)
{
	int r = recall_own(t, rules, rules->key, ret, err);

	*ret_origin = DEMAND_HISTORY;
	if (r != 0)
		return r;
	*ret_origin = DEMAND_ELSEWHERE;
	r = recall_own(t, rules, NULL, ret, err);
	if (r != 0)
		return r;
	*ret_origin = DEMAND_SIBLING;
	return recall_kin(t, rules, ret, err);
}

int demand_choose(const struct test *t, const struct demand_rules *rules, struct demand *ret,
		  int64_t *ret_expected_ns, struct iso_err *err)
{
	struct lesson lesson = { 0 };
	enum demand_origin learned = DEMAND_DEFAULT;
	int r = rules->history ? recall(t, rules, &lesson, &learned, err) : 0;

	*ret = t->demand;
	if (ret->mem_bytes || rules->mem_bytes) {
		ret->mem_bytes = ret->mem_bytes ? ret->mem_bytes : rules->mem_bytes;
		ret->mem_origin = DEMAND_DECLARED;
	} else if (lesson.mem_bytes) {
		ret->mem_bytes = lesson.mem_bytes;
		ret->mem_origin = learned;
	} else {
		ret->mem_bytes = rules->share_bytes;
		ret->mem_origin = DEMAND_DEFAULT;
	}
	ret->mem_bytes = at_most(ret->mem_bytes, rules->budget_bytes);
	if (!ret->cpus_milli)
		ret->cpus_milli = rules->cpus_milli ? rules->cpus_milli : lesson.cpus_milli;
	*ret_expected_ns = lesson.wall_ns;
	return r < 0 ? r : 0;
}

/* Of one test: its latest attempt. */
struct sibling {
	const struct test *test; /* borrowed */
	struct predict_sample sample;
};

struct family {
	const char *program; /* borrowed */
	struct sibling *members;
	size_t n;
	size_t next; /* to be replaced when all places are taken */
	uint64_t told_bytes; /* by demand_siblings_news; 0: not yet */
};

struct demand_siblings {
	struct family *families;
	size_t n;
};

struct demand_siblings *demand_siblings_new(void)
{
	return calloc(1, sizeof(struct demand_siblings));
}

void demand_siblings_free(struct demand_siblings *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		free(s->families[i].members);
	free(s->families);
	free(s);
}

static struct family *family_of(const struct demand_siblings *s, const char *program)
{
	for (size_t i = 0; i < s->n; i++) {
		if (str_eq(s->families[i].program, program))
			return &s->families[i];
	}
	return NULL;
}

static struct family *new_family(struct demand_siblings *s, const char *program)
{
	struct family *grown = reallocarray(s->families, s->n + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	s->families = grown;
	grown[s->n] = (struct family){ .program = program };
	return &grown[s->n++];
}

/* The place of a test: its own, a new one, or that of the longest there. */
static struct sibling *place_of(struct family *f, const struct test *t)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->members[i].test == t)
			return &f->members[i];
	}
	if (f->n < SAMPLES_MAX) {
		struct sibling *grown = reallocarray(f->members, f->n + 1, sizeof(*grown));

		if (!grown)
			return NULL;
		f->members = grown;
		return &f->members[f->n++];
	}
	f->next = (f->next + 1) % SAMPLES_MAX;
	return &f->members[f->next];
}

void demand_siblings_add(struct demand_siblings *s, const struct test *t,
			 const struct predict_sample *sample)
{
	struct family *f = family_of(s, t->program);

	if (!sample->mem_bytes)
		return;
	if (!f)
		f = new_family(s, t->program);
	struct sibling *place = f ? place_of(f, t) : NULL;

	if (place)
		*place = (struct sibling){ .test = t, .sample = *sample };
}

uint64_t demand_of_siblings(const struct demand_siblings *s, const char *program,
			    uint64_t least_bytes, uint64_t budget_bytes)
{
	const struct family *f = family_of(s, program);
	struct predict_sample samples[SAMPLES_MAX];

	if (!f)
		return 0;
	for (size_t i = 0; i < f->n; i++)
		samples[i] = f->members[i].sample;
	return predict_sibling(samples, f->n, least_bytes, budget_bytes);
}

bool demand_siblings_news(struct demand_siblings *s, const char *program,
			  const struct demand_rules *rules, uint64_t *ret_bytes)
{
	enum { MIB = 1 << 20 };
	struct family *f = family_of(s, program);
	const uint64_t exact =
		demand_of_siblings(s, program, rules->share_bytes, rules->budget_bytes);
	const uint64_t bytes = at_most((exact + MIB - 1) / MIB * MIB, rules->budget_bytes);

	if (!f || !exact ||
	    (bytes <= f->told_bytes && bytes > f->told_bytes - f->told_bytes / 16))
		return false;
	f->told_bytes = *ret_bytes = bytes;
	return true;
}

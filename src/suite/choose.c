/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/choose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "planner/predict.h"

enum { SAMPLES_MAX = 64, SHARDS_MAX = 10000 };

static int recall_time(struct history *h, const char *project, const struct test *t,
		       struct choose_fact *ret, struct iso_err *err)
{
	_cleanup_free_ struct history_attempt *rows = NULL;
	struct predict_sample samples[SAMPLES_MAX];
	size_t n = 0;
	size_t kept = 0;
	int r = history_of_test(h, project, t->id, NULL, SAMPLES_MAX, &rows, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (rows[i].outcome != OUTCOME_OUT_OF_MEMORY)
			samples[kept++] = (struct predict_sample){ .wall_ns = rows[i].wall_ns };
	ret->wall_ns = predict_wall(samples, kept);
	return 0;
}

int choose_recall(struct history *h, const char *project, const struct test_suite *s,
		  struct choose_fact *facts, struct iso_err *err)
{
	for (size_t i = 0; i < s->n_tests; i++) {
		const struct test *t = s->tests[i];
		enum history_verdict verdict = HISTORY_UNKNOWN;
		int r = history_verdict(h, project, t->id, &verdict, err);

		if (r == 0 && verdict != HISTORY_UNKNOWN)
			r = recall_time(h, project, t, &facts[i], err);
		if (r < 0)
			return r;
		facts[i].known = verdict != HISTORY_UNKNOWN;
		facts[i].failed = verdict == HISTORY_BAD && !t->quarantine;
	}
	return 0;
}

static size_t count_failed(const struct choose_fact *facts, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += facts[i].failed;
	return failed;
}

static bool awaits_failed(const struct test_suite *s, const struct choose_fact *facts,
			  const struct test *t)
{
	for (size_t i = 0; i < s->n_tests; i++)
		for (struct test **d = t->depends; facts[i].failed && d && *d; d++)
			if (*d == s->tests[i])
				return true;
	return false;
}

/* Who depends on what failed was not run for it, and has no newer verdict. */
static void add_blocked(const struct test_suite *s, struct choose_fact *facts)
{
	bool more = count_failed(facts, s->n_tests) > 0;

	while (more) {
		more = false;
		for (size_t i = 0; i < s->n_tests; i++)
			if (!facts[i].failed && awaits_failed(s, facts, s->tests[i]))
				more = facts[i].failed = true;
	}
}

size_t choose_failed(struct test_suite *s, struct choose_fact *facts)
{
	add_blocked(s, facts);
	const size_t failed = count_failed(facts, s->n_tests);
	size_t kept = 0;

	for (size_t i = 0; failed && i < s->n_tests; i++) {
		if (!facts[i].failed)
			continue;
		s->tests[kept] = s->tests[i];
		facts[kept++] = facts[i];
	}
	if (failed)
		s->n_tests = failed;
	return failed;
}

/* Each that failed goes down to the others that did; failures are few. */
size_t choose_failed_first(struct test_suite *s, struct choose_fact *facts)
{
	size_t front = 0;

	for (size_t i = 0; i < s->n_tests; i++) {
		struct test *t = s->tests[i];
		const struct choose_fact fact = facts[i];

		if (!fact.failed)
			continue;
		memmove(&s->tests[front + 1], &s->tests[front], (i - front) * sizeof(t));
		memmove(&facts[front + 1], &facts[front], (i - front) * sizeof(fact));
		s->tests[front] = t;
		facts[front++] = fact;
	}
	return front;
}

bool choose_parse_shard(const char *text, struct choose_shard *ret)
{
	const char *slash = strchr(text, '/');
	_cleanup_free_ char *index = slash ? strndup(text, (size_t)(slash - text)) : NULL;
	struct choose_shard shard;

	if (!index || num_parse_uint(index, &shard.index) < 0 ||
	    num_parse_uint(slash + 1, &shard.count) < 0 || shard.count > SHARDS_MAX ||
	    shard.index < 1 || shard.index > shard.count)
		return false;
	*ret = shard;
	return true;
}

struct portion {
	const char *id;
	int64_t ns;
	size_t place;    /* in the suite */
	unsigned shard;
};

static int by_length(const void *va, const void *vb)
{
	const struct portion *a = va;
	const struct portion *b = vb;

	if (a->ns != b->ns)
		return a->ns > b->ns ? -1 : 1;
	return strcmp(a->id, b->id);
}

static int by_place(const void *va, const void *vb)
{
	const struct portion *a = va;
	const struct portion *b = vb;

	return a->place < b->place ? -1 : a->place > b->place;
}

static int by_ns(const void *va, const void *vb)
{
	const int64_t a = *(const int64_t *)va;
	const int64_t b = *(const int64_t *)vb;

	return a < b ? -1 : a > b;
}

/* Of the known ones; 1 where there are none: then all weigh the same. */
static int64_t usual_ns(const struct choose_fact *facts, size_t n, int64_t *scratch)
{
	size_t known = 0;

	for (size_t i = 0; i < n; i++)
		if (facts[i].wall_ns > 0)
			scratch[known++] = facts[i].wall_ns;
	if (known == 0)
		return 1;
	qsort(scratch, known, sizeof(*scratch), by_ns);
	return scratch[known / 2];
}

struct load {
	int64_t ns;
	size_t n;
};

static unsigned least_loaded(const struct load *loads, unsigned n)
{
	unsigned least = 0;

	for (unsigned i = 1; i < n; i++)
		if (loads[i].ns < loads[least].ns ||
		    (loads[i].ns == loads[least].ns && loads[i].n < loads[least].n))
			least = i;
	return least;
}

static int64_t add_capped(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* FNV-1a, 32 bits. */
static uint32_t hash(uint32_t h, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ bytes[i]) * UINT32_C(16777619);
	return h;
}

static void deal(struct portion *portions, size_t n, struct load *loads, unsigned count,
		 struct choose_share *ret)
{
	uint32_t split = hash(UINT32_C(2166136261), &count, sizeof(count));

	for (size_t i = 0; i < n; i++) {
		struct portion *p = &portions[i];

		p->shard = least_loaded(loads, count);
		loads[p->shard].ns = add_capped(loads[p->shard].ns, p->ns);
		loads[p->shard].n++;
		ret->all_ns = add_capped(ret->all_ns, p->ns);
		split = hash(split, p->id, strlen(p->id) + 1);
		split = hash(split, &p->ns, sizeof(p->ns));
	}
	ret->split = split;
}

int choose_shard(struct test_suite *s, struct choose_fact *facts,
		 const struct choose_shard *shard, struct choose_share *ret)
{
	const size_t n = s->n_tests;
	_cleanup_free_ struct portion *portions = calloc(n + 1, sizeof(*portions));
	_cleanup_free_ int64_t *scratch = calloc(n + 1, sizeof(*scratch));
	_cleanup_free_ struct load *loads = calloc(shard->count, sizeof(*loads));
	size_t kept = 0;

	if (!portions || !scratch || !loads)
		return -ENOMEM;
	*ret = (struct choose_share){ .n_all = n };
	const int64_t usual = usual_ns(facts, n, scratch);
	for (size_t i = 0; i < n; i++)
		portions[i] = (struct portion){
			.id = s->tests[i]->id,
			.ns = facts[i].wall_ns > 0 ? facts[i].wall_ns : usual,
			.place = i,
		};
	qsort(portions, n, sizeof(*portions), by_length);
	deal(portions, n, loads, shard->count, ret);
	qsort(portions, n, sizeof(*portions), by_place);
	for (size_t i = 0; i < n; i++) {
		if (portions[i].shard != shard->index - 1)
			continue;
		s->tests[kept] = s->tests[i];
		facts[kept++] = facts[i];
	}
	s->n_tests = ret->n = kept;
	ret->ns = usual == 1 ? 0 : loads[shard->index - 1].ns;
	if (usual == 1)
		ret->all_ns = 0;
	return 0;
}

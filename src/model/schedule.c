/* SPDX-License-Identifier: Apache-2.0 */
#include "model/schedule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

void schedule_fini(struct schedule *s)
{
	for (size_t i = 0; i < s->n; i++) {
		for (struct schedule_change *c = s->spans[i].changes; c;) {
			struct schedule_change *next = c->next;
			free(c);
			c = next;
		}
	}
	free(s->spans);
	s->spans = NULL;
	s->n = 0;
}

int schedule_change(struct schedule_span *span, int64_t at_ns, uint64_t mem_bytes, bool stands)
{
	struct schedule_change **last = &span->changes;
	while (*last)
		last = &(*last)->next;
	*last = calloc(1, sizeof(**last));
	if (!*last)
		return -ENOMEM;
	**last = (struct schedule_change){ NULL, at_ns, mem_bytes, stands };
	return 0;
}

void schedule_first_part(const struct schedule_span *span, struct schedule_part *ret)
{
	*ret = (struct schedule_part){
		.start_ns = span->start_ns,
		.end_ns = span->changes ? span->changes->at_ns : span->end_ns,
		.mem_bytes = span->mem_bytes,
		.next = span->changes,
	};
}

bool schedule_next_part(const struct schedule_span *span, struct schedule_part *part)
{
	const struct schedule_change *c = part->next;
	if (!c)
		return false;
	*part = (struct schedule_part){
		.start_ns = c->at_ns,
		.end_ns = c->next ? c->next->at_ns : span->end_ns,
		.mem_bytes = c->mem_bytes,
		.stands = c->stands,
		.next = c->next,
	};
	return true;
}

int64_t schedule_paused_ns(const struct schedule_span *span)
{
	struct schedule_part part;
	int64_t ns = 0;
	schedule_first_part(span, &part);
	while (schedule_next_part(span, &part))
		ns += part.stands ? part.end_ns - part.start_ns : 0;
	return ns;
}

static void find_last_part(const struct schedule_span *span, struct schedule_part *ret)
{
	schedule_first_part(span, ret);
	while (schedule_next_part(span, ret))
		;
}

bool schedule_stands(const struct schedule_span *span)
{
	struct schedule_part last;
	find_last_part(span, &last);
	return last.stands;
}

uint64_t schedule_mem_end(const struct schedule_span *span)
{
	struct schedule_part last;
	find_last_part(span, &last);
	return last.mem_bytes;
}

/* Adds `value`, held from start to end, to the slices of the time that it
 * touches, in value x ns. */
static void add_part(double *slices, size_t n, double slice_ns, const struct schedule_part *part,
		     double value)
{
	const double start = (double)part->start_ns;
	const double end = (double)part->end_ns;
	for (size_t i = (size_t)(start / slice_ns); i < n && (double)i * slice_ns < end; i++) {
		const double from = (double)i * slice_ns;
		const double to = from + slice_ns;
		slices[i] += value * ((to < end ? to : end) - (from > start ? from : start));
	}
}

enum level { LEVEL_MEM, LEVEL_CPUS, LEVEL_JOBS };

static double value_of(const struct schedule_span *span, const struct schedule_part *part,
		       enum level level)
{
	switch (level) {
	case LEVEL_MEM: return (double)part->mem_bytes;
	case LEVEL_CPUS: return part->stands ? 0.0 : span->cpus_milli / 1000.0;
	default: return 1.0;
	}
}

static void levels_of(const struct schedule *s, size_t n, enum level level, double all,
		      uint32_t *ret)
{
	_cleanup_free_ double *slices = calloc(n + 1, sizeof(*slices));
	const double slice_ns = (double)s->end_ns / (double)n;
	memset(ret, 0, n * sizeof(*ret));
	if (!slices || s->end_ns <= 0 || all <= 0)
		return;
	for (size_t i = 0; i < s->n; i++) {
		struct schedule_part part;
		schedule_first_part(&s->spans[i], &part);
		do
			add_part(slices, n, slice_ns, &part, value_of(&s->spans[i], &part, level));
		while (schedule_next_part(&s->spans[i], &part));
	}
	for (size_t i = 0; i < n; i++)
		ret[i] = (uint32_t)(slices[i] / slice_ns / all * 1000.0 + 0.5);
}

void schedule_levels(const struct schedule *s, size_t n, uint32_t *ret_mem, uint32_t *ret_cpus,
		     uint32_t *ret_jobs)
{
	if (ret_mem)
		levels_of(s, n, LEVEL_MEM, (double)s->budget_bytes, ret_mem);
	if (ret_cpus)
		levels_of(s, n, LEVEL_CPUS, s->cpus, ret_cpus);
	if (ret_jobs)
		levels_of(s, n, LEVEL_JOBS, s->jobs, ret_jobs);
}

static int by_time(const void *va, const void *vb)
{
	const int64_t a = *(const int64_t *)va;
	const int64_t b = *(const int64_t *)vb;
	return a < b ? -1 : a > b;
}

size_t schedule_width(const struct schedule *s)
{
	_cleanup_free_ int64_t *ends = calloc(s->n + 1, sizeof(*ends));
	size_t width = 0;
	size_t ended = 0;
	if (!ends)
		return 0;
	for (size_t i = 0; i < s->n; i++)
		ends[i] = s->spans[i].end_ns;
	qsort(ends, s->n, sizeof(*ends), by_time);
	for (size_t i = 0; i < s->n; i++) {
		while (ended < i && ends[ended] <= s->spans[i].start_ns)
			ended++;
		width = i + 1 - ended > width ? i + 1 - ended : width;
	}
	return width;
}

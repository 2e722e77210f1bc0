/* SPDX-License-Identifier: Apache-2.0 */
#include "model/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

void schedule_fini(struct schedule *s)
{
	free(s->spans);
	s->spans = NULL;
	s->n = 0;
}

/* Adds `value`, held from start to end, to the parts of the time that it
 * touches, in value x ns. */
static void add_span(double *parts, size_t n, double part_ns, const struct schedule_span *span,
		     double value)
{
	const double start = (double)span->start_ns;
	const double end = (double)span->end_ns;
	for (size_t i = (size_t)(start / part_ns); i < n && (double)i * part_ns < end; i++) {
		const double from = (double)i * part_ns;
		const double to = from + part_ns;
		parts[i] += value * ((to < end ? to : end) - (from > start ? from : start));
	}
}

enum level { LEVEL_MEM, LEVEL_CPUS, LEVEL_JOBS };

static double value_of(const struct schedule_span *span, enum level level)
{
	switch (level) {
	case LEVEL_MEM: return (double)span->mem_bytes;
	case LEVEL_CPUS: return span->cpus_milli / 1000.0;
	default: return 1.0;
	}
}

static void levels_of(const struct schedule *s, size_t n, enum level level, double all,
		      uint32_t *ret)
{
	_cleanup_free_ double *parts = calloc(n + 1, sizeof(*parts));
	const double part_ns = (double)s->end_ns / (double)n;
	memset(ret, 0, n * sizeof(*ret));
	if (!parts || s->end_ns <= 0 || all <= 0)
		return;
	for (size_t i = 0; i < s->n; i++)
		add_span(parts, n, part_ns, &s->spans[i], value_of(&s->spans[i], level));
	for (size_t i = 0; i < n; i++)
		ret[i] = (uint32_t)(parts[i] / part_ns / all * 1000.0 + 0.5);
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

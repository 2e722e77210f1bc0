/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/pack.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

/* A pointer that pack.c does not know would point nowhere in init. */
static_assert(sizeof(struct sbx_job) == 440, "put_job packs all that a job points to");
static_assert(sizeof(struct sbx_step) == 96, "put_steps packs all that a step points to");

struct pack {
	char *bytes;
	size_t n;
	size_t cap;
	uint32_t *places;
	size_t n_places;
	size_t cap_places;
	bool failed; /* out of memory; checked once at the end */
};

static size_t put(struct pack *p, const void *data, size_t size)
{
	size_t at = (p->n + 7) & ~(size_t)7;

	if (at + size > p->cap) {
		size_t cap = (at + size) * 2;
		char *bytes = cap < UINT32_MAX ? realloc(p->bytes, cap) : NULL;
		if (!bytes) {
			p->failed = true;
			return 0;
		}
		memset(bytes + p->n, 0, cap - p->n);
		p->bytes = bytes;
		p->cap = cap;
	}
	if (size)
		memcpy(p->bytes + at, data, size);
	p->n = at + size;
	return at;
}

/* The pointer at `place` comes to point at `to`. */
static void point(struct pack *p, size_t place, size_t to)
{
	if (p->n_places == p->cap_places) {
		size_t cap = p->cap_places ? p->cap_places * 2 : 256;
		uint32_t *places = reallocarray(p->places, cap, sizeof(*places));
		if (!places)
			p->failed = true;
		else
			p->places = places, p->cap_places = cap;
	}
	if (p->failed)
		return;
	const uintptr_t value = to;
	memcpy(p->bytes + place, &value, sizeof(value));
	p->places[p->n_places++] = (uint32_t)place;
}

static void put_data(struct pack *p, size_t place, const void *data, size_t size)
{
	if (data)
		point(p, place, put(p, data, size));
}

static void put_text(struct pack *p, size_t place, const char *text)
{
	if (text)
		put_data(p, place, text, strlen(text) + 1);
}

/* n pointers, some of which may be NULL, and the NULL behind them. */
static void put_list(struct pack *p, size_t place, char *const *list, size_t n)
{
	if (!list)
		return;
	size_t at = put(p, list, (n + 1) * sizeof(*list));
	point(p, place, at);
	for (size_t i = 0; i < n; i++)
		put_text(p, at + i * sizeof(*list), list[i]);
}

static void put_steps(struct pack *p, size_t place, const struct sbx_step *steps, size_t n)
{
	size_t at = put(p, steps, n * sizeof(*steps));

	point(p, place, at);
	for (size_t i = 0; i < n; i++, at += sizeof(*steps)) {
		const struct sbx_step *s = &steps[i];
		put_text(p, at + offsetof(struct sbx_step, path), s->path);
		put_text(p, at + offsetof(struct sbx_step, source), s->source);
		put_text(p, at + offsetof(struct sbx_step, type), s->type);
		put_text(p, at + offsetof(struct sbx_step, text), s->text);
		put_text(p, at + offsetof(struct sbx_step, about), s->about);
		put_data(p, at + offsetof(struct sbx_step, data), s->data, s->size);
	}
}

static void put_group(struct pack *p, size_t at, const struct cg_group_plan *g)
{
	put_text(p, at + offsetof(struct cg_group_plan, name), g->name);
	for (size_t i = 0; i < g->n_writes; i++) {
		put_text(p, at + offsetof(struct cg_group_plan, writes[i].file),
			 g->writes[i].file);
		put_text(p, at + offsetof(struct cg_group_plan, writes[i].value),
			 g->writes[i].value);
	}
	put_text(p, at + offsetof(struct cg_group_plan, join_file), g->join_file);
	for (size_t i = 0; i < g->n_reads; i++)
		put_text(p, at + offsetof(struct cg_group_plan, reads[i]), g->reads[i]);
	put_text(p, at + offsetof(struct cg_group_plan, empty_file), g->empty_file);
	put_text(p, at + offsetof(struct cg_group_plan, empty_value), g->empty_value);
	put_text(p, at + offsetof(struct cg_group_plan, empty_when), g->empty_when);
}

static void put_layers(struct pack *p, size_t place, const struct sbx_layer *layers, size_t n)
{
	size_t at = put(p, layers, n * sizeof(*layers));

	point(p, place, at);
	for (size_t i = 0; i < n; i++, at += sizeof(*layers))
		put_text(p, at + offsetof(struct sbx_layer, at), layers[i].at);
}

static void put_job(struct pack *p, size_t at, const struct sbx_job *job)
{
	size_t argc = job->argv ? strv_len(job->argv) : 0;

	put_steps(p, at + offsetof(struct sbx_job, init_steps), job->init_steps, job->n_init_steps);
	put_steps(p, at + offsetof(struct sbx_job, test_steps), job->test_steps, job->n_test_steps);
	put_layers(p, at + offsetof(struct sbx_job, layers), job->layers, job->n_layers);
	put_text(p, at + offsetof(struct sbx_job, memory_base), job->memory_base);
	put_text(p, at + offsetof(struct sbx_job, scratch_path), job->scratch_path);
	put_text(p, at + offsetof(struct sbx_job, disk_name), job->disk_name);
	put_text(p, at + offsetof(struct sbx_job, disk_base), job->disk_base);
	put_data(p, at + offsetof(struct sbx_job, filter), job->filter,
		 job->n_filter * sizeof(*job->filter));
	put_data(p, at + offsetof(struct sbx_job, keep_fds), job->keep_fds,
		 job->n_keep_fds * sizeof(*job->keep_fds));
	size_t cgroups = put(p, job->cgroups, sizeof(*job->cgroups));
	point(p, at + offsetof(struct sbx_job, cgroups), cgroups);
	for (size_t i = 0; i < job->cgroups->n_groups; i++)
		put_group(p, cgroups + offsetof(struct cg_plan, groups[i]),
			  &job->cgroups->groups[i]);
	put_list(p, at + offsetof(struct sbx_job, candidates), job->candidates,
		 job->candidates ? strv_len(job->candidates) : 0);
	put_list(p, at + offsetof(struct sbx_job, argv), job->argv, argc);
	/* One more than argv, and its second is still to come. */
	put_list(p, at + offsetof(struct sbx_job, shell_argv), job->shell_argv, argc + 1);
	put_list(p, at + offsetof(struct sbx_job, envp), job->envp, strv_len(job->envp));
}

int pack_job(const struct sbx_job *job)
{
	struct pack p = { 0 };
	struct pack_head head = { 0 };
	int r = -ENOMEM;

	(void)put(&p, &head, sizeof(head));
	size_t at = put(&p, job, sizeof(*job));
	if (!p.failed)
		put_job(&p, at, job);
	head = (struct pack_head){ .job_at = (uint32_t)at, .n_places = (uint32_t)p.n_places };
	head.places_at = (uint32_t)put(&p, p.places, p.n_places * sizeof(*p.places));
	if (!p.failed) {
		memcpy(p.bytes, &head, sizeof(head));
		r = fs_memory_file("isorun-job", false, p.bytes, p.n);
	}
	free(p.bytes);
	free(p.places);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/pack.h - a job in a file, for an init that is a program of its own. */
#ifndef SANDBOX_PACK_H
#define SANDBOX_PACK_H

#include <stdint.h>

#include "sandbox/step.h"

/* At the file's begin.  Pointers in it are offsets from there; the places that
 * hold those that are not NULL are listed. */
struct pack_head {
	uint32_t job_at;
	uint32_t places_at; /* of uint32_t */
	uint32_t n_places;
};

/* A descriptor of such a file in memory, or -errno. */
int pack_job(const struct sbx_job *job);

/* The job in such a file, which lies at `base`, may be written, and stays there. */
static inline struct sbx_job *pack_unpack(char *base)
{
	const struct pack_head *head = (const void *)base;
	const uint32_t *places = (const void *)(base + head->places_at);

	for (uint32_t i = 0; i < head->n_places; i++)
		*(uintptr_t *)(void *)(base + places[i]) += (uintptr_t)base;
	return (struct sbx_job *)(void *)(base + head->job_at);
}

#endif

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

#endif

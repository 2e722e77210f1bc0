/* SPDX-License-Identifier: Apache-2.0 */
/* engine/tokens.h - which tokens there are on this host: as stated, and its gpus. */
#ifndef ENGINE_TOKENS_H
#define ENGINE_TOKENS_H

#include "base/err.h"
#include "model/amount.h"

/* Where gpus are looked for. */
struct tokens_host {
	char *const *env;   /* of the tests; CUDA_VISIBLE_DEVICES, else ROCR_VISIBLE_DEVICES, says
			     * which gpus there are */
	const char *dev;    /* "/dev" */
	const char *drm;    /* "/sys/class/drm" */
};

/* Takes what was stated, "licence=3" each; the later list wins, both may be NULL.
 * Of gpus those of the environment's list, or of the host, are there by themselves;
 * a stated number takes the first of the list; elsewhere: it is that of another machine,
 * and the list does not matter.  ISO_ERR_USAGE: a word that is none, too many kinds, or
 * more gpus than the list has. */
int tokens_find(const struct tokens_host *host, char *const *stated, char *const *stated_later,
		bool elsewhere, struct token_pools *ret, struct iso_err *err);

/* "/dev", "/sys/class/drm" and this process's own environment. */
struct tokens_host tokens_host_here(void);

/* How a gpu's unit is called in the environment: its number, or its entry of the list that
 * env has.  0 or -ENOMEM; the caller frees. */
int tokens_gpu_names(char *const *env, uint64_t units, char **ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* engine/iso_spec.h - what the library knows of a sandbox that is to be; the library's own. */
#ifndef ENGINE_ISO_SPEC_H
#define ENGINE_ISO_SPEC_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/prepare.h"
#include "isorun/isorun.h"
#include "model/spec.h"

enum { ISO_N_STDIO = 3 };

/* What the libraries found out about this host: made once a profile, never
 * changed, shared by the spec and all boxes of it, freed with the last of them. */
struct iso_kit {
	atomic_uint users;
	struct prepared prepared;
};

struct iso_spec {
	struct spec spec;
	struct iso_kit *kit;       /* NULL until there is a profile */
	char *runtime_dir;
	char **profile_dirs;       /* NULL: the default ones */
	char *cwd;                 /* NULL: this process's, at the start */
	char *workspace;           /* NULL: cwd */
	char **env;                /* NULL: empty */
	int stdio[ISO_N_STDIO];    /* borrowed, but in a clone; -1: inherited */
	uint64_t budget_bytes;
	void (*before_fork)(void); /* may be NULL, as the next two */
	void (*in_parent)(void);
	void (*in_child)(void);
	unsigned flags;            /* ISO_STRICT ... */
};

/* A copy for a box: with duplicates of the descriptors, which the caller closes.
 * *ret is to be freed also when it fails. */
int iso_spec_clone(const struct iso_spec *from, struct iso_spec **ret);

/* Held around libraries that keep state in globals: libcgroup and getpwnam(3). */
extern pthread_mutex_t iso_libraries;

#endif

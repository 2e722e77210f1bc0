/* SPDX-License-Identifier: Apache-2.0 */
/* engine/prepare.h - what libraries work out once, kept as bytes for every launch. */
#ifndef ENGINE_PREPARE_H
#define ENGINE_PREPARE_H

#include <stddef.h>

#include "base/err.h"
#include "cgroup/cgroup.h"
#include "model/spec.h"

/* A profile resolved to a spec, and the bytes that libseccomp, libnl and
 * libcgroup produced on this host. */
struct prepared {
	struct spec spec;        /* of the profile, before any option */
	struct cg_place place;
	char *policy;            /* that bpf was compiled from; spec.seccomp before any option */
	void *bpf;               /* struct sock_filter[]; NULL: policy "off" */
	size_t bpf_bytes;
	void *lo_up;             /* netlink message that brings lo up */
	size_t lo_up_bytes;
};

void prepared_fini(struct prepared *p); /* accepts a zeroed one */

/* What is asked for. */
struct prepare_wish {
	const char *profile;
	const char *policy;   /* a seccomp policy in place of the profile's; NULL: its own */
	const char *searched; /* decides where a name is looked for: the same text, the same
			       * directories; kept bytes are found by it */
};

/*
 * From the cache in runtime_dir: 0, or -ENOENT when there is none or something
 * it was made from has changed (boot, a profile's file, our cgroup, isorun's
 * version).  Never an error for people: make it then.  No library is used. */
int prepared_load(const char *runtime_dir, const struct prepare_wish *wish, struct prepared *ret);

/* With the libraries (so only isorun-full and libisorun contain it), and
 * written to the cache; a cache that cannot be written is no error, and with
 * runtime_dir NULL there is none. */
int prepared_make(const char *runtime_dir, const struct prepare_wish *wish,
		  char *const *profile_dirs, struct prepared *ret, struct iso_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* suite/manifest_keys.h - what may stand in each section of isorun.ini. */
#ifndef SUITE_MANIFEST_KEYS_H
#define SUITE_MANIFEST_KEYS_H

#include <stddef.h>

#include "base/err.h"
#include "model/spec.h"
#include "model/test.h"
#include "suite/source.h"

enum manifest_section {
	MANIFEST_SUITE = 1 << 0,
	MANIFEST_SOURCE = 1 << 1,
	MANIFEST_TEST = 1 << 2,
	MANIFEST_MATCH = 1 << 3,
};

const char *manifest_section_name(enum manifest_section section); /* "suite" */

/* What a value is applied to. */
struct manifest_target {
	const char *base_dir;             /* the manifest's directory, absolute */
	struct test_suite *suite;         /* for its arena */
	struct test *test;                /* of source, test and match keys */
	struct suite_settings *settings;  /* of suite keys */
	struct spec *scratch;             /* spec entries are tried out here */
};

struct manifest_key {
	const char *name;
	unsigned sections;    /* enum manifest_section: where it may stand */
	const char *values;   /* "SIZE", "yes|no" */
	const char *help;

	/* Sets what the key is about.  Lists (tags, locks, env) grow, all else
	 * is replaced. */
	int (*apply)(const struct manifest_target *to, const char *value, const char *where,
		     struct iso_err *err);
};

/* Sorted by name; NULL past the end. */
const struct manifest_key *manifest_key_at(size_t i);

/* The key of that name in that section, or NULL with *err filled: unknown
 * (with "did you mean"), or known but of another section. */
const struct manifest_key *manifest_key_find(enum manifest_section section, const char *name,
					     const char *where, struct iso_err *err);

/* A profile entry in [suite], such as "network.mode". */
int manifest_apply_spec(const struct manifest_target *to, const char *entry, const char *value,
			const char *where, struct iso_err *err);

#endif

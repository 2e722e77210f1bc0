/* SPDX-License-Identifier: Apache-2.0 */
/* cli/options_sandbox.h - options that mean the same everywhere: they change a profile's spec. */
#ifndef CLI_OPTIONS_SANDBOX_H
#define CLI_OPTIONS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/opt.h"
#include "model/spec.h"

/* One option as given; applied once the profile is known. */
struct spec_change {
	const struct opt *opt;
	const char *value;
};

struct spec_changes {
	struct spec_change *list;
	size_t n;
};

struct options_sandbox {
	const char *profile;   /* NULL: not given */
	uint64_t budget_bytes; /* 0: not given */
	bool strict;
	char **have;           /* "gpu=2" each, checked; owned */
	struct spec_changes changes;
};

/* How the values of a command that has these options begin. */
struct values_sandbox {
	bool help;
	struct options_sandbox sandbox;
};

enum { OPTIONS_SANDBOX_N = 28 };
extern const struct opt options_sandbox_rows[OPTIONS_SANDBOX_N];

opt_parse_fn opt_have; /* char **, owned: options_sandbox.have */

void options_sandbox_fini(struct options_sandbox *o);

/* The options by which a wrapped command gets what `entries` of a manifest
 * ("SECTION.KEY=VALUE") and these options change, but for those of `apart`
 * (names); paths are absolute.  Appends to *words. */
int options_sandbox_words(const struct options_sandbox *o, char *const *entries,
			  const char *const *apart, char ***words, struct iso_err *err);

/* Changes the spec in the order of the command line. */
int options_sandbox_apply(const struct options_sandbox *o, struct spec *spec,
			  struct iso_err *err);

/* The policy of --seccomp, as a profile would name it; NULL: not given. */
int options_sandbox_policy(const struct options_sandbox *o, char **ret, struct iso_err *err);

/* What to call the memory demand of a spec that these were applied to. */
const char *options_sandbox_memory_from(const struct options_sandbox *o);

#endif

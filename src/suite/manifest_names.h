/* SPDX-License-Identifier: Apache-2.0 */
/* suite/manifest_names.h - the keys of isorun.ini that name tests, fixtures and files. */
#ifndef SUITE_MANIFEST_NAMES_H
#define SUITE_MANIFEST_NAMES_H

#include "suite/manifest_keys.h"

#define MANIFEST_APPLY_ARGS const struct manifest_target *to, const char *value, \
		const char *where, struct iso_err *err

/* As the apply of struct manifest_key. */
int manifest_apply_after(MANIFEST_APPLY_ARGS);
int manifest_apply_cleanup(MANIFEST_APPLY_ARGS);
int manifest_apply_depends(MANIFEST_APPLY_ARGS);
int manifest_apply_fixtures(MANIFEST_APPLY_ARGS);
int manifest_apply_required_files(MANIFEST_APPLY_ARGS);
int manifest_apply_setup(MANIFEST_APPLY_ARGS);

/* manifest_keys.c: adds words to a list in the suite's arena, each once. */
int manifest_add_words(char ***list, char *const *words, const struct manifest_target *to,
		       const char *where, struct iso_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* suite/history_key.h - in which environment a test runs, as far as it changes its size. */
#ifndef SUITE_HISTORY_KEY_H
#define SUITE_HISTORY_KEY_H

#include "base/err.h"
#include "history/history.h"
#include "model/spec.h"
#include "model/test.h"

/* What the user says: one word that history can show.  0, or -EINVAL with ISO_ERR_USAGE;
 * `where` names the option or the line. */
int history_key_check(const char *stated, const char *where, struct iso_err *err);

/* Words with blanks between, each only where it is not the usual:
 *
 * 1. what the user says (NULL: nothing);
 * 2. "asan", "tsan", "msan" or "hwasan" where the program that is executed is linked
 *    with that sanitizer.  What a shell, an interpreter or a library loads is not seen;
 * 3. "scratch=disk", and "workspace=shared" or "workspace=readonly": with the usual an
 *    overlay's changes and private files are memory of the test;
 * 4. variables of its environment that set sizes: NAME=VALUE, and NAME alone for the
 *    options of sanitizers, which change too much to compare.
 *
 * A text that is too long ends with a hash of the rest. */
void history_key_of(const struct test *t, const struct spec *spec, const char *stated,
		    char ret[HISTORY_KEY_MAX]);

/* The variables of 4, for the manual's check; NULL past the end. */
const char *history_key_variable(size_t i);

#endif

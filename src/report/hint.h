/* SPDX-License-Identifier: Apache-2.0 */
/* report/hint.h - what to do about a failure whose cause may be the sandbox: pure. */
#ifndef REPORT_HINT_H
#define REPORT_HINT_H

#include <stddef.h>

#include "report/fold.h"

/* One sentence for a finished test, from its outcome and the end of its output
 * (may be NULL when len is 0); NULL: the cause is its own, as far as can be told. */
const char *hint_of(const struct fold *f, const struct fold_test *t, const char *output,
		    size_t len);

#endif

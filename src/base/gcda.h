/* SPDX-License-Identifier: Apache-2.0 */
/* base/gcda.h - sums of the counters that programs built with --coverage leave in .gcda files. */
#ifndef BASE_GCDA_H
#define BASE_GCDA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The counters of two whole files of one object, added, or those of `b` taken
 * from those of `a`, appended to *ret as a file of the same kind (gcc and clang
 * of this machine's byte order).  0; -EINVAL: no such file, or half of one;
 * -ESTALE: of another build; -ENOTSUP: a kind of counter that is no sum;
 * -ENOMEM. */
int gcda_combine(const void *a, size_t a_bytes, const void *b, size_t b_bytes, bool subtract,
		 struct buf *ret);

#endif

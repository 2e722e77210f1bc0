/* SPDX-License-Identifier: Apache-2.0 */
/* suite/select.h - chooses tests by expressions in pytest's grammar: pure. */
#ifndef SUITE_SELECT_H
#define SUITE_SELECT_H

#include <stdbool.h>

#include "base/err.h"
#include "model/test.h"

/* pytest's grammar: words, and, or, not, parentheses; quotes make a word of
 * anything.  -k matches words as substrings of the id (case is ignored); -m
 * matches whole tags.  NULL or blank: all.  Whom the chosen need comes with them, see
 * suite/links.h. */
int select_tests(struct test_suite *s, const char *k_expr, const char *m_expr,
		 struct iso_err *err);

#endif

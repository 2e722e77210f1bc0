/* SPDX-License-Identifier: Apache-2.0 */
/* suite/links.h - which tests wait for which, and who is chosen with whom. */
#ifndef SUITE_LINKS_H
#define SUITE_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/spec.h"
#include "model/test.h"
#include "planner/links.h"

/* Turns what the tests from number `first` on name into links among them.  A test that
 * requires a fixture depends on those that set it up; those that clear it away come after
 * both.  What nobody is called is ISO_ERR_USAGE, where the test says from where it has the
 * name. */
int links_resolve(struct test_suite *s, size_t first, struct iso_err *err);

/* Once all sources are loaded: marks who is linked; tests that wait for each other in a
 * ring are ISO_ERR_USAGE. */
int links_check(struct test_suite *s, struct iso_err *err);

/* To be called wherever tests were taken out of s->tests: adds whom those that are left
 * depend on, before them, and who clears away after them, behind.  A disabled test brings
 * nobody with it.  0 or -ENOMEM. */
int links_complete(struct test_suite *s);

/* Among the tests that the suite holds now; NULL: none waits for another. */
int links_of(const struct test_suite *s, struct plan_links **ret, struct iso_err *err);

/* How the test sees the tree: one that is linked shares it, where nobody said otherwise, for
 * what one writes is what the other one is there for. */
enum spec_tree links_workspace(const struct test *t, const struct spec *spec);

#endif

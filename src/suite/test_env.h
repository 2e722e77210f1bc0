/* SPDX-License-Identifier: Apache-2.0 */
/* suite/test_env.h - a variable of the environment, as a test will see it. */
#ifndef SUITE_TEST_ENV_H
#define SUITE_TEST_ENV_H

#include "model/spec.h"
#include "model/test.h"

/* The test's own entries win over the profile's, and those over ours; NULL: it is not set. */
const char *test_env_value(const struct test *t, const struct spec *spec, const char *name);

#endif

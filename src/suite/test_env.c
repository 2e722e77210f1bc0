/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/test_env.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Of "NAME=VALUE" entries the last that sets it; NULL: none. */
static const char *find(char *const *entries, const char *name)
{
	const size_t len = strlen(name);
	const char *value = NULL;

	for (size_t i = 0; entries && entries[i]; i++)
		if (strncmp(entries[i], name, len) == 0 && entries[i][len] == '=')
			value = entries[i] + len + 1;
	return value;
}

static bool is_passed(const struct spec *spec, const char *name)
{
	for (size_t i = 0; spec->env_clear && i < strv_len(spec->env_pass); i++)
		if (fnmatch(spec->env_pass[i], name, 0) == 0)
			return true;
	return !spec->env_clear;
}

const char *test_env_value(const struct test *t, const struct spec *spec, const char *name)
{
	const char *value = find(t->env, name);

	if (!value)
		value = find(spec->env_set, name);
	return value || !is_passed(spec, name) ? value : getenv(name);
}

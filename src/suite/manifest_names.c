/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/manifest_names.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

static int no_memory(const char *where, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "%s", where);
}

/* Names of tests or fixtures: quoted where they have blanks, as names of tests may. */
static int add_names(char ***list, MANIFEST_APPLY_ARGS)
{
	_cleanup_strv_ char **words = NULL;
	const int r = strv_split_quoted(value, &words);

	if (r == -EINVAL)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: a quote is not closed", where);
	if (r < 0)
		return no_memory(where, err);
	to->test->named.where = arena_strdup(to->suite->arena, where);
	if (!to->test->named.where)
		return no_memory(where, err);
	return manifest_add_words(list, words, to, where, err);
}

int manifest_apply_after(MANIFEST_APPLY_ARGS)
{
	return add_names(&to->test->named.after, to, value, where, err);
}

int manifest_apply_cleanup(MANIFEST_APPLY_ARGS)
{
	return add_names(&to->test->named.cleanup, to, value, where, err);
}

int manifest_apply_depends(MANIFEST_APPLY_ARGS)
{
	return add_names(&to->test->named.depends, to, value, where, err);
}

int manifest_apply_fixtures(MANIFEST_APPLY_ARGS)
{
	return add_names(&to->test->named.fixtures, to, value, where, err);
}

int manifest_apply_setup(MANIFEST_APPLY_ARGS)
{
	return add_names(&to->test->named.setup, to, value, where, err);
}

int manifest_apply_required_files(MANIFEST_APPLY_ARGS)
{
	_cleanup_strv_ char **words = NULL;
	_cleanup_strv_ char **paths = NULL;
	const int r = strv_split_quoted(value, &words);

	if (r == -EINVAL)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: a quote is not closed", where);
	for (size_t i = 0; r == 0 && i < strv_len(words); i++) {
		_cleanup_free_ char *path = path_join(to->base_dir, words[i]);

		if (!path || strv_add(&paths, path) < 0)
			return no_memory(where, err);
	}
	return r < 0 ? no_memory(where, err)
		     : manifest_add_words(&to->test->required_files, paths, to, where, err);
}

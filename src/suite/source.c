/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "suite/forkserver.h"
#include "suite/source_kind.h"

static const struct source_kind *const kinds[] = {
	&source_manifest, &source_ctest, &source_meson, &source_automake, &source_pytest,
	&source_tap, &source_bats, &source_lit, &source_exec, &source_lines, &source_gtest,
	&source_catch2, &source_go, &source_cargo, &source_forkserver,
};

const struct source_kind *source_kind_at(size_t i)
{
	return i < ARRAY_SIZE(kinds) ? kinds[i] : NULL;
}

const char *source_kind_name(size_t i)
{
	return i < ARRAY_SIZE(kinds) ? kinds[i]->name : NULL;
}

void suite_settings_init(struct suite_settings *s)
{
	*s = (struct suite_settings){ .retries = -1 };
}

void suite_settings_fini(struct suite_settings *s)
{
	free(s->profile);
	free(s->budget_from);
	free(s->history_key);
	free(s->quarantine);
	free(s->workspace_dir);
	strv_free(s->tokens);
	strv_free(s->spec_entries);
	strv_free(s->python_dirs);
	for (size_t i = 0; i < s->n_servers; i++)
		forkserver_free(s->servers[i]);
	free(s->servers);
	strv_free(s->notes);
	suite_settings_init(s);
}

static const struct source_kind *kind_of(const char *source, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i]->name) == len && memcmp(kinds[i]->name, source, len) == 0)
			return kinds[i];
	}
	return NULL;
}

static const char *kind_name_at(size_t i, const void *arg)
{
	(void)arg;
	return kinds[i]->name;
}

static int hint_kinds(struct iso_err *err)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		buf_addf(&b, "%s%s:%s", i ? ", " : "", kinds[i]->name, kinds[i]->argument);
	return iso_err_hint(err, "a source is a directory, a manifest, or one of %s", buf_str(&b));
}

/* Neither a kind that we know nor a file. */
static int unknown_source(const char *source, const char *colon, struct iso_err *err)
{
	if (!colon) {
		iso_err_set(err, ISO_ERR_USAGE, ENOENT, "source '%s'", source);
		return hint_kinds(err);
	}
	_cleanup_free_ char *word = strndup(source, (size_t)(colon - source));

	if (!word)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "source '%s'", source);
	const char *near = str_nearest(word, ARRAY_SIZE(kinds), kind_name_at, NULL);

	iso_err_set(err, ISO_ERR_USAGE, 0, "source '%s': unknown kind '%s'", source, word);
	if (near)
		return iso_err_hint(err, "did you mean '%s:%s'?", near, colon + 1);
	return hint_kinds(err);
}

static int load_path(const struct source_ctx *ctx, const char *source, const char *path,
		     struct iso_err *err)
{
	static const char *const by_ending[][2] = {
		{ ".t", "tap" }, { ".bats", "bats" }, { ".py", "pytest" },
	};
	struct stat st;

	if (stat(path, &st) < 0)
		return unknown_source(source, strchr(source, ':'), err);
	if (S_ISDIR(st.st_mode)) {
		struct source_ctx sub = *ctx;

		sub.base_dir = path;
		return source_detect(&sub, err);
	}
	if (str_ends(path, ".ini"))
		return source_manifest.load(ctx, path, err);
	iso_err_set(err, ISO_ERR_USAGE, 0,
		    "source '%s': neither a directory nor a manifest (*.ini)", source);
	for (size_t i = 0; i < ARRAY_SIZE(by_ending); i++)
		if (str_ends(path, by_ending[i][0]))
			return iso_err_hint(err, "%s:%s", by_ending[i][1], source);
	return iso_err_hint(err, "exec:%s runs it, lines:%s runs each of its lines", source,
			    source);
}

int source_load_in(const struct source_ctx *ctx, const char *source, struct iso_err *err)
{
	const char *colon = strchr(source, ':');
	const struct source_kind *kind = colon ? kind_of(source, (size_t)(colon - source)) : NULL;

	if (kind && !colon[1]) {
		return iso_err_set(err, ISO_ERR_USAGE, 0, "source '%s': %s is missing", source,
				   kind->argument);
	}
	if (kind)
		return kind->load(ctx, colon + 1, err);
	_cleanup_free_ char *joined = path_join(ctx->base_dir, source);
	_cleanup_free_ char *path = joined ? path_clean(joined) : NULL;

	if (!path)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "source '%s'", source);
	return load_path(ctx, source, path, err);
}

/* The tree of a directory or a manifest that lies elsewhere is there, too: its tests
 * must not write into it because of where isorun was started. */
static int choose_tree(const char *here, const char *source, struct suite_settings *settings,
		       struct iso_err *err)
{
	const char *colon = strchr(source, ':');
	const struct source_kind *kind = colon ? kind_of(source, (size_t)(colon - source)) : NULL;
	struct stat st;

	if (settings->workspace_dir || (kind && !kind->names_place))
		return 0;
	if (kind)
		source = colon + 1;
	_cleanup_free_ char *joined = path_join(here, source);
	_cleanup_free_ char *path = joined ? path_clean(joined) : NULL;
	char *dir = NULL;

	if (path)
		dir = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? strdup(path) : path_dir(path);
	if (!dir)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "source '%s'", source);
	if (path_is_below(dir, here))
		free(dir);
	else
		settings->workspace_dir = dir;
	return 0;
}

static int load_from_here(const char *source, struct test_suite *s,
			  struct suite_settings *settings, struct iso_err *err)
{
	_cleanup_free_ char *here = NULL;
	int r = path_absolute(".", &here);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "working directory");
	const struct source_ctx ctx = { .base_dir = here, .suite = s, .settings = settings };

	r = source ? source_load_in(&ctx, source, err) : source_detect(&ctx, err);
	if (r == 0 && source)
		r = choose_tree(here, source, settings, err);
	if (r < 0)
		return r;
	if (test_suite_make_ids_unique(s) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	return 0;
}

int source_load(const char *source, struct test_suite *s, struct suite_settings *settings,
		struct iso_err *err)
{
	return load_from_here(source, s, settings, err);
}

int source_load_default(struct test_suite *s, struct suite_settings *settings,
			struct iso_err *err)
{
	return load_from_here(NULL, s, settings, err);
}

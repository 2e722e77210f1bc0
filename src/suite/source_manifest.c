/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_kind.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/path.h"
#include "base/str.h"
#include "suite/links.h"
#include "suite/manifest_keys.h"

/* A manifest is read to a list of sections first, each value tried out on a
 * scratch test as it is met, so that every fault is reported with its line
 * before a source is loaded.  Then sources and tests are made in file order,
 * and what the sections say is applied: that of a [source] first, then each
 * [match] in file order, and what a [test] says of itself last. */

struct entry {
	const struct manifest_key *key;
	char *value;
	char *where;
};

struct section {
	enum manifest_section kind;
	char *name;              /* behind the kind: "migrate" of [test migrate]; may be "" */
	char *where;
	struct entry *entries;
	size_t n_entries;
	size_t first, end;       /* range of the tests that it made */
	struct test *scratch;    /* its values were tried out on this one */
};

struct manifest {
	const struct source_ctx *ctx;
	const char *path;
	char *base_dir;
	struct section *sections;
	size_t n_sections;
	struct test_suite scratch; /* owner of the scratch tests */
	struct spec spec;
};

static int no_memory(const struct manifest *m, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "manifest '%s'", m->path);
}

static void section_fini(struct section *s)
{
	for (size_t i = 0; i < s->n_entries; i++) {
		free(s->entries[i].value);
		free(s->entries[i].where);
	}
	free(s->entries);
	free(s->name);
	free(s->where);
}

static void manifest_fini(struct manifest *m)
{
	for (size_t i = 0; i < m->n_sections; i++)
		section_fini(&m->sections[i]);
	free(m->sections);
	free(m->base_dir);
	test_suite_fini(&m->scratch);
	spec_fini(&m->spec);
}

static const enum manifest_section section_kinds[] = {
	MANIFEST_SUITE, MANIFEST_SOURCE, MANIFEST_TEST, MANIFEST_MATCH,
};

static const char *section_name_at(size_t i, const void *arg)
{
	(void)arg;
	return manifest_section_name(section_kinds[i]);
}

/* "test migrate" is a [test] named "migrate"; suite and source have no name. */
static int read_header(const char *header, const char *where, enum manifest_section *ret_kind,
		       const char **ret_name, struct iso_err *err)
{
	const size_t len = strcspn(header, " \t");
	const char *name = header + len + strspn(header + len, " \t");
	_cleanup_free_ char *word = strndup(header, len);

	if (!word)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "%s", where);
	for (size_t i = 0; i < ARRAY_SIZE(section_kinds); i++) {
		const bool named = section_kinds[i] & (MANIFEST_TEST | MANIFEST_MATCH);

		if (!str_eq(word, manifest_section_name(section_kinds[i])))
			continue;
		if (named != (*name != '\0'))
			return iso_err_set(err, ISO_ERR_USAGE, 0, named ? "%s: [%s] needs a name"
					   : "%s: [%s] takes no name", where, word);
		*ret_kind = section_kinds[i];
		*ret_name = name;
		return 0;
	}
	const char *near = str_nearest(word, ARRAY_SIZE(section_kinds), section_name_at, NULL);

	iso_err_set(err, ISO_ERR_USAGE, 0, "%s: unknown section [%s]", where, header);
	if (near)
		return iso_err_hint(err, "did you mean [%s]?", near);
	return iso_err_hint(err, "the sections are suite, source, test NAME and match GLOB");
}

/* Names of tests are what history and reports are keyed by. */
static int refuse_same_test(const struct manifest *m, const char *name, const char *where,
			    struct iso_err *err)
{
	for (size_t i = 0; i < m->n_sections; i++)
		if (m->sections[i].kind == MANIFEST_TEST && str_eq(m->sections[i].name, name))
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "%s: [test %s] stands at %s already", where, name,
					   m->sections[i].where);
	return 0;
}

static int begin_section(struct manifest *m, const char *header, const char *where,
			 struct iso_err *err)
{
	struct section s = { .kind = 0 };
	const char *name = NULL;
	int r = read_header(header, where, &s.kind, &name, err);

	if (r == 0 && s.kind == MANIFEST_TEST)
		r = refuse_same_test(m, name, where, err);
	if (r < 0)
		return r;
	struct section *grown = reallocarray(m->sections, m->n_sections + 1, sizeof(*grown));

	if (!grown)
		return no_memory(m, err);
	m->sections = grown;
	s.name = strdup(name);
	s.where = strdup(where);
	s.scratch = test_suite_add(&m->scratch);
	grown[m->n_sections++] = s;
	return s.name && s.where && s.scratch ? 0 : no_memory(m, err);
}

static int keep_entry(struct manifest *m, struct section *s, const struct manifest_key *key,
		      const char *value, const char *where, struct iso_err *err)
{
	struct entry *grown = reallocarray(s->entries, s->n_entries + 1, sizeof(*grown));

	if (!grown)
		return no_memory(m, err);
	s->entries = grown;
	struct entry *e = &grown[s->n_entries++];

	*e = (struct entry){ .key = key, .value = strdup(value), .where = strdup(where) };
	return e->value && e->where ? 0 : no_memory(m, err);
}

/* conf_entry_fn */
static int read_entry(const char *header, const char *key, const char *value, const char *where,
		      void *arg, struct iso_err *err)
{
	struct manifest *m = arg;

	if (!key)
		return begin_section(m, header, where, err);
	if (!m->n_sections)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: '%s' stands before any [section]",
				   where, key);
	struct section *s = &m->sections[m->n_sections - 1];
	const bool of_suite = s->kind == MANIFEST_SUITE;
	const struct manifest_target to = {
		.base_dir = m->base_dir,
		.suite = &m->scratch,
		.test = of_suite ? NULL : s->scratch,
		.settings = of_suite ? m->ctx->settings : NULL,
		.scratch = &m->spec,
	};

	if (of_suite && strchr(key, '.'))
		return manifest_apply_spec(&to, key, value, where, err);
	const struct manifest_key *known = manifest_key_find(s->kind, key, where, err);

	if (!known)
		return -EINVAL;
	int r = known->apply(&to, value, where, err);

	return r < 0 || of_suite ? r : keep_entry(m, s, known, value, where, err);
}

static int apply_section(struct manifest *m, const struct section *s, struct test *t,
			 struct iso_err *err)
{
	const struct manifest_target to = {
		.base_dir = m->base_dir,
		.suite = m->ctx->suite,
		.test = t,
		.scratch = &m->spec,
	};

	for (size_t i = 0; i < s->n_entries; i++) {
		const struct entry *e = &s->entries[i];

		/* Where tests come from and what they run is settled when they
		 * are made. */
		if (str_eq(e->key->name, "from") || str_eq(e->key->name, "command"))
			continue;
		int r = e->key->apply(&to, e->value, e->where, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static enum source_granularity granularity_of(const struct section *s)
{
	enum source_granularity granularity = GRANULARITY_UNSAID;

	for (size_t i = 0; i < s->n_entries; i++)
		if (str_eq(s->entries[i].key->name, "granularity"))
			(void)source_granularity_parse(s->entries[i].value, &granularity);
	return granularity;
}

static int make_source(struct manifest *m, struct section *s, struct iso_err *err)
{
	struct source_ctx sub = *m->ctx;

	if (!s->scratch->origin)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: [source] without 'from'", s->where);
	sub.base_dir = m->base_dir;
	sub.cwd = s->scratch->cwd;
	sub.granularity = granularity_of(s);
	sub.depth++;
	if (source_load_in(&sub, s->scratch->origin, err) < 0)
		return iso_err_wrap(err, "%s", s->where);
	return 0;
}

static int make_test(struct manifest *m, struct section *s, struct iso_err *err)
{
	struct test_suite *suite = m->ctx->suite;

	if (!s->scratch->argv)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: [test %s] without 'command'",
				   s->where, s->name);
	struct test *t = test_suite_add(suite);

	if (!t)
		return no_memory(m, err);
	t->id = arena_strdup(suite->arena, s->name);
	t->argv = test_suite_strv(suite, s->scratch->argv);
	t->cwd = arena_strdup(suite->arena, m->base_dir);
	t->origin = arena_strdup(suite->arena, s->where);
	/* Its own sibling only: sections are written for what is unlike the rest. */
	t->program = t->id;
	return t->id && t->argv && t->cwd && t->origin ? 0 : no_memory(m, err);
}

static int make_tests(struct manifest *m, struct iso_err *err)
{
	struct test_suite *suite = m->ctx->suite;
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_sections; i++) {
		struct section *s = &m->sections[i];

		s->first = suite->n_tests;
		if (s->kind == MANIFEST_SOURCE)
			r = make_source(m, s, err);
		else if (s->kind == MANIFEST_TEST)
			r = make_test(m, s, err);
		s->end = suite->n_tests;
		for (size_t t = s->first; r == 0 && t < s->end; t++)
			r = apply_section(m, s, suite->tests[t], err);
	}
	return r;
}

static int apply_matches(struct manifest *m, size_t first, struct iso_err *err)
{
	struct test_suite *suite = m->ctx->suite;

	for (size_t i = 0; i < m->n_sections; i++) {
		for (size_t t = first; m->sections[i].kind == MANIFEST_MATCH && t < suite->n_tests;
		     t++) {
			struct test *test = suite->tests[t];

			if (fnmatch(m->sections[i].name, test->id, 0) == 0 &&
			    apply_section(m, &m->sections[i], test, err) < 0)
				return -EINVAL;
		}
	}
	for (size_t i = 0; i < m->n_sections; i++) {
		const struct section *s = &m->sections[i];

		if (s->kind == MANIFEST_TEST &&
		    apply_section(m, s, suite->tests[s->first], err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int load(struct manifest *m, struct iso_err *err)
{
	const size_t first = m->ctx->suite->n_tests;
	int r = conf_parse_file(m->path, read_entry, m, err);

	if (r == 0)
		r = make_tests(m, err);
	if (r < 0)
		return r;
	if (m->ctx->suite->n_tests == first)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "manifest '%s': neither a [source] nor a [test]", m->path);
	if (test_suite_make_ids_unique(m->ctx->suite) < 0)
		return no_memory(m, err);
	r = apply_matches(m, first, err);
	return r < 0 ? r : links_resolve(m->ctx->suite, first, err);
}

static int manifest_load(const struct source_ctx *ctx, const char *name, struct iso_err *err)
{
	_cleanup_free_ char *joined = path_join(ctx->base_dir, name);
	_cleanup_free_ char *path = joined ? path_clean(joined) : NULL;
	struct manifest m = { .ctx = ctx, .path = path };

	if (ctx->depth > SOURCE_DEPTH_MAX)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "manifest '%s': manifests name each other too deeply", name);
	if (!path || !(m.base_dir = path_dir(path)))
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "manifest '%s'", name);
	int r = -ENOMEM;

	if (spec_init(&m.spec) < 0 || test_suite_init(&m.scratch) < 0)
		iso_err_set(err, ISO_ERR_HOST, ENOMEM, "manifest '%s'", name);
	else
		r = load(&m, err);
	manifest_fini(&m);
	return r;
}

static int manifest_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	_cleanup_free_ char *path = path_join(ctx->base_dir, "isorun.ini");

	if (!path)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "isorun.ini");
	return access(path, F_OK) == 0 ? manifest_load(ctx, path, err) : 0;
}

const struct source_kind source_manifest = {
	.name = "manifest",
	.argument = "FILE",
	.looked_for = "isorun.ini",
	.names_place = true,
	.load = manifest_load,
	.detect = manifest_detect,
	.seen = source_seen_none,
};

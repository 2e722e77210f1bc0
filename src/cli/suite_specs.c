/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite_args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/host_prepare.h"
#include "cli/say.h"
#include "sandbox/sandbox.h"

void suite_specs_fini(struct suite_specs *s)
{
	prepared_fini(&s->main);
	for (size_t i = 0; i < s->n_others; i++)
		prepared_fini(&s->others[i]);
	free(s->others);
	strv_free(s->names);
	*s = (struct suite_specs){ 0 };
}

/* "section.key=value", as the manifest's reader left it. */
static int apply_entry(struct spec *spec, const char *entry, struct iso_err *err)
{
	size_t dot = strcspn(entry, ".");
	size_t equals = strcspn(entry, "=");
	_cleanup_free_ char *section = strndup(entry, dot);
	_cleanup_free_ char *key = NULL;

	if (dot < equals)
		key = strndup(entry + dot + 1, equals - dot - 1);
	if (!section || !key)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "apply '%s'", entry);
	return spec_set(spec, section, key, entry + equals + 1, "manifest", err);
}

static int warn(const struct spec *spec, struct iso_err *err)
{
	_cleanup_strv_ char **warnings = NULL;

	if (spec_check(spec, &warnings) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "check the profile");
	for (size_t i = 0; i < strv_len(warnings); i++)
		say("warning: profile '%s': %s", spec->profile ? spec->profile : "",
		    warnings[i]);
	return 0;
}

static int finish_spec(struct spec *spec, const struct suite_settings *settings,
		       const struct options_sandbox *options, struct iso_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < strv_len(settings->spec_entries); i++)
		r = apply_entry(spec, settings->spec_entries[i], err);
	if (settings->mem_bytes)
		spec->mem_bytes = settings->mem_bytes;
	if (settings->timeout_ns)
		spec->timeout_ns = settings->timeout_ns;
	if (settings->timeout_total_ns)
		spec->timeout_total_ns = settings->timeout_total_ns;
	if (r == 0)
		r = options_sandbox_apply(options, spec, err);
	if (r == 0)
		r = sbx_resolve_user(spec, err);
	suite_spec_defaults(spec);
	return r < 0 ? r : warn(spec, err);
}

/* The policy that stands in place of the profiles' own; NULL: none does. */
static int find_policy(const struct suite_settings *settings,
		       const struct options_sandbox *options, char **ret, struct iso_err *err)
{
	static const char entry[] = "process.seccomp=";
	int r = options_sandbox_policy(options, ret, err);

	for (size_t i = strv_len(settings->spec_entries); r == 0 && !*ret && i-- > 0;)
		if (str_starts(settings->spec_entries[i], entry)) {
			*ret = strdup(settings->spec_entries[i] + strlen(entry));
			if (!*ret)
				r = iso_err_set(err, ISO_ERR_HOST, ENOMEM, "load profiles");
		}
	return r;
}

static int make_other(struct suite_specs *s, const char *runtime_dir, const char *profile,
		      const char *policy, const struct suite_settings *settings,
		      const struct options_sandbox *options, struct iso_err *err)
{
	struct prepared *grown = reallocarray(s->others, s->n_others + 1, sizeof(*grown));
	int r;

	if (!grown)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "load profiles");
	s->others = grown;
	memset(&grown[s->n_others], 0, sizeof(*grown));
	r = host_prepare(runtime_dir, profile, policy, &grown[s->n_others], err);
	if (r < 0)
		return r;
	s->n_others++;
	if (strv_add(&s->names, profile) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "load profiles");
	return finish_spec(&grown[s->n_others - 1].spec, settings, options, err);
}

int suite_specs_make(struct suite_specs *s, const char *runtime_dir,
		     const struct test_suite *suite, const struct suite_settings *settings,
		     const struct options_sandbox *options, struct iso_err *err)
{
	const char *profile = options->profile ? options->profile : settings->profile;
	_cleanup_free_ char *policy = NULL;
	int r = find_policy(settings, options, &policy, err);

	if (r == 0)
		r = host_prepare(runtime_dir, profile, policy, &s->main, err);
	if (r == 0)
		r = finish_spec(&s->main.spec, settings, options, err);
	/* A profile on the command line is for all tests. */
	if (options->profile)
		return r;
	for (size_t i = 0; r == 0 && i < suite->n_tests; i++) {
		const struct test *t = suite->tests[i];

		if (!t->profile || strv_has(s->names, t->profile))
			continue;
		r = make_other(s, runtime_dir, t->profile, policy, settings, options, err);
		if (r < 0)
			iso_err_wrap(err, "%s", t->origin);
	}
	return r;
}

struct prepared *suite_specs_prepared_of(struct suite_specs *s, const struct test *t)
{
	for (size_t i = 0; t->profile && i < s->n_others; i++)
		if (str_eq(s->names[i], t->profile))
			return &s->others[i];
	return &s->main;
}

const struct spec *suite_specs_of(const struct test *t, void *arg)
{
	return &suite_specs_prepared_of(arg, t)->spec;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* isorun profile: lists the profiles or policies, or shows one resolved and checked. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "sandbox/policy.h"
#include "sandbox/profile.h"
#include "sandbox/seccomp.h"

struct profile_values {
	bool help;
	bool seccomp;
};

static const struct opt rows[] = {
	OPT_HELP,
	{ 0, "seccomp", NULL, opt_flag, offsetof(struct profile_values, seccomp),
	  "the same of seccomp policies", NULL },
};
static const struct opt_group groups[] = { { "Options", rows, ARRAY_SIZE(rows) } };
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

static int list(char *const *dirs, struct iso_err *err)
{
	_cleanup_strv_ char **names = NULL;
	int r = profile_list(dirs, &names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < strv_len(names); i++) {
		struct spec spec;
		struct iso_err fault = ISO_ERR_INIT;

		if (spec_init(&spec) < 0)
			return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "list profiles");
		if (profile_load(names[i], dirs, &spec, NULL, &fault) < 0)
			printf("%-12s (broken: %.*s)\n", names[i], (int)strcspn(fault.text, "\n"),
			       fault.text);
		else
			printf("%-12s %s\n", names[i], spec.description ? spec.description : "");
		spec_fini(&spec);
	}
	return 0;
}

/* A value of several lines goes on in indented ones. */
static void print_value(const char *key, const char *text)
{
	printf("%s = ", key);
	for (; *text; text++) {
		putchar(*text);
		if (*text == '\n')
			putchar('\t');
	}
	putchar('\n');
}

/* As an INI file: what was printed can be saved and used as a profile. */
static int print_spec(const struct spec *spec, char *const *files, struct iso_err *err)
{
	const struct spec_key *key;
	const char *section = "";

	for (size_t i = 0; i < strv_len(files); i++)
		printf("; from %s\n", files[i]);
	for (size_t i = 0; (key = spec_key_at(i)); i++) {
		_cleanup_free_ char *text = NULL;

		if (spec_get_text(spec, i, &text) < 0)
			return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "show the profile");
		/* What a profile inherits is in the values already. */
		if (str_eq(key->key, "inherit"))
			continue;
		if (!str_eq(section, key->section))
			printf("\n[%s]\n", key->section);
		section = key->section;
		print_value(key->key, text);
	}
	return 0;
}

static int show(const char *name, char *const *dirs, struct iso_err *err)
{
	_cleanup_strv_ char **files = NULL;
	_cleanup_strv_ char **warnings = NULL;
	struct spec spec;
	int r;

	if (spec_init(&spec) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "show the profile");
	r = profile_load(name, dirs, &spec, &files, err);
	if (r == 0)
		r = print_spec(&spec, files, err);
	if (r == 0 && spec_check(&spec, &warnings) < 0)
		r = iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "check the profile");
	for (size_t i = 0; i < strv_len(warnings); i++)
		say("warning: profile '%s': %s", name, warnings[i]);
	spec_fini(&spec);
	return r;
}

static int list_policies(char *const *dirs, struct iso_err *err)
{
	_cleanup_strv_ char **names = NULL;
	int r = policy_list(dirs, &names, err);

	for (size_t i = 0; r == 0 && i < strv_len(names); i++) {
		struct policy *policy = NULL;
		struct iso_err fault = ISO_ERR_INIT;

		if (policy_load(names[i], dirs, &policy, NULL, &fault) < 0)
			printf("%-12s (broken: %.*s)\n", names[i], (int)strcspn(fault.text, "\n"),
			       fault.text);
		else
			printf("%-12s %s\n", names[i],
			       policy->description ? policy->description : "");
		policy_free(policy);
	}
	return r;
}

/* Compiled too, so that all of its faults are found. */
static int show_policy(const char *name, char *const *dirs, struct iso_err *err)
{
	_cleanup_strv_ char **files = NULL;
	_cleanup_buf_ struct buf text = BUF_INIT;
	_cleanup_buf_ struct buf bpf = BUF_INIT;
	struct policy *policy = NULL;
	int r = policy_load(name, dirs, &policy, &files, err);

	if (r == 0)
		r = seccomp_compile(policy, seccomp_native(), &bpf, err);
	if (r == 0)
		policy_to_text(policy, &text);
	policy_free(policy);
	if (r == 0 && text.error)
		r = iso_err_set(err, ISO_ERR_INTERNAL, text.error, "show the policy");
	if (r < 0)
		return r;
	for (size_t i = 0; i < strv_len(files); i++)
		printf("; from %s\n", files[i]);
	printf("\n%s", buf_str(&text));
	return 0;
}

static int show_what(const struct profile_values *v, const char *name, char *const *dirs,
		     struct iso_err *err)
{
	if (v->seccomp)
		return name ? show_policy(name, dirs, err) : list_policies(dirs, err);
	return name ? show(name, dirs, err) : list(dirs, err);
}

static int run(char **argv)
{
	struct profile_values v = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	_cleanup_strv_ char **dirs = NULL;
	char **words;
	int r = command_parse(&cmd_profile, 0, argv, &v, &words, &err);

	if (r > 0)
		return 0;
	if (r == 0 && words[0] && words[1])
		r = iso_err_set(&err, ISO_ERR_USAGE, 0, "profile takes one name, not '%s' too",
				words[1]);
	if (r == 0)
		r = host_profile_dirs(&dirs, &err);
	if (r == 0)
		r = show_what(&v, words[0], dirs, &err);
	return r < 0 ? say_fault(&err) : 0;
}

const struct command cmd_profile = {
	.name = "profile",
	.words = "[NAME|FILE]",
	.summary = "lists profiles and seccomp policies, or shows one resolved",
	.options = &table,
	.run = run,
};

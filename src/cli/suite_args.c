/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite_args.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "suite/history_key.h"
#include "suite/links.h"

#define FIELD(member) offsetof(struct values_suite, select.member)

int opt_history_key(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	(void)o;
	*(const char **)field = value;
	return history_key_check(value, "option '--history-key'", err);
}

static int opt_granularity(const struct opt *o, const char *value, void *field,
			   struct iso_err *err)
{
	if (source_granularity_parse(value, field) < 0)
		return opt_reject(o, value, "case, suite, program or auto", err);
	return 0;
}

static int opt_shard(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	if (!choose_parse_shard(value, field))
		return opt_reject(o, value, "a part such as 2/5, from 1/5 to 5/5", err);
	return 0;
}

const struct opt options_select_rows[OPTIONS_SELECT_N] = {
	{ 0, "failed-first", NULL, opt_flag, FIELD(failed_first),
	  "first those that failed when last run", NULL },
	{ 0, "granularity", "HOW", opt_granularity, FIELD(granularity),
	  "a test is a case, a suite, a program, or auto", NULL },
	{ 0, "last-failed", NULL, opt_flag, FIELD(last_failed),
	  "only those that failed when last run", NULL },
	{ 'k', "names", "EXPR", opt_string, FIELD(names),
	  "whose name matches, such as 'http and not slow'", NULL },
	{ 0, "quarantine", "FILE", opt_string, FIELD(quarantine),
	  "tests there may fail until a day", NULL },
	{ 0, "shard", "I/N", opt_shard, FIELD(shard),
	  "part I of N, of equal time by past runs", NULL },
	{ 'm', "tags", "EXPR", opt_string, FIELD(tags), "tests whose tags match", NULL },
};

static int load_sources(char *const *sources, struct test_suite *suite,
			struct suite_settings *settings, struct iso_err *err)
{
	int r = 0;

	if (!*sources)
		return source_load_default(suite, settings, err);
	for (size_t i = 0; r == 0 && sources[i]; i++)
		r = source_load(sources[i], suite, settings, err);
	return r;
}

static void tell_notes(const struct suite_settings *settings)
{
	for (char **note = settings->notes; note && *note; note++)
		say("note: %s", *note);
}

static int none_left(size_t n, const struct options_select *select, struct iso_err *err)
{
	if (!n)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "the sources hold no test");
	return iso_err_set(err, ISO_ERR_USAGE, 0, "none of %zu tests matches%s%s%s%s", n,
			   select->names ? " --names " : "", select->names ? select->names : "",
			   select->tags ? " --tags " : "", select->tags ? select->tags : "");
}

/* Before tests are chosen: a line whose tests were not chosen has not lost them. */
static int apply_quarantine(const struct options_select *select,
			    const struct suite_settings *settings, struct test_suite *suite,
			    char ***ret_notes, struct iso_err *err)
{
	const char *file = select->quarantine ? select->quarantine : settings->quarantine;
	_cleanup_strv_ char **notes = NULL;
	struct quarantine q = { .file = NULL };
	int r = file ? quarantine_load(file, &q, err) : 0;

	if (r == 0 && quarantine_apply(&q, suite, time_wall_ns(), &notes) < 0)
		r = iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "load the tests");
	quarantine_fini(&q);
	if (r == 0 && ret_notes)
		*ret_notes = TAKE_PTR(notes);
	return r;
}

int suite_args_load(char *const *sources, const struct options_select *select,
		    struct test_suite *ret, struct suite_settings *ret_settings,
		    char ***ret_notes, struct iso_err *err)
{
	size_t n;
	int r;

	suite_settings_init(ret_settings);
	ret_settings->granularity = select->granularity;
	ret_settings->chooses = select->names || select->tags;
	if (test_suite_init(ret) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "load the tests");
	r = host_python_dirs(&ret_settings->python_dirs, err);
	if (r == 0)
		r = load_sources(sources, ret, ret_settings, err);
	if (r < 0)
		return r;
	tell_notes(ret_settings);
	if (test_suite_make_ids_unique(ret) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "load the tests");
	r = links_check(ret, err);
	if (r == 0)
		r = apply_quarantine(select, ret_settings, ret, ret_notes, err);
	if (r < 0)
		return r;
	n = ret->n_tests;
	r = select_tests(ret, select->names, select->tags, err);
	if (r < 0)
		return r;
	return ret->n_tests ? 0 : none_left(n, select, err);
}

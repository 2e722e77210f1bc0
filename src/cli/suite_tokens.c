/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of a suite want by name, and whether there is as much. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/suite_args.h"
#include "engine/tokens.h"

static int no_memory(struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "load the tests");
}

static bool has_token(char *const *tokens, const char *word)
{
	for (; tokens && *tokens; tokens++)
		if (token_same_name(*tokens, word))
			return true;
	return false;
}

static int give(struct test_suite *suite, char **words, char ***ret, struct iso_err *err)
{
	*ret = test_suite_strv(suite, words);
	return *ret || !words ? 0 : no_memory(err);
}

/* The profile's and the options', beside its own, which win. */
static int join_tokens(struct test_suite *suite, const struct spec *spec, char ***tokens,
		       struct iso_err *err)
{
	_cleanup_strv_ char **all = NULL;
	int r = strv_copy(*tokens, &all);

	for (char **word = spec->tokens; r == 0 && word && *word; word++)
		if (!has_token(*tokens, *word))
			r = strv_add(&all, *word);
	return r < 0 ? no_memory(err) : give(suite, all, tokens, err);
}

static int join_locks(struct test_suite *suite, const struct spec *spec, struct demand *demand,
		      struct iso_err *err)
{
	_cleanup_strv_ char **locks = NULL;
	_cleanup_strv_ char **shared = NULL;
	int r = strv_copy(demand->locks, &locks);

	if (r == 0)
		r = strv_copy(demand->shared_locks, &shared);
	for (char **word = spec->locks; r == 0 && word && *word; word++) {
		char name[AMOUNT_NAME];
		bool is_shared = false;

		(void)lock_parse(*word, name, &is_shared);
		if (!strv_has(locks, name) && !strv_has(shared, name))
			r = strv_add(is_shared ? &shared : &locks, name);
	}
	if (r < 0)
		return no_memory(err);
	r = give(suite, locks, &demand->locks, err);
	return r < 0 ? r : give(suite, shared, &demand->shared_locks, err);
}

static int join(struct test_suite *suite, const struct spec *spec, struct test *t,
		struct iso_err *err)
{
	int r = 0;

	if (spec->tokens)
		r = join_tokens(suite, spec, &t->demand.tokens, err);
	if (r == 0 && spec->locks)
		r = join_locks(suite, spec, &t->demand, err);
	return r;
}

/* Those that it takes where there are any. */
static int take_if_any(struct test_suite *suite, struct test *t, const struct token_pools *have,
		       struct iso_err *err)
{
	_cleanup_strv_ char **all = NULL;
	int r = t->tokens_if_any ? strv_copy(t->demand.tokens, &all) : 0;

	for (char **word = t->tokens_if_any; r == 0 && word && *word; word++)
		if (token_pools_find(have, *word) >= 0 && !has_token(t->demand.tokens, *word))
			r = strv_add(&all, *word);
	if (r < 0)
		return no_memory(err);
	return all ? give(suite, all, &t->demand.tokens, err) : 0;
}

static int check(const struct test *t, const struct token_pools *have, struct iso_err *err)
{
	const struct demand *d = &t->demand;
	const struct amounts_wanted wanted = {
		.tokens = d->tokens,
		.locks = d->locks,
		.shared_locks = d->shared_locks,
		.have = have,
	};
	struct amounts unused;

	if (!d->tokens && !d->locks && !d->shared_locks)
		return 0;
	const int r = amounts_fill(&wanted, &unused, err);
	return r < 0 ? iso_err_wrap(err, "test '%s'", t->id) : 0;
}

int suite_tokens_apply(struct test_suite *suite, struct suite_specs *specs,
		       const struct suite_settings *settings,
		       const struct options_sandbox *options, bool elsewhere,
		       struct token_pools *ret, struct iso_err *err)
{
	struct tokens_host host = tokens_host_here();
	bool wanted = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < suite->n_tests; i++) {
		r = join(suite, suite_specs_of(suite->tests[i], specs), suite->tests[i], err);
		wanted |= suite->tests[i]->demand.tokens || suite->tests[i]->tokens_if_any;
	}
	*ret = (struct token_pools){ 0 };
	if (r == 0 && wanted)
		r = tokens_find(&host, settings->tokens, options->have, elsewhere, ret, err);
	for (size_t i = 0; r == 0 && wanted && i < suite->n_tests; i++)
		r = take_if_any(suite, suite->tests[i], ret, err);
	for (size_t i = 0; r == 0 && i < suite->n_tests; i++)
		r = check(suite->tests[i], ret, err);
	return r;
}

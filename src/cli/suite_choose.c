/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite_choose.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "cli/say.h"
#include "cli/suite_history.h"
#include "suite/links.h"

/* A history that cannot be read is no reason not to run. */
static void recall(struct history *history, const char *project, const struct test_suite *suite,
		   struct choose_fact *facts)
{
	struct iso_err err = ISO_ERR_INIT;

	if (!history || choose_recall(history, project, suite, facts, &err) == 0)
		return;
	memset(facts, 0, suite->n_tests * sizeof(*facts));
	suite_history_mend(history, &err);
}

static bool any_known(const struct choose_fact *facts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (facts[i].known)
			return true;
	return false;
}

static size_t count_failed(const struct choose_fact *facts, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += facts[i].failed;
	return failed;
}

/* The split is told because nobody else can find machines that cut differently. */
static void tell_shard(const struct choose_shard *shard, const struct choose_share *share)
{
	char ns[NUM_TEXT];
	char all_ns[NUM_TEXT];

	if (share->all_ns)
		say("shard %u/%u: %zu of %zu tests, %s of %s by past runs (split %08" PRIx32 ")",
		    shard->index, shard->count, share->n, share->n_all,
		    num_format_time(ns, share->ns), num_format_time(all_ns, share->all_ns),
		    share->split);
	else
		say("shard %u/%u: %zu of %zu tests, no past run tells their times"
		    " (split %08" PRIx32 ")", shard->index, shard->count, share->n, share->n_all,
		    share->split);
}

static void keep_failed(struct test_suite *suite, struct choose_fact *facts, bool quiet)
{
	const size_t n = suite->n_tests;
	const size_t ran = count_failed(facts, n);
	const size_t failed = choose_failed(suite, facts);

	if (quiet)
		return;
	if (failed > ran)
		say("--last-failed: %zu of %zu tests failed when they were last run, or waited "
		    "for one that did", failed, n);
	else if (failed)
		say("--last-failed: %zu of %zu tests failed when they were last run", failed, n);
	else if (any_known(facts, n))
		say("--last-failed: none of %zu tests failed when it was last run: all run", n);
	else
		say("--last-failed: none of %zu tests is known to have run: all run", n);
}

/* What is known of each test, as they stand now; the caller frees. */
static struct choose_fact *facts_of(struct history *history, const char *project,
				    const struct test_suite *suite)
{
	struct choose_fact *facts = calloc(suite->n_tests + 1, sizeof(*facts));

	if (facts)
		recall(history, project, suite, facts);
	return facts;
}

/* -ENOMEM */
static int take_out(const struct options_select *select, bool quiet, struct test_suite *suite,
		    struct choose_fact *facts)
{
	struct choose_share share;

	if (select->last_failed)
		keep_failed(suite, facts, quiet);
	if (!select->shard.count)
		return 0;
	if (choose_shard(suite, facts, &select->shard, &share) < 0)
		return -ENOMEM;
	if (!quiet)
		tell_shard(&select->shard, &share);
	return 0;
}

int suite_choose(const struct options_select *select, struct history *history,
		 const char *project, bool quiet, struct test_suite *suite, size_t *ret_n_first,
		 struct iso_err *err)
{
	const bool takes_out = select->last_failed || select->shard.count;
	struct choose_fact *facts;
	int r = 0;

	if (takes_out) {
		facts = facts_of(history, project, suite);
		r = facts ? take_out(select, quiet, suite, facts) : -ENOMEM;
		free(facts);
		if (r == 0)
			r = links_complete(suite);
	}
	if (r == 0 && select->failed_first) {
		facts = facts_of(history, project, suite);
		if (facts)
			*ret_n_first = choose_failed_first(suite, facts);
		else
			r = -ENOMEM;
		free(facts);
	}
	return r < 0 ? iso_err_set(err, ISO_ERR_INTERNAL, r, "choose the tests") : 0;
}

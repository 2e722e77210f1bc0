/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  A test that waits for others is PLAN_BLOCKED, and the planner does
 * not look at it, until the last of them is settled.  A test that is settled tells those that
 * wait for it at once; where one of them cannot do without what failed, it is settled in turn
 * and has others to tell: they stand in a queue, so that a long chain takes no stack.
 * When the run ends early nobody is told: what did not come to its turn is given up for
 * that reason, and not for want of a test that had no turn either. */
#include "suite/runner_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/outcome.h"

int run_links_make(struct runner *r, struct iso_err *err)
{
	int rc = links_of(r->config->suite, &r->links, err);

	if (rc < 0 || !r->links)
		return rc;
	r->settled = calloc(r->n, sizeof(*r->settled));
	rc = r->settled ? plan_links_begin(r->links, r->items, &r->awaited) : -ENOMEM;
	return rc < 0 ? iso_err_set(err, ISO_ERR_HOST, rc, "order of tests") : 0;
}

void run_links_fini(struct runner *r)
{
	plan_links_free(r->links);
	free(r->awaited);
	free(r->settled);
}

static void give_up_after(struct run_test *t, const struct run_test *failed)
{
	char why[JUDGE_DETAIL_MAX];

	(void)snprintf(why, sizeof(why), "it depends on '%.300s': %s", failed->test->id,
		       outcome_name(failed->outcome));
	run_test_give_up(t, why);
}

static void tell(struct runner *r, size_t settled)
{
	const struct run_test *t = &r->tests[settled];
	size_t n;
	const struct plan_edge *e = plan_links_from(r->links, settled, &n);

	/* With the chain behind it some may stand elsewhere in the order, too. */
	r->order_stale |= plan_links_done(r->links, settled, r->awaited, r->items);
	for (size_t i = 0; !outcome_is_good(t->outcome) && i < n; i++)
		if (e[i].must_pass && !r->tests[e[i].after].settled)
			give_up_after(&r->tests[e[i].after], t);
}

void run_links_settled(struct run_test *t)
{
	struct runner *r = t->run;

	if (!r->links || r->stopping)
		return;
	r->settled[r->n_settled++] = t->index;
	if (r->telling)
		return;
	r->telling = true;
	for (size_t k = 0; k < r->n_settled; k++)
		tell(r, r->settled[k]);
	r->n_settled = 0;
	r->telling = false;
}

bool run_test_is_idle(struct run_test *t)
{
	const struct test *test = t->test;

	if (t->settled)
		return true;
	if (test->disabled)
		run_test_skip(t, test->disabled);
	else if (test->unable)
		run_test_give_up(t, test->unable);
	return t->settled;
}

bool run_test_lacks_file(struct run_test *t)
{
	const struct test *test = t->test;

	for (char **file = test->required_files; file && *file; file++) {
		char why[JUDGE_DETAIL_MAX];

		if (access(*file, F_OK) == 0)
			continue;
		(void)snprintf(why, sizeof(why), "'%.250s' is not there%s%.120s", *file,
			       test->required_hint ? ": " : "",
			       test->required_hint ? test->required_hint : "");
		run_test_give_up(t, why);
		return true;
	}
	return false;
}

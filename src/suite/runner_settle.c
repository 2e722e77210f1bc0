/* SPDX-License-Identifier: Apache-2.0 */
/* How a test's attempts and repetitions become its outcome. */
#include "suite/runner_state.h"

#include <stdio.h>
#include <stdlib.h>

#include "suite/rundir.h"

void run_test_book_repetition(struct run_test *t, const struct judgement *newest)
{
	struct judgement j = *newest;
	const unsigned n_bad = t->repeats.bad;

	j.outcome = retry_settle(&t->log, j.outcome);
	repeat_book(&t->repeats, &j, t->log.attempts);
	if (t->repeats.bad > n_bad && n_bad == 0)
		t->bad_sample = t->sample;
}

/* The output, and the figures, are those of the attempt that decided. */
static void show_the_bad_one(struct run_test *t)
{
	char *output = rundir_output_name(t->index, t->repeats.first_bad);

	if (!t->repeats.bad || t->repeats.first_bad == t->log.attempts || !output) {
		free(output);
		return;
	}
	free(t->output);
	t->output = output;
	t->repeated_ns += t->sample.wall_ns - t->bad_sample.wall_ns;
	t->sample = t->bad_sample;
}

/* Its failure is told, and counts for nothing; isorun's own is another matter. */
static void quarantine(const struct run_test *t, struct judgement *j)
{
	char said[JUDGE_DETAIL_MAX];

	if (!t->test->quarantine || outcome_is_good(j->outcome) ||
	    j->outcome == OUTCOME_NOT_RUN || j->outcome == OUTCOME_ERROR)
		return;
	(void)snprintf(said, sizeof(said), "%s", j->detail[0] ? j->detail
							      : outcome_name(j->outcome));
	(void)snprintf(j->detail, sizeof(j->detail), "%.*s; quarantined %.*s",
		       JUDGE_DETAIL_MAX / 2, said, JUDGE_DETAIL_MAX / 2 - 20,
		       t->test->quarantine);
	j->outcome = OUTCOME_QUARANTINED;
}

void run_test_settle(struct run_test *t)
{
	struct judgement j;

	repeat_settle(&t->repeats, &j);
	/* Who cannot do without it is not helped by a failure that counts for nothing. */
	t->outcome = j.outcome;
	quarantine(t, &j);
	show_the_bad_one(t);
	t->run->items[t->index].state = PLAN_DONE;
	t->run->n_done_in_order++;
	t->settled = true;
	emit_test_finished(t, j.outcome, j.detail);
	run_test_fini(t);
	runner_settled(t->run, j.outcome);
	run_links_settled(t);
}

void run_test_cut_short(struct run_test *t, const struct judgement *why)
{
	if (t->judged)
		run_test_book_repetition(t, &t->last);
	else if (!t->repeats.done)
		run_test_book_repetition(t, why);
	run_test_settle(t);
}

void run_test_give_up(struct run_test *t, const char *why)
{
	struct judgement j = { .outcome = OUTCOME_NOT_RUN };

	(void)snprintf(j.detail, sizeof(j.detail), "%s", why);
	run_test_cut_short(t, &j);
}

void run_test_skip(struct run_test *t, const char *why)
{
	struct judgement j = { .outcome = OUTCOME_SKIPPED };

	(void)snprintf(j.detail, sizeof(j.detail), "%s", why);
	run_test_cut_short(t, &j);
}

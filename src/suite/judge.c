/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/judge.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/proc.h"

/* automake's, and thereby that of most programs that skip at all. */
enum { SKIP_STATUS = 77 };

__attribute__((format(printf, 3, 4)))
static void settle(struct judgement *j, enum outcome outcome, const char *fmt, ...)
{
	va_list ap;

	j->outcome = outcome;
	va_start(ap, fmt);
	(void)vsnprintf(j->detail, sizeof(j->detail), fmt, ap); /* cut: one line for people */
	va_end(ap);
	j->detail[strcspn(j->detail, "\n")] = '\0';
}

static void settle_oom(struct judgement *j, const struct result *r)
{
	char limit[NUM_TEXT];
	const struct usage *u = &r->usage;
	const uint64_t at = u->mem_limit_end_bytes ? u->mem_limit_end_bytes : u->mem_limit_bytes;

	num_format_size(limit, at);
	if (r->gave_way)
		settle(j, OUTCOME_OUT_OF_MEMORY, "gave way at %s, so that others could grow",
		       limit);
	else if (r->mem_refused)
		settle(j, OUTCOME_OUT_OF_MEMORY, "failed after it reached its memory limit of %s",
		       limit);
	else if (r->test_process_oom || r->signal || r->exit_status != 0)
		settle(j, OUTCOME_OUT_OF_MEMORY, "killed at its memory limit of %s", limit);
	else
		settle(j, OUTCOME_OUT_OF_MEMORY,
		       "a process of it was killed at the memory limit of %s, though it exited 0",
		       limit);
}

/* By whom and where nothing went wrong is told: 137 alone looks like a lack of memory. */
static void settle_kill(struct judgement *j, const struct result *r)
{
	char left[NUM_TEXT];
	char limit[NUM_TEXT];
	const bool itself = r->signal == SIGKILL;
	const uint64_t left_bytes = result_mem_left(r);

	num_format_size(left, left_bytes);
	num_format_size(limit, r->usage.mem_limit_end_bytes);
	if (r->host_oom)
		settle(j, OUTCOME_CRASHED,
		       "%s killed by the memory killer of the host or of a limit above "
		       "(SIGKILL): %s of its own limit of %s were left",
		       itself ? "it was" : "a process of it was", left, limit);
	else if (left_bytes)
		settle(j, OUTCOME_CRASHED,
		       "killed by SIGKILL, neither by isorun nor at its memory limit: %s of %s "
		       "were left", left, limit);
	else
		settle(j, OUTCOME_CRASHED, "killed by SIGKILL");
}

static void settle_timeout(struct judgement *j, const struct result *r, int64_t timeout_ns)
{
	char limit[NUM_TEXT];
	char paused[NUM_TEXT];

	num_format_time(limit, timeout_ns);
	if (r->timed_out_total && r->usage.paused_ns)
		settle(j, OUTCOME_TIMED_OUT,
		       "total time limit of %s reached; it stood paused for %s of it", limit,
		       num_format_time(paused, r->usage.paused_ns));
	else
		settle(j, OUTCOME_TIMED_OUT, "%stime limit of %s reached",
		       r->timed_out_total ? "total " : "", limit);
}

static bool is_skip(const struct test *t, int status)
{
	if (!t->skip_status)
		return status == SKIP_STATUS && t->protocol == TEST_PROTOCOL_EXIT;
	for (size_t i = 0; i < t->n_skip_status; i++) {
		if (t->skip_status[i] == status)
			return true;
	}
	return false;
}

/* A shell reports a signal of its last command as 128+n. */
static void settle_status(struct judgement *j, int status)
{
	char name[16];

	if (status == 0)
		settle(j, OUTCOME_PASSED, "%s", "");
	else if (status > 128 && status <= 128 + 31)
		settle(j, OUTCOME_FAILED, "exit status %d, as if by %s", status,
		       proc_signal_name(status - 128, name));
	else
		settle(j, OUTCOME_FAILED, "exit status %d", status);
}

static void settle_tap(struct judgement *j, const struct output_facts *facts, int status)
{
	switch (facts->tap) {
	case TAP_FAILED:
		settle(j, OUTCOME_FAILED, "%s", facts->tap_detail);
		break;
	case TAP_SKIPPED:
		if (status == 0)
			settle(j, OUTCOME_SKIPPED, "%s", facts->tap_detail);
		else
			settle_status(j, status);
		break;
	case TAP_PASSED:
		settle_status(j, status);
		break;
	}
}

/* What nobody has read may hold the line that says otherwise. */
static bool verdict_is_cut(const struct test *t, const struct output_facts *facts)
{
	return facts->unread_bytes && (t->fail_pattern || t->protocol == TEST_PROTOCOL_TAP);
}

static bool verdict_lost(const struct test *t, const struct output_facts *facts)
{
	if (facts->fail_matched || !facts->unread_bytes)
		return false;
	return verdict_is_cut(t, facts) || (t->pass_pattern && !facts->pass_matched);
}

static void settle_failed_cases(struct judgement *j, const struct cases_facts *c)
{
	const char *colon = c->why[0] ? ": " : "";

	if (c->n == 1 && c->why[0])
		settle(j, OUTCOME_FAILED, "%s", c->why);
	else if (c->n_failed == 1)
		settle(j, OUTCOME_FAILED, "%s failed, of %zu cases%s%s", c->failed, c->n, colon,
		       c->why);
	else
		settle(j, OUTCOME_FAILED, "%zu of %zu cases failed, first %s%s%s", c->n_failed,
		       c->n, c->failed, colon, c->why);
}

/* A status of 0 is no proof: a case may end the program, and its main forget what failed. */
static void settle_cases(struct judgement *j, const struct cases_facts *c, int status)
{
	if (c->n_failed)
		settle_failed_cases(j, c);
	else if (status != 0)
		settle_status(j, status);
	else if (!c->whole)
		settle(j, OUTCOME_FAILED,
		       "exit status 0, but it ended before all of its cases had");
	else if (c->n_missing || !c->n)
		settle(j, OUTCOME_FAILED, "exit status 0, but it did not run the case%s",
		       c->n_missing == 1 ? "" : "s");
	else if (c->n_skipped == c->n)
		settle(j, OUTCOME_SKIPPED, "%s", c->why);
	else
		settle(j, OUTCOME_PASSED, "%s", "");
}

/* It ended by itself, with a status. */
static void judge_exit(const struct test *t, const struct result *r,
		       const struct output_facts *facts, struct judgement *j)
{
	char text[NUM_TEXT];

	if (facts->fail_matched)
		settle(j, OUTCOME_FAILED, "output matches fail-pattern: %s", facts->fail_line);
	else if (verdict_is_cut(t, facts))
		settle(j, OUTCOME_FAILED,
		       "its verdict lies in its output, and %s of that were above the output limit",
		       num_format_size(text, facts->unread_bytes));
	else if (facts->cases.asked && !t->pass_pattern && !is_skip(t, r->exit_status))
		settle_cases(j, &facts->cases, r->exit_status);
	else if (facts->skip_matched && (!t->skip_passes || r->exit_status == 0))
		settle(j, OUTCOME_SKIPPED, "output matches skip-pattern: %s", facts->skip_line);
	else if (is_skip(t, r->exit_status))
		settle(j, OUTCOME_SKIPPED, "exit status %d", r->exit_status);
	else if (t->pass_pattern && facts->pass_matched)
		settle(j, OUTCOME_PASSED, "%s", "");
	else if (t->pass_pattern && facts->unread_bytes)
		settle(j, OUTCOME_FAILED,
		       "no output matches pass-pattern, but %s of it were above the output limit",
		       num_format_size(text, facts->unread_bytes));
	else if (t->pass_pattern)
		settle(j, OUTCOME_FAILED, "exit status %d, and no output matches pass-pattern",
		       r->exit_status);
	else if (t->protocol == TEST_PROTOCOL_TAP)
		settle_tap(j, facts, r->exit_status);
	else
		settle_status(j, r->exit_status);
}

static void settle_private_full(struct judgement *j, const struct result *r)
{
	char text[NUM_TEXT];

	settle(j, OUTCOME_FAILED,
	       "exit status %d with %s of private files, all that there is room for; "
	       "--scratch disk", r->exit_status, num_format_size(text, r->usage.private_bytes));
}

/* Only what the test itself did stands for what was expected of it: want of memory or of
 * an output to judge by never does. */
static void settle_expected(struct judgement *j, const struct test *t, const struct result *r)
{
	char why[sizeof("failed as expected: ") + JUDGE_DETAIL_MAX];

	if (j->outcome == OUTCOME_PASSED) {
		settle(j, OUTCOME_FAILED, "it passed, and is expected to fail");
		return;
	}
	if (j->outcome == OUTCOME_FAILED && t->error_status && r->exit_status == t->error_status)
		return;
	if (j->outcome != OUTCOME_FAILED && j->outcome != OUTCOME_CRASHED)
		return;
	(void)snprintf(why, sizeof(why), "failed as expected: %s", j->detail);
	settle(j, OUTCOME_PASSED, "%s", why);
}

void judge_attempt(const struct test *t, const struct result *r, const struct output_facts *facts,
		   int64_t timeout_ns, struct judgement *ret)
{
	char name[16];

	if (!r->started) {
		settle(ret, OUTCOME_ERROR, "%s", r->error ? r->error : "it could not be started");
	} else if (r->timed_out) {
		settle_timeout(ret, r, timeout_ns);
	} else if (r->oom) {
		settle_oom(ret, r);
	} else if (r->host_oom || r->signal == SIGKILL) {
		settle_kill(ret, r);
	} else if (r->signal) {
		settle(ret, OUTCOME_CRASHED, "killed by %s", proc_signal_name(r->signal, name));
		if (t->expectation == TEST_MUST_FAIL_OR_CRASH && !r->error)
			settle_expected(ret, t, r);
	} else if (r->error) {
		settle(ret, OUTCOME_ERROR, "%s", r->error);
	} else {
		judge_exit(t, r, facts, ret);
		if (ret->outcome == OUTCOME_FAILED && r->mem_refused)
			settle_oom(ret, r);
		else if (ret->outcome == OUTCOME_FAILED && r->private_full)
			settle_private_full(ret, r);
		else if (t->expectation != TEST_MUST_PASS && !verdict_lost(t, facts))
			settle_expected(ret, t, r);
	}
}

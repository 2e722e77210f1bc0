/* SPDX-License-Identifier: Apache-2.0 */
#include "model/result.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

enum {
	SHELL_TIMED_OUT = 124, /* as timeout(1) */
	SHELL_HOST = 125,      /* as env(1): the wrapper's own fault */
	SHELL_SIGNAL = 128,    /* as sh(1): plus the signal's number */
};

void result_init(struct result *r)
{
	*r = (struct result){
		.outcome = OUTCOME_ERROR,
		.exit_status = -1,
		.error_status = SHELL_HOST,
	};
}

void refusal_fini(struct refusal *r)
{
	free(r->call);
	free(r->error);
	free(r->program);
	free(r->permit);
}

void result_fini(struct result *r)
{
	for (size_t i = 0; i < r->n_leftovers; i++)
		free(r->leftovers[i].command);
	free(r->leftovers);
	strv_free(r->written);
	strv_free(r->deleted);
	strv_free(r->kept);
	strv_free(r->held);
	for (size_t i = 0; i < r->n_degraded; i++) {
		free(r->degraded[i].what);
		free(r->degraded[i].why);
	}
	free(r->degraded);
	for (size_t i = 0; i < r->n_refusals; i++)
		refusal_fini(&r->refusals[i]);
	free(r->refusals);
	free(r->error);
	result_init(r);
}

int result_add_degraded(struct result *r, const char *what, const char *why)
{
	struct degraded *grown = reallocarray(r->degraded, r->n_degraded + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	r->degraded = grown;

	_cleanup_free_ char *what_copy = strdup(what);
	_cleanup_free_ char *why_copy = strdup(why);
	if (!what_copy || !why_copy)
		return -ENOMEM;
	grown[r->n_degraded++] = (struct degraded){
		.what = TAKE_PTR(what_copy),
		.why = TAKE_PTR(why_copy),
	};
	return 0;
}

uint64_t result_mem_left(const struct result *r)
{
	const uint64_t limit = r->usage.mem_limit_end_bytes;
	const uint64_t peak = r->usage.mem_peak_bytes;

	return peak && peak < limit && limit - peak >= limit / 8 ? limit - peak : 0;
}

int result_shell_status(const struct result *r)
{
	/* Also after its start: a sandbox that cannot go on. */
	if (!r->started || r->outcome == OUTCOME_ERROR)
		return r->error_status;
	if (r->timed_out)
		return SHELL_TIMED_OUT;
	/* Also when only a child was killed and the test itself exited 0: what
	 * it computed without that child is not to be trusted. */
	if (r->oom || r->host_oom)
		return SHELL_SIGNAL + SIGKILL;
	if (r->signal)
		return SHELL_SIGNAL + r->signal;
	return r->exit_status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/wrap.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "cli/say.h"
#include "cli/words.h"

enum { NAMED_LEFTOVERS = 3, STATUS_NOT_FOUND = 127 };

/* All that was given up in one line: a warning a feature would drown the
 * command's own output.  The cures are doctor's to tell. */
size_t wrap_tell_degraded(const struct result *r, size_t n_told)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (r->n_degraded <= n_told)
		return n_told;
	for (size_t i = n_told; i < r->n_degraded; i++) {
		const char *why = r->degraded[i].why;
		const char *cure = strstr(why, "; cure: ");

		buf_addf(&b, "%s%s (", i > n_told ? ", " : "", r->degraded[i].what);
		buf_add(&b, why, cure ? (size_t)(cure - why) : strcspn(why, "\n"));
		buf_addc(&b, ')');
	}
	say("warning: without %s; isorun doctor tells more", buf_str(&b));
	return r->n_degraded;
}

static void tell_memory(const struct result *r)
{
	char limit[NUM_TEXT];
	char peak[NUM_TEXT];

	num_format_size(limit, r->usage.mem_limit_end_bytes);
	if (r->gave_way)
		say("out of memory: the command gave way at %s, so that others could grow", limit);
	else if (r->mem_refused)
		say("out of memory: the command failed at a limit of %s (peak %s)", limit,
		    num_format_size(peak, r->usage.mem_peak_bytes));
	if (r->gave_way || r->mem_refused)
		return;
	say("out of memory: %s killed at a limit of %s (peak %s)",
	    r->test_process_oom ? "the command was" : "a process of the command was",
	    limit, num_format_size(peak, r->usage.mem_peak_bytes));
}

static void tell_kill(const struct result *r)
{
	char left[NUM_TEXT];
	char limit[NUM_TEXT];
	const uint64_t left_bytes = result_mem_left(r);

	num_format_size(left, left_bytes);
	num_format_size(limit, r->usage.mem_limit_end_bytes);
	if (r->host_oom)
		say("%s killed by the memory killer of the host or of a limit above: "
		    "%s of its own limit of %s were left",
		    r->signal == SIGKILL ? "the command was" : "a process of the command was",
		    left, limit);
	else if (r->signal == SIGKILL && !r->oom && !r->timed_out && left_bytes)
		say("killed by SIGKILL, neither by isorun nor at its memory limit: "
		    "%s of %s were left", left, limit);
}

/* What a command names itself is not to be trusted on a terminal. */
static void add_plain(struct buf *b, const char *s)
{
	for (; *s; s++)
		buf_addc(b, (unsigned char)*s < ' ' || *s == 127 ? '?' : *s);
}

static void tell_leftovers(const struct result *r)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (!r->n_leftovers)
		return;
	for (size_t i = 0; i < r->n_leftovers && i < NAMED_LEFTOVERS; i++) {
		const struct leftover *left = &r->leftovers[i];

		buf_adds(&b, i ? ", '" : "'");
		add_plain(&b, left->command && *left->command ? left->command : left->name);
		buf_addc(&b, '\'');
	}
	if (r->n_leftovers > NAMED_LEFTOVERS)
		buf_addf(&b, " and %zu more", r->n_leftovers - NAMED_LEFTOVERS);
	say("left running and ended: %s", buf_str(&b));
}

static void tell_refusals(const struct result *r)
{
	uint64_t told = 0;

	for (size_t i = 0; i < r->n_refusals; i++) {
		const struct refusal *one = &r->refusals[i];
		_cleanup_buf_ struct buf b = BUF_INIT;

		add_plain(&b, one->program);
		told += one->count;
		if (one->count > 1)
			say("seccomp refused %s of '%s' with %s, %" PRIu64 " times; to permit: %s",
			    one->call, buf_str(&b), one->error, one->count, one->permit);
		else
			say("seccomp refused %s of '%s' with %s; to permit: %s", one->call,
			    buf_str(&b), one->error, one->permit);
	}
	if (told < r->n_refused)
		say("seccomp refused %" PRIu64 " more calls, of other kinds", r->n_refused - told);
}

static void tell_not_started(const char *command, const struct result *r)
{
	const char *near = word_nearest(command);

	if (r->error_status == STATUS_NOT_FOUND && near)
		say("%s\nhint: did you mean 'isorun %s'?", r->error, near);
	else
		say("%s", r->error ? r->error : "could not start the command");
}

static void tell_timeout(const struct result *r, const struct spec *spec)
{
	char limit[NUM_TEXT];
	char paused[NUM_TEXT];

	num_format_time(limit, r->timed_out_total ? spec->timeout_total_ns : spec->timeout_ns);
	if (r->timed_out_total && r->usage.paused_ns)
		say("total time limit of %s reached; the command stood paused for %s of it", limit,
		    num_format_time(paused, r->usage.paused_ns));
	else
		say("%stime limit of %s reached", r->timed_out_total ? "total " : "", limit);
}

static void tell_private_full(const struct result *r)
{
	char text[NUM_TEXT];

	say("its private files filled all of the %s that they may take; --scratch disk has them on "
	    "disk", num_format_size(text, r->usage.private_bytes));
}

void wrap_tell(const char *command, const struct result *r, const struct spec *spec)
{
	if (!r->started)
		tell_not_started(command, r);
	else if (r->error)
		say("%s", r->error);
	if (r->timed_out)
		tell_timeout(r, spec);
	if (r->oom)
		tell_memory(r);
	tell_kill(r);
	if (r->private_full && (r->exit_status || r->oom))
		tell_private_full(r);
	tell_leftovers(r);
	tell_refusals(r);
}

void wrap_tell_again(const struct result *r, uint64_t next_bytes, bool alone)
{
	char limit[NUM_TEXT];
	char next[NUM_TEXT];

	say("%s %s: again with %s%s",
	    r->gave_way ? "gave way to others at" : "out of memory at a limit of",
	    num_format_size(limit, r->usage.mem_limit_end_bytes), num_format_size(next, next_bytes),
	    alone ? ", alone" : "");
}

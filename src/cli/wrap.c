/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation.  isorun stays in the caller's session and process group,
 * and so does the command, unless its profile says otherwise: the terminal's own
 * signals (Ctrl-C, hang-up) reach the command directly, and only what another
 * process sends to isorun is passed on.  While the command waits for its turn in
 * the ledger there is nobody to pass a signal to, and isorun itself ends. */
#include "cli/wrap.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/loop.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/guard.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "engine/tokens.h"
#include "planner/grow.h"
#include "planner/predict.h"

/* Waiting longer than this is told: silence looks like a command that hangs. */
#define PATIENCE_NS NSEC_PER_SEC

/* One wrapped command being run. */
struct wrapping {
	const struct wrap *wrap;
	struct loop *loop;
	struct engine *engine;
	struct attempt *attempt;        /* NULL: none at the moment */
	struct attempt_request request;
	struct loop_timer *patience;    /* NULL: it never had to wait */
	int interrupted_by;             /* signal that came before it started */
	size_t n_told;                  /* of what was given up */
	unsigned ooms;
	int status;                     /* isorun's, at the end */
	int raise_signal;               /* 0: none */
};

static int warn_of_new(const struct spec *spec, char *const *old, struct iso_err *err)
{
	_cleanup_strv_ char **now = NULL;

	if (spec_check(spec, &now) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "check the options");
	for (size_t i = 0; i < strv_len(now); i++)
		if (!strv_has(old, now[i]))
			say("warning: %s", now[i]);
	return 0;
}

int wrap_apply(const struct wrap *w, struct iso_err *err)
{
	struct spec *spec = &w->prepared->spec;
	_cleanup_strv_ char **old = NULL;
	int r;

	if (!w->values->sandbox.changes.n)
		return 0;
	if (spec_check(spec, &old) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "check the options");
	r = options_sandbox_apply(&w->values->sandbox, spec, err);
	return r < 0 ? r : warn_of_new(spec, old, err);
}

/* With a terminal of its own the command is not in ours: what the kernel sends
 * here it has not got.  True: there is no more to do. */
static bool terminal_took(const struct wrapping *w, const struct signalfd_siginfo *info)
{
	const int sig = (int)info->ssi_signo;

	if (!w->wrap->prepared->spec.tty)
		return false;
	switch (sig) {
	case SIGPIPE: /* a write of isorun's own; it has seen EPIPE, too */
		return true;
	case SIGTSTP:
		if (!attempt_terminal_signal(w->attempt, sig))
			raise(SIGSTOP);
		return true;
	case SIGCONT:
	case SIGWINCH:
		(void)attempt_terminal_signal(w->attempt, sig);
		return sig == SIGWINCH;
	case SIGTERM:
		return w->wrap->interactive && attempt_terminal_signal(w->attempt, SIGHUP);
	default:
		return info->ssi_code == SI_KERNEL && attempt_terminal_signal(w->attempt, sig);
	}
}

static void on_signal(const struct signalfd_siginfo *info, void *arg)
{
	struct wrapping *w = arg;
	int sig = (int)info->ssi_signo;
	bool ends = sig == SIGHUP || sig == SIGINT || sig == SIGQUIT || sig == SIGTERM;

	if (!w->attempt)
		return;
	if (!attempt_pid(w->attempt) && ends) {
		w->interrupted_by = sig;
		attempt_kill(w->attempt);
		return;
	}
	/* No handler of the command's runs before there is memory for it. */
	if (attempt_stands(w->attempt) && ends) {
		attempt_kill(w->attempt);
		return;
	}
	if (terminal_took(w, info) || (sig == SIGCONT && !attempt_pid(w->attempt)))
		return;
	/* What the kernel sent came from the terminal, to the whole foreground
	 * process group: the command has it already. */
	if (info->ssi_code != SI_KERNEL)
		attempt_signal(w->attempt, sig);
}

static void on_patience(void *arg)
{
	const struct wrapping *w = arg;
	char text[ATTEMPT_WAIT_TEXT];

	if (w->attempt && attempt_waits_for(w->attempt, text))
		say("%s", text);
}

static int watch_patience(struct wrapping *w)
{
	const int64_t at_ns = time_now_ns() + PATIENCE_NS;

	if (w->patience)
		return loop_set_timer(w->loop, w->patience, at_ns);
	return loop_add_timer(w->loop, at_ns, on_patience, w, &w->patience);
}

static void on_paused(struct attempt *a, void *arg)
{
	(void)a;
	(void)watch_patience(arg);
}

static int start(struct wrapping *w, struct iso_err *err)
{
	int r = engine_start(w->engine, &w->request, 0, &w->attempt, err);

	if (r < 0 || attempt_pid(w->attempt))
		return r;
	r = watch_patience(w);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "make a timer") : 0;
}

/* What the next attempt begins with; 0: the whole budget was not enough. */
static uint64_t more_memory(struct wrapping *w, const struct result *r, uint64_t budget_bytes,
			    int *ret_alone)
{
	const struct usage *u = &r->usage;
	uint64_t next;

	*ret_alone = 0;
	if (r->gave_way) {
		/* It counts as no try of its own. */
		next = grow_want(u->mem_limit_end_bytes, 0);
		return next < budget_bytes ? next : budget_bytes;
	}
	next = predict_after_oom(u->mem_limit_end_bytes, u->mem_peak_bytes, budget_bytes,
				 ++w->ooms, ret_alone);
	/* What it held at its end it may not have had when it was refused memory. */
	if (!next && r->mem_refused && !w->request.alone) {
		next = budget_bytes;
		*ret_alone = 1;
	}
	return next;
}

/* Whether an attempt that ran out of memory is followed by another. */
static bool again(struct wrapping *w, const struct result *r)
{
	struct iso_err err = ISO_ERR_INIT;
	struct budget budget;
	uint64_t next;
	int alone = 0;

	if (!r->oom || !w->wrap->values->retry_oom)
		return false;
	if (engine_budget(w->engine, &budget, &err) < 0) {
		say_error(&err);
		return false;
	}
	next = more_memory(w, r, budget.bytes, &alone);
	if (!next)
		return false;
	wrap_tell_again(r, next, alone);
	w->request.mem_bytes = next;
	w->request.alone = alone;
	w->request.attempt++;
	if (start(w, &err) == 0)
		return true;
	say_error(&err);
	return false;
}

/* At once, not after the hour that it may run. */
static void on_started(struct attempt *a, uint64_t mem_bytes, int64_t waited_ns, void *arg)
{
	struct wrapping *w = arg;

	(void)mem_bytes;
	(void)waited_ns;
	w->n_told = wrap_tell_degraded(attempt_result(a), w->n_told);
}

static void on_ended(struct attempt *a, const struct result *r, void *arg)
{
	struct wrapping *w = arg;
	const struct wrap *wrap = w->wrap;
	struct iso_err err = ISO_ERR_INIT;

	(void)a;
	w->attempt = NULL;
	if (w->interrupted_by) {
		w->status = 128 + w->interrupted_by;
		w->raise_signal = w->interrupted_by;
		loop_stop(w->loop);
		return;
	}
	if (again(w, r))
		return;
	w->n_told = wrap_tell_degraded(r, w->n_told);
	wrap_tell(wrap->command[0], r, w->request.spec);
	w->status = result_shell_status(r);
	/* A shell ends its loop on Ctrl-C only where the command died of it. */
	w->raise_signal = wrap->values->raise || r->signal == SIGINT ? r->signal : 0;
	if (wrap->record && wrap->record(wrap->values->status_file, r, &err) < 0)
		w->status = say_fault(&err);
	loop_stop(w->loop);
}

static int take_signals(struct wrapping *w, struct iso_err *err)
{
	static const int signals[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT,
		/* For a terminal of its own; SIGPIPE: its output's reader is gone. */
		SIGPIPE, SIGTSTP, SIGWINCH,
	};
	const size_t n = ARRAY_SIZE(signals) - (w->wrap->prepared->spec.tty ? 0 : 3);
	sigset_t set;
	sigset_t old;
	int r;

	sigemptyset(&set);
	for (size_t i = 0; i < n; i++) {
		struct sigaction now;

		/* nohup(1) and shells' background jobs ignore some: the command
		 * inherits that, and isorun must not pass them on either. */
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			continue;
		sigaddset(&set, signals[i]);
	}
	r = loop_take_signals(w->loop, &set, on_signal, w, &old);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "take signals") : 0;
}

static int open_engine(struct wrapping *w, struct iso_err *err)
{
	const struct wrap *wrap = w->wrap;
	const struct tokens_host host = tokens_host_here();
	struct token_pools tokens = { .n = 0 };
	const struct engine_config config = {
		.runtime_dir = wrap->runtime_dir,
		.scratch_dir = host_scratch_dir,
		.nested = host_is_nested(),
		.budget_bytes = wrap->values->sandbox.budget_bytes,
		.prepared = wrap->prepared,
		.tokens = &tokens,
		.strict = wrap->values->sandbox.strict,
		.name_refusal = wrap->name_refusal,
	};
	int r = 0;

	if (wrap->prepared->spec.tokens)
		r = tokens_find(&host, wrap->values->sandbox.have, NULL, false, &tokens, err);
	if (r < 0)
		return r;
	r = loop_open(&w->loop);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "make an event loop");
	return engine_open(w->loop, &config, &w->engine, err);
}

void wrap_spec_defaults(struct spec *spec)
{
	/* What is kept comes out of an overlay. */
	if (!spec->workspace_set)
		spec->workspace = strv_len(spec->keep) ? SPEC_TREE_OVERLAY : SPEC_TREE_SHARED;
}

static void fill_request(struct wrapping *w, const char *cwd, const char *title)
{
	struct spec *spec = &w->wrap->prepared->spec;
	const struct wrap_test *test = w->wrap->test;

	if (!test)
		wrap_spec_defaults(spec);
	w->request = (struct attempt_request){
		.spec = spec,
		.argv = w->wrap->command,
		.cwd = test ? test->cwd : NULL,
		.workspace = test ? test->workspace : cwd,
		.title = title,
		.test_id = test ? test->id : NULL,
		.run = test ? test->run : NULL,
		.attempt = 1,
		.slot = -1,
		.mem_bytes = spec->mem_bytes,
		.amounts = test ? test->amounts : NULL,
		/* A limit that was stated is one, but where it is only where to begin. */
		.elastic = !spec->mem_bytes || w->wrap->values->retry_oom,
		.may_rerun = w->wrap->values->retry_oom,
		.timeout_ns = spec->timeout_ns,
		.timeout_total_ns = spec->timeout_total_ns,
		.grace_ns = spec->grace_ns,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.stderr_fd = -1,
		.sample = w->wrap->values->status_file != NULL,
		/* To hear of the start costs a turn of the loop. */
		.started = w->wrap->prepared->place.version == CG_NONE ? on_started : NULL,
		.paused = on_paused,
		.ended = on_ended,
		.arg = w,
	};
}

static int explain(struct wrapping *w, struct iso_err *err)
{
	_cleanup_buf_ struct buf steps = BUF_INIT;
	int r = engine_explain(w->engine, &w->request, &steps, err);

	if (r < 0)
		return r;
	w->status = 0;
	r = fs_write_all(STDOUT_FILENO, buf_str(&steps), steps.len);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "write standard output") : 0;
}

static int run(struct wrapping *w, struct iso_err *err)
{
	_cleanup_free_ char *cwd = NULL;
	_cleanup_free_ char *title = str_shell_join(w->wrap->command);
	int r = path_absolute(".", &cwd);

	if (r < 0 || !title)
		return iso_err_set(err, ISO_ERR_HOST, title ? r : ENOMEM,
				   "read the working directory");
	r = open_engine(w, err);
	if (r < 0)
		return r;
	r = take_signals(w, err);
	if (r < 0)
		return r;
	fill_request(w, cwd, title);
	if (w->wrap->values->explain)
		return explain(w, err);
	r = start(w, err);
	if (r < 0)
		return r;
	say_over_budget(options_sandbox_memory_from(&w->wrap->values->sandbox),
			w->request.mem_bytes, attempt_budget_bytes(w->attempt));
	r = loop_run(w->loop);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "wait for '%s'", title) : 0;
}

int wrap_run(const struct wrap *wrap)
{
	struct wrapping w = { .wrap = wrap, .status = STATUS_HOST };
	struct iso_err err = ISO_ERR_INIT;
	int r = run(&w, &err);

	engine_close(w.engine);
	if (w.loop)
		loop_close(w.loop);
	if (r < 0)
		return say_fault(&err);
	if (w.raise_signal)
		guard_end_by(w.raise_signal);
	return w.status;
}

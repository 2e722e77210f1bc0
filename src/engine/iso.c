/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library's face: theory of operation.
 *
 * A box is a loop, an engine and one attempt of its own, so that any thread may
 * hold boxes without knowing of other threads'.  The loop's descriptor is what
 * the host polls.  A box copies its spec, for the command may start long after
 * iso_spawn, when its turn in the ledger comes.
 *
 * Two things are one for the whole process: the lock around libraries that keep
 * state in globals (iso_spec.h), and the count that gives each box's cgroup a
 * name of its own.
 */
#include "isorun/isorun.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "engine/attempt.h"
#include "engine/iso_box.h"
#include "engine/init_image.h"

/* From 1: number 0 is the one with which cg_find tries the hierarchies. */
static atomic_uint last_leaf;

pthread_mutex_t iso_boxes_lock = PTHREAD_MUTEX_INITIALIZER;
struct iso_box *iso_boxes;

static void enlist(struct iso_box *box)
{
	pthread_mutex_lock(&iso_boxes_lock);
	box->next = iso_boxes;
	if (box->next)
		box->next->prev = box;
	iso_boxes = box;
	pthread_mutex_unlock(&iso_boxes_lock);
}

static void delist(struct iso_box *box)
{
	pthread_mutex_lock(&iso_boxes_lock);
	if (box->prev)
		box->prev->next = box->next;
	else if (iso_boxes == box)
		iso_boxes = box->next;
	if (box->next)
		box->next->prev = box->prev;
	pthread_mutex_unlock(&iso_boxes_lock);
}

const char *iso_version(void)
{
	return ISORUN_VERSION;
}

void iso_box_close_stdio(struct iso_box *box)
{
	for (size_t i = 0; box->spec && i < ISO_N_STDIO; i++) {
		cleanup_close(&box->spec->stdio[i]);
		box->spec->stdio[i] = -1;
	}
}

static void on_ready(struct attempt *a, void *arg)
{
	struct iso_box *box = arg;

	(void)a;
	box->ready = true;
	loop_stop(box->loop);
}

static void on_started(struct attempt *a, uint64_t mem_bytes, int64_t waited_ns, void *arg)
{
	struct iso_box *box = arg;

	(void)a, (void)mem_bytes, (void)waited_ns;
	box->started = true;
	iso_box_close_stdio(box);
	if (!box->argv)
		loop_stop(box->loop);
}

static void settle_error(struct iso_box *box, const struct result *r)
{
	iso_err_set(&box->error, ISO_ERR_HOST, 0, "%s", r->error ? r->error : "isorun failed");
	if (r->error_status == 127)
		box->error.code = ENOENT;
	else if (r->error_status == 126)
		box->error.code = EACCES;
	else
		box->error.code = box->cancelled ? ECANCELED : EIO;
}

static enum iso_outcome outcome_of(const struct result *r)
{
	switch (r->outcome) {
	case OUTCOME_PASSED:
		return ISO_PASSED;
	case OUTCOME_TIMED_OUT:
		return ISO_TIMED_OUT;
	case OUTCOME_OUT_OF_MEMORY:
		return ISO_OUT_OF_MEMORY;
	case OUTCOME_CRASHED:
		return ISO_CRASHED;
	default:
		return ISO_FAILED;
	}
}

static void on_ended(struct attempt *a, const struct result *r, void *arg)
{
	struct iso_box *box = arg;

	(void)a;
	box->attempt = NULL;
	iso_box_close_stdio(box);
	loop_stop(box->loop);
	if (r->outcome == OUTCOME_ERROR)
		settle_error(box, r);
	/* What no memory is left to tell of is told of in numbers. */
	for (size_t i = 0; i < r->n_degraded; i++)
		(void)strv_addf(&box->degraded, "%s: %s", r->degraded[i].what, r->degraded[i].why);
	box->result = (struct iso_result){
		.outcome = outcome_of(r),
		.exit_status = r->exit_status,
		.signal = r->signal,
		.wall_ns = r->usage.wall_ns,
		.user_ns = r->usage.user_ns,
		.system_ns = r->usage.system_ns,
		.waited_ns = r->usage.waited_ns,
		.mem_peak_bytes = r->usage.mem_peak_bytes,
		.mem_limit_bytes = r->usage.mem_limit_bytes,
		.oom_kills = r->usage.oom_kills,
		.leftovers = (unsigned)r->n_leftovers,
		.degraded = (unsigned)r->n_degraded,
	};
}

static int no_memory(struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
}

static int open_box(struct iso_box *box, const struct iso_spec *spec, char *const argv[],
		    struct iso_err *err)
{
	int r = iso_spec_clone(spec, &box->spec);
	if (r == 0 && argv)
		r = strv_copy(argv, &box->argv);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "sandbox");
	box->title = argv ? str_shell_join(box->argv) : strdup(program_invocation_short_name);
	if (!box->title)
		return no_memory(err);
	if (!box->spec->spec.workspace_set)
		box->spec->spec.workspace = SPEC_TREE_SHARED;
	/* getpwnam(3) answers in a global. */
	pthread_mutex_lock(&iso_libraries);
	r = sbx_resolve_user(&box->spec->spec, err);
	pthread_mutex_unlock(&iso_libraries);
	if (r < 0)
		return r;
	size_t image_bytes;
	const void *image = init_image(&image_bytes);
	const struct engine_config config = {
		.init_image = image,
		.init_image_bytes = image_bytes,
		.runtime_dir = box->spec->runtime_dir,
		.budget_bytes = box->spec->budget_bytes,
		.prepared = &box->spec->kit->prepared,
		.strict = box->spec->flags & ISO_STRICT,
	};
	r = loop_open(&box->loop);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "make an event loop");
	r = engine_open(box->loop, &config, &box->engine, err);
	if (r == 0)
		box->engine->next_leaf = atomic_fetch_add(&last_leaf, 1) + 1;
	return r;
}

static int start(struct iso_box *box, struct iso_err *err)
{
	static char *const empty[] = { NULL };
	const struct iso_spec *s = box->spec;
	const struct attempt_request request = {
		.spec = &s->spec,
		.argv = box->argv,
		.cwd = s->cwd,
		.workspace = s->workspace,
		/* A fork has the environment of its process, as ever. */
		.env = s->env || !box->argv ? s->env : empty,
		.title = box->title,
		.attempt = 1,
		.slot = -1,
		.mem_bytes = s->spec.mem_bytes,
		.timeout_ns = s->spec.timeout_ns,
		.timeout_total_ns = s->spec.timeout_total_ns,
		.grace_ns = s->spec.grace_ns,
		.stdin_fd = s->stdio[0],
		.stdout_fd = s->stdio[1],
		.stderr_fd = s->stdio[2],
		.own_session = s->flags & ISO_NEW_SESSION,
		.fork = !box->argv,
		.close_fds = s->flags & ISO_CLOSE_FDS,
		.ready = on_ready,
		.started = on_started,
		.ended = on_ended,
		.arg = box,
	};
	const unsigned flags = s->flags & ISO_NOWAIT ? ENGINE_NOWAIT : 0;

	int r = engine_start(box->engine, &request, flags, &box->attempt, err);
	if (r < 0)
		return r;
	r = loop_arm(box->loop);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "set a timer") : 0;
}

int iso_box_start(const struct iso_spec *spec, char *const argv[], struct iso_box **ret,
		  struct iso_err *err)
{
	if (!spec->kit)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "no profile: iso_spec_profile reads one");
	struct iso_box *box = calloc(1, sizeof(*box));
	if (!box)
		return no_memory(err);
	enlist(box);
	int r = open_box(box, spec, argv, err);
	if (r == 0)
		r = start(box, err);
	if (r < 0) {
		iso_box_free(box);
		return r;
	}
	*ret = box;
	return 0;
}

int iso_spawn(const struct iso_spec *spec, char *const argv[], struct iso_box **ret,
	      struct iso_err *err)
{
	if (!argv || !argv[0])
		return iso_err_set(err, ISO_ERR_USAGE, 0, "no command");
	return iso_box_start(spec, argv, ret, err);
}

int iso_box_fd(const struct iso_box *box)
{
	return loop_fd(box->loop);
}

int iso_box_attend(struct iso_box *box)
{
	if (box->forgotten)
		return -ECHILD;
	int r = box->attempt ? loop_step(box->loop) : 0;

	if (r < 0)
		return r;
	return box->attempt ? 0 : 1;
}

int iso_box_wait(struct iso_box *box, struct iso_result *ret, struct iso_err *err)
{
	if (box->forgotten)
		return iso_err_set(err, ISO_ERR_USAGE, ECHILD,
				   "a box of the process before iso_fork");
	while (box->attempt) {
		int r = loop_run(box->loop);
		if (r < 0)
			return iso_err_set(err, ISO_ERR_HOST, r, "wait for '%s'", box->title);
	}
	if (box->error.code) {
		if (err)
			*err = box->error;
		return -box->error.code;
	}
	if (ret)
		*ret = box->result;
	return 0;
}

int iso_box_signal(struct iso_box *box, int sig)
{
	if (sig < 1 || sig >= NSIG)
		return -EINVAL;
	if (box->forgotten)
		return -ECHILD;
	if (!box->attempt)
		return -ESRCH;
	box->cancelled = box->attempt->state == ATTEMPT_WAITING;
	attempt_signal(box->attempt, sig);
	return loop_arm(box->loop);
}

int iso_box_kill(struct iso_box *box)
{
	if (box->forgotten)
		return -ECHILD;
	if (!box->attempt)
		return 0;
	box->cancelled = box->attempt->state == ATTEMPT_WAITING;
	attempt_kill(box->attempt);
	return loop_arm(box->loop);
}

const char *iso_box_degraded(const struct iso_box *box, unsigned i)
{
	return i < strv_len(box->degraded) ? box->degraded[i] : NULL;
}

void iso_box_free(struct iso_box *box)
{
	/* A thread that is not here any more may have been at work on it. */
	if (!box || box->forgotten)
		return;
	delist(box);
	engine_close(box->engine);
	loop_close(box->loop);
	iso_box_close_stdio(box);
	iso_spec_free(box->spec);
	strv_free(box->argv);
	strv_free(box->degraded);
	free(box->title);
	free(box);
}

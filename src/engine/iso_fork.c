/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iso_fork: theory of operation.
 *
 * The box is started like any other, but its init builds the sandbox and waits.
 * Once it is ready the calling thread makes the fork (sandbox/child_enter.c),
 * and goes on when init says that the fork stands in there, or why not.  So the
 * caller sees a sandbox or an error, as with fork(2), and the fork sees nothing
 * of what fails.
 *
 * The fork has a copy of all that this process knows of its boxes: it closes
 * their descriptors and forgets them.  The locks that it needs for that, and
 * later for boxes of its own, are held over the fork.  Another thread may be in
 * the middle of opening or closing one; such a copy is kept open and does no
 * harm: inits are told their end by an order and by this process's death.
 */
#include "isorun/isorun.h"

#include <errno.h>
#include <signal.h>

#include "engine/iso_box.h"
#include "sandbox/sandbox.h"

static void forget_all(void)
{
	for (struct iso_box *box = iso_boxes; box; box = box->next) {
		box->forgotten = true;
		if (box->engine)
			engine_forget(box->engine);
		if (box->loop)
			loop_forget(box->loop);
		if (box->spec)
			iso_box_close_stdio(box);
	}
	iso_boxes = NULL;
}

static int run_until(struct iso_box *box, const bool *reached, struct iso_err *err)
{
	while (box->attempt && !*reached) {
		int r = loop_run(box->loop);
		if (r < 0)
			return iso_err_set(err, ISO_ERR_HOST, r, "wait for the sandbox");
	}
	return box->error.code ? iso_box_wait(box, NULL, err) : 0;
}

/* What is to be forked into: a box's sandbox, or one that was lent. */
struct place {
	struct iso_box *box; /* NULL: the other */
	const int *fds;
	size_t n_fds;
	bool close_fds;
};

/* 0 in the fork. */
static int fork_silently(const struct place *to, struct iso_err *err)
{
	sigset_t all;
	sigset_t old;

	/* A handler in the fork could open what is about to be closed. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_mutex_lock(&iso_libraries);
	pthread_mutex_lock(&iso_boxes_lock);
	int r = to->box ? attempt_fork(to->box->attempt, err)
			: sbx_fork_into(to->fds, to->n_fds, to->close_fds, err);
	if (r == 0)
		forget_all();
	pthread_mutex_unlock(&iso_boxes_lock);
	pthread_mutex_unlock(&iso_libraries);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

static void call(void (*hook)(void))
{
	if (hook)
		hook();
}

/* The spec has to outlive the call in the parent as well as in the fork. */
static int fork_to(const struct place *to, const struct iso_spec *s, struct iso_err *err)
{
	call(s->before_fork);
	int r = fork_silently(to, err);
	call(r == 0 ? s->in_child : s->in_parent);
	return r;
}

int iso_fork(const struct iso_spec *spec, struct iso_box **ret, struct iso_err *err)
{
	struct iso_box *box;
	int r = iso_box_start(spec, NULL, &box, err);

	if (r < 0)
		return r;
	r = run_until(box, &box->ready, err);
	if (r == 0) {
		const struct place there = { .box = box };

		r = fork_to(&there, box->spec, err);
		if (r == 0) {
			*ret = NULL;
			return 0;
		}
	}
	if (r > 0)
		r = run_until(box, &box->started, err);
	if (r == 0)
		r = loop_arm(box->loop);
	if (r < 0) {
		iso_box_free(box);
		return r;
	}
	*ret = box;
	return 1;
}

int iso_fork_into(const struct iso_spec *spec, const int *fds, unsigned n_fds,
		  struct iso_err *err)
{
	const struct place there = {
		.fds = fds,
		.n_fds = n_fds,
		.close_fds = spec->flags & ISO_CLOSE_FDS,
	};

	return fork_to(&there, spec, err);
}

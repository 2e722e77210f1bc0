/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"

/* "UID:GID…", as sbx_resolve_user leaves it; plan_identity refuses all else. */
static void own_it(struct sbx_step *s, const char *user)
{
	_cleanup_free_ char *uid = user ? strndup(user, strcspn(user, ":")) : NULL;
	const char *rest = user ? user + strcspn(user, ":") : "";
	_cleanup_free_ char *gid = *rest ? strndup(rest + 1, strcspn(rest + 1, ":,")) : NULL;
	unsigned id;

	s->uid = uid && num_parse_uint(uid, &id) == 0 ? id : (uid_t)-1;
	s->gid = gid && num_parse_uint(gid, &id) == 0 ? id : (gid_t)-1;
}

void plan_terminal(struct sbx_plan *p, const struct sbx_request *rq)
{
	struct sbx_terminal *copy = arena_alloc(p->arena, sizeof(*copy));

	if (!copy) {
		p->failed = true;
		return;
	}
	*copy = *rq->terminal;
	p->job.outer = copy->outer;
	p->job.terminal_fd = plan_take_fd(p);
	(void)plan_take_fd(p);
	struct sbx_step *s = plan_init_step(p, SBX_PTY);
	s->path = "/dev/ptmx";
	s->data = copy;
	s->fd = p->job.terminal_fd;
	own_it(s, rq->spec->user);
}

void plan_terminal_stdio(struct sbx_plan *p)
{
	for (unsigned long i = 0; i < 3; i++) {
		struct sbx_step *s = plan_test_step(p, SBX_STDIO);
		s->fd = p->job.terminal_fd + 1;
		s->flags = i;
	}
	plan_test_step(p, SBX_CTTY);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"

static int find_caps(const struct spec *spec, uint64_t *ret, struct iso_err *err)
{
	uint64_t keep = 0;

	for (size_t i = 0; i < strv_len(spec->capabilities); i++) {
		int cap = spec_capability_number(spec->capabilities[i]);
		if (cap < 0)
			return iso_err_set(err, ISO_ERR_USAGE, 0, "unknown capability '%s'",
					   spec->capabilities[i]);
		keep |= UINT64_C(1) << cap;
	}
	*ret = keep;
	return 0;
}

/* "UID:GID:GROUP,GROUP": what sbx_resolve_user leaves. */
static int parse_user(struct sbx_plan *p, const char *user, struct sbx_step *s,
		      struct iso_err *err)
{
	_cleanup_strv_ char **words = NULL;
	unsigned ids[2] = { 0, 0 };

	if (strv_split(user, ":,", &words) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "user '%s'", user);
	size_t n = strv_len(words);
	gid_t *groups = arena_alloc(p->arena, (n + 1) * sizeof(*groups));
	if (!groups)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "user '%s'", user);
	for (size_t i = 0; i < n; i++) {
		unsigned id;
		if (num_parse_uint(words[i], &id) < 0)
			return iso_err_set(err, ISO_ERR_USAGE, 0, "user '%s': '%s' is no number",
					   user, words[i]);
		/* (uid_t)-1 is "as it is" to setresuid(2). */
		if (id == UINT_MAX)
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "user '%s': nobody has the number %u", user, id);
		if (i < 2)
			ids[i] = id;
		else
			groups[i - 2] = id;
	}
	if (n == 0)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "user '%s' names nobody", user);
	if (n == 1)
		ids[1] = ids[0];
	s->uid = ids[0];
	s->gid = ids[1];
	s->data = groups;
	s->size = n > 2 ? (n - 2) * sizeof(*groups) : 0;
	return 0;
}

/* What its user may write, and nobody else. */
int plan_scratch(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err)
{
	struct sbx_step *s = plan_init_step(p, SBX_SCRATCH);
	struct sbx_step ids = { .uid = (uid_t)-1, .gid = (gid_t)-1 };

	s->path = p->job.scratch_path = plan_str(p, rq->scratch);
	s->fd = p->job.scratch_fd = plan_take_fd(p);
	int r = rq->spec->user ? parse_user(p, rq->spec->user, &ids, err) : 0;
	s->uid = ids.uid;
	s->gid = ids.gid;
	return r;
}

void plan_user_map(struct sbx_plan *p)
{
	struct sbx_step *s = plan_init_step(p, SBX_WRITE);

	/* Linux 3.19: an ordinary user may map its group only when setgroups
	 * is given up, user_namespaces(7). */
	s->path = "/proc/self/setgroups";
	s->text = "deny";
	s = plan_init_step(p, SBX_WRITE);
	s->path = "/proc/self/uid_map";
	s->text = plan_fmt(p, "%u %u 1", geteuid(), geteuid());
	s = plan_init_step(p, SBX_WRITE);
	s->path = "/proc/self/gid_map";
	s->text = plan_fmt(p, "%u %u 1", getegid(), getegid());
	p->n_user_map_steps = p->init.n;
}

/* The filter with each refusal handed over, and the plain one for init. */
static void plan_refusal_log(struct sbx_plan *p, struct sbx_step *s)
{
	const struct sock_filter *plain = s->data;
	const size_t n = s->size / sizeof(*plain);
	struct sock_filter *code = arena_alloc(p->arena, s->size);

	if (!code) {
		p->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		code[i] = plain[i];
		if (BPF_CLASS(code[i].code) == BPF_RET && code[i].k != SECCOMP_RET_ALLOW)
			code[i].k = SECCOMP_RET_USER_NOTIF;
	}
	s->data = code;
	s->flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	p->job.filter = plain;
	p->job.n_filter = n;
}

int plan_identity(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err)
{
	const struct spec *spec = rq->spec;
	uint64_t keep = 0;
	int r = 0;

	if (spec->user && (p->job.own_user_ns || geteuid() != 0))
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "user '%s': only root can run a test as somebody else",
				   spec->user);
	if (!spec->keep_caps_all)
		r = find_caps(spec, &keep, err);
	if (r < 0)
		return r;
	/* The bounding set goes first, while CAP_SETPCAP is there: with root, or
	 * the first process of a user namespace.  Without either there is nothing
	 * that exec could win back under no_new_privs.  What the process has goes
	 * last: to change the ids takes some of it. */
	if (!spec->keep_caps_all && (p->job.own_user_ns || geteuid() == 0))
		plan_test_step(p, SBX_BOUND)->caps = keep;
	if (spec->user)
		r = parse_user(p, spec->user, plan_test_step(p, SBX_IDS), err);
	if (r < 0)
		return r;
	if (!spec->keep_caps_all)
		plan_test_step(p, SBX_CAPS)->caps = keep;
	/* After the ids: to change them takes it back, prctl(2). */
	if (!p->job.own_pid_ns)
		plan_test_step(p, SBX_DIE_TOO);
	if (spec->no_new_privs)
		plan_test_step(p, SBX_NNP);
	if (rq->bpf_bytes && !str_eq(spec->seccomp, "off")) {
		struct sbx_step *s = plan_test_step(p, SBX_SECCOMP);
		s->data = rq->bpf;
		s->size = rq->bpf_bytes;
		if (spec->seccomp_log)
			plan_refusal_log(p, s);
	}
	return 0;
}

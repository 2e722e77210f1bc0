/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

static uint64_t clone_flags(const struct spec *spec, bool user_ns)
{
	uint64_t flags = 0;

	if (spec->namespaces & SPEC_NS_MOUNT)
		flags |= CLONE_NEWNS;
	if (spec->namespaces & SPEC_NS_PID)
		flags |= CLONE_NEWPID;
	if (spec->namespaces & SPEC_NS_IPC)
		flags |= CLONE_NEWIPC;
	if (spec->namespaces & SPEC_NS_UTS)
		flags |= CLONE_NEWUTS;
	if ((spec->namespaces & SPEC_NS_NET) && spec->net != SPEC_NET_HOST)
		flags |= CLONE_NEWNET;
	if (flags && user_ns)
		flags |= CLONE_NEWUSER;
	return flags;
}

static void copy_strv(struct sbx_plan *p, char *const *from, char *const **ret)
{
	size_t n = strv_len(from);
	char **v = arena_alloc(p->arena, (n + 1) * sizeof(*v));

	if (!v) {
		p->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		v[i] = (char *)(uintptr_t)plan_str(p, from[i]);
	*ret = v;
}

static const char *env_value(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env && *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

static int plan_command(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err)
{
	copy_strv(p, rq->env, &p->job.envp);
	if (rq->fork)
		return 0;
	_cleanup_strv_ char **candidates = NULL;
	size_t argc = strv_len(rq->argv);

	int r = path_candidates(rq->argv[0], env_value(rq->env, "PATH"), &candidates);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "look up '%s'", rq->argv[0]);
	copy_strv(p, candidates, &p->job.candidates);
	copy_strv(p, rq->argv, &p->job.argv);
	char **shell = arena_alloc(p->arena, (argc + 3) * sizeof(*shell));
	if (!shell || p->failed)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "command '%s'", rq->argv[0]);
	static char sh[] = "/bin/sh";
	shell[0] = sh;
	for (size_t i = 1; i < argc; i++)
		shell[i + 1] = p->job.argv[i];
	p->job.shell_argv = shell;
	return 0;
}

static void plan_stdio(struct sbx_plan *p, const struct sbx_request *rq)
{
	const int fds[3] = { rq->stdin_fd, rq->stdout_fd, rq->stderr_fd };

	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0) {
			struct sbx_step *s = plan_test_step(p, SBX_STDIO);
			s->fd = fds[i];
			s->flags = (unsigned long)i;
		}
}

static void plan_test_process(struct sbx_plan *p, const struct sbx_request *rq)
{
	if (rq->own_session || rq->terminal)
		plan_test_step(p, SBX_SETSID);
	if (rq->spec->namespaces & SPEC_NS_CGROUP) {
		struct sbx_step *s = plan_test_step(p, SBX_CGROUP_NS);
		s->when_refused = SBX_MAY_FAIL;
		s->about = "cgroup namespace";
	}
	if (rq->terminal)
		plan_terminal_stdio(p);
	else
		plan_stdio(p, rq);
	for (size_t i = 0; i < rq->spec->n_pass_fds; i++)
		plan_test_step(p, SBX_PASS_FD)->fd = rq->spec->pass_fds[i];
}

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a;
	int y = *(const int *)b;

	return (x > y) - (x < y);
}

/* The descriptors above 2 that init keeps. */
static int plan_keep_fds(struct sbx_plan *p, const struct sbx_request *rq)
{
	size_t max = 3 + CG_MAX_GROUPS + rq->n_keep_fds + rq->spec->n_pass_fds;
	int *fds = arena_alloc(p->arena, max * sizeof(*fds));
	size_t n = 0;

	if (!fds)
		return -ENOMEM;
	const int stdio[3] = { rq->stdin_fd, rq->stdout_fd, rq->stderr_fd };
	for (size_t i = 0; i < 3; i++)
		if (stdio[i] > 2)
			fds[n++] = stdio[i];
	for (size_t i = 0; i < rq->cgroups->n_groups; i++)
		fds[n++] = rq->cgroups->groups[i].parent_fd;
	for (size_t i = 0; i < rq->n_keep_fds; i++)
		fds[n++] = rq->keep_fds[i];
	for (size_t i = 0; i < rq->spec->n_pass_fds; i++)
		fds[n++] = rq->spec->pass_fds[i];
	qsort(fds, n, sizeof(*fds), compare_ints);
	p->job.keep_fds = fds;
	p->job.n_keep_fds = n;
	return 0;
}

/* A mount on "/" is not seen by processes that have their root below it: the
 * tree would stay as writable as it was. */
static int check_workspace(const struct sbx_request *rq, struct iso_err *err)
{
	const enum spec_tree how = rq->spec->workspace;

	if (!str_eq(rq->workspace, "/") || how == SPEC_TREE_SHARED ||
	    (how == SPEC_TREE_READONLY && rq->spec->root == SPEC_TREE_READONLY))
		return 0;
	iso_err_set(err, ISO_ERR_USAGE, 0, "workspace '/': nothing can be laid over the root");
	return iso_err_hint(err, "start it where the tests are, or use --workspace shared");
}

static void plan_network(struct sbx_plan *p, const struct sbx_request *rq)
{
	if (!(p->clone_flags & CLONE_NEWNET) || rq->spec->net == SPEC_NET_NONE)
		return;
	struct sbx_step *s = plan_init_step(p, SBX_NETLINK);
	s->data = rq->lo_up;
	s->size = rq->lo_up_bytes;
	s->text = "bring lo up";
	plan_shape(p, rq->spec);
	/* The last of init's steps: it is what takes long. */
	if (p->nat_argv)
		plan_nat_step(p);
}

static int plan_fork(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err)
{
	size_t n = rq->spec->n_pass_fds;

	/* Without one its init could neither wait for it nor find what it left. */
	if (!p->job.own_pid_ns)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "fork: it needs the pid namespace that the profile shares");
	int *fds = arena_alloc(p->arena, (n + 1) * sizeof(*fds));
	if (!fds)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
	for (size_t i = 0; i < n; i++)
		fds[i] = rq->spec->pass_fds[i];
	qsort(fds, n, sizeof(*fds), compare_ints);
	p->fork = true;
	p->close_fds = rq->close_fds;
	p->pass_fds = fds;
	p->n_pass_fds = n;
	return 0;
}

static int compile(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err)
{
	p->clone_flags = clone_flags(rq->spec, rq->user_ns);
	p->job.namespaces = (int)p->clone_flags;
	p->job.own_pid_ns = p->clone_flags & CLONE_NEWPID;
	p->job.own_user_ns = p->clone_flags & CLONE_NEWUSER;
	p->job.tell_start = rq->tell_start;
	p->job.cgroups = rq->cgroups;
	p->job.test_mask = rq->test_mask;
	p->job.scratch_fd = -1;
	p->job.disk_fd = -1;
	p->job.terminal_fd = p->job.outer.fd = -1;
	p->job.own_group = rq->own_session || rq->terminal;
	p->job.door_fd = p->job.parent_fd = -1;
	p->init_fd = rq->init_fd;
	p->workspace = plan_str(p, rq->workspace);
	int r = plan_keep_fds(p, rq);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "sandbox");
	if (rq->fork)
		r = plan_fork(p, rq, err);
	if (r < 0)
		return r;
	/* Above every kept descriptor and the few that init opens on its way. */
	p->next_fd = (p->job.n_keep_fds ? p->job.keep_fds[p->job.n_keep_fds - 1] : 2) + 24;
	p->job.fixed_fd = p->next_fd;
	if (p->job.own_user_ns)
		plan_user_map(p);
	p->job.n_map_steps = p->init.n;
	if ((p->clone_flags & CLONE_NEWNET) && rq->spec->net == SPEC_NET_NAT) {
		r = plan_nat(p, err);
		if (r < 0)
			return r;
	}
	if (p->clone_flags & CLONE_NEWNS) {
		r = check_workspace(rq, err);
		if (r == 0)
			r = plan_mounts(p, rq, err);
		if (r < 0)
			return r;
	}
	if (rq->scratch) {
		r = plan_scratch(p, rq, err);
		if (r < 0)
			return r;
	}
	if (rq->terminal)
		plan_terminal(p, rq);
	plan_network(p, rq);
	plan_test_process(p, rq);
	plan_test_step(p, SBX_CHDIR)->path = plan_str(p, rq->cwd);
	r = plan_identity(p, rq, err);
	if (r < 0)
		return r;
	return plan_command(p, rq, err);
}

static void forbid_refusals(struct step_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		list->steps[i].when_refused &= ~(unsigned)SBX_MAY_FAIL;
}

int sbx_compile(const struct sbx_request *request, struct sbx_plan **ret, struct iso_err *err)
{
	struct sbx_plan *p = calloc(1, sizeof(*p));

	if (!p || !(p->arena = arena_new())) {
		free(p);
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
	}
	int r = compile(p, request, err);
	if (r == 0 && p->failed)
		r = iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
	if (r < 0) {
		sbx_plan_free(p);
		return r;
	}
	if (request->strict) {
		forbid_refusals(&p->init);
		forbid_refusals(&p->test);
	}
	p->job.init_steps = p->init.steps;
	p->job.n_init_steps = p->init.n;
	p->job.test_steps = p->test.steps;
	p->job.n_test_steps = p->test.n;
	*ret = p;
	return 0;
}

void sbx_plan_free(struct sbx_plan *p)
{
	if (!p)
		return;
	free(p->init.steps);
	free(p->test.steps);
	arena_free(p->arena);
	free(p);
}

uint64_t sbx_plan_clone_flags(const struct sbx_plan *p)
{
	return p->clone_flags;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/meminfo.h"

uint64_t attempt_demand(const struct attempt *a, uint64_t budget_bytes)
{
	if (a->rq.mem_bytes)
		return a->rq.mem_bytes;
	/* The limit of the test that we are in holds in any case, and nothing grows here. */
	if (a->engine->nested)
		return budget_bytes;
	return budget_default_share(budget_bytes, 0, cg_count_cpus());
}

uint64_t attempt_most_bytes(const struct attempt *a)
{
	return attempt_may_grow(a) ? a->budget_bytes : a->mem_bytes;
}

uint64_t attempt_tmp_bytes(const struct attempt *a)
{
	if (a->rq.spec->tmp_size_bytes)
		return a->rq.spec->tmp_size_bytes;
	return attempt_most_bytes(a) / 4 * 3;
}

int attempt_mounts_below(const struct attempt *a, char *const **ret, struct iso_err *err)
{
	const struct spec *spec = a->rq.spec;
	struct engine *e = a->engine;
	int r = 0;

	*ret = NULL;
	if (spec->workspace != SPEC_TREE_OVERLAY || !(spec->namespaces & SPEC_NS_MOUNT) ||
	    !a->rq.workspace)
		return 0;
	/* Once for all tests: a host may have many mounts. */
	if (!str_eq(e->looked_below, a->rq.workspace)) {
		strv_free(e->mounts_below);
		e->mounts_below = NULL;
		free(e->looked_below);
		e->looked_below = strdup(a->rq.workspace);
		r = e->looked_below ? sbx_mounts_below(a->rq.workspace, &e->mounts_below, err)
				    : iso_err_set(err, ISO_ERR_HOST, ENOMEM, "attempt");
	}
	*ret = e->mounts_below;
	return r;
}

static int fill_request(const struct attempt *a, const struct spec *spec, char *const *env,
			const char *cwd, const int *alive_fd, struct buf *meminfo,
			struct sbx_request *ret, struct iso_err *err)
{
	const struct attempt_request *rq = &a->rq;
	const struct prepared *prepared = a->engine->prepared;

	/* A copy of a program that is full of other things would wait in there for its fork. */
	if (rq->fork && !rq->lent && !a->engine->init_fd)
		return iso_err_set(err, ISO_ERR_HOST, EACCES, "run pid 1's program from memory");
	if (spec->meminfo == SPEC_MEMINFO_OWN)
		meminfo_shown(a->engine->meminfo, attempt_most_bytes(a), meminfo);
	if (meminfo->error)
		return iso_err_set(err, ISO_ERR_HOST, meminfo->error, "/proc/meminfo");
	*ret = (struct sbx_request){
		.spec = spec,
		.argv = rq->argv,
		.env = env,
		.cwd = cwd,
		.workspace = rq->workspace ? rq->workspace : cwd,
		.scratch = a->scratch,
		.tree_copy = a->tree_copy,
		.disk_dir = a->disk,
		.tmp_size_bytes = attempt_tmp_bytes(a),
		.meminfo = meminfo->data,
		.cgroups = &a->cgroups,
		.bpf = spec->filter,
		.bpf_bytes = spec->filter_bytes,
		.lo_up = prepared->lo_up,
		.lo_up_bytes = prepared->lo_up_bytes,
		.stdin_fd = rq->stdin_fd,
		.stdout_fd = rq->stdout_fd,
		.stderr_fd = rq->stderr_fd,
		.terminal = terminal_wanted(a->terminal),
		.init_fd = a->engine->init_fd,
		.fork = rq->fork,
		.close_fds = rq->close_fds,
		.own_session = rq->own_session,
		.tell_start = rq->started,
		.strict = a->engine->strict,
		.user_ns = a->engine->user_ns,
		.test_mask = a->engine->caller_mask,
		.keep_fds = alive_fd,
		.n_keep_fds = 1,
	};
	return attempt_mounts_below(a, &ret->mounts_below, err);
}

/* Never another filter than the one asked for. */
static int check_filter(const struct spec *spec, struct iso_err *err)
{
	if (str_eq(spec->seccomp, "off") || str_eq(spec->seccomp, spec->filter_of))
		return 0;
	return iso_err_set(err, ISO_ERR_INTERNAL, 0, "seccomp policy '%s' is not compiled",
			   spec->seccomp);
}

static int find_cwd(const struct attempt *a, char **ret, struct iso_err *err)
{
	*ret = a->rq.cwd ? strdup(a->rq.cwd) : getcwd(NULL, 0);
	return *ret ? 0 : iso_err_set(err, ISO_ERR_HOST, errno, "working directory");
}

static int compile_and_spawn(struct attempt *a, const struct spec *spec, struct iso_err *err)
{
	const int alive_fd = ledger_alive_fd(a->claim);
	_cleanup_strv_ char **env = NULL;
	_cleanup_free_ char *cwd = NULL;
	_cleanup_buf_ struct buf meminfo = BUF_INIT;
	struct sbx_request request;

	int r = check_filter(spec, err);
	if (r < 0)
		return r;
	if (attempt_environ(a, &env) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "environment");
	r = find_cwd(a, &cwd, err);
	if (r < 0)
		return r;
	sbx_plan_free(a->plan);
	a->plan = NULL;
	r = fill_request(a, spec, env, cwd, &alive_fd, &meminfo, &request, err);
	if (r == 0)
		r = sbx_compile(&request, &a->plan, err);
	return r < 0 ? r : sbx_spawn(a->plan, &a->sbx, err);
}

int attempt_launch_bare(struct attempt *a, const struct iso_err *why, struct iso_err *err)
{
	struct spec bare = { 0 };

	/* A fork without a pid namespace is no fork that could be looked after: its command
	 * does the same. */
	a->rq.fork = a->rq.lent = false;
	if (a->engine->strict) {
		*err = *why;
		return iso_err_wrap(err, "--strict: no namespaces");
	}
	int r = attempt_make_bare(a, why, &bare, err);
	if (r == 0)
		r = compile_and_spawn(a, &bare, err);
	spec_fini(&bare);
	return r;
}

/* ENOSYS and EINVAL: a kernel, or a filter, without them. */
static bool refused(int r)
{
	return r == -EPERM || r == -ENOSPC || r == -EINVAL || r == -EACCES || r == -EUSERS ||
	       r == -ENOSYS;
}

static int spawn(struct attempt *a, struct iso_err *err)
{
	struct engine *e = a->engine;

	/* A user namespace has one user. */
	if (e->user_ns && a->rq.spec->user && geteuid() == 0) {
		struct iso_err why = ISO_ERR_INIT;
		iso_err_set(&why, ISO_ERR_HOST, EPERM, "make namespaces for user '%.100s'",
			    a->rq.spec->user);
		iso_err_hint(&why, "give isorun CAP_SYS_ADMIN");
		return attempt_launch_bare(a, &why, err);
	}
	int r = compile_and_spawn(a, a->rq.spec, err);

	/* Root without CAP_SYS_ADMIN, or behind a filter: as a user, then. */
	if (refused(r) && a->plan && !e->user_ns) {
		e->user_ns = true;
		r = compile_and_spawn(a, a->rq.spec, err);
	}
	if (refused(r) && a->plan && sbx_plan_clone_flags(a->plan) && a->rq.argv) {
		const struct iso_err why = *err;
		r = attempt_launch_bare(a, &why, err);
	}
	return r;
}

static void plan_leaf(struct attempt *a)
{
	struct engine *e = a->engine;
	const struct cg_limits limits = {
		.mem_bytes = a->mem_bytes,
		.elastic = attempt_may_grow(a),
		.pids = a->rq.spec->pids,
		.tell_cache = a->rq.sample,
	};
	char leaf[CG_NAME];

	cg_leaf_name(e->cg, e->next_leaf++, leaf);
	cg_plan_leaf(e->cg, leaf, &limits, &a->cgroups);
}

static int make_terminal(struct attempt *a, struct iso_err *err)
{
	const struct attempt_request *rq = &a->rq;

	return terminal_new(a->engine->loop, rq->stdin_fd < 0 ? STDIN_FILENO : rq->stdin_fd,
			    rq->stdout_fd < 0 ? STDOUT_FILENO : rq->stdout_fd, &a->terminal, err);
}

int attempt_launch(struct attempt *a, struct iso_err *err)
{
	a->launched_ns = time_now_ns();
	a->mem_bytes = ledger_mem_bytes(a->claim);
	if (a->engine->nested)
		a->mem_bytes = a->demand_bytes < a->budget_bytes ? a->demand_bytes
								 : a->budget_bytes;
	a->mem_start_bytes = a->mem_bytes;
	plan_leaf(a);
	log_debug("'%s': limit of %" PRIu64 " bytes, cgroup '%s', workspace '%s'", a->rq.title,
		  a->mem_bytes, a->cgroups.n_groups ? a->cgroups.name : "none",
		  a->rq.workspace ? a->rq.workspace : "here");
	int r = 0;
	if (a->rq.spec->scratch == SPEC_SCRATCH_DISK)
		r = attempt_find_disk(a, err);
	if (r == 0 && a->rq.spec->workspace == SPEC_TREE_OVERLAY && a->engine->no_overlay)
		r = attempt_copy_tree(a, err);
	if (r == 0 && a->rq.spec->tty)
		r = make_terminal(a, err);
	return r < 0 ? r : spawn(a, err);
}

int attempt_fork(struct attempt *a, struct iso_err *err)
{
	return sbx_fork(a->sbx, err);
}

int attempt_lend(struct attempt *a, struct sbx_loan *ret, struct iso_err *err)
{
	return sbx_lend(a->sbx, ret, err);
}

void attempt_adopt(struct attempt *a, int pid)
{
	sbx_adopt(a->sbx, pid);
}

int engine_explain(struct engine *e, const struct attempt_request *request, struct buf *ret,
		   struct iso_err *err)
{
	struct attempt a = { .engine = e, .rq = *request };
	_cleanup_free_ char *cwd = NULL;
	_cleanup_buf_ struct buf meminfo = BUF_INIT;
	struct sbx_request sbx;
	struct budget budget;
	int r = engine_budget(e, &budget, err);

	if (r < 0)
		return r;
	a.budget_bytes = budget.bytes;
	a.mem_bytes = attempt_demand(&a, budget.bytes);
	plan_leaf(&a);
	r = find_cwd(&a, &cwd, err);
	if (r == 0 && request->spec->tty)
		r = make_terminal(&a, err);
	if (r < 0)
		return r;
	char *const *env = request->env ? request->env : environ;
	if (request->spec->scratch == SPEC_SCRATCH_DISK)
		r = attempt_name_disk(&a, err);
	if (r == 0)
		r = fill_request(&a, request->spec, env, cwd, NULL, &meminfo, &sbx, err);
	sbx.n_keep_fds = 0;
	if (r == 0)
		r = sbx_compile(&sbx, &a.plan, err);
	if (r == 0)
		sbx_explain(a.plan, ret);
	sbx_plan_free(a.plan);
	terminal_free(a.terminal);
	free(a.disk);
	return r < 0 ? r : ret->error;
}

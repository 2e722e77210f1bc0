/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"

uint64_t attempt_tmp_bytes(const struct attempt *a)
{
	if (a->rq.spec->tmp_size_bytes)
		return a->rq.spec->tmp_size_bytes;
	return a->mem_bytes / 4 * 3;
}

static void fill_request(const struct attempt *a, const struct spec *spec, char *const *env,
			 const char *cwd, const int *alive_fd, struct sbx_request *ret)
{
	const struct attempt_request *rq = &a->rq;
	const struct prepared *prepared = a->engine->prepared;

	*ret = (struct sbx_request){
		.spec = spec,
		.argv = rq->argv,
		.env = env,
		.cwd = cwd,
		.workspace = rq->workspace ? rq->workspace : cwd,
		.tmp_size_bytes = attempt_tmp_bytes(a),
		.cgroups = &a->cgroups,
		.bpf = prepared->bpf,
		.bpf_bytes = prepared->bpf_bytes,
		.lo_up = prepared->lo_up,
		.lo_up_bytes = prepared->lo_up_bytes,
		.stdin_fd = rq->stdin_fd,
		.stdout_fd = rq->stdout_fd,
		.stderr_fd = rq->stderr_fd,
		.own_session = rq->own_session,
		.strict = a->engine->strict,
		.user_ns = a->engine->user_ns,
		.test_mask = a->engine->caller_mask,
		.keep_fds = alive_fd,
		.n_keep_fds = 1,
	};
}

static int compile_and_spawn(struct attempt *a, const struct spec *spec, char *const *env,
			     const char *cwd, struct iso_err *err)
{
	const int alive_fd = ledger_alive_fd(a->claim);
	struct sbx_request request;

	fill_request(a, spec, env, cwd, &alive_fd, &request);
	sbx_plan_free(a->plan);
	a->plan = NULL;
	int r = sbx_compile(&request, &a->plan, err);
	return r < 0 ? r : sbx_spawn(a->plan, &a->sbx, err);
}

/* A host that refuses every namespace (a plain container): the test runs with
 * what is left, and its result says what was given up. */
static int spawn_bare(struct attempt *a, char *const *env, const char *cwd, struct iso_err *err)
{
	struct spec bare = { 0 };
	struct iso_err why = *err;
	char *end = strchr(why.text, '\n');

	if (end)
		*end = '\0';
	if (spec_copy(a->rq.spec, &bare) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
	bare.namespaces = 0;
	bare.net = SPEC_NET_HOST;
	int r = compile_and_spawn(a, &bare, env, cwd, err);
	spec_fini(&bare);
	if (r == 0)
		r = result_add_degraded(&a->result, "namespaces", why.text);
	return r;
}

static bool refused(int r)
{
	return r == -EPERM || r == -ENOSPC || r == -EINVAL || r == -EACCES || r == -EUSERS;
}

static int spawn(struct attempt *a, char *const *env, const char *cwd, struct iso_err *err)
{
	struct engine *e = a->engine;
	int r = compile_and_spawn(a, a->rq.spec, env, cwd, err);

	/* Root without CAP_SYS_ADMIN, or behind a filter: as a user, then. */
	if (refused(r) && a->plan && !e->user_ns) {
		e->user_ns = true;
		r = compile_and_spawn(a, a->rq.spec, env, cwd, err);
	}
	if (refused(r) && a->plan && !e->strict)
		r = spawn_bare(a, env, cwd, err);
	return r;
}

int attempt_launch(struct attempt *a, struct iso_err *err)
{
	struct engine *e = a->engine;
	_cleanup_strv_ char **env = NULL;
	_cleanup_free_ char *own_cwd = NULL;
	char leaf[CG_NAME];

	a->launched_ns = time_now_ns();
	a->mem_bytes = ledger_mem_bytes(a->claim);
	const struct cg_limits limits = { .mem_bytes = a->mem_bytes, .pids = a->rq.spec->pids };
	cg_leaf_name(e->cg, e->next_leaf++, leaf);
	cg_plan_leaf(e->cg, leaf, &limits, &a->cgroups);
	if (attempt_environ(a, &env) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "environment");
	const char *cwd = a->rq.cwd;
	if (!cwd) {
		own_cwd = getcwd(NULL, 0);
		if (!own_cwd)
			return iso_err_set(err, ISO_ERR_HOST, errno, "working directory");
		cwd = own_cwd;
	}
	return spawn(a, env, cwd, err);
}

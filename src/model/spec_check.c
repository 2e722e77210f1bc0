/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

/* Each rule returns its warning, or NULL where the spec is sound. */

static bool has_private(const struct spec *s, const char *path)
{
	for (size_t i = 0; s->private_dirs && s->private_dirs[i]; i++)
		if (path_is_below(path, s->private_dirs[i]))
			return true;
	return false;
}

/* memcached's tests: 82 of 82 in the host's pid namespace, 22 of 40 in their
 * own over one /tmp, since pids start at 1 in each. */
static const char *pid_over_shared_tmp(const struct spec *s)
{
	if ((s->namespaces & SPEC_NS_PID) && !has_private(s, "/tmp"))
		return "own pid namespace over a shared /tmp: pids begin at 1 in each sandbox, so "
		       "files named after a pid collide; add `private = /tmp` or `share = pid`";
	return NULL;
}

static const char *pid_over_shared_tree(const struct spec *s)
{
	if ((s->namespaces & SPEC_NS_PID) && s->workspace_set &&
	    s->workspace == SPEC_TREE_SHARED)
		return "own pid namespace over a shared workspace: pids begin at 1 in each "
		       "sandbox, so files named after a pid collide when tests run at once; use "
		       "`workspace = overlay` or `share = pid`";
	return NULL;
}

static const char *pid_without_mount(const struct spec *s)
{
	if ((s->namespaces & SPEC_NS_PID) && !(s->namespaces & SPEC_NS_MOUNT))
		return "own pid namespace without an own mount namespace: /proc still shows the "
		       "host's processes; add `own = mount`";
	return NULL;
}

static const char *paths_without_mount(const struct spec *s)
{
	const bool wants = s->root != SPEC_TREE_SHARED || s->workspace != SPEC_TREE_SHARED ||
			   s->dev != SPEC_DEV_SHARED || strv_len(s->private_dirs) || s->n_binds ||
			   strv_len(s->hide) || strv_len(s->readonly_paths);

	if (wants && !(s->namespaces & SPEC_NS_MOUNT))
		return "[filesystem] asks for mounts, and the mount namespace is shared: none of "
		       "them is made; add `own = mount`";
	return NULL;
}

static const char *hidden_and_private(const struct spec *s)
{
	for (size_t i = 0; s->hide && s->hide[i]; i++)
		if (strv_has(s->private_dirs, s->hide[i]))
			return "a path is both private and hidden: hidden wins";
	return NULL;
}

static const char *tmp_above_memory(const struct spec *s)
{
	if (s->scratch != SPEC_SCRATCH_DISK && s->mem_bytes && s->tmp_size_bytes >= s->mem_bytes)
		return "tmp-size is not below the memory limit: files in private directories "
		       "count as memory, so a full one ends in an OOM kill, not in ENOSPC";
	return NULL;
}

static const char *pass_without_clear(const struct spec *s)
{
	if (strv_len(s->env_pass) && !s->env_clear)
		return "[environment] pass does nothing unless `clear = yes`";
	return NULL;
}

static const char *keep_without_overlay(const struct spec *s)
{
	if (strv_len(s->keep) && s->workspace_set && s->workspace != SPEC_TREE_OVERLAY)
		return "keep does nothing unless `workspace = overlay`: without one all that is "
		       "written stays";
	return NULL;
}

static const char *shape_without_lo(const struct spec *s)
{
	const bool wants = s->net_delay_ns || s->net_loss_milli || s->net_rate_bytes;

	if (wants && (s->net == SPEC_NET_HOST || s->net == SPEC_NET_NONE))
		return "[network] delay, loss and rate are of the lo of an own network: they do "
		       "nothing unless `mode = loopback` or `mode = nat`";
	return NULL;
}

static const char *log_without_policy(const struct spec *s)
{
	if (s->seccomp_log && str_eq(s->seccomp, "off"))
		return "seccomp-log without a seccomp policy: nothing is refused";
	return NULL;
}

int spec_check(const struct spec *s, char ***ret_warnings)
{
	static const char *(*const rules[])(const struct spec *) = {
		pid_over_shared_tmp, pid_over_shared_tree, pid_without_mount, paths_without_mount,
		hidden_and_private,  tmp_above_memory,     pass_without_clear,
		keep_without_overlay, shape_without_lo,    log_without_policy,
	};
	_cleanup_strv_ char **warnings = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const char *text = rules[i](s);
		if (text && strv_add(&warnings, text) < 0)
			return -ENOMEM;
	}
	*ret_warnings = TAKE_PTR(warnings);
	return 0;
}

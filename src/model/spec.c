/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"

/* No sandbox at all, but for the time a test gets to end: the profiles add
 * every piece of isolation, so that reading one tells the whole truth. */
int spec_init(struct spec *s)
{
	*s = (struct spec){
		.root = SPEC_TREE_SHARED,
		.dev = SPEC_DEV_SHARED,
		.workspace = SPEC_TREE_SHARED,
		.net = SPEC_NET_HOST,
		.keep_caps_all = true,
		.grace_ns = 5 * NSEC_PER_SEC,
		.seccomp = strdup("off"),
	};
	return s->seccomp ? 0 : -ENOMEM;
}

void spec_fini(struct spec *s)
{
	free(s->profile);
	free(s->description);
	strv_free(s->private_dirs);
	for (size_t i = 0; i < s->n_binds; i++) {
		free(s->binds[i].src);
		free(s->binds[i].dst);
	}
	free(s->binds);
	strv_free(s->hide);
	strv_free(s->keep);
	strv_free(s->readonly_paths);
	strv_free(s->capabilities);
	free(s->seccomp);
	free(s->user);
	strv_free(s->tokens);
	strv_free(s->locks);
	strv_free(s->env_pass);
	strv_free(s->env_set);
	free(s->pass_fds);
	*s = (struct spec){ 0 };
}

int spec_add_bind(struct spec *s, const char *src, const char *dst, bool readonly)
{
	struct spec_bind *grown = reallocarray(s->binds, s->n_binds + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->binds = grown;

	_cleanup_free_ char *src_copy = strdup(src);
	_cleanup_free_ char *dst_copy = strdup(dst);
	if (!src_copy || !dst_copy)
		return -ENOMEM;
	grown[s->n_binds++] = (struct spec_bind){
		.src = TAKE_PTR(src_copy),
		.dst = TAKE_PTR(dst_copy),
		.readonly = readonly,
	};
	return 0;
}

static int copy_str(const char *from, char **ret)
{
	char *copy = from ? strdup(from) : NULL;

	if (from && !copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

static int copy_strings(const struct spec *from, struct spec *to)
{
	const struct {
		const char *from;
		char **to;
	} texts[] = {
		{ from->profile, &to->profile },
		{ from->description, &to->description },
		{ from->seccomp, &to->seccomp },
		{ from->user, &to->user },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (copy_str(texts[i].from, texts[i].to) < 0)
			return -ENOMEM;
	return 0;
}

static int copy_lists(const struct spec *from, struct spec *to)
{
	const struct {
		char *const *from;
		char ***to;
	} lists[] = {
		{ from->private_dirs, &to->private_dirs },
		{ from->hide, &to->hide },
		{ from->keep, &to->keep },
		{ from->readonly_paths, &to->readonly_paths },
		{ from->capabilities, &to->capabilities },
		{ from->tokens, &to->tokens },
		{ from->locks, &to->locks },
		{ from->env_pass, &to->env_pass },
		{ from->env_set, &to->env_set },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (strv_copy(lists[i].from, lists[i].to) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < from->n_binds; i++) {
		const struct spec_bind *b = &from->binds[i];
		if (spec_add_bind(to, b->src, b->dst, b->readonly) < 0)
			return -ENOMEM;
	}
	if (!from->n_pass_fds)
		return 0;
	to->pass_fds = calloc(from->n_pass_fds, sizeof(*to->pass_fds));
	if (!to->pass_fds)
		return -ENOMEM;
	memcpy(to->pass_fds, from->pass_fds, from->n_pass_fds * sizeof(*to->pass_fds));
	to->n_pass_fds = from->n_pass_fds;
	return 0;
}

int spec_copy(const struct spec *from, struct spec *ret)
{
	struct spec copy = *from;

	copy.profile = copy.description = copy.seccomp = copy.user = NULL;
	copy.private_dirs = copy.hide = copy.keep = copy.readonly_paths = NULL;
	copy.tokens = copy.locks = NULL;
	copy.capabilities = copy.env_pass = copy.env_set = NULL;
	copy.binds = NULL;
	copy.n_binds = 0;
	copy.pass_fds = NULL;
	copy.n_pass_fds = 0;
	if (copy_strings(from, &copy) < 0 || copy_lists(from, &copy) < 0) {
		spec_fini(&copy);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An overlay does not reach into mounts below its lower directory: the test
 * would see bare mount points.  So each mount below the workspace gets an
 * overlay of its own.  Where that cannot be (a file, a file system that no
 * overlay takes), what is placed there first shows: the mount itself, read-only.
 */
#include "sandbox/mounts.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/str.h"

static bool keeps(const struct spec *spec)
{
	return strv_len(spec->keep) > 0;
}

static void open_path(struct sbx_plan *p, const char *path, int fd)
{
	struct sbx_step *s = plan_init_step(p, SBX_OPEN);

	s->path = path;
	s->fd = fd;
}

static void hold_lower(struct sbx_plan *p, struct tree *t)
{
	t->lower_fd = plan_take_fd(p);
	open_path(p, t->path, t->lower_fd);
}

static void hold_overlay(struct sbx_plan *p, const struct sbx_request *rq,
			 const struct scratch *sc, struct workspace *ws)
{
	const struct place *at = place_of(sc, rq->workspace);

	hold_lower(p, &ws->trees[0]);
	for (size_t i = 0; i < strv_len(rq->mounts_below); i++) {
		const char *path = rq->mounts_below[i];
		/* A private directory of its own covers it. */
		if (place_of(sc, path) != at)
			continue;
		struct tree *t = &ws->trees[ws->n++];
		t->path = plan_str(p, path);
		hold_lower(p, t);
		t->tree_fd = plan_hold_tree(p, path, true, plan_fmt(p, "mount '%s'", path));
	}
}

int workspace_hold(struct sbx_plan *p, const struct sbx_request *rq, const struct scratch *sc,
		   struct workspace *ret, struct iso_err *err)
{
	const struct spec *spec = rq->spec;
	size_t n_below = strv_len(rq->mounts_below);

	*ret = (struct workspace){
		.overlay = spec->workspace == SPEC_TREE_OVERLAY && !rq->tree_copy,
		.devices = spec->dev == SPEC_DEV_SHARED,
		.n = 1,
	};
	if (ret->overlay && n_below >= SBX_LAYERS_MAX) {
		iso_err_set(err, ISO_ERR_USAGE, 0, "workspace '%s': %zu mounts below it",
			    rq->workspace, n_below);
		return iso_err_hint(err, "an overlay takes %d; use --workspace shared",
				    SBX_LAYERS_MAX - 1);
	}
	ret->trees = arena_alloc(p->arena, (n_below + 1) * sizeof(*ret->trees));
	if (!ret->trees)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "mounts");
	struct tree *top = &ret->trees[0];
	top->path = plan_str(p, rq->workspace);
	top->tree_fd = -1;
	if (ret->overlay)
		hold_overlay(p, rq, sc, ret);
	else if (rq->tree_copy)
		top->tree_fd = plan_hold_tree(p, rq->tree_copy, false, NULL);
	else if (place_of(sc, rq->workspace) || spec->workspace == SPEC_TREE_READONLY ||
		 spec->root == SPEC_TREE_READONLY)
		top->tree_fd = plan_hold_tree(p, rq->workspace,
					      spec->workspace == SPEC_TREE_READONLY, "workspace");
	return 0;
}

static const char *numbered(struct sbx_plan *p, const char *dir, const char *name, size_t i)
{
	return i ? plan_fmt(p, "%s/%s%zu", dir, name, i) : plan_fmt(p, "%s/%s", dir, name);
}

/* The upper directory's mode and owner show as the tree's root: a suite that
 * runs as somebody else must find its own there. */
static int make_layer(struct sbx_plan *p, const struct scratch *sc, struct tree *t, size_t i,
		      struct iso_err *err)
{
	struct stat st;

	if (stat(t->path, &st) < 0)
		return iso_err_set(err, plan_lack_kind(), errno, "workspace '%s'", t->path);
	t->upper = numbered(p, sc->base, "upper", i);
	t->work = numbered(p, sc->base, "work", i);
	struct sbx_step *s = plan_init_step(p, SBX_MKDIR);
	s->path = t->upper;
	s->mode = 0700;
	s = plan_init_step(p, SBX_OWN);
	s->path = t->upper;
	s->uid = st.st_uid;
	s->gid = st.st_gid;
	s->mode = st.st_mode & 07777;
	s = plan_init_step(p, SBX_MKDIR);
	s->path = t->work;
	s->mode = 0700;
	return 0;
}

int workspace_make_layers(struct sbx_plan *p, const struct scratch *sc, struct workspace *ws,
			  struct iso_err *err)
{
	struct sbx_layer *layers = arena_alloc(p->arena, ws->n * sizeof(*layers));
	size_t top_len = strlen(ws->trees[0].path);

	if (!layers)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "mounts");
	for (size_t i = 0; i < ws->n; i++) {
		struct tree *t = &ws->trees[i];
		int r = make_layer(p, sc, t, i, err);
		if (r < 0)
			return r;
		layers[i] = (struct sbx_layer){
			.upper_fd = plan_take_fd(p),
			.merged_fd = -1,
			.at = i ? t->path + top_len + 1 : "",
		};
		open_path(p, t->upper, layers[i].upper_fd);
	}
	p->layers = layers;
	p->job.layers = layers;
	p->job.n_layers = ws->n;
	return 0;
}

static void mount_overlay(struct sbx_plan *p, const struct tree *t, const char *target,
			  const struct workspace *ws)
{
	struct sbx_step *s = plan_init_step(p, SBX_MOUNT);

	s->source = "isorun";
	s->path = target;
	s->type = "overlay";
	s->flags = ws->devices ? 0 : MS_NODEV;
	/* The lower directory by its descriptor: the path may hold commas or
	 * colons, or be covered by now.  redirect_dir: a directory of the tree
	 * can be renamed.  userxattr: Linux 5.11, for mounts by ordinary users,
	 * who may not have that. */
	s->text = plan_fmt(p, "lowerdir=/proc/self/fd/%d,upperdir=%s,workdir=%s%s", t->lower_fd,
			   t->upper, t->work,
			   p->job.own_user_ns ? ",userxattr" : ",redirect_dir=on");
	if (t->tree_fd >= 0) {
		s->when_refused = SBX_MAY_FAIL;
		s->about = plan_fmt(p, "writing to the mount '%s'", t->path);
	}
}

static void show_overlay(struct sbx_plan *p, const struct sbx_request *rq, const struct tree *t,
			 const char *target, const struct workspace *ws)
{
	struct sbx_layer *layer = &p->layers[t - ws->trees];

	if (t->tree_fd >= 0)
		plan_place_tree(p, t->tree_fd, target);
	mount_overlay(p, t, target, ws);
	if (keeps(rq->spec)) {
		layer->merged_fd = plan_take_fd(p);
		open_path(p, target, layer->merged_fd);
	}
}

void workspace_show(struct sbx_plan *p, const struct sbx_request *rq, const struct scratch *sc,
		    const struct workspace *ws)
{
	for (size_t i = 0; i < ws->n; i++) {
		const struct tree *t = &ws->trees[i];
		if (!ws->overlay && t->tree_fd < 0)
			continue;
		const char *target = inside_scratch(p, sc, t->path);
		if (!target)
			target = t->path;
		else if (i == 0)
			make_place(p, sc, target, true);
		if (ws->overlay)
			show_overlay(p, rq, t, target, ws);
		else
			plan_place_tree(p, t->tree_fd, target);
	}
}

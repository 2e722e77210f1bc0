/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order matters and is this:
 *
 * 1. Sources of binds, the program, the nodes of a minimal /dev, and the workspace are held
 *    as descriptors while the host's tree is still whole: a source is resolved
 *    once, and one that lies under a private directory stays reachable
 *    (CVE-2024-42472).  With a minimal /dev devices elsewhere are closed after
 *    the binds, which may be devices, and before the workspace, which is none.
 * 2. The root becomes read-only when asked.
 * 3. The scratch, one tmpfs or a directory on disk, is mounted on the first
 *    private directory; each private directory, a minimal /dev and the
 *    overlay's upper layer is a directory in it: one file system is cheaper
 *    than four, and one size bounds all.
 * 4. What shows below a private directory is placed inside of the scratch.
 * 5. The scratch's directories are cloned, and the clones go to their places,
 *    /dev before /dev/shm.
 *    The one that belongs where the scratch is mounted covers it for good: to
 *    take the scratch off would wait for an RCU grace period.
 * 6. /proc and its meminfo, then what is read-only or hidden, some of it below /proc.  A hidden
 *    file is the null device of the /dev that is there by now.
 */
#include "sandbox/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"

enum { INODES_MIN = 1024 }; /* of a small scratch: directories, and the nodes of /dev */

int plan_take_fd(struct sbx_plan *p)
{
	return p->next_fd++;
}

bool plan_is_missing(void)
{
	return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
}

enum iso_err_kind plan_lack_kind(void)
{
	return plan_is_missing() ? ISO_ERR_USAGE : ISO_ERR_HOST;
}

static bool is_dir(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return !plan_is_missing();
	return S_ISDIR(st.st_mode);
}

static void add_place(struct scratch *sc, const char *dir, bool dev)
{
	if (sc->n < PRIVATE_MAX)
		sc->places[sc->n++] = (struct place){ .dir = dir, .dev = dev };
}

static void add_private_dir(struct sbx_plan *p, struct scratch *sc, const char *dir)
{
	/* A directory this host lacks (/dev/shm in some containers) has
	 * nothing to collide in. */
	if (!is_dir(dir))
		return;
	for (size_t i = 0; i < sc->n; i++) {
		const struct place *at = &sc->places[i];
		/* A minimal /dev is read-only: what is private in it needs a
		 * mount of its own. */
		if (at->dev ? str_eq(dir, at->dir) : path_is_below(dir, at->dir))
			return;
	}
	add_place(sc, plan_str(p, dir), false);
}

const struct place *place_of(const struct scratch *sc, const char *path)
{
	const struct place *ret = NULL;

	for (size_t i = 0; i < sc->n; i++) {
		const struct place *at = &sc->places[i];
		if (path_is_below(path, at->dir) && (!ret || path_is_below(at->dir, ret->dir)))
			ret = at;
	}
	return ret;
}

const char *inside_scratch(struct sbx_plan *p, const struct scratch *sc, const char *path)
{
	const struct place *at = place_of(sc, path);

	return at ? plan_fmt(p, "%s%s", at->inside, path + strlen(at->dir)) : NULL;
}

void make_place(struct sbx_plan *p, const struct scratch *sc, const char *path, bool dir)
{
	size_t start = strlen(sc->base) + 1;

	for (const char *slash = strchr(path + start, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct sbx_step *s = plan_init_step(p, SBX_MKDIR);
		s->path = plan_fmt(p, "%.*s", (int)(slash - path), path);
		s->mode = 0755;
	}
	struct sbx_step *s = plan_init_step(p, dir ? SBX_MKDIR : SBX_TOUCH);
	s->path = path;
	s->mode = 0755;
}

int plan_hold_tree(struct sbx_plan *p, const char *path, bool readonly, const char *about)
{
	int fd = plan_take_fd(p);
	struct sbx_step *s = plan_init_step(p, SBX_TREE);

	s->path = plan_str(p, path);
	s->fd = fd;
	if (readonly) {
		s = plan_init_step(p, SBX_TREE_RO);
		s->fd = fd;
		s->path = plan_str(p, path);
		s->flags = MS_REC;
		s->when_refused = SBX_MAY_FAIL;
		s->about = plan_fmt(p, "read-only %s", about);
	}
	return fd;
}

void plan_place_tree(struct sbx_plan *p, int fd, const char *path)
{
	struct sbx_step *s = plan_init_step(p, SBX_PLACE);

	s->fd = fd;
	s->path = path;
}

static void find_scratch(struct sbx_plan *p, const struct spec *spec, bool meminfo,
			 struct scratch *sc)
{
	if (spec->dev == SPEC_DEV_MINIMAL) {
		add_place(sc, "/dev", true);
		add_place(sc, "/dev/shm", false);
	}
	for (size_t i = 0; i < strv_len(spec->private_dirs); i++)
		add_private_dir(p, sc, spec->private_dirs[i]);
	sc->base = sc->n ? sc->places[0].dir : NULL;
	if (!sc->base && (spec->workspace == SPEC_TREE_OVERLAY || p->resolv_conf || meminfo))
		sc->base = "/tmp";
	for (size_t i = 0; i < sc->n; i++)
		sc->places[i].inside = plan_fmt(p, "%s/%zu", sc->base, i);
}

/* While it can be reached, and can be written: the root may be read-only soon. */
static void hold_scratch(struct sbx_plan *p, const struct sbx_request *rq, struct scratch *sc)
{
	const char *slash = rq->disk_dir ? strrchr(rq->disk_dir, '/') : NULL;

	sc->tree_fd = -1;
	if (!slash)
		return;
	p->job.disk_name = plan_str(p, slash + 1);
	p->job.disk_base = sc->base;
	p->job.disk_fd = plan_hold_tree(
		p, plan_fmt(p, "%.*s", (int)(slash - rq->disk_dir), rq->disk_dir), false,
		NULL);
	if (!sc->base || rq->spec->scratch != SPEC_SCRATCH_DISK)
		return;
	/* Made by init, which removes it: were isorun killed in between, nobody would. */
	struct sbx_step *s = plan_init_step(p, SBX_SCRATCH);
	s->path = plan_str(p, rq->disk_dir);
	s->flags = true;
	s->uid = (uid_t)-1;
	s->fd = plan_take_fd(p);
	sc->tree_fd = plan_hold_tree(p, rq->disk_dir, false, NULL);
}

static void mount_disk(struct sbx_plan *p, const struct scratch *sc)
{
	plan_place_tree(p, sc->tree_fd, sc->base);
	struct sbx_step *s = plan_init_step(p, SBX_RESTRICT);
	s->path = sc->base;
	s->flags = MS_NOSUID | MS_NODEV;
	s->when_refused = SBX_MAY_FAIL;
	s->about = "nosuid and nodev in private directories";
}

static void mount_memory(struct sbx_plan *p, const struct sbx_request *rq,
			 const struct scratch *sc)
{
	struct sbx_step *s = plan_init_step(p, SBX_MOUNT);

	if (sc->n)
		p->job.memory_base = sc->base;
	s->source = "isorun";
	s->path = sc->base;
	s->type = "tmpfs";
	s->flags = MS_NOSUID | MS_NODEV;
	/* An empty file takes none of the size, but about 1 KiB of the kernel's. */
	s->text = rq->tmp_size_bytes
			  ? plan_fmt(p, "mode=0755,size=%" PRIu64 ",nr_inodes=%" PRIu64,
				     rq->tmp_size_bytes, rq->tmp_size_bytes / 1024 + INODES_MIN)
			  : "mode=0755";
}

static void mount_scratch(struct sbx_plan *p, const struct sbx_request *rq,
			  const struct scratch *sc)
{
	if (sc->tree_fd >= 0)
		mount_disk(p, sc);
	else
		mount_memory(p, rq, sc);
	for (size_t i = 0; i < sc->n; i++) {
		struct sbx_step *s = plan_init_step(p, SBX_MKDIR);
		s->path = sc->places[i].inside;
		s->mode = 0700;
		/* mkdir's mode is cut by the umask; the sticky bit needs chmod. */
		s = plan_init_step(p, SBX_OWN);
		s->path = sc->places[i].inside;
		s->uid = (uid_t)-1;
		s->gid = (gid_t)-1;
		s->mode = sc->places[i].dev ? 0755 : 01777;
	}
}

/* With the directories on which private ones are placed when it is read-only. */
static void fill_dev(struct sbx_plan *p, const struct scratch *sc,
		     const int node_fds[PLAN_DEV_NODES])
{
	const struct place *dev = &sc->places[0];

	if (!sc->n || !dev->dev)
		return;
	plan_dev_fill(p, dev->inside, node_fds);
	for (size_t i = 1; i < sc->n; i++)
		if (path_is_below(sc->places[i].dir, dev->dir))
			make_place(p, sc,
				   plan_fmt(p, "%s%s", dev->inside,
					    sc->places[i].dir + strlen(dev->dir)),
				   true);
}

/* What step 1 of the order above holds. */
struct held {
	struct scratch scratch;
	struct workspace workspace;
	int *bind_fds;
	bool *bind_dirs;
	const char *program;  /* the command's, when a private directory would hide it; else NULL */
	int program_fd;
	int node_fds[PLAN_DEV_NODES];
};

static int hold_binds(struct sbx_plan *p, const struct spec *spec, int *fds, bool *dirs,
		      struct iso_err *err)
{
	for (size_t i = 0; i < spec->n_binds; i++) {
		const struct spec_bind *b = &spec->binds[i];
		if (access(b->src, F_OK) < 0)
			return iso_err_set(err, plan_lack_kind(), errno, "bind source '%s'",
					   b->src);
		dirs[i] = is_dir(b->src);
		fds[i] = plan_hold_tree(p, b->src, b->readonly, b->dst);
	}
	return 0;
}

static int show_binds(struct sbx_plan *p, const struct spec *spec, const struct scratch *sc,
		      const int *fds, const bool *dirs, struct iso_err *err)
{
	for (size_t i = 0; i < spec->n_binds; i++) {
		const struct spec_bind *b = &spec->binds[i];
		const char *target = inside_scratch(p, sc, b->dst);
		if (target)
			make_place(p, sc, target, dirs[i]);
		else if (access(b->dst, F_OK) == 0)
			target = plan_str(p, b->dst);
		else
			return iso_err_set(err, plan_lack_kind(), errno,
					   "bind target '%s' (it must exist, or lie in a private "
					   "directory)", b->dst);
		plan_place_tree(p, fds[i], target);
	}
	return 0;
}

static bool is_shown(const struct sbx_request *rq, const char *path)
{
	for (size_t i = 0; i < rq->spec->n_binds; i++)
		if (path_is_below(path, rq->spec->binds[i].dst))
			return true;
	return path_is_below(path, rq->workspace);
}

/* Runners build programs in /tmp and start them there (go test -exec). */
static void hold_program(struct sbx_plan *p, const struct sbx_request *rq, struct held *held)
{
	const char *word = rq->argv ? rq->argv[0] : "";
	struct stat st;

	if (!strchr(word, '/'))
		return;
	_cleanup_free_ char *joined = word[0] == '/' ? strdup(word) : path_join(rq->cwd, word);
	_cleanup_free_ char *path = joined ? path_clean(joined) : NULL;
	if (!path || !place_of(&held->scratch, path) || is_shown(rq, path) ||
	    stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	held->program = plan_str(p, path);
	held->program_fd = plan_hold_tree(p, path, true, path);
}

static void show_program(struct sbx_plan *p, const struct held *held)
{
	if (!held->program)
		return;
	const char *inside = inside_scratch(p, &held->scratch, held->program);
	make_place(p, &held->scratch, inside, false);
	plan_place_tree(p, held->program_fd, inside);
}

static void make_file(struct sbx_plan *p, const char *path, const char *text)
{
	struct sbx_step *s = plan_init_step(p, SBX_TOUCH);

	s->path = path;
	s = plan_init_step(p, SBX_WRITE);
	s->path = path;
	s->text = text;
	s = plan_init_step(p, SBX_OWN);
	s->path = path;
	s->uid = (uid_t)-1;
	s->gid = (gid_t)-1;
	s->mode = 0644;
}

/* Where nat needs one of its own.  A link, as systemd-resolved makes it, is
 * followed: what it points to is covered. */
static void show_resolv_conf(struct sbx_plan *p, const struct scratch *sc)
{
	_cleanup_free_ char *real = NULL;

	if (!p->resolv_conf || path_real("/etc/resolv.conf", &real) < 0)
		return;
	const char *inside = inside_scratch(p, sc, real);
	if (inside) {
		make_place(p, sc, inside, false);
		make_file(p, inside, p->resolv_conf);
		return;
	}
	const char *path = plan_fmt(p, "%s/resolv.conf", sc->base);
	make_file(p, path, p->resolv_conf);
	plan_place_tree(p, plan_hold_tree(p, path, false, NULL), plan_str(p, real));
}

/* Step 5 of the order above. */
static void show_scratch(struct sbx_plan *p, const struct scratch *sc)
{
	int fds[PRIVATE_MAX];

	for (size_t i = 0; i < sc->n; i++) {
		fds[i] = plan_take_fd(p);
		struct sbx_step *s = plan_init_step(p, SBX_TREE);
		s->path = sc->places[i].inside;
		s->fd = fds[i];
		if (!sc->places[i].dev)
			continue;
		s = plan_init_step(p, SBX_TREE_RO);
		s->path = sc->places[i].dir;
		s->fd = fds[i];
		s->when_refused = SBX_MAY_FAIL;
		s->about = "read-only /dev";
	}
	if (!sc->n)
		plan_init_step(p, SBX_UNMOUNT)->path = sc->base;
	for (size_t i = 0; i < sc->n; i++)
		plan_place_tree(p, fds[i], sc->places[i].dir);
}

static void mount_proc(struct sbx_plan *p)
{
	struct sbx_step *s = plan_init_step(p, SBX_MOUNT);

	s->source = "proc";
	s->path = "/proc";
	s->type = "proc";
	s->flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
}

/* Before the scratch is covered. */
static int hold_meminfo(struct sbx_plan *p, const struct scratch *sc, const char *text)
{
	const char *path = plan_fmt(p, "%s/meminfo", sc->base);

	make_file(p, path, plan_str(p, text));
	return plan_hold_tree(p, path, false, NULL);
}

static void protect_path(struct sbx_plan *p, const char *path)
{
	/* The mounts of our own namespace are copies already: to change them is
	 * cheaper than to clone them once more (a dozen below /sys). */
	if (fs_is_mount_point(path)) {
		struct sbx_step *s = plan_init_step(p, SBX_RESTRICT);
		s->path = plan_str(p, path);
		s->flags = MS_RDONLY;
		s->when_refused = SBX_MAY_FAIL;
		s->about = plan_fmt(p, "read-only %s", path);
		return;
	}
	plan_place_tree(p, plan_hold_tree(p, path, true, path), plan_str(p, path));
}

static void hide_path(struct sbx_plan *p, const char *path)
{
	if (!is_dir(path)) {
		int fd = plan_hold_tree(p, "/dev/null", false, path);
		plan_dev_check(p, fd, "/dev/null", makedev(1, 3));
		plan_place_tree(p, fd, plan_str(p, path));
		return;
	}
	struct sbx_step *s = plan_init_step(p, SBX_MOUNT);
	s->source = "isorun";
	s->path = plan_str(p, path);
	s->type = "tmpfs";
	s->flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	s->text = "mode=0555,size=4k";
}

static void cover_paths(struct sbx_plan *p, const struct scratch *sc, char *const *paths,
			void (*cover)(struct sbx_plan *p, const char *path))
{
	for (size_t i = 0; i < strv_len(paths); i++) {
		if (access(paths[i], F_OK) < 0 && plan_is_missing())
			continue;
		size_t first = p->init.n;
		cover(p, paths[i]);
		/* The host has it, the private directory over it need not. */
		for (size_t k = first; place_of(sc, paths[i]) && k < p->init.n; k++)
			p->init.steps[k].when_refused |= SBX_MAY_LACK;
	}
}

static void restrict_root(struct sbx_plan *p, unsigned long flags, const char *about)
{
	struct sbx_step *s = plan_init_step(p, SBX_RESTRICT);

	s->path = "/";
	s->flags = flags;
	s->when_refused = SBX_MAY_FAIL;
	s->about = about;
}

static int fill_scratch(struct sbx_plan *p, const struct sbx_request *rq, struct held *held,
			struct iso_err *err)
{
	mount_scratch(p, rq, &held->scratch);
	fill_dev(p, &held->scratch, held->node_fds);
	if (!held->workspace.overlay)
		return 0;
	return workspace_make_layers(p, &held->scratch, &held->workspace, err);
}

/* Steps 1 and 2 of the order above. */
static int hold_all(struct sbx_plan *p, const struct sbx_request *rq, struct held *held,
		    struct iso_err *err)
{
	const struct spec *spec = rq->spec;

	hold_scratch(p, rq, &held->scratch);
	int r = hold_binds(p, spec, held->bind_fds, held->bind_dirs, err);
	if (r < 0)
		return r;
	hold_program(p, rq, held);
	if (spec->dev == SPEC_DEV_MINIMAL) {
		plan_dev_hold(p, held->node_fds);
		restrict_root(p, MS_NODEV, "devices outside of /dev closed");
	}
	r = workspace_hold(p, rq, &held->scratch, &held->workspace, err);
	if (r == 0 && spec->root == SPEC_TREE_READONLY)
		restrict_root(p, MS_RDONLY, "read-only root");
	return r;
}

int plan_mounts(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err)
{
	const struct spec *spec = rq->spec;
	struct held held = {
		.bind_fds = arena_alloc(p->arena, (spec->n_binds + 1) * sizeof(*held.bind_fds)),
		.bind_dirs = arena_alloc(p->arena, (spec->n_binds + 1) * sizeof(*held.bind_dirs)),
	};
	struct scratch *sc = &held.scratch;
	/* The host's own /proc shows the host's. */
	const bool meminfo = rq->meminfo && p->job.own_pid_ns;

	if (!held.bind_fds || !held.bind_dirs)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "mounts");
	plan_init_step(p, SBX_PROPAGATE)->flags = MS_REC | MS_PRIVATE;
	find_scratch(p, spec, meminfo, sc);
	int r = hold_all(p, rq, &held, err);
	if (r == 0 && sc->base)
		r = fill_scratch(p, rq, &held, err);
	if (r < 0)
		return r;
	workspace_show(p, rq, sc, &held.workspace);
	r = show_binds(p, spec, sc, held.bind_fds, held.bind_dirs, err);
	if (r < 0)
		return r;
	show_program(p, &held);
	int meminfo_fd = -1;
	if (sc->base) {
		show_resolv_conf(p, sc);
		if (meminfo)
			meminfo_fd = hold_meminfo(p, sc, rq->meminfo);
		show_scratch(p, sc);
	}
	if (p->job.own_pid_ns)
		mount_proc(p);
	if (meminfo_fd >= 0)
		plan_place_tree(p, meminfo_fd, "/proc/meminfo");
	cover_paths(p, sc, spec->readonly_paths, protect_path);
	cover_paths(p, sc, spec->hide, hide_path);
	return 0;
}

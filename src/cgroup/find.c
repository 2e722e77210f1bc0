/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation: libcgroup says where the memory and pids controllers are
 * mounted and makes the isorun group.
 *
 *   v1: the group is made in our own group, whose limits then hold for it.
 *   v2: a group with processes cannot have children with controllers (the rule
 *       of no internal processes, cgroups(7)), so ours is out of the question.
 *       The walk goes up to the nearest group that lets us: as root often the
 *       slice above a session; as a user the app.slice that systemd delegated.
 *       It stops at another isorun group, whose leaf must not be left.
 *
 * Only what worked is reported: each place is proved with a leaf (prove.c). */
#include "cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <libcgroup.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "cgroup/driver.h"

static const char group_name[] = CG_GROUP_NAME;

/* Where one controller is and where we are in it. */
struct hierarchy {
	char *mount;   /* its mount point; NULL: not mounted */
	bool v2;
	char *own_dir; /* our own group, absolute; NULL: not to be seen */
};

static void hierarchy_fini(struct hierarchy *h)
{
	free(h->mount);
	free(h->own_dir);
}
#define _cleanup_hierarchy_ __attribute__((cleanup(hierarchy_fini)))

__attribute__((format(printf, 3, 0)))
static void to_log(void *arg, int level, const char *fmt, va_list ap)
{
	(void)arg;
	(void)level;
	if (!log_enabled())
		return;
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_vaddf(&b, fmt, ap);
	log_debug("libcgroup: %s", buf_str(&b));
}

/* libcgroup maps several refusals of mkdir(2) to "not allowed". */
static int cause_code(int r, const char *parent_dir)
{
	if (r == ECGOTHER && cgroup_get_last_errno())
		return cgroup_get_last_errno();
	return faccessat(AT_FDCWD, parent_dir, W_OK, AT_EACCESS) < 0 ? errno : EPERM;
}

/* A mount may show another part of the hierarchy than /proc/self/cgroup counts
 * from (containers, cgroup namespaces), so a path is believed only when the
 * group there holds this very process. */
static bool holds_us(const char *dir)
{
	_cleanup_free_ char *path = path_join(dir, "cgroup.procs");
	_cleanup_free_ char *text = NULL;
	if (!path || fs_read(path, 8 << 20, &text, NULL) < 0)
		return false;
	char *rest = text;
	const char *line;
	while ((line = strsep(&rest, "\n"))) {
		uint64_t pid;
		if (num_parse_u64(line, &pid) == 0 && pid == (uint64_t)getpid())
			return true;
	}
	return false;
}

/* The path after "0::" in /proc/self/cgroup.  libcgroup 2.0.2 looks for the
 * controller's name there and so finds nothing on v2 (ECGOTHER). */
static char *own_path_v2(const char *self)
{
	const char *line = self;
	while (line && !str_starts(line, "0::")) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return line ? strndup(line + 3, strcspn(line + 3, "\n")) : NULL;
}

static int find_own_dir(const char *controller, const char *self, struct hierarchy *h)
{
	_cleanup_free_ char *path = NULL;
	if (h->v2)
		path = own_path_v2(self);
	else
		(void)cgroup_get_current_controller_path(getpid(), controller, &path);
	_cleanup_buf_ struct buf b = BUF_INIT;
	buf_addf(&b, "%s/%s", h->mount, path ? path : "");
	if (b.error)
		return b.error;
	char *dir = path_clean(buf_str(&b));
	if (!dir)
		return -ENOMEM;
	if (path && holds_us(dir)) {
		h->own_dir = dir;
		return 0;
	}
	free(dir);
	/* A container runtime may have mounted just our group. */
	if (!holds_us(h->mount))
		return 0;
	h->own_dir = strdup(h->mount);
	return h->own_dir ? 0 : -ENOMEM;
}

static int hierarchy_find(const char *controller, const char *self, struct hierarchy *h)
{
	if (cgroup_get_subsys_mount_point(controller, &h->mount) != 0) {
		h->mount = NULL;
		return 0;
	}
	struct statfs st;
	h->v2 = statfs(h->mount, &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC;
	return find_own_dir(controller, self, h);
}

/* libcgroup 2.0.2 switches controllers on from the root down, and gives up where
 * a group on that way belongs to somebody else, as in every session of systemd. */
static int make_delegated(const char *parent_dir, const char *dir, const char *second)
{
	_cleanup_free_ char *file = path_join(parent_dir, "cgroup.subtree_control");
	bool made = mkdir(dir, 0755) == 0;
	if (!file || (!made && errno != EEXIST))
		return file ? -errno : -ENOMEM;
	int r = fs_write_at(AT_FDCWD, file, second ? "+memory +pids" : "+memory");
	if (r < 0 && made)
		(void)rmdir(dir);
	return r;
}

/* Makes "isorun" in `parent_dir`, on v2 with the controllers switched on for
 * its children, and hands out its path. */
static int make_group(const struct hierarchy *h, const char *parent_dir, const char *controller,
		      const char *second, char **ret_dir, struct iso_err *err)
{
	_cleanup_free_ char *dir = path_join(parent_dir, group_name);
	if (!dir)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "make a group");
	/* libcgroup counts from the mount point. */
	struct cgroup *group = cgroup_new_cgroup(dir + strlen(h->mount) + 1);
	if (!group || !cgroup_add_controller(group, controller) ||
	    (second && !cgroup_add_controller(group, second))) {
		cgroup_free(&group);
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "make a group");
	}
	/* Owner and mode stay as the kernel sets them: libcgroup would set them for
	 * all groups below too, and fail where a test ends while it does. */
	int r = cgroup_create_cgroup(group, 1);
	cgroup_free(&group);
	if (r != 0) {
		int code = cause_code(r, parent_dir);
		int r_own = h->v2 ? make_delegated(parent_dir, dir, second) : -code;
		if (r_own == 0) {
			*ret_dir = TAKE_PTR(dir);
			return 0;
		}
		code = -r_own;
		log_debug("libcgroup: make '%s': %s", dir, cgroup_strerror(r));
		return iso_err_set(err, ISO_ERR_HOST, code, "make a group");
	}
	*ret_dir = TAKE_PTR(dir);
	return 0;
}

/* What libcgroup leaves undone; where it does not work, the proof will show it. */
static void switch_on_children(const struct hierarchy *h, const char *dir, const char *second)
{
	/* v2: libcgroup 2.0.2 hands controllers down to the group it makes, not
	 * from that one to its children.  v1: before Linux 5.11 a group counts
	 * its children only when told to, and only before it has any. */
	_cleanup_free_ char *file =
		path_join(dir, h->v2 ? "cgroup.subtree_control" : "memory.use_hierarchy");
	if (file)
		(void)fs_write_at(AT_FDCWD, file,
				  !h->v2 ? "1" : second ? "+memory +pids" : "+memory");
}

/* Fills what the proof needs, or leaves the place as it was. */
static int try_parent(struct cg_place *place, const struct hierarchy *h, const char *parent_dir,
		      const char *second, struct iso_err *err)
{
	_cleanup_free_ char *dir = NULL;
	int r = make_group(h, parent_dir, "memory", second, &dir, err);
	if (r < 0)
		return r;
	switch_on_children(h, dir, second);
	struct cg_place p = {
		.version = h->v2 ? CG_V2 : CG_V1,
		.memory_dir = dir,
		.pids_dir = second ? dir : NULL,
	};
	r = cg_prove(&p, err);
	if (r < 0) {
		(void)rmdir(dir); /* stays while tests of another isorun are in it */
		return r;
	}
	place->above_dir = strdup(parent_dir);
	place->pids_dir = second ? strdup(dir) : NULL;
	if (!place->above_dir || (second && !place->pids_dir))
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "keep a group");
	place->memory_dir = TAKE_PTR(dir);
	place->version = p.version;
	return 0;
}

static int find_v1(struct cg_place *place, const struct hierarchy *memory,
		   const struct hierarchy *pids, struct buf *why, int *ret_code)
{
	bool together = str_eq(memory->mount, pids->mount);
	struct iso_err err = ISO_ERR_INIT;
	int r = try_parent(place, memory, memory->own_dir, together ? "pids" : NULL, &err);
	if (r < 0) {
		buf_addf(why, "'%s': %s", memory->own_dir, err.text);
		*ret_code = -r;
		return r;
	}
	if (together)
		return 0;
	if (pids->v2 || !pids->own_dir) {
		buf_adds(why, "no pids controller is mounted on cgroup v1");
		return 0;
	}
	_cleanup_free_ char *dir = NULL;
	r = make_group(pids, pids->own_dir, "pids", NULL, &dir, &err);
	if (r == 0) {
		place->pids_dir = dir;
		r = cg_prove(place, &err);
		place->pids_dir = r == 0 ? TAKE_PTR(dir) : NULL;
	}
	if (r < 0)
		buf_addf(why, "'%s': %s", pids->own_dir, err.text);
	return 0;
}

static bool has_controller(const char *dir, const char *controller)
{
	_cleanup_free_ char *path = path_join(dir, "cgroup.controllers");
	char text[512];
	_cleanup_strv_ char **have = NULL;
	return path && fs_read_small_at(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	       strv_split(text, " ", &have) == 0 && strv_has(have, controller);
}

static int find_v2(struct cg_place *place, const struct hierarchy *h, struct buf *why,
		   int *ret_code)
{
	_cleanup_free_ char *dir = strdup(h->own_dir);
	int r = dir ? -EOPNOTSUPP : -ENOMEM;
	while (dir && path_is_below(dir, h->mount)) {
		struct iso_err err = ISO_ERR_INIT;
		if (has_controller(dir, "memory")) {
			const char *second = has_controller(dir, "pids") ? "pids" : NULL;
			r = try_parent(place, h, dir, second, &err);
			if (r == 0 && !second)
				buf_addf(why, "'%s': no pids controller", dir);
			if (r == 0)
				return 0;
			buf_addf(why, "%s'%s': %s", why->len ? ", " : "", dir, err.text);
		} else {
			buf_addf(why, "%s'%s': no memory controller", why->len ? ", " : "", dir);
		}
		char *up = path_dir(dir);
		free(dir);
		dir = up;
		if (dir && str_eq(path_base(dir), group_name))
			break; /* its leaf, and that leaf's limit, must not be left */
	}
	*ret_code = -r;
	return r;
}

/* The command that mends what find_v1 or find_v2 ran into. */
static const char *cure_for(const struct hierarchy *h, int code)
{
	bool systemd = access("/run/systemd/system", F_OK) == 0; /* sd_booted(3) */
	if (code == EROFS)
		return "mount cgroups writable, for a container with "
		       "`docker run --cgroupns=private -v /sys/fs/cgroup:/sys/fs/cgroup:rw`";
	if (!h->v2)
		return "as root: `cgcreate -a USER -t USER -g memory,pids:tests`, "
		       "then `cgexec -g memory,pids:tests isorun ...`";
	if (systemd && geteuid() != 0)
		return "`systemd-run --user --scope -p Delegate=yes isorun ...`";
	if (systemd)
		return "`systemd-run --scope -p Delegate=yes isorun ...`";
	if (code == EBUSY)
		return "move the processes into a child: `cd /sys/fs/cgroup && mkdir main && "
		       "for p in $(cat cgroup.procs); do echo $p >main/cgroup.procs; done`";
	return "as root: `cd /sys/fs/cgroup && mkdir -p tests/main && chown -R USER tests && "
	       "echo PID-OF-SHELL >tests/main/cgroup.procs`";
}

/* For those without a group of ours the limits above them hold all the same. */
static int find_above(struct cg_place *place, const struct hierarchy *h)
{
	_cleanup_free_ char *dir = strdup(h->own_dir);
	while (dir && path_is_below(dir, h->mount)) {
		_cleanup_free_ char *limit =
			path_join(dir, (h->v2 ? cg_v2 : cg_v1).counters->limit);
		if (!limit)
			return -ENOMEM;
		if (access(limit, R_OK) == 0) {
			place->above_dir = TAKE_PTR(dir);
			return 0;
		}
		char *up = path_dir(dir);
		free(dir);
		dir = up;
	}
	return 0;
}

static int find_place(struct cg_place *place, struct buf *why)
{
	_cleanup_hierarchy_ struct hierarchy memory = { 0 };
	_cleanup_hierarchy_ struct hierarchy pids = { 0 };
	if (hierarchy_find("memory", place->self, &memory) < 0 ||
	    hierarchy_find("pids", place->self, &pids) < 0)
		return -ENOMEM;
	if (!memory.mount) {
		buf_adds(why, "no memory controller is mounted; cure: as root `mount -t cgroup2 "
			      "cgroup2 /sys/fs/cgroup`, where the kernel has it switched off boot "
			      "with cgroup_enable=memory");
		return 0;
	}
	if (!memory.own_dir) {
		buf_addf(why, "our own group is not to be seen below '%s' (a cgroup namespace); "
			      "cure: mount cgroups again inside the namespace", memory.mount);
		return 0;
	}
	int code = 0;
	int r = memory.v2 ? find_v2(place, &memory, why, &code) :
			    find_v1(place, &memory, &pids, why, &code);
	if (r == 0)
		return 0;
	buf_addf(why, "; cure: %s", cure_for(&memory, code));
	return find_above(place, &memory);
}

int cg_find(struct cg_place *ret, struct iso_err *err)
{
	struct cg_place place = { .version = CG_NONE };
	_cleanup_buf_ struct buf why = BUF_INIT;
	int r = fs_read("/proc/self/cgroup", 1 << 20, &place.self, NULL);
	if (r < 0 && r != -ENOMEM)
		place.self = strdup(""); /* no cgroups at all: that cannot change by itself */
	cgroup_set_logger(to_log, CGROUP_LOG_INFO, NULL);
	int r_init = r == 0 ? cgroup_init() : 0;
	if (r < 0 && r != -ENOMEM)
		buf_addf(&why, "read '/proc/self/cgroup': %s", strerror(-r));
	else if (r_init != 0)
		buf_addf(&why, "find cgroup mounts: %s; cure: as root `mount -t cgroup2 cgroup2 "
			       "/sys/fs/cgroup`", cgroup_strerror(r_init));
	else if (r == 0)
		r = find_place(&place, &why);
	if (r == -ENOMEM || !place.self || why.error ||
	    (why.len > 0 && buf_finish(&why, &place.why_none) < 0)) {
		cg_place_fini(&place);
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "find cgroups");
	}
	*ret = place;
	return 0;
}

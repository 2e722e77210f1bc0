/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A minimal /dev: what programs expect of every system, and nothing that is
 * the host's.  Whoever is user 0 owns the host's disks, and an owner needs no
 * capability to open them; without a device cgroup only their absence helps.
 *
 * The nodes are mounts of the host's, since mknod(2) is refused in a user
 * namespace.  Each is read-only: that keeps nobody from writing to a device,
 * but a chmod(2) by user 0 would be one of the host's /dev/null.
 */
#include "sandbox/plan.h"

#include <assert.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Their numbers: Documentation/admin-guide/devices.txt of the kernel. */
static const struct {
	const char *name;
	unsigned major, minor;
} nodes[] = {
	{ "null", 1, 3 },   { "zero", 1, 5 },    { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

static_assert(ARRAY_SIZE(nodes) == PLAN_DEV_NODES, "a descriptor for each node");

static const struct {
	const char *name;
	const char *target;
} links[] = {
	{ "fd", "/proc/self/fd" },         { "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },   { "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

/* A link or a file in the place of a device, put there by whoever may write to
 * the host's /dev, would be shown for it (CVE-2025-31133). */
void plan_dev_check(struct sbx_plan *p, int fd, const char *path, dev_t number)
{
	struct sbx_step *s = plan_init_step(p, SBX_DEVICE);

	s->fd = fd;
	s->path = path;
	s->flags = number;
}

void plan_dev_hold(struct sbx_plan *p, int ret_fds[PLAN_DEV_NODES])
{
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		const char *path = plan_fmt(p, "/dev/%s", nodes[i].name);
		/* Not every container has a tty. */
		ret_fds[i] = -1;
		if (access(path, F_OK) < 0 && plan_is_missing())
			continue;
		ret_fds[i] = plan_hold_tree(p, path, true, path);
		plan_dev_check(p, ret_fds[i], path, makedev(nodes[i].major, nodes[i].minor));
	}
}

/* Terminals of the test's own.  Not with gid=5, as the host mounts them: a user
 * namespace of one user has no such group, and grantpt(3) needs none. */
static void mount_terminals(struct sbx_plan *p, const char *dir)
{
	struct sbx_step *s = plan_init_step(p, SBX_MKDIR);

	s->path = plan_fmt(p, "%s/pts", dir);
	s->mode = 0755;
	const char *path = s->path;
	s = plan_init_step(p, SBX_MOUNT);
	s->source = "isorun";
	s->path = path;
	s->type = "devpts";
	s->flags = MS_NOSUID | MS_NOEXEC;
	s->text = "newinstance,ptmxmode=0666,mode=0620";
	s->when_refused = SBX_MAY_FAIL;
	s->about = "own terminals";
}

void plan_dev_fill(struct sbx_plan *p, const char *dir, const int fds[PLAN_DEV_NODES])
{
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		if (fds[i] < 0)
			continue;
		const char *path = plan_fmt(p, "%s/%s", dir, nodes[i].name);
		plan_init_step(p, SBX_TOUCH)->path = path;
		plan_place_tree(p, fds[i], path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		struct sbx_step *s = plan_init_step(p, SBX_SYMLINK);
		s->path = plan_fmt(p, "%s/%s", dir, links[i].name);
		s->text = links[i].target;
	}
	mount_terminals(p, dir);
}

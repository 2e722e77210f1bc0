/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts, namespaces, the switches below /proc and /sys, control groups. */
#include "escape.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of <sys/mount.h>, which clashes with <linux/mount.h> in older C libraries. */
extern int mount(const char *source, const char *target, const char *type, unsigned long flags,
		 const void *data);
extern int umount2(const char *target, int flags);

static int mount_tmpfs(void)
{
	return got(mount("none", "/mnt", "tmpfs", 0, NULL));
}

static int mount_bind(void)
{
	return got(mount("/", "/mnt", NULL, MS_BIND | MS_REC, NULL));
}

static int mount_proc(void)
{
	return got(mount("proc", "/mnt", "proc", 0, NULL));
}

static int remount_root(void)
{
	return got(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
}

static int remount_sys(void)
{
	return got(mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND, NULL));
}

static int remount_proc_sys(void)
{
	/* Outside it is no mount of its own; then any will do. */
	int r = got(mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL));
	return r == EINVAL ? got(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND, NULL)) : r;
}

static int make_shared(void)
{
	return got(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL));
}

/* In the throw-away namespaces, too, a tmpfs lies over /tmp. */
static int uncover_tmp(void)
{
	if (umount2("/tmp", 2 /* MNT_DETACH */) < 0)
		return errno;
	return open_secret_below(open("/", O_PATH | O_CLOEXEC)) ? ESCAPED : ENOENT;
}

static int pivot(void)
{
	if (mount("none", "/mnt", "tmpfs", 0, NULL) == 0 && mkdir("/mnt/old", 0755) == 0 &&
	    chdir("/mnt") == 0)
		return got(syscall(SYS_pivot_root, ".", "old"));
	/* Not even prepared: whether the call is let in. */
	return syscall(SYS_pivot_root, ".", ".") < 0 && errno != EPERM ? ESCAPED : errno;
}

static int clone_tree(void)
{
	return got(syscall(SYS_open_tree, AT_FDCWD, "/",
			   OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
}

static int new_file_system(void)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);

	if (fs < 0)
		return errno;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return errno;
	int tree = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	if (tree < 0)
		return errno;
	return got(syscall(SYS_move_mount, tree, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH));
}

static int clear_readonly(void)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };

	return got(syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof(attr)));
}

static int unshare_mounts(void)
{
	return got(unshare(CLONE_NEWNS));
}

static int unshare_user(void)
{
	return got(unshare(CLONE_NEWUSER));
}

static int unshare_net(void)
{
	return got(unshare(CLONE_NEWNET));
}

static int unshare_pid(void)
{
	return got(unshare(CLONE_NEWPID));
}

static int reap(long pid)
{
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid((pid_t)pid, NULL, 0);
	return ESCAPED;
}

static int clone_user(void)
{
	return reap(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
}

static int clone3_user(void)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };

	return reap(syscall(SYS_clone3, &args, sizeof(args)));
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? -1 : (int)write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return r;
}

/* CVE-2022-0492: a nested user namespace gives capabilities with which version 1
 * of cgroups can be mounted anew. */
static int nested_release_agent(void)
{
	static const char *const controllers[] = { "memory", "pids", "cpu", "rdma", "none,name=x" };

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) < 0)
		return errno;
	(void)write_file("/proc/self/uid_map", "0 0 1");
	if (mkdir("/tmp/agent", 0755) < 0 && errno != EEXIST)
		return errno;
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		if (mount("none", "/tmp/agent", "cgroup", 0, controllers[i]) == 0 &&
		    got_open("/tmp/agent/release_agent", O_WRONLY) == ESCAPED)
			return ESCAPED;
	return EPERM;
}

static int nested_mount(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return errno;
	return mount_tmpfs();
}

/* Any file of that name two levels below /sys/fs/cgroup. */
static int open_cgroup_file(const char *name)
{
	int r = LACKS;
	DIR *top = opendir("/sys/fs/cgroup");
	const struct dirent *e;

	while (top && r != ESCAPED && (e = readdir(top))) {
		char path[600];

		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s", e->d_name, name);
		if (access(path, F_OK) == 0)
			r = got_open(path, O_WRONLY);
	}
	if (top)
		closedir(top);
	return r;
}

static int cgroup_release_agent(void)
{
	return open_cgroup_file("release_agent");
}

static int cgroup_procs(void)
{
	return open_cgroup_file("cgroup.procs");
}

static int cgroup_make(void)
{
	static const char *const dirs[] = { "/sys/fs/cgroup/memory/isorun-escape",
					    "/sys/fs/cgroup/isorun-escape" };
	int r = EACCES;

	for (size_t i = 0; i < 2 && r != ESCAPED; i++) {
		r = got(mkdir(dirs[i], 0755));
		(void)rmdir(dirs[i]);
	}
	return r;
}

/* The limit of our own group, wherever it is seen. */
static int cgroup_limit(void)
{
	static const char *const files[][2] = {
		{ "/sys/fs/cgroup/memory", "memory.limit_in_bytes" },
		{ "/sys/fs/cgroup", "memory.max" },
		{ "/sys/fs/cgroup/memory/isorun", "memory.limit_in_bytes" },
	};
	char line[512];
	char path[700];
	int r = ENOENT;
	FILE *f = fopen("/proc/self/cgroup", "re");

	while (f && r != ESCAPED && fgets(line, sizeof(line), f)) {
		const char *group = strrchr(line, ':');

		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; group && r != ESCAPED && i < 3; i++) {
			snprintf(path, sizeof(path), "%s%s/%s", files[i][0], group + 1,
				 files[i][1]);
			r = got_open(path, O_WRONLY);
		}
	}
	if (f)
		fclose(f);
	return r;
}

static int enter_mounts(void)
{
	int fd = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : got(setns(fd, CLONE_NEWNS));
}

static int enter_own_net(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : got(setns(fd, CLONE_NEWNET));
}

static int by_handle(void)
{
	struct {
		struct file_handle head;
		char rest[MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int id;
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (name_to_handle_at(AT_FDCWD, ".", &handle.head, &id, 0) < 0)
		return errno;
	return got(open_by_handle_at(here, &handle.head, O_PATH));
}

/* The root directory of the file system below the workspace is its inode 2. */
static int root_by_handle(void)
{
	struct {
		struct file_handle head;
		uint32_t ino, generation;
	} handle = { .head.handle_bytes = 8, .head.handle_type = 1, .ino = 2 };
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* ESTALE: looked for, and not there on this file system. */
	return reached(open_by_handle_at(here, &handle.head, O_RDONLY | O_DIRECTORY));
}

#define SWITCH(name, path)                                                                         \
	static int name(void)                                                                      \
	{                                                                                          \
		return access(path, F_OK) < 0 ? LACKS : got_open(path, O_WRONLY);                  \
	}
SWITCH(core_pattern, "/proc/sys/kernel/core_pattern")
SWITCH(modprobe_path, "/proc/sys/kernel/modprobe")
SWITCH(hostname_switch, "/proc/sys/kernel/hostname")
SWITCH(drop_caches, "/proc/sys/vm/drop_caches")
SWITCH(binfmt, "/proc/sys/fs/binfmt_misc/register")
SWITCH(sysrq, "/proc/sysrq-trigger")
SWITCH(uevent_helper, "/sys/kernel/uevent_helper")
SWITCH(power_state, "/sys/power/state")
SWITCH(profiling, "/sys/kernel/profiling")
SWITCH(irq_affinity, "/proc/irq/default_smp_affinity")

/* A directory of the switches, by a way that is not the path itself. */
static int switch_by_cwd(void)
{
	return chdir("/proc/sys/kernel") < 0 ? errno : got_open("core_pattern", O_WRONLY);
}

static int read_kcore(void)
{
	return access("/proc/kcore", F_OK) < 0 ? LACKS : got_open("/proc/kcore", O_RDONLY);
}

static int read_kernel_symbols(void)
{
	char line[256] = "";
	FILE *f = fopen("/proc/kallsyms", "re");
	bool read = f && fgets(line, sizeof(line), f);

	if (f)
		fclose(f);
	/* To those who may not, all are 0. */
	return read && strspn(line, "0 ") < 16 ? ESCAPED : EPERM;
}

static const struct escape rows[] = {
	{ .name = "mount-tmpfs",
	  .outside = APART,
	  .run = mount_tmpfs,
	  .tries = "mounts a file system" },
	{ .name = "mount-bind",
	  .outside = APART,
	  .run = mount_bind,
	  .tries = "mounts the root a second time" },
	{ .name = "mount-proc",
	  .outside = APART,
	  .run = mount_proc,
	  .tries = "mounts another /proc" },
	{ .name = "remount-root",
	  .outside = APART,
	  .run = remount_root,
	  .tries = "makes a read-only root writable again" },
	{ .name = "remount-sys",
	  .outside = APART_ROOT,
	  .run = remount_sys,
	  .tries = "makes /sys writable again" },
	{ .name = "remount-proc-sys",
	  .outside = APART,
	  .run = remount_proc_sys,
	  .tries = "makes /proc/sys writable again" },
	{ .name = "mount-shared",
	  .outside = APART,
	  .run = make_shared,
	  .tries = "has mounts spread to other namespaces" },
	{ .name = "umount-tmp",
	  .outside = APART,
	  .run = uncover_tmp,
	  .tries = "takes the private /tmp off the host's" },
	{ .name = "pivot-root", .outside = APART, .run = pivot, .tries = "changes the root" },
	{ .name = "open-tree", .outside = APART, .run = clone_tree, .tries = "clones the mounts" },
	{ .name = "fsopen",
	  .outside = APART,
	  .run = new_file_system,
	  .tries = "mounts by fsopen, fsmount and move_mount" },
	{ .name = "mount-setattr",
	  .outside = APART_ROOT,
	  .run = clear_readonly,
	  .tries = "takes read-only off all mounts" },
	{ .name = "unshare-mount",
	  .outside = ROOT,
	  .run = unshare_mounts,
	  .tries = "makes a mount namespace" },
	{ .name = "unshare-user",
	  .outside = ANYONE,
	  .run = unshare_user,
	  .tries = "makes a user namespace, for capabilities" },
	{ .name = "unshare-net",
	  .outside = ROOT,
	  .run = unshare_net,
	  .tries = "makes a network namespace" },
	{ .name = "unshare-pid",
	  .outside = ROOT,
	  .run = unshare_pid,
	  .tries = "makes a pid namespace" },
	{ .name = "clone-user",
	  .outside = ANYONE,
	  .run = clone_user,
	  .tries = "makes a user namespace by clone" },
	{ .name = "clone3-user",
	  .outside = ANYONE,
	  .run = clone3_user,
	  .tries = "makes a user namespace by clone3, whose flags no filter sees" },
	{ .name = "nested-mount",
	  .outside = ANYONE,
	  .run = nested_mount,
	  .tries = "mounts in a nested user namespace" },
	{ .name = "nested-release-agent",
	  .outside = NOWHERE,
	  .run = nested_release_agent,
	  .tries = "mounts cgroups in a nested user namespace (CVE-2022-0492)" },
	{ .name = "setns-init",
	  .outside = ROOT,
	  .run = enter_mounts,
	  .tries = "enters the mount namespace of pid 1" },
	{ .name = "setns-own",
	  .outside = ROOT,
	  .run = enter_own_net,
	  .tries = "enters a namespace at all" },
	{ .name = "open-by-handle",
	  .outside = ROOT,
	  .run = by_handle,
	  .tries = "opens a file by its handle, past all directories" },
	{ .name = "open-by-handle-root",
	  .outside = ROOT,
	  .run = root_by_handle,
	  .tries = "guesses the handle of the disk's root (\"shocker\")" },
	{ .name = "cgroup-release-agent",
	  .outside = ROOT,
	  .run = cgroup_release_agent,
	  .tries = "sets the program that the kernel runs when a cgroup empties" },
	{ .name = "cgroup-leave",
	  .outside = ROOT,
	  .run = cgroup_procs,
	  .tries = "moves itself out of its cgroup" },
	{ .name = "cgroup-make", .outside = ROOT, .run = cgroup_make, .tries = "makes a cgroup" },
	{ .name = "cgroup-limit",
	  .outside = NOWHERE,
	  .run = cgroup_limit,
	  .tries = "lifts its memory limit" },
	{ .name = "core-pattern",
	  .outside = ROOT,
	  .run = core_pattern,
	  .tries = "sets the program that the kernel runs on a crash" },
	{ .name = "core-pattern-cwd",
	  .outside = ROOT,
	  .run = switch_by_cwd,
	  .tries = "the same by a relative path" },
	{ .name = "modprobe-path",
	  .outside = ROOT,
	  .run = modprobe_path,
	  .tries = "sets the program that the kernel loads modules by" },
	{ .name = "hostname-switch",
	  .outside = ROOT,
	  .run = hostname_switch,
	  .tries = "sets the host's name by /proc/sys" },
	{ .name = "drop-caches",
	  .outside = ROOT,
	  .run = drop_caches,
	  .tries = "drops the machine's page cache" },
	{ .name = "binfmt",
	  .outside = ROOT,
	  .run = binfmt,
	  .tries = "registers an interpreter for programs" },
	{ .name = "sysrq", .outside = ROOT, .run = sysrq, .tries = "reboots by the SysRq file" },
	{ .name = "uevent-helper",
	  .outside = ROOT,
	  .run = uevent_helper,
	  .tries = "sets the program that the kernel runs for a new device" },
	{ .name = "power-state",
	  .outside = ROOT,
	  .run = power_state,
	  .tries = "sends the machine to sleep" },
	{ .name = "profiling",
	  .outside = ROOT,
	  .run = profiling,
	  .tries = "has the kernel profiled" },
	{ .name = "irq-affinity",
	  .outside = ROOT,
	  .run = irq_affinity,
	  .may = DEFAULT_ROOT,
	  .why = "hurts nobody by accident; strict has it read-only",
	  .tries = "moves the interrupts of the machine" },
	{ .name = "kcore",
	  .outside = ROOT,
	  .run = read_kcore,
	  .tries = "reads the kernel's memory" },
	{ .name = "kallsyms",
	  .outside = ROOT,
	  .run = read_kernel_symbols,
	  .tries = "reads the addresses of the kernel" },
};
TABLE(escape_mounts, rows);

/* SPDX-License-Identifier: Apache-2.0 */
/* Each probe does the thing in a forked child and looks at what came of it: a
 * version number says little about what a container or a policy permits. */
#include "cli/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/proc.h"
#include "sandbox/network.h"
#include "sandbox/seccomp.h"
#include "sandbox/userns.h"

/* Runs fn in a child; it returns 0 or an errno value, which come back
 * negative.  Nothing that fn does outlives it. */
static int in_child(int (*fn)(const void *arg), const void *arg)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(fn(arg));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

/* What usually stands in the way of user namespaces. */
static const char *user_ns_mend(void)
{
	const struct userns_bar *bar = userns_bar_find("/proc/sys");

	return bar ? bar->cure
		   : "run as root, or start the container with CAP_SYS_ADMIN and a seccomp profile "
		     "that allows clone(2) and unshare(2) their namespaces";
}

static int map_self(uid_t uid, gid_t gid)
{
	char line[64];

	snprintf(line, sizeof(line), "%u %u 1", uid, uid);
	if (fs_write_at(AT_FDCWD, "/proc/self/uid_map", line) < 0)
		return EPERM;
	(void)fs_write_at(AT_FDCWD, "/proc/self/setgroups", "deny");
	snprintf(line, sizeof(line), "%u %u 1", gid, gid);
	return fs_write_at(AT_FDCWD, "/proc/self/gid_map", line) < 0 ? EPERM : 0;
}

/* Namespaces of its own for this child, by a user namespace where they cannot
 * be had directly. */
static int enter(int flags)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(flags) == 0)
		return 0;
	if (errno != EPERM)
		return errno;
	if (unshare(flags | CLONE_NEWUSER) < 0)
		return errno;
	return map_self(uid, gid);
}

static int try_enter(const void *arg)
{
	return enter(*(const int *)arg);
}

static void namespace(int flag, struct doctor_finding *ret)
{
	int r = in_child(try_enter, &flag);

	if (r == 0)
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "made");
	else
		doctor_find(ret, DOCTOR_MISSING, user_ns_mend(), "unshare(2): %s", strerror(-r));
}

void doctor_mount_ns(struct doctor *d, struct doctor_finding *ret)
{
	(void)d;
	namespace(CLONE_NEWNS, ret);
}

void doctor_pid_ns(struct doctor *d, struct doctor_finding *ret)
{
	(void)d;
	namespace(CLONE_NEWPID, ret);
}

void doctor_net_ns(struct doctor *d, struct doctor_finding *ret)
{
	(void)d;
	namespace(CLONE_NEWNET, ret);
}

void doctor_ipc_ns(struct doctor *d, struct doctor_finding *ret)
{
	(void)d;
	namespace(CLONE_NEWIPC, ret);
}

void doctor_uts_ns(struct doctor *d, struct doctor_finding *ret)
{
	(void)d;
	namespace(CLONE_NEWUTS, ret);
}

void doctor_cgroup_ns(struct doctor *d, struct doctor_finding *ret)
{
	(void)d;
	namespace(CLONE_NEWCGROUP, ret);
}

static int try_user_ns(const void *arg)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	(void)arg;
	return unshare(CLONE_NEWUSER) < 0 ? errno : map_self(uid, gid);
}

/* Root does without, so that its lack is no fault there. */
void doctor_user_ns(struct doctor *d, struct doctor_finding *ret)
{
	int direct = CLONE_NEWNS;
	const struct userns_bar *bar;
	int r = in_child(try_user_ns, NULL);

	(void)d;
	if (r == 0)
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "made");
	else if (geteuid() == 0 && in_child(try_enter, &direct) == 0)
		doctor_find(ret, DOCTOR_OK, NULL, "%s; not needed as root", strerror(-r));
	else if ((bar = userns_bar_find("/proc/sys")))
		doctor_find(ret, DOCTOR_MISSING, bar->cure, "%s: %s", bar->why, strerror(-r));
	else
		doctor_find(ret, DOCTOR_MISSING, user_ns_mend(), "%s", strerror(-r));
}

static int private_tmpfs(void)
{
	int r = enter(CLONE_NEWNS);

	if (r)
		return r;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m") < 0)
		return errno;
	return 0;
}

static int try_tmpfs(const void *arg)
{
	(void)arg;
	return private_tmpfs();
}

static int try_overlay(const void *arg)
{
	int r = private_tmpfs();

	(void)arg;
	if (r)
		return r;
	if (mkdir("/tmp/lower", 0755) < 0 || mkdir("/tmp/upper", 0755) < 0 ||
	    mkdir("/tmp/work", 0755) < 0 || mkdir("/tmp/all", 0755) < 0)
		return errno;
	if (mount("overlay", "/tmp/all", "overlay", 0,
		  "lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work") < 0)
		return errno;
	return mkdir("/tmp/all/made", 0755) < 0 ? errno : 0;
}

void doctor_tmpfs(struct doctor *d, struct doctor_finding *ret)
{
	int r = in_child(try_tmpfs, NULL);

	(void)d;
	if (r == 0)
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "mounted on /tmp");
	else
		doctor_find(ret, DOCTOR_MISSING, user_ns_mend(), "mount(2): %s", strerror(-r));
}

void doctor_overlay(struct doctor *d, struct doctor_finding *ret)
{
	int r = in_child(try_overlay, NULL);

	(void)d;
	if (r == 0)
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "mounted and written");
	else if (r == -ENODEV)
		doctor_find(ret, DOCTOR_MISSING, "modprobe overlay", "%s",
			    "the kernel has no overlay file system");
	else
		doctor_find(ret, DOCTOR_MISSING,
			    "Linux 5.11 or newer for users, or run as root; until then: "
			    "--workspace shared",
			    "mount(2): %s", strerror(-r));
}

/* As the sandbox does it: the message that libnl made, sent as bytes. */
static int try_loopback(const void *arg)
{
	const struct buf *message = arg;
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char more[256];
	} answer;
	int r = enter(CLONE_NEWNET);
	int fd;

	if (r)
		return r;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0 || send(fd, message->data, message->len, 0) < 0)
		return errno;
	if (recv(fd, &answer, sizeof(answer), 0) < (ssize_t)NLMSG_LENGTH(sizeof(int)))
		return EPROTO;
	return answer.head.nlmsg_type == NLMSG_ERROR ? -answer.error.error : EPROTO;
}

void doctor_loopback(struct doctor *d, struct doctor_finding *ret)
{
	_cleanup_buf_ struct buf message = BUF_INIT;
	struct iso_err err = ISO_ERR_INIT;
	int r = network_lo_up_message(&message, &err);

	(void)d;
	if (r < 0) {
		doctor_find(ret, DOCTOR_MISSING, NULL, "%s", err.text);
		return;
	}
	r = in_child(try_loopback, &message);
	if (r == 0)
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "up in a new network namespace");
	else
		doctor_find(ret, DOCTOR_MISSING, user_ns_mend(), "%s", strerror(-r));
}

void doctor_seccomp(struct doctor *d, struct doctor_finding *ret)
{
	int r = seccomp_probe();

	(void)d;
	if (r == 0)
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "a filter was loaded");
	else
		doctor_find(ret, DOCTOR_MISSING, "a kernel with CONFIG_SECCOMP_FILTER", "%s",
			    strerror(-r));
}

/* mount_setattr(2), Linux 5.12; older kernels are remounted read-only one
 * mount at a time, or the step is given up and said. */
void doctor_mount_setattr(struct doctor *d, struct doctor_finding *ret)
{
	(void)d;
	if (syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) < 0 && errno == ENOSYS)
		doctor_find(ret, DOCTOR_DEGRADED, "Linux 5.12 or newer", "%s",
			    "no recursive read-only mounts");
	else
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "mount_setattr(2) is there");
}

void doctor_pidfd(struct doctor *d, struct doctor_finding *ret)
{
	int fd = proc_pidfd_open(getpid());

	(void)d;
	if (fd >= 0) {
		close(fd);
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "opened");
	} else {
		doctor_find(ret, DOCTOR_MISSING, "Linux 5.3 or newer", "pidfd_open(2): %s",
			    strerror(-fd));
	}
}

void doctor_kernel(struct doctor *d, struct doctor_finding *ret)
{
	struct utsname name;

	(void)d;
	if (uname(&name) < 0)
		doctor_find(ret, DOCTOR_DEGRADED, NULL, "uname(2): %s", strerror(errno));
	else
		doctor_find(ret, DOCTOR_OK, NULL, "%s %s on %s, as %s", name.sysname,
			    name.release, name.machine, geteuid() ? "a user" : "root");
}

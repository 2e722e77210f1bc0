/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of <linux/mount.h>, which clashes with <sys/mount.h> where the C library is
 * older than 2.36. */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x00000004
#endif
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 0x00000001
#endif
#ifndef MOUNT_ATTR_NOSUID
#define MOUNT_ATTR_NOSUID 0x00000002
#endif
#ifndef MOUNT_ATTR_NODEV
#define MOUNT_ATTR_NODEV 0x00000004
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef RESOLVE_NO_MAGICLINKS
#define RESOLVE_NO_MAGICLINKS 0x02 /* of <linux/openat2.h>, Linux 5.6 */
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

struct child_mount_attr {
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};

static int run_write(const struct sbx_step *s)
{
	int fd = open(s->path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	ssize_t n = write(fd, s->text, child_text_len(s->text));
	int code = n < 0 ? errno : 0;
	close(fd);
	return code;
}

static int run_tree(const struct sbx_step *s)
{
	/* open_tree(2), Linux 5.2. */
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, s->path,
			      OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE);
	return child_settle_fd(fd, s->fd);
}

/* Of what was taken, not of what is at the path by now. */
static int run_device(const struct sbx_step *s)
{
	struct stat st;

	if (fstat(s->fd, &st) < 0)
		return errno;
	return S_ISCHR(st.st_mode) && st.st_rdev == s->flags ? 0 : ENODEV;
}

static int set_attr(int dir_fd, const char *path, unsigned at_flags, uint64_t set)
{
	/* mount_setattr(2), Linux 5.12. */
	struct child_mount_attr attr = { .attr_set = set };
	long r = syscall(SYS_mount_setattr, dir_fd, path, at_flags, &attr, sizeof(attr));
	return r < 0 ? errno : 0;
}

static int run_tree_ro(const struct sbx_step *s)
{
	return set_attr(s->fd, "", AT_EMPTY_PATH | (s->flags & MS_REC ? AT_RECURSIVE : 0),
			MOUNT_ATTR_RDONLY);
}

static int run_restrict(const struct sbx_step *s)
{
	return set_attr(AT_FDCWD, s->path, AT_RECURSIVE,
			(s->flags & MS_RDONLY ? MOUNT_ATTR_RDONLY : 0) |
				(s->flags & MS_NOSUID ? MOUNT_ATTR_NOSUID : 0) |
				(s->flags & MS_NODEV ? MOUNT_ATTR_NODEV : 0));
}

static int run_place(const struct sbx_step *s)
{
	/* move_mount(2), Linux 5.2. */
	long r = syscall(SYS_move_mount, s->fd, "", AT_FDCWD, s->path, MOVE_MOUNT_F_EMPTY_PATH);
	int code = r < 0 ? errno : 0;
	close(s->fd);
	return code;
}

static int run_netlink(const struct sbx_step *s)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[256];
	} answer;

	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return errno;
	int code = 0;
	if (send(fd, s->data, s->size, 0) < 0)
		code = errno;
	if (code == 0) {
		ssize_t n = recv(fd, &answer, sizeof(answer), 0);
		if (n < 0)
			code = errno;
		else if ((size_t)n >= sizeof(answer.head) + sizeof(int) &&
			 answer.head.nlmsg_type == NLMSG_ERROR)
			code = -answer.error.error;
		else
			code = EPROTO;
	}
	close(fd);
	return code;
}

/* Raw calls: the C library's wrappers synchronise threads, and the test
 * process borrows its parent's memory here. */
static int run_ids(const struct sbx_step *s)
{
	if (syscall(SYS_setgroups, s->size / sizeof(gid_t), s->data) < 0)
		return errno;
	if (syscall(SYS_setresgid, s->gid, s->gid, s->gid) < 0)
		return errno;
	if (syscall(SYS_setresuid, s->uid, s->uid, s->uid) < 0)
		return errno;
	return 0;
}

static int run_bound(const struct sbx_step *s)
{
	/* Which number is the kernel's highest is not known: EINVAL ends the list. */
	for (unsigned long cap = 0; cap < 64; cap++)
		if (!(s->caps >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return errno == EINVAL ? 0 : errno;
	return 0;
}

static int run_caps(const struct sbx_step *s)
{
	/* Linux 4.3; nothing is ambient in an older one. */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);

	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &head, data) < 0)
		return errno;
	for (int i = 0; i < 2; i++) {
		uint32_t keep = (uint32_t)(s->caps >> (32 * i));
		data[i].permitted &= keep;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &head, data) < 0 ? errno : 0;
}

static int run_own(const struct sbx_step *s)
{
	if (s->uid != (uid_t)-1 && chown(s->path, s->uid, s->gid) < 0 && errno != EPERM &&
	    errno != EINVAL)
		return errno;
	return chmod(s->path, s->mode) < 0 ? errno : 0;
}

static int run_stdio(const struct sbx_step *s)
{
	int number = (int)s->flags;

	/* Equal numbers only lose close-on-exec: dup3 would refuse them. */
	if (s->fd == number)
		return fcntl(number, F_SETFD, 0) < 0 ? errno : 0;
	return dup2(s->fd, number) < 0 ? errno : 0;
}

static int run_touch(const struct sbx_step *s)
{
	int fd = open(s->path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

struct child_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

/* A working directory out of which ".." leads to what the mounts cover would be
 * the host's.  Before openat2(2): getcwd(2) tells by "(unreachable)" of another
 * mount namespace's, though not of a covered one. */
static int change_and_look(const char *path)
{
	char where[4096];

	if (chdir(path) < 0)
		return errno;
	if (syscall(SYS_getcwd, where, sizeof(where)) < 0)
		return errno == ERANGE ? 0 : errno;
	return where[0] == '/' ? 0 : ELOOP;
}

/* By no link such as /proc/self/fd/8 or /proc/1/cwd: what they lead to was
 * opened before the mounts were made (CVE-2024-21626). */
static int run_chdir(const struct sbx_step *s)
{
	const struct child_open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, s->path, &how, sizeof(how));

	/* EPERM: the filter of a container that does not know it. */
	if (fd < 0)
		return errno == ENOSYS || errno == EPERM ? change_and_look(s->path) : errno;
	int code = fchdir(fd) < 0 ? errno : 0;
	close(fd);
	return code;
}

/* Another isorun that clears up takes the lock of what nobody holds: between
 * mkdir and flock that may be ours, so what was removed is made again. */
static int run_scratch(const struct sbx_step *s)
{
	struct stat st;

	for (int tries = 0; tries < 10; tries++) {
		if (mkdir(s->path, 0700) < 0 && (errno != EEXIST || !s->flags))
			return errno;
		int fd = open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0)
			return errno;
		if (st.st_nlink == 0) {
			close(fd);
			continue;
		}
		if (s->uid != (uid_t)-1 && fchown(fd, s->uid, s->gid) < 0)
			return errno;
		return child_settle_fd(fd, s->fd);
	}
	return EBUSY;
}

static int run_op(const struct sbx_step *s)
{
	switch (s->op) {
	case SBX_WRITE:
		return run_write(s);
	case SBX_MOUNT:
		return mount(s->source, s->path, s->type, s->flags, s->text) < 0 ? errno : 0;
	case SBX_UNMOUNT:
		return umount2(s->path, MNT_DETACH) < 0 ? errno : 0;
	case SBX_PROPAGATE:
		return mount(NULL, "/", NULL, s->flags, NULL) < 0 ? errno : 0;
	case SBX_MKDIR:
		return mkdir(s->path, s->mode) < 0 && errno != EEXIST ? errno : 0;
	case SBX_TOUCH:
		return run_touch(s);
	case SBX_SYMLINK:
		return symlinkat(s->text, AT_FDCWD, s->path) < 0 && errno != EEXIST ? errno : 0;
	case SBX_OWN:
		return run_own(s);
	case SBX_OPEN:
		return child_settle_fd(open(s->path, O_PATH | O_CLOEXEC), s->fd);
	case SBX_TREE:
		return run_tree(s);
	case SBX_DEVICE:
		return run_device(s);
	case SBX_TREE_RO:
		return run_tree_ro(s);
	case SBX_PLACE:
		return run_place(s);
	case SBX_RESTRICT:
		return run_restrict(s);
	case SBX_NETLINK:
		return run_netlink(s);
	case SBX_SCRATCH:
		return run_scratch(s);
	case SBX_SETSID:
		return setsid() < 0 ? errno : 0;
	case SBX_CGROUP_NS:
		return unshare(CLONE_NEWCGROUP) < 0 ? errno : 0;
	case SBX_STDIO:
		return run_stdio(s);
	case SBX_CHDIR:
		return run_chdir(s);
	case SBX_IDS:
		return run_ids(s);
	case SBX_BOUND:
		return run_bound(s);
	case SBX_CAPS:
		return run_caps(s);
	case SBX_DIE_TOO:
		return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ? errno : 0;
	case SBX_NNP:
		return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? errno : 0;
	case SBX_SECCOMP:
		return child_filter_load(s);
	case SBX_PASS_FD:
		return fcntl(s->fd, F_SETFD, 0) < 0 ? errno : 0;
	case SBX_PTY:
		return child_terminal_open(s);
	case SBX_CTTY:
		return ioctl(0, TIOCSCTTY, 0) < 0 ? errno : 0;
	case SBX_NAT: /* init's own, see child_init.c */
	case SBX_OP_COUNT:
		break;
	}
	return EINVAL;
}

int child_step_run(const struct sbx_step *s)
{
	int code = run_op(s);

	/* EBADF: the step that was to take the descriptor had nothing to take. */
	if ((s->when_refused & SBX_MAY_LACK) && (code == ENOENT || code == EBADF))
		return 0;
	return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/seccomp.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"

/* One line of the policy: a call, the errno it answers with, and at most one
 * condition on one argument: (argument & mask) == value. */
struct rule {
	const char *call;
	int answer;
	int arg;        /* -1: whatever the arguments are */
	uint64_t mask;
	uint64_t value;
};

#define REFUSE(name)      { name, EPERM, -1, 0, 0 }
#define PRETEND_OLD(name) { name, ENOSYS, -1, 0, 0 }

/* What a test has no business with and what reaches outside of its sandbox.
 * Unknown names (of other architectures, or newer than the library) are passed
 * over. */
static const struct rule default_rules[] = {
	/* The kernel and the machine. */
	REFUSE("init_module"), REFUSE("finit_module"), REFUSE("delete_module"),
	REFUSE("kexec_load"), REFUSE("kexec_file_load"), REFUSE("reboot"),
	REFUSE("swapon"), REFUSE("swapoff"), REFUSE("acct"), REFUSE("syslog"),
	REFUSE("iopl"), REFUSE("ioperm"), REFUSE("vhangup"), REFUSE("quotactl"),
	REFUSE("quotactl_fd"), REFUSE("lookup_dcookie"), REFUSE("nfsservctl"),
	REFUSE("uselib"), REFUSE("_sysctl"), REFUSE("bpf"), REFUSE("perf_event_open"),
	/* The clock is the host's. */
	REFUSE("clock_settime"), REFUSE("clock_settime64"), REFUSE("settimeofday"),
	REFUSE("stime"),
	/* Key rings are not in any namespace. */
	REFUSE("keyctl"), REFUSE("add_key"), REFUSE("request_key"),
	/* The mounts are made; files outside by handle are outside. */
	REFUSE("mount"), REFUSE("umount"), REFUSE("umount2"), REFUSE("pivot_root"),
	REFUSE("move_mount"), REFUSE("open_tree"), REFUSE("fsopen"), REFUSE("fsconfig"),
	REFUSE("fsmount"), REFUSE("fspick"), REFUSE("mount_setattr"),
	REFUSE("open_by_handle_at"),
	/* Namespaces: a nested user namespace hands out capabilities again
	 * (CVE-2022-0492).  clone3 hides its flags behind a pointer; with
	 * ENOSYS the C library takes clone. */
	PRETEND_OLD("clone3"), REFUSE("setns"),
	{ "unshare", EPERM, 0, CLONE_NEWUSER, CLONE_NEWUSER },
	{ "unshare", EPERM, 0, CLONE_NEWNS, CLONE_NEWNS },
	{ "unshare", EPERM, 0, CLONE_NEWCGROUP, CLONE_NEWCGROUP },
	{ "clone", EPERM, 0, CLONE_NEWUSER, CLONE_NEWUSER },
	{ "clone", EPERM, 0, CLONE_NEWNS, CLONE_NEWNS },
	{ "clone", EPERM, 0, CLONE_NEWCGROUP, CLONE_NEWCGROUP },
	/* Typing into the terminal of whoever started isorun: only the low 32
	 * bits count to the kernel (CVE-2017-5226, CVE-2019-10063). */
	{ "ioctl", EPERM, 1, 0xffffffff, TIOCSTI },
	{ "ioctl", EPERM, 1, 0xffffffff, TIOCLINUX },
	/* Pid 1 is the sandbox's init, and has the test's ids: with no
	 * descriptors left it could neither count nor clean up. */
	{ "prlimit64", EPERM, 0, 0xffffffff, 1 },
};

static int add_rule(scmp_filter_ctx ctx, const struct rule *rule)
{
	int call = seccomp_syscall_resolve_name(rule->call);

	if (call == __NR_SCMP_ERROR)
		return 0;
	uint32_t action = SCMP_ACT_ERRNO((uint32_t)rule->answer);
	int r;
	if (rule->arg < 0)
		r = seccomp_rule_add(ctx, action, call, 0);
	else
		r = seccomp_rule_add(ctx, action, call, 1,
				     SCMP_CMP64((unsigned)rule->arg, SCMP_CMP_MASKED_EQ,
						rule->mask, rule->value));
	/* A call that no architecture of the filter has. */
	return r == -EDOM || r == -EINVAL ? 0 : r;
}

static int fill_default(scmp_filter_ctx ctx)
{
	/* 32-bit programs get the same rules; anything else is unknown. */
	if (seccomp_arch_native() == SCMP_ARCH_X86_64) {
		int r = seccomp_arch_add(ctx, SCMP_ARCH_X86);
		if (r < 0 && r != -EEXIST)
			return r;
	}
	int r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	/* A binary tree: the kernel tries every call on a new filter to find
	 * those that are always allowed (Linux 5.11), so a long list costs at
	 * each load. */
	if (r == 0)
		(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(default_rules); i++)
		r = add_rule(ctx, &default_rules[i]);
	return r;
}

static int export_bpf(scmp_filter_ctx ctx, struct buf *ret)
{
	_cleanup_close_ int fd = memfd_create("isorun-bpf", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = seccomp_export_bpf(ctx, fd);
	if (r < 0)
		return r;
	char space[4096];
	ssize_t n;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = read(fd, space, sizeof(space))) > 0)
		buf_add(ret, space, (size_t)n);
	return n < 0 ? -errno : ret->error;
}

int seccomp_compile(const char *policy, struct buf *ret_bpf, struct iso_err *err)
{
	if (!str_eq(policy, "default"))
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "unknown seccomp policy '%s' (default or off)", policy);
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	if (!ctx)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "seccomp policy '%s'", policy);
	int r = fill_default(ctx);
	if (r == 0)
		r = export_bpf(ctx, ret_bpf);
	seccomp_release(ctx);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "compile seccomp policy '%s'", policy);
	return 0;
}

/* In a child, because a filter can never be taken off again. */
static int load_in_child(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno;
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	if (!ctx)
		return ENOMEM;
	int r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(reboot), 0);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return -r;
}

int seccomp_probe(void)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(load_in_child() & 0xff);
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

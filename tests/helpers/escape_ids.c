/* SPDX-License-Identifier: Apache-2.0 */
/* Users, capabilities, set-uid programs, limits and priorities of its own. */
#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static bool status_field(const char *path, const char *key, char *ret, size_t size)
{
	char line[256];
	bool found = false;
	FILE *f = fopen(path, "re");

	while (f && !found && fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':') {
			snprintf(ret, size, "%s", line + strlen(key) + 2);
			found = true;
		}
	if (f)
		fclose(f);
	return found;
}

/* A set of capabilities: "CapPrm" and the like, hexadecimal. */
static uint64_t cap_set(const char *key)
{
	char text[64];
	unsigned long long set = 0;

	if (status_field("/proc/self/status", key, text, sizeof(text)))
		(void)sscanf(text, "%llx", &set);
	return set;
}

/* Those that reach the host; see capabilities(7). */
static int holds_host_caps(void)
{
	static const int caps[] = { CAP_SYS_ADMIN,  CAP_SYS_MODULE,  CAP_SYS_RAWIO,
				    CAP_SYS_PTRACE, CAP_SYS_BOOT,    CAP_SYS_TIME,
				    CAP_MKNOD,	    CAP_NET_ADMIN,   CAP_DAC_READ_SEARCH,
				    CAP_SYS_NICE,   CAP_SYS_RESOURCE };

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		if ((cap_set("CapPrm") | cap_set("CapBnd")) >> caps[i] & 1)
			return ESCAPED;
	return EPERM;
}

static int set_caps(uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].permitted = data[i].effective = (uint32_t)(permitted >> 32 * i);
		data[i].inheritable = (uint32_t)(inheritable >> 32 * i);
	}
	return got(syscall(SYS_capset, &head, data));
}

static int regain_cap(void)
{
	return set_caps(UINT64_C(1) << CAP_SYS_ADMIN, 0);
}

/* CVE-2022-29162: what is inheritable survives an exec by way of file capabilities. */
static int is_inheritable(void)
{
	if (cap_set("CapInh"))
		return ESCAPED;
	return set_caps(UINT64_C(1) << CAP_SYS_ADMIN, UINT64_C(1) << CAP_SYS_ADMIN);
}

static int raise_ambient(void)
{
	(void)set_caps(UINT64_C(1) << CAP_SYS_ADMIN, UINT64_C(1) << CAP_SYS_ADMIN);
	return got(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
}

static int copy_self(const char *to, mode_t mode)
{
	char space[65536];
	ssize_t n;
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	while (from >= 0 && fd >= 0 && (n = read(from, space, sizeof(space))) > 0)
		if (write(fd, space, (size_t)n) != n)
			return errno;
	if (from < 0 || fd < 0 || fchmod(fd, mode) < 0)
		return errno;
	close(from);
	close(fd);
	return 0;
}

/* As another user; the program tells by "host-caps" what it holds. */
static int run_capped(void)
{
	if (getuid() == 0 && (setgroups(0, NULL) < 0 || setresuid(65534, 65534, 65534) < 0))
		return errno;
	execl("./capped", "escape", "run", "host-caps", NULL);
	return errno;
}

static int gain_by_file(void)
{
	/* Revision 2, effective; permitted, inheritable: capabilities(7). */
	const uint32_t admin[5] = { 0x02000001, 1U << CAP_SYS_ADMIN, 1U << CAP_SYS_ADMIN };
	int r = copy_self("capped", 0755);

	if (r == 0 && setxattr("capped", "security.capability", admin, sizeof(admin), 0) < 0)
		r = errno;
	if (r == 0)
		r = status_of_child(run_capped);
	(void)unlink("capped");
	return r;
}

static _Noreturn void exec_passwd(int in)
{
	int null = open("/dev/null", O_WRONLY);

	(void)dup2(in, 0);
	(void)dup2(null, 1);
	(void)dup2(null, 2);
	execl("/usr/bin/passwd", "passwd", NULL);
	_exit(127);
}

/* Looks at the user that a set-uid program runs as while it asks for a password. */
static int gain_by_set_uid(void)
{
	char path[64], name[64], ids[64] = "";
	int ends[2];

	if (access("/usr/bin/passwd", X_OK) < 0)
		return LACKS;
	if (getuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		return errno;
	if (pipe(ends) < 0)
		return errno;
	pid_t pid = fork();
	if (pid == 0)
		exec_passwd(ends[0]);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	for (int i = 0; i < 2000; i++) {
		if (status_field(path, "Name", name, sizeof(name)) &&
		    strncmp(name, "passwd", 6) == 0)
			break;
		usleep(1000);
	}
	unsigned real = 1, effective = 1;
	if (status_field(path, "Uid", ids, sizeof(ids)))
		(void)sscanf(ids, "%u %u", &real, &effective);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return effective == 0 ? ESCAPED : EPERM;
}

static int become_another(void)
{
	uid_t other = getuid() == 12345 ? 12346 : 12345;

	return got(setresuid(other, other, other));
}

static int drop_groups(void)
{
	return got(setgroups(0, NULL));
}

static int keep_privileges(void)
{
	/* What PR_SET_NO_NEW_PRIVS did cannot be undone. */
	int on = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);

	return on == 1 ? EPERM : ESCAPED;
}

static int loosen_securebits(void)
{
	return got(prctl(PR_SET_SECUREBITS, 1 << 4 /* keep capabilities */, 0, 0, 0));
}

static int higher_priority(void)
{
	return got(setpriority(PRIO_PROCESS, 0, -5));
}

static int real_time(void)
{
	const struct sched_param p = { .sched_priority = 1 };

	return got(sched_setscheduler(0, SCHED_FIFO, &p));
}

static int real_time_io(void)
{
	return got(syscall(SYS_ioprio_set, 1, 0, 1 << 13));
}

static int spare_from_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	/* As a test's is 0, any lower value is more than it has. */
	int r = fd < 0 ? errno : got(write(fd, "-900", 4));

	if (fd >= 0)
		close(fd);
	return r;
}

static int raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return errno;
	limit.rlim_max++;
	return got(setrlimit(RLIMIT_NOFILE, &limit));
}

/* Above what the caller's own RLIMIT_MEMLOCK allows. */
static int lock_memory(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return LACKS;
	void *p = mmap(NULL, limit.rlim_cur + 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? errno : got(mlock(p, limit.rlim_cur + 65536));
}

static int chown_outside(void)
{
	return got(chown("../beside/kept", 12345, (gid_t)-1));
}

static int set_uid_outside(void)
{
	int fd = open("../beside/kept", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : got(fchmod(fd, 04755));
}

static const struct escape rows[] = {
	{ .name = "host-caps",
	  .outside = ROOT,
	  .run = holds_host_caps,
	  .tries = "holds, or may get by exec, a capability over the host" },
	{ .name = "cap-regain",
	  .outside = ROOT,
	  .run = regain_cap,
	  .tries = "takes CAP_SYS_ADMIN again" },
	{ .name = "cap-inheritable",
	  .outside = ROOT,
	  .run = is_inheritable,
	  .tries = "has or makes inheritable capabilities (CVE-2022-29162)" },
	{ .name = "cap-ambient",
	  .outside = ROOT,
	  .run = raise_ambient,
	  .tries = "makes a capability ambient" },
	{ .name = "cap-file",
	  .outside = ROOT,
	  .run = gain_by_file,
	  .tries = "gets capabilities by those of a file" },
	{ .name = "set-uid-program",
	  .outside = ANYONE,
	  .run = gain_by_set_uid,
	  .tries = "becomes root by a set-uid program" },
	{ .name = "no-new-privs",
	  .outside = ANYONE,
	  .run = keep_privileges,
	  .tries = "is without no_new_privs" },
	{ .name = "securebits",
	  .outside = ROOT,
	  .run = loosen_securebits,
	  .may = DEFAULT_ROOT,
	  .why = "it can keep no capability that it does not have",
	  .tries = "keeps capabilities over a change of user" },
	{ .name = "setuid",
	  .outside = ROOT,
	  .run = become_another,
	  .may = DEFAULT_ROOT,
	  .why = "tests of servers give up root; it is the same user outside",
	  .tries = "becomes another user" },
	{ .name = "setgroups",
	  .outside = ROOT,
	  .run = drop_groups,
	  .may = DEFAULT_ROOT,
	  .why = "the same",
	  .tries = "changes its groups" },
	{ .name = "chown-beside",
	  .outside = ROOT,
	  .run = chown_outside,
	  .may = DEFAULT_ROOT,
	  .why = "the files outside of the private directories are the host's",
	  .tries = "gives a file of the host to another user" },
	{ .name = "set-uid-beside",
	  .outside = ANYONE,
	  .run = set_uid_outside,
	  .may = DEFAULT,
	  .why = "the files outside of the private directories are the host's",
	  .tries = "makes a file of the host set-uid" },
	{ .name = "nice-up",
	  .outside = ROOT,
	  .run = higher_priority,
	  .tries = "takes a higher priority" },
	{ .name = "sched-fifo",
	  .outside = ROOT,
	  .run = real_time,
	  .tries = "takes a real-time priority" },
	{ .name = "ioprio-real-time",
	  .outside = ROOT,
	  .run = real_time_io,
	  .tries = "takes a real-time priority on the disk" },
	{ .name = "oom-score",
	  .outside = ROOT,
	  .run = spare_from_oom,
	  .tries = "has others killed for memory before itself" },
	{ .name = "rlimit-up",
	  .outside = ROOT,
	  .run = raise_limit,
	  .tries = "raises a hard limit" },
	{ .name = "mlock",
	  .outside = ROOT,
	  .run = lock_memory,
	  .tries = "locks more memory than it may" },
};
TABLE(escape_ids, rows);

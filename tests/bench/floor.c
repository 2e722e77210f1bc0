/* SPDX-License-Identifier: Apache-2.0 */
/* floor [-n RUNS] [-j JOBS] GROUP COMMAND...: the least that does isorun's whole
 * job, to measure it against: own namespaces, lo up, /tmp, /proc, a read-only
 * root, a memory limit and peak, a pid 1 that reaps.  GROUP: of memory cgroups. */
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

enum { JOBS_MAX = 256 };
static const uint64_t own_ns = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
			       CLONE_NEWUTS;
static int group_fd;
static int v1;
static struct job {
	pid_t pid;
	char leaf[32];
} jobs[JOBS_MAX];

static void check(long r, const char *what)
{
	if (r < 0) {
		perror(what);
		_exit(125);
	}
}

static void put(int dir, const char *file, const char *text)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	check(fd, file);
	check(write(fd, text, strlen(text)), file);
	close(fd);
}

static void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	check(ioctl(fd, SIOCSIFFLAGS, &ifr), "lo");
	close(fd);
}

static _Noreturn void be_init(int dir, char **argv)
{
	/* struct mount_attr: MOUNT_ATTR_RDONLY, on / and all below. */
	const uint64_t readonly[4] = { 1, 0, 0, 0 };
	int tasks = v1 ? openat(dir, "tasks", O_WRONLY | O_CLOEXEC) : -1;
	int status, result = 125;
	pid_t pid;

	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	check(syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, readonly, sizeof(readonly)),
	      "root");
	check(mount("floor", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"), "/tmp");
	check(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/proc");
	lo_up();
	const pid_t test = vfork();
	if (test == 0) {
		if (v1)
			check(write(tasks, "0", 1), "tasks");
		execve(argv[0], argv, environ);
		_exit(127);
	}
	while ((pid = wait(&status)) > 0)
		if (pid == test) {
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			kill(-1, SIGKILL);
		}
	_exit(result);
}

static void start(struct job *job, unsigned n, char **argv)
{
	snprintf(job->leaf, sizeof(job->leaf), "floor-%d-%u", (int)getpid(), n);
	check(mkdirat(group_fd, job->leaf, 0755), job->leaf);
	int dir = openat(group_fd, job->leaf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(dir, job->leaf);
	put(dir, v1 ? "memory.limit_in_bytes" : "memory.max", "67108864");
	/* v2: all of it is in the group from the start. */
	struct clone_args args = {
		.flags = own_ns | (v1 ? 0 : CLONE_INTO_CGROUP),
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)dir,
	};
	job->pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	check(job->pid, "clone3");
	if (job->pid == 0)
		be_init(dir, argv);
	close(dir);
}

static int finish(struct job *job, int status)
{
	char path[96];
	char peak[32];

	snprintf(path, sizeof(path), "%s/%s", job->leaf,
		 v1 ? "memory.max_usage_in_bytes" : "memory.peak");
	int fd = openat(group_fd, path, O_RDONLY | O_CLOEXEC);
	check(read(fd, peak, sizeof(peak)), path);
	close(fd);
	check(unlinkat(group_fd, job->leaf, AT_REMOVEDIR), job->leaf);
	job->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

int main(int argc, char **argv)
{
	unsigned runs = 1;
	unsigned at_once = 1;
	int result = 0;

	for (int c; (c = getopt(argc, argv, "+n:j:")) != -1;)
		if (num_parse_uint(optarg, c == 'n' ? &runs : &at_once) < 0)
			return 2;
	group_fd = open(argv[optind], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(group_fd, argv[optind]);
	v1 = faccessat(group_fd, "memory.limit_in_bytes", F_OK, 0) == 0;
	for (unsigned started = 0, done = 0; done < runs;) {
		int status;
		struct job *job = jobs;
		while (job->pid && job < jobs + at_once - 1)
			job++;
		if (!job->pid && started < runs) {
			start(job, started++, argv + optind + 1);
			continue;
		}
		pid_t pid = wait(&status);
		for (job = jobs; job->pid != pid;)
			job++;
		result |= finish(job, status);
		done++;
	}
	return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Processes outside, and the sandbox's own init; System V and POSIX IPC. */
#include "escape.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/num.h"

static pid_t victim_pid(void)
{
	return (pid_t)scene_number("pid");
}

static int signal_victim(void)
{
	return got(kill(victim_pid(), 0));
}

static int signal_thread(void)
{
	return got(syscall(SYS_tgkill, victim_pid(), victim_pid(), 0));
}

static int queue_signal(void)
{
	return got(sigqueue(victim_pid(), 0, (union sigval){ 0 }));
}

static int signal_by_pidfd(void)
{
	int fd = (int)syscall(SYS_pidfd_open, victim_pid(), 0);

	return fd < 0 ? errno : got(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
}

/* A process of the test's own is this one, its children, and init. */
static int see_others(void)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	int r = ENOENT;

	while (d && (e = readdir(d))) {
		unsigned pid;
		if (num_parse_uint(e->d_name, &pid) == 0 && pid > 1 && (pid_t)pid != getpid() &&
		    (pid_t)pid != getppid())
			r = ESCAPED;
	}
	if (d)
		closedir(d);
	return r;
}

static int seize(pid_t pid)
{
	/* Nobody stays traced: the tracer ends. */
	return got(ptrace(PTRACE_SEIZE, pid, NULL, NULL));
}

static int trace_victim(void)
{
	return seize(victim_pid());
}

static int trace_init(void)
{
	return seize(1);
}

static void *mark_address(void)
{
	return (void *)scene_number("mark");
}

static int read_memory(void)
{
	char text[sizeof(VICTIM_MARK)];
	struct iovec to = { text, sizeof(text) };
	struct iovec from = { mark_address(), sizeof(text) };

	return got(process_vm_readv(victim_pid(), &to, 1, &from, 1, 0));
}

static int write_memory(void)
{
	char text[] = VICTIM_MARK;
	struct iovec from = { text, sizeof(text) };
	struct iovec to = { mark_address(), sizeof(text) };

	return got(process_vm_writev(victim_pid(), &from, 1, &to, 1, 0));
}

static int open_of(pid_t pid, const char *file, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return got_open(path, flags);
}

static int victim_mem(void)
{
	return open_of(victim_pid(), "mem", O_RDWR);
}

static int victim_environ(void)
{
	return open_of(victim_pid(), "environ", O_RDONLY);
}

static int init_mem(void)
{
	return open_of(1, "mem", O_WRONLY);
}

static int init_environ(void)
{
	return open_of(1, "environ", O_RDONLY);
}

static int init_exe(void)
{
	return open_of(1, "exe", O_RDONLY);
}

static int init_exe_write(void)
{
	int r = open_of(1, "exe", O_WRONLY);

	/* A program that runs: only its end is waited for, as CVE-2019-5736 does. */
	return r == ETXTBSY ? ESCAPED : r;
}

/* Their numbers may be seen; what they lead to may not. */
static int init_links(const char *dir)
{
	char path[512];
	char to[256];
	int r = EACCES;
	DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && r != ESCAPED && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		r = got(readlink(path, to, sizeof(to)));
	}
	if (d)
		closedir(d);
	return r;
}

static int init_fds(void)
{
	return init_links("/proc/1/fd");
}

static int init_map_files(void)
{
	return init_links("/proc/1/map_files");
}

static int init_link(const char *link)
{
	char path[512];

	snprintf(path, sizeof(path), "/proc/1/%s%s", link, scene_path("secret"));
	return got_secret(open(path, O_RDONLY | O_CLOEXEC));
}

static int init_root(void)
{
	return init_link("root");
}

static int init_cwd(void)
{
	char path[512];

	snprintf(path, sizeof(path), "/proc/1/cwd/../../../../../../../../../../..%s",
		 scene_path("secret"));
	return got_secret(open(path, O_RDONLY | O_CLOEXEC));
}

static int take_descriptor(void)
{
	int fd = (int)syscall(SYS_pidfd_open, victim_pid(), 0);

	return fd < 0 ? errno : got(syscall(SYS_pidfd_getfd, fd, 0, 0));
}

static int take_init_descriptor(void)
{
	int fd = (int)syscall(SYS_pidfd_open, 1, 0);

	for (int i = 0; fd >= 0 && i < 64; i++)
		if (syscall(SYS_pidfd_getfd, fd, i, 0) >= 0)
			return ESCAPED;
	return errno;
}

static int compare_kernel_objects(void)
{
	return got(syscall(SYS_kcmp, getpid(), victim_pid(), 1 /* KCMP_VM */, 0, 0));
}

static int renice(void)
{
	/* To what it has. */
	return got(setpriority(PRIO_PROCESS, (id_t)victim_pid(), 0));
}

static int pin(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	return got(sched_setaffinity(victim_pid(), sizeof(cpus), &cpus));
}

static int reschedule(void)
{
	const struct sched_param p = { 0 };

	return got(sched_setscheduler(victim_pid(), SCHED_OTHER, &p));
}

static int limit_victim(void)
{
	struct rlimit limit;

	if (prlimit(victim_pid(), RLIMIT_CORE, NULL, &limit) < 0)
		return errno;
	return got(prlimit(victim_pid(), RLIMIT_CORE, &limit, NULL));
}

static int limit_init(void)
{
	const struct rlimit none = { 0, 0 };

	return got(prlimit(1, RLIMIT_CORE, &none, NULL));
}

static int limit_init_high(void)
{
	const struct rlimit none = { 0, 0 };

	return got(syscall(SYS_prlimit64, 1L | 1L << 32, RLIMIT_CORE, &none, NULL));
}

static int kill_init(void)
{
	/* Delivered only where init handles it, pid_namespaces(7). */
	(void)kill(1, SIGKILL);
	(void)kill(1, SIGTERM);
	(void)kill(1, SIGSTOP);
	usleep(20000);
	/* A stopped init would not hear of our end. */
	return EPERM;
}

/* Of all that are the user's, which must end at the pid namespace. */
static int renice_user(void)
{
	(void)setpriority(PRIO_USER, 0, 7);
	(void)syscall(SYS_ioprio_set, 3 /* a user's */, getuid(), 3 << 13 | 7);
	return EPERM;
}

static int move_memory(void)
{
	/* EINVAL: to no node; the process was found before. */
	int r = got(syscall(SYS_migrate_pages, victim_pid(), 0, NULL, NULL));

	return r == EINVAL ? ESCAPED : r;
}

static int advise_memory(void)
{
	struct iovec at = { (void *)((uintptr_t)mark_address() & ~4095UL), 4096 };
	int fd = (int)syscall(SYS_pidfd_open, victim_pid(), 0);

	return fd < 0 ? errno : got(syscall(SYS_process_madvise, fd, &at, 1, 20 /* COLD */, 0));
}

static int attach_shm(void)
{
	void *p = shmat((int)scene_number("shm"), NULL, 0);

	return p == (void *)-1 ? errno : ESCAPED;
}

static int take_message(void)
{
	struct {
		long kind;
		char text[8];
	} note;

	/* One of a kind that is not there: the queue itself was looked into. */
	int r = got(msgrcv((int)scene_number("msg"), &note, sizeof(note.text), 2, IPC_NOWAIT));

	return r == ENOMSG ? ESCAPED : r;
}

static int open_queue(void)
{
	return got(mq_open(scene("name"), O_RDWR | O_CLOEXEC));
}

static const struct escape rows[] = {
	{ .name = "signal",
	  .outside = ANYONE,
	  .run = signal_victim,
	  .tries = "signals a process outside" },
	{ .name = "signal-thread",
	  .outside = ANYONE,
	  .run = signal_thread,
	  .tries = "the same by tgkill" },
	{ .name = "signal-queue",
	  .outside = ANYONE,
	  .run = queue_signal,
	  .tries = "the same by sigqueue" },
	{ .name = "signal-pidfd",
	  .outside = ANYONE,
	  .run = signal_by_pidfd,
	  .tries = "the same by a pidfd" },
	{ .name = "see-processes",
	  .outside = ANYONE,
	  .run = see_others,
	  .tries = "sees processes that are not its own in /proc" },
	{ .name = "ptrace",
	  .outside = ANYONE,
	  .run = trace_victim,
	  .tries = "traces a process outside" },
	{ .name = "ptrace-init",
	  .outside = APART_ROOT,
	  .run = trace_init,
	  .tries = "traces the sandbox's init" },
	{ .name = "vm-read",
	  .outside = ANYONE,
	  .run = read_memory,
	  .tries = "reads the memory of a process outside" },
	{ .name = "vm-write",
	  .outside = ANYONE,
	  .run = write_memory,
	  .tries = "writes to the memory of a process outside" },
	{ .name = "proc-mem",
	  .outside = ANYONE,
	  .run = victim_mem,
	  .tries = "the same by /proc/PID/mem" },
	{ .name = "proc-environ",
	  .outside = ANYONE,
	  .run = victim_environ,
	  .tries = "reads the environment of a process outside" },
	{ .name = "init-mem",
	  .outside = APART_ROOT,
	  .run = init_mem,
	  .tries = "writes to the memory of the sandbox's init" },
	{ .name = "init-environ",
	  .outside = APART_ROOT,
	  .run = init_environ,
	  .tries = "reads the environment of init, which is the caller's" },
	{ .name = "init-exe",
	  .outside = APART_ROOT,
	  .run = init_exe,
	  .tries = "reads the program of init" },
	{ .name = "init-exe-write",
	  .outside = APART_ROOT,
	  .run = init_exe_write,
	  .tries = "writes to the program of init (CVE-2019-5736)" },
	{ .name = "init-fd",
	  .outside = APART_ROOT,
	  .run = init_fds,
	  .tries = "looks at the descriptors of init" },
	{ .name = "init-map-files",
	  .outside = APART_ROOT,
	  .run = init_map_files,
	  .tries = "looks at the files that init has mapped" },
	{ .name = "init-root",
	  .outside = ROOT,
	  .run = init_root,
	  .tries = "reads the host's /tmp by /proc/1/root" },
	{ .name = "init-cwd",
	  .outside = ROOT,
	  .run = init_cwd,
	  .tries = "reads the host's /tmp by /proc/1/cwd" },
	{ .name = "pidfd-getfd",
	  .outside = ANYONE,
	  .run = take_descriptor,
	  .tries = "takes a descriptor of a process outside" },
	{ .name = "pidfd-getfd-init",
	  .outside = APART_ROOT,
	  .run = take_init_descriptor,
	  .tries = "takes a descriptor of init" },
	{ .name = "kcmp",
	  .outside = ANYONE,
	  .run = compare_kernel_objects,
	  .tries = "compares its memory with that of a process outside" },
	{ .name = "renice",
	  .outside = ANYONE,
	  .run = renice,
	  .tries = "sets the priority of a process outside" },
	{ .name = "renice-user",
	  .outside = NOWHERE,
	  .run = renice_user,
	  .tries = "sets the priority of all processes of its user" },
	{ .name = "migrate-pages",
	  .outside = ANYONE,
	  .run = move_memory,
	  .tries = "moves the memory of a process outside" },
	{ .name = "affinity",
	  .outside = ANYONE,
	  .run = pin,
	  .tries = "pins a process outside to one cpu" },
	{ .name = "scheduler",
	  .outside = ANYONE,
	  .run = reschedule,
	  .tries = "sets the scheduling of a process outside" },
	{ .name = "prlimit",
	  .outside = ANYONE,
	  .run = limit_victim,
	  .tries = "sets the limits of a process outside" },
	{ .name = "prlimit-init",
	  .outside = APART_ROOT,
	  .run = limit_init,
	  .tries = "sets the limits of init" },
	{ .name = "prlimit-init-high-bits",
	  .outside = APART_ROOT,
	  .run = limit_init_high,
	  .tries = "the same, with bits that the kernel does not look at" },
	{ .name = "kill-init",
	  .outside = NOWHERE,
	  .run = kill_init,
	  .tries = "kills or stops init; then nothing would be cleaned up" },
	{ .name = "process-madvise",
	  .outside = ROOT,
	  .run = advise_memory,
	  .tries = "pages out the memory of a process outside" },
	{ .name = "sysv-shm",
	  .outside = ANYONE,
	  .run = attach_shm,
	  .tries = "attaches System V shared memory of outside" },
	{ .name = "sysv-msg",
	  .outside = ANYONE,
	  .run = take_message,
	  .tries = "reads a System V message queue of outside" },
	{ .name = "posix-queue",
	  .outside = ANYONE,
	  .run = open_queue,
	  .tries = "opens a POSIX message queue of outside" },
};
TABLE(escape_processes, rows);

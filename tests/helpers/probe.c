/* SPDX-License-Identifier: Apache-2.0 */
/* probe: the payload of end-to-end tests.  One static program, so that it runs
 * in any root; each subcommand does one thing that a sandbox has an opinion
 * on, prints what came of it and exits with 0, or with 1 and the reason. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(1);
}

static _Noreturn void usage(const char *what)
{
	fprintf(stderr, "probe: %s\n", what);
	exit(2);
}

static unsigned number(const char *s)
{
	unsigned n;

	if (num_parse_uint(s, &n) < 0)
		usage("not a number");
	return n;
}

static int64_t duration(const char *s)
{
	int64_t ns;

	if (num_parse_time(s, &ns) < 0)
		usage("not a time");
	return ns;
}

static void pass_time(int64_t ns)
{
	struct timespec left = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Prints at once, so that a test can wait for the line. */
static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

/* alloc SIZE [--steps N] [--over TIME] [--hold TIME] [--total TIME]: touches SIZE in N
 * steps; with --total it ends that long after its begin, however long it had to touch. */
static int probe_alloc(char **argv)
{
	unsigned steps = 1;
	int64_t over_ns = 0;
	int64_t hold_ns = 0;
	const int64_t begin_ns = now_ns();
	int64_t total_ns = 0;
	uint64_t size;
	char *mem;

	if (num_parse_size(argv[0], &size) < 0)
		usage("alloc: not a size");
	for (argv++; argv[0] && argv[1]; argv += 2) {
		if (strcmp(argv[0], "--steps") == 0)
			steps = number(argv[1]);
		else if (strcmp(argv[0], "--over") == 0)
			over_ns = duration(argv[1]);
		else if (strcmp(argv[0], "--hold") == 0)
			hold_ns = duration(argv[1]);
		else if (strcmp(argv[0], "--total") == 0)
			total_ns = duration(argv[1]);
		else
			usage("alloc: unknown option");
	}
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		   -1, 0);
	if (mem == MAP_FAILED)
		fail("mmap");
	for (unsigned i = 0; i < steps; i++) {
		memset(mem + size / steps * i, 0x5a, size / steps);
		pass_time(over_ns / steps);
	}
	pass_time(hold_ns);
	const int64_t left_ns = begin_ns + total_ns - now_ns();
	if (left_ns > 0)
		pass_time(left_ns);
	return 0;
}

/* child-alloc SIZE: a child takes the memory; its death is not held against us. */
static int probe_child_alloc(char **argv)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		fail("fork");
	if (pid == 0)
		exit(probe_alloc(argv));
	if (waitpid(pid, &status, 0) < 0)
		fail("waitpid");
	say(WIFSIGNALED(status) ? "child killed" : "child lived");
	return 0;
}

/* fork N: N processes at once; says how many there could be.  They end when
 * the pipe they read from closes. */
static int probe_fork(char **argv)
{
	unsigned want = number(argv[0]);
	unsigned got = 0;
	int ends[2];

	if (pipe(ends) < 0)
		fail("pipe");
	for (; got < want; got++) {
		pid_t pid = fork();
		char byte;

		if (pid < 0)
			break;
		if (pid == 0) {
			close(ends[1]);
			_exit(read(ends[0], &byte, 1) != 0);
		}
	}
	printf("%u of %u\n", got, want);
	close(ends[1]);
	while (wait(NULL) > 0)
		;
	return got == want ? 0 : 1;
}

static struct sockaddr_in loopback(const char *port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)number(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return a;
}

/* bind PORT [TIME]: listens on 127.0.0.1, accepts what comes for TIME. */
static int probe_bind(char **argv)
{
	struct sockaddr_in a = loopback(argv[0]);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 8) < 0)
		fail("bind");
	say("bound");
	if (argv[1])
		pass_time(duration(argv[1]));
	return 0;
}

static int probe_connect(char **argv)
{
	struct sockaddr_in a = loopback(argv[0]);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		fail("connect");
	say("connected");
	return 0;
}

/* abstract NAME [TIME] listens on the abstract socket; abstract-connect NAME. */
static socklen_t abstract_name(const char *name, struct sockaddr_un *a)
{
	size_t n = strlen(name);

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (n > sizeof(a->sun_path) - 1)
		usage("name too long");
	memcpy(a->sun_path + 1, name, n);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n);
}

static int probe_abstract(char **argv)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a;
	socklen_t len = abstract_name(argv[0], &a);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) < 0 || listen(fd, 8) < 0)
		fail("bind");
	say("bound");
	if (argv[1])
		pass_time(duration(argv[1]));
	return 0;
}

static int probe_abstract_connect(char **argv)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a;
	socklen_t len = abstract_name(argv[0], &a);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, len) < 0)
		fail("connect");
	say("connected");
	return 0;
}

/* shm NAME, mq NAME, sysv KEY: a new one, which must not be there yet. */
static int probe_shm(char **argv)
{
	int fd = shm_open(argv[0], O_CREAT | O_EXCL | O_RDWR, 0600);

	if (fd < 0 || ftruncate(fd, 4096) < 0)
		fail("shm_open");
	say("made");
	return 0;
}

static int probe_mq(char **argv)
{
	if (mq_open(argv[0], O_CREAT | O_EXCL | O_RDWR, 0600, NULL) < 0)
		fail("mq_open");
	say("made");
	return 0;
}

static int probe_sysv(char **argv)
{
	if (shmget((key_t)number(argv[0]), 4096, IPC_CREAT | IPC_EXCL | 0600) < 0)
		fail("shmget");
	say("made");
	return 0;
}

/* fds: the open descriptors, one a line, without the one it looks with. */
static int probe_fds(char **argv)
{
	(void)argv;
	for (int fd = 0; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%d\n", fd);
	return 0;
}

/* signals: which signals are blocked and ignored, one line each. */
static int probe_signals(char **argv)
{
	sigset_t blocked;

	(void)argv;
	if (sigprocmask(SIG_SETMASK, NULL, &blocked) < 0)
		fail("sigprocmask");
	for (int sig = 1; sig < 65; sig++) {
		struct sigaction sa;

		if (sigismember(&blocked, sig) == 1)
			printf("blocked %d\n", sig);
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
			printf("ignored %d\n", sig);
	}
	return 0;
}

static volatile sig_atomic_t caught;

static void catch(int sig)
{
	caught = sig;
}

/* on-term N: waits for SIGTERM and exits with N; ignore-term: only SIGKILL helps. */
static int probe_on_term(char **argv)
{
	sigset_t all;
	sigset_t old;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	signal(SIGTERM, catch);
	say("ready");
	while (!caught)
		sigsuspend(&old);
	return (int)number(argv[0]);
}

static int probe_ignore_term(char **argv)
{
	(void)argv;
	signal(SIGTERM, SIG_IGN);
	say("ready");
	while (pause() < 0)
		;
	return 1;
}

/* daemon TIME: leaves a process of its own session that lives so long. */
static int probe_daemon(char **argv)
{
	int64_t ns = duration(argv[0]);
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		setsid();
		pass_time(ns);
		_exit(0);
	}
	return 0;
}

/* reap: an orphan ends; somebody must wait for it, or its pid never vanishes. */
static int probe_reap(char **argv)
{
	int ends[2];
	pid_t orphan = 0;
	pid_t parent;

	(void)argv;
	if (pipe(ends) < 0)
		fail("pipe");
	parent = fork();
	if (parent == 0) {
		orphan = fork();
		if (orphan == 0)
			_exit(0);
		_exit(write(ends[1], &orphan, sizeof(orphan)) != sizeof(orphan));
	}
	if (waitpid(parent, NULL, 0) < 0 ||
	    read(ends[0], &orphan, sizeof(orphan)) != sizeof(orphan))
		fail("fork");
	for (int i = 0; i < 500; i++) {
		if (kill(orphan, 0) < 0 && errno == ESRCH) {
			say("reaped");
			return 0;
		}
		pass_time(10000000);
	}
	say("still there");
	return 1;
}

/* write FILE SIZE: fills a file with bytes that are not zero. */
static int probe_write(char **argv)
{
	static char block[65536];
	int fd = open(argv[0], O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
	uint64_t size;

	if (!argv[1] || num_parse_size(argv[1], &size) < 0)
		usage("write: not a size");
	if (fd < 0)
		fail(argv[0]);
	memset(block, 0x5a, sizeof(block));
	for (uint64_t done = 0; done < size; done += sizeof(block))
		if (write(fd, block, sizeof(block)) < 0)
			fail(argv[0]);
	return 0;
}

/* tiocsti: pushes a byte into the terminal, also with high bits in the request,
 * which a filter that compares 64 bits lets through (CVE-2019-10063). */
static int probe_tiocsti(char **argv)
{
	static const unsigned long requests[] = { TIOCSTI, TIOCSTI | 1UL << 32, TIOCLINUX,
						  TIOCLINUX | 1UL << 63 };
	int r = 0;

	(void)argv;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		char byte = 2;

		errno = 0;
		if (syscall(SYS_ioctl, 0, requests[i], &byte) == 0 || errno != EPERM) {
			printf("%#lx: %s\n", requests[i], strerror(errno));
			r = 1;
		}
	}
	return r;
}

/* refused: calls that reach outside of any sandbox; each must fail with EPERM
 * or ENOSYS, and says so by name when it does not.  The arguments are such
 * that a call which is let through fails by itself with another errno. */
static int probe_refused(char **argv)
{
	static const struct {
		const char *name;
		long nr;
	} calls[] = {
		{ "kexec_load", SYS_kexec_load },     { "init_module", SYS_init_module },
		{ "delete_module", SYS_delete_module }, { "swapon", SYS_swapon },
		{ "clock_settime", SYS_clock_settime }, { "bpf", SYS_bpf },
		{ "add_key", SYS_add_key },           { "keyctl", SYS_keyctl },
		{ "acct", SYS_acct },                 { "quotactl", SYS_quotactl },
	};
	int r = 0;

	(void)argv;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		errno = 0;
		if (syscall(calls[i].nr, -1L, -1L, -1L, -1L, -1L) >= 0 ||
		    (errno != EPERM && errno != ENOSYS)) {
			printf("%s: %s\n", calls[i].name, strerror(errno));
			r = 1;
		}
	}
	return r;
}

static int probe_abort(char **argv)
{
	(void)argv;
	abort();
}

/* insmod FILE: for the user-mode-linux guest, on hosts without kmod. */
static int probe_insmod(char **argv)
{
	int fd = open(argv[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
		fail(argv[0]);
	return 0;
}

static int probe_sleep(char **argv)
{
	say("ready");
	pass_time(duration(argv[0]));
	return 0;
}

/* refuse-namespaces COMMAND ARG...: runs it behind a filter that answers as that
 * of a container does: clone3(2) is not there, and the rest is not permitted. */
static int probe_refuse_namespaces(char **argv)
{
	enum { NAMESPACES = 0x7e020000 }; /* of clone(2): cgroup, uts, ipc, user, pid, net, mount */
	static const int closed[] = {
		SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_open_tree,
		SYS_move_mount, SYS_mount_setattr,
	};
	enum { N_CLOSED = sizeof(closed) / sizeof(closed[0]) };
	struct sock_filter code[2 * N_CLOSED + 8];
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	for (size_t i = 0; i < N_CLOSED; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							 (unsigned)closed[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							 SECCOMP_RET_ERRNO | EPERM);
	}
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, args[0]));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog filter = { .len = n, .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0)
		fail("seccomp");
	execvp(argv[0], argv);
	fail(argv[0]);
}

static const struct {
	const char *name;
	int args; /* at least */
	int (*run)(char **argv);
} probes[] = {
	{ "abort", 0, probe_abort },
	{ "abstract", 1, probe_abstract },
	{ "abstract-connect", 1, probe_abstract_connect },
	{ "alloc", 1, probe_alloc },
	{ "bind", 1, probe_bind },
	{ "child-alloc", 1, probe_child_alloc },
	{ "connect", 1, probe_connect },
	{ "daemon", 1, probe_daemon },
	{ "fds", 0, probe_fds },
	{ "fork", 1, probe_fork },
	{ "ignore-term", 0, probe_ignore_term },
	{ "insmod", 1, probe_insmod },
	{ "mq", 1, probe_mq },
	{ "on-term", 1, probe_on_term },
	{ "reap", 0, probe_reap },
	{ "refuse-namespaces", 1, probe_refuse_namespaces },
	{ "refused", 0, probe_refused },
	{ "shm", 1, probe_shm },
	{ "signals", 0, probe_signals },
	{ "sleep", 1, probe_sleep },
	{ "sysv", 1, probe_sysv },
	{ "tiocsti", 0, probe_tiocsti },
	{ "write", 2, probe_write },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		usage("which?");
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (strcmp(argv[1], probes[i].name) != 0)
			continue;
		if (argc - 2 < probes[i].args)
			usage("arguments are missing");
		return probes[i].run(argv + 2);
	}
	usage("unknown subcommand");
}

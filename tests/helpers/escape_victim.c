/* SPDX-License-Identifier: Apache-2.0 */
/* The process outside, with all that attempts reach for, and the witness of it. */
#include "escape.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

char victim_mark[32] = VICTIM_MARK;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "escape victim: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void put_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, SECRET, strlen(SECRET)) < 0)
		fail(path);
	close(fd);
}

/* An abstract name begins with '@'. */
static int listen_unix(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const size_t n = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path, name, n);
	if (*name == '@')
		a.sun_path[0] = '\0';
	else
		unlink(name);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&a,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) ||
	    listen(fd, 16) < 0)
		fail(name);
	return fd;
}

static int listen_tcp(int *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) < 0 || listen(fd, 16) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		fail("127.0.0.1");
	*ret_port = ntohs(a.sin_port);
	return fd;
}

/* Who comes in gets the secret, and a descriptor of it where that can be passed. */
static void serve(int listener, bool is_unix)
{
	int to = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	int secret = open(scene_path("secret"), O_RDONLY | O_CLOEXEC);
	char space[CMSG_SPACE(sizeof(int))] = "";
	struct iovec text = { (char *)(uintptr_t)SECRET, strlen(SECRET) };
	struct msghdr m = { .msg_iov = &text, .msg_iovlen = 1 };

	if (is_unix && secret >= 0) {
		m.msg_control = space;
		m.msg_controllen = sizeof(space);
		*CMSG_FIRSTHDR(&m) = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), &secret, sizeof(int));
	}
	if (to >= 0)
		(void)!sendmsg(to, &m, MSG_NOSIGNAL);
	close(secret);
	close(to);
}

static void write_scene(const char *dir, int port, int shm, int msg)
{
	FILE *f = fopen("scene.new", "w");

	if (!f)
		fail("scene");
	fprintf(f,
		"dir %s\npid %d\nport %d\nabstract @isorun-escape-%d\nname /isorun-escape-%d\n"
		"shm %d\nmsg %d\nmark %lu\nuid %d\n",
		dir, getpid(), port, getpid(), getpid(), shm, msg,
		(unsigned long)(uintptr_t)victim_mark, getuid());
	fclose(f);
	if (rename("scene.new", "scene") < 0)
		fail("scene");
}

static void put_ipc(const char *name, int *ret_shm, int *ret_msg)
{
	struct {
		long kind;
		char text[8];
	} note = { 1, "secret" };
	int fd = shm_open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	mqd_t queue = mq_open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600, NULL);

	*ret_shm = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	*ret_msg = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	if (fd < 0 || queue == (mqd_t)-1 || *ret_shm < 0 || *ret_msg < 0 ||
	    write(fd, SECRET, strlen(SECRET)) < 0 ||
	    msgsnd(*ret_msg, &note, sizeof(note.text), 0) < 0)
		fail("ipc");
	close(fd);
}

static int wait_for_end(void)
{
	sigset_t end;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	return signalfd(-1, &end, SFD_CLOEXEC);
}

int victim(void)
{
	char dir[] = "/tmp/isorun-escape.XXXXXX";
	char name[64];
	char abstract[64];
	int port, shm, msg;
	int end = wait_for_end();

	if (!mkdtemp(dir))
		fail(dir);
	snprintf(name, sizeof(name), "/isorun-escape-%d", getpid());
	snprintf(abstract, sizeof(abstract), "@isorun-escape-%d", getpid());
	put_ipc(name, &shm, &msg);
	struct pollfd fds[] = { { .fd = end, .events = POLLIN },
				{ .fd = listen_tcp(&port), .events = POLLIN },
				{ .fd = listen_unix(abstract), .events = POLLIN },
				{ .fd = listen_unix("socket"), .events = POLLIN },
				{ .fd = -1, .events = POLLIN } };
	put_file("precious");
	write_scene(dir, port, shm, msg);
	put_file(scene_path("secret"));
	fds[4].fd = listen_unix(scene_path("socket"));
	while (!fds[0].revents)
		if (poll(fds, 5, -1) > 0)
			for (int i = 1; i < 5; i++)
				if (fds[i].revents)
					serve(fds[i].fd, i > 1);
	shm_unlink(name);
	mq_unlink(name);
	shmctl(shm, IPC_RMID, NULL);
	msgctl(msg, IPC_RMID, NULL);
	unlink(scene_path("secret"));
	unlink(scene_path("socket"));
	return rmdir(dir) < 0;
}

static void tell_file(const char *path)
{
	char text[256] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	printf("%s: %.*s\n", path, n < 0 ? 4 : (int)strcspn(text, "\n"), n < 0 ? "gone" : text);
	if (fd >= 0)
		close(fd);
}

static void tell_dir(const char *path)
{
	DIR *d = opendir(path);
	unsigned long count = 0;

	while (d && readdir(d))
		count++;
	printf("%s: %lu entries\n", path, count);
	if (d)
		closedir(d);
}

static void tell_process(pid_t pid)
{
	char text[sizeof(victim_mark)] = "";
	struct iovec to = { text, sizeof(text) - 1 };
	struct iovec from = { victim_mark, sizeof(text) - 1 };
	struct rlimit limit = { 0 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	(void)!process_vm_readv(pid, &to, 1, &from, 1, 0);
	(void)!prlimit(pid, RLIMIT_NOFILE, NULL, &limit);
	(void)!sched_getaffinity(pid, sizeof(cpus), &cpus);
	printf("victim: %s, mark %s, nice %d, policy %d, io %ld, cpus %d, descriptors %lu\n",
	       kill(pid, 0) == 0 ? "lives" : "is gone", text, getpriority(PRIO_PROCESS, (id_t)pid),
	       sched_getscheduler(pid), syscall(SYS_ioprio_get, 1, pid), CPU_COUNT(&cpus),
	       (unsigned long)limit.rlim_cur);
}

int witness(void)
{
	char name[256] = "";

	gethostname(name, sizeof(name) - 1);
	printf("host %s\n", name);
	tell_file("/proc/sys/kernel/core_pattern");
	tell_file("/proc/sys/kernel/modprobe");
	tell_file("/proc/swaps");
	tell_file(scene_path("secret"));
	tell_file("precious");
	tell_dir(scene_path(""));
	tell_dir("../beside");
	tell_process((pid_t)scene_number("pid"));
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Bombs: each goes to a bound, and has escaped when it gets there.  Only for
 * sandboxes with low limits. */
#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	MANY_PROCESSES = 256,
	MANY_FILES = 400000,
	MANY_BYTES = 160 << 20, /* more than twice the driver's limit */
	CHUNK = 1 << 20,
};

static char chunk[CHUNK];

static int fork_bomb(void)
{
	int hold[2];
	int r = ESCAPED;

	if (pipe(hold) < 0)
		return errno;
	for (int i = 0; i < MANY_PROCESSES; i++) {
		pid_t pid = fork();
		char byte;

		if (pid < 0) {
			r = errno;
			break;
		}
		if (pid == 0) {
			close(hold[1]);
			_exit((int)read(hold[0], &byte, 1));
		}
	}
	close(hold[1]);
	while (wait(NULL) > 0)
		;
	return r;
}

/* Each the child of the one before; the verdict of the last comes by a pipe. */
static int chain_bomb(void)
{
	int tell[2];
	int r = ESCAPED;

	if (pipe(tell) < 0)
		return errno;
	for (int i = 0; i < MANY_PROCESSES && r == ESCAPED; i++) {
		pid_t pid = fork();

		if (pid < 0)
			r = errno;
		if (pid > 0 && i == 0)
			return read(tell[0], &r, sizeof(r)) == sizeof(r) ? r : ECANCELED;
		if (pid > 0) {
			alarm(20);
			pause();
		}
	}
	(void)!write(tell[1], &r, sizeof(r));
	_exit(0);
}

static int fill_fd(int fd)
{
	memset(chunk, 0x5a, sizeof(chunk));
	for (long done = 0; done < MANY_BYTES;) {
		ssize_t n = write(fd, chunk, sizeof(chunk));
		if (n <= 0)
			return errno;
		done += n;
	}
	return ESCAPED;
}

static int fill_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? errno : fill_fd(fd);
}

static int tmp_bomb(void)
{
	return fill_file("/tmp/bomb");
}

static int shm_bomb(void)
{
	return fill_file("/dev/shm/bomb");
}

static int memfd_bomb(void)
{
	int fd = memfd_create("bomb", MFD_CLOEXEC);

	return fd < 0 ? errno : fill_fd(fd);
}

static int touch(char *p)
{
	for (size_t i = 0; i < MANY_BYTES; i += 4096)
		p[i] = 1;
	return ESCAPED;
}

static int memory_bomb(void)
{
	char *p =
		mmap(NULL, MANY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : touch(p);
}

static int child_memory_bomb(void)
{
	pid_t pids[8];
	int escaped = 0;
	int status;

	for (int i = 0; i < 8; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(memory_bomb());
	}
	for (int i = 0; i < 8; i++)
		if (pids[i] > 0 && waitpid(pids[i], &status, 0) > 0)
			escaped += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return escaped ? ESCAPED : ENOMEM;
}

static int sysv_bomb(void)
{
	int id = shmget(IPC_PRIVATE, MANY_BYTES, IPC_CREAT | 0600);
	char *p = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

	return p == (char *)-1 ? errno : touch(p);
}

/* Many small segments that nobody is attached to. */
static int sysv_orphans(void)
{
	for (long done = 0; done < MANY_BYTES; done += CHUNK) {
		int id = shmget(IPC_PRIVATE, CHUNK, IPC_CREAT | 0600);
		char *p = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

		if (p == (char *)-1)
			return errno;
		memset(p, 1, CHUNK);
		shmdt(p);
	}
	return ESCAPED;
}

static int pipe_bomb(void)
{
	long held = 0;

	while (held < MANY_BYTES) {
		int ends[2];
		ssize_t n;

		if (pipe2(ends, O_NONBLOCK) < 0)
			return errno;
		(void)fcntl(ends[1], F_SETPIPE_SZ, CHUNK);
		while ((n = write(ends[1], chunk, 65536)) > 0)
			held += n;
	}
	return ESCAPED;
}

static int socket_bomb(void)
{
	long held = 0;
	int size = 64 << 20;

	while (held < MANY_BYTES) {
		int ends[2];
		ssize_t n;

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
			return errno;
		(void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		while ((n = write(ends[0], chunk, 65536)) > 0)
			held += n;
	}
	return ESCAPED;
}

/* A file of the host's, written and read: its pages are not held, so what must
 * be bounded is what they take at any time; the driver looks at the peak. */
static int cache_bomb(void)
{
	int fd = open("bomb", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int r = fd < 0 ? errno : fill_fd(fd);

	if (fd < 0)
		return r;
	for (int i = 0; i < 3 && lseek(fd, 0, SEEK_SET) == 0; i++)
		while (read(fd, chunk, sizeof(chunk)) > 0)
			;
	close(fd);
	unlink("bomb");
	return r;
}

static int inode_bomb(void)
{
	char name[64];

	for (int i = 0; i < MANY_FILES; i++) {
		snprintf(name, sizeof(name), "/tmp/bomb-%d", i);
		int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return errno;
		close(fd);
	}
	return ESCAPED;
}

/* Names that are not there are remembered, too. */
static int dentry_bomb(void)
{
	char name[256];

	memset(name, 'x', sizeof(name) - 1);
	for (int i = 0; i < MANY_FILES; i++) {
		snprintf(name, sizeof(name), "/tmp/none-%d", i);
		name[strlen(name)] = 'x';
		name[sizeof(name) - 1] = '\0';
		(void)access(name, F_OK);
	}
	return ESCAPED;
}

static int descriptor_bomb(void)
{
	struct rlimit limit;
	int last = -1;

	/* Soft to hard, as any program may. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (int i = 0; i < MANY_FILES; i++) {
		int fd = open("/dev/null", O_RDONLY);
		if (fd < 0)
			return errno;
		last = fd;
	}
	return last >= MANY_FILES - 1 ? ESCAPED : EMFILE;
}

static int timer_bomb(void)
{
	for (int i = 0; i < MANY_FILES; i++) {
		timer_t id;
		if (timer_create(CLOCK_MONOTONIC, NULL, &id) < 0)
			return errno;
	}
	return ESCAPED;
}

static int mapping_bomb(void)
{
	for (int i = 0; i < MANY_FILES; i++)
		/* Every other one differs, or they would be merged. */
		if (mmap(NULL, 4096, i & 1 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0) == MAP_FAILED)
			return errno;
	return ESCAPED;
}

#define BOMB(title, text, function)                                                                \
	{                                                                                          \
		.name = "bomb-" title, .outside = NOWHERE, .tries = text, .run = function          \
	}
#define CACHE "the kernel takes them back; the peak stays below the limit"

static const struct escape rows[] = {
	BOMB("fork", "makes 256 processes", fork_bomb),
	BOMB("chain", "makes 256 processes, each the child of the one before", chain_bomb),
	BOMB("memory", "takes memory", memory_bomb),
	BOMB("memory-children", "takes memory in eight children", child_memory_bomb),
	BOMB("tmp", "fills /tmp", tmp_bomb),
	BOMB("shm", "fills /dev/shm", shm_bomb),
	BOMB("memfd", "fills a file without a name", memfd_bomb),
	BOMB("sysv-shm", "takes System V shared memory", sysv_bomb),
	BOMB("sysv-shm-orphans", "takes System V shared memory and lets go of it", sysv_orphans),
	BOMB("pipes", "fills pipes", pipe_bomb),
	BOMB("sockets", "fills sockets", socket_bomb),
	BOMB("inodes", "makes 400,000 empty files", inode_bomb),
	BOMB("timers", "makes 400,000 timers", timer_bomb),
	BOMB("mappings", "maps 400,000 pages", mapping_bomb),
	BOMB("descriptors", "opens 400,000 descriptors", descriptor_bomb),
	{ .name = "bomb-page-cache",
	  .outside = NOWHERE,
	  .run = cache_bomb,
	  .may = DEFAULT,
	  .why = CACHE,
	  .tries = "writes and reads a large file" },
	{ .name = "bomb-names",
	  .outside = NOWHERE,
	  .run = dentry_bomb,
	  .may = DEFAULT | STRICT,
	  .why = CACHE,
	  .tries = "asks for 400,000 files that are not there" },
};
TABLE(escape_bombs, rows);

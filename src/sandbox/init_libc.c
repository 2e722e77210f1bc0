/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What child_*.c need of a C library, as bare system calls, for the init that is
 * a program of its own (init_main.c).  With a whole C library in it that program
 * would be thirty times as large, and start 0.3 ms later.
 *
 * A function that child_*.c come to need is added here.  Calls that only some
 * architectures have are made by their general form.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int last_error;
enum { KERNEL_SIGSET = 8 }; /* bytes; the C library's own is longer */

int *__errno_location(void)
{
	return &last_error;
}

static long raw(long n, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	long ret;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
#elif defined(__aarch64__)
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	register long x8 __asm__("x8") = n;
	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8)
			 : "memory");
	return x0;
#endif
}

static long told(long ret)
{
	if (ret >= 0 || ret < -4095)
		return ret;
	last_error = (int)-ret;
	return -1;
}

#define CALL(n, a, b, c, d, e) \
	told(raw((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0))
#define CALL3(n, a, b, c) CALL(n, a, b, c, 0, 0)

long syscall(long n, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, n);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	return told(raw(n, a[0], a[1], a[2], a[3], a[4], a[5]));
}

void _exit(int status)
{
	for (;;)
		(void)CALL3(SYS_exit_group, status, 0, 0);
}

/* The barriers keep a compiler from seeing a memset in memset. */
void *memset(void *at, int c, size_t n)
{
	for (char *p = at; n--; p++) {
		*p = (char)c;
		__asm__ volatile("");
	}
	return at;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	char *p = to;

	for (const char *q = from; n--; p++, q++) {
		*p = *q;
		__asm__ volatile("");
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a;
	const unsigned char *q = b;

	for (; n--; p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		__asm__ volatile("");
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; a++, b++, n--)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

/* The last argument of those that have it only sometimes; whatever lies there
 * otherwise is not looked at by the kernel. */
#define LAST(type, from, ret)   \
	va_list ap;             \
	va_start(ap, from);     \
	type ret = va_arg(ap, type); \
	va_end(ap)

int open(const char *path, int flags, ...)
{
	LAST(unsigned, flags, mode);
	return (int)CALL(SYS_openat, AT_FDCWD, path, flags, mode, 0);
}

int openat(int dir, const char *path, int flags, ...)
{
	LAST(unsigned, flags, mode);
	return (int)CALL(SYS_openat, dir, path, flags, mode, 0);
}

int fcntl(int fd, int cmd, ...)
{
	LAST(long, cmd, arg);
	return (int)CALL3(SYS_fcntl, fd, cmd, arg);
}

int ioctl(int fd, unsigned long request, ...)
{
	LAST(long, request, arg);
	return (int)CALL3(SYS_ioctl, fd, request, arg);
}

int prctl(int option, ...)
{
	long a[4];
	va_list ap;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	return (int)CALL(SYS_prctl, option, a[0], a[1], a[2], a[3]);
}

int close(int fd)
{
	return (int)CALL3(SYS_close, fd, 0, 0);
}

ssize_t read(int fd, void *to, size_t n)
{
	return CALL3(SYS_read, fd, to, n);
}

ssize_t write(int fd, const void *from, size_t n)
{
	return CALL3(SYS_write, fd, from, n);
}

ssize_t writev(int fd, const struct iovec *iov, int n)
{
	return CALL3(SYS_writev, fd, iov, n);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t at)
{
	return CALL(SYS_pread64, fd, to, n, at, 0);
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at)
{
	return CALL(SYS_pwrite64, fd, from, n, at, 0);
}

off_t lseek(int fd, off_t at, int whence)
{
	return CALL3(SYS_lseek, fd, at, whence);
}

int dup(int fd)
{
	return (int)CALL3(SYS_dup, fd, 0, 0);
}

int dup3(int fd, int to, int flags)
{
	return (int)CALL3(SYS_dup3, fd, to, flags);
}

int dup2(int fd, int to)
{
	if (fd == to)
		return fcntl(fd, F_GETFD) < 0 ? -1 : fd;
	return dup3(fd, to, 0);
}

int pipe2(int fds[2], int flags)
{
	return (int)CALL3(SYS_pipe2, fds, flags, 0);
}

int chdir(const char *path)
{
	return (int)CALL3(SYS_chdir, path, 0, 0);
}

int fchdir(int fd)
{
	return (int)CALL3(SYS_fchdir, fd, 0, 0);
}

int chroot(const char *path)
{
	return (int)CALL3(SYS_chroot, path, 0, 0);
}

int fchmodat(int dir, const char *path, mode_t mode, int flags)
{
	(void)flags; /* of the C library only */
	return (int)CALL3(SYS_fchmodat, dir, path, mode);
}

int chmod(const char *path, mode_t mode)
{
	return fchmodat(AT_FDCWD, path, mode, 0);
}

int flock(int fd, int operation)
{
	return (int)CALL3(SYS_flock, fd, operation, 0);
}

int fchmod(int fd, mode_t mode)
{
	return (int)CALL3(SYS_fchmod, fd, mode, 0);
}

int chown(const char *path, uid_t uid, gid_t gid)
{
	return (int)CALL(SYS_fchownat, AT_FDCWD, path, uid, gid, 0);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
	return (int)CALL3(SYS_fchown, fd, uid, gid);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	return (int)CALL3(SYS_mkdirat, dir, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
	return (int)CALL(SYS_mknodat, AT_FDCWD, path, mode, dev, 0);
}

int mkfifo(const char *path, mode_t mode)
{
	return mknod(path, S_IFIFO | mode, 0);
}

int symlinkat(const char *text, int dir, const char *path)
{
	return (int)CALL3(SYS_symlinkat, text, dir, path);
}

int linkat(int from_dir, const char *from, int dir, const char *path, int flags)
{
	return (int)CALL(SYS_linkat, from_dir, from, dir, path, flags);
}

int unlinkat(int dir, const char *path, int flags)
{
	return (int)CALL3(SYS_unlinkat, dir, path, flags);
}

int fstatat(int dir, const char *restrict path, struct stat *restrict st, int flags)
{
	return (int)CALL(SYS_newfstatat, dir, path, st, flags, 0);
}

int fstat(int fd, struct stat *st)
{
	return (int)CALL3(SYS_fstat, fd, st, 0);
}

mode_t umask(mode_t mask)
{
	return (mode_t)CALL3(SYS_umask, mask, 0, 0);
}

int mount(const char *source, const char *path, const char *type, unsigned long flags,
	  const void *data)
{
	return (int)CALL(SYS_mount, source, path, type, flags, data);
}

int umount2(const char *path, int flags)
{
	return (int)CALL3(SYS_umount2, path, flags, 0);
}

int unshare(int flags)
{
	return (int)CALL3(SYS_unshare, flags, 0, 0);
}

int setns(int fd, int type)
{
	return (int)CALL3(SYS_setns, fd, type, 0);
}

int sethostname(const char *name, size_t n)
{
	return (int)CALL3(SYS_sethostname, name, n, 0);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	return (int)CALL3(SYS_execve, path, argv, envp);
}

pid_t getpid(void)
{
	return (pid_t)CALL3(SYS_getpid, 0, 0, 0);
}

pid_t getppid(void)
{
	return (pid_t)CALL3(SYS_getppid, 0, 0, 0);
}

pid_t setsid(void)
{
	return (pid_t)CALL3(SYS_setsid, 0, 0, 0);
}

int setpgid(pid_t pid, pid_t group)
{
	return (int)CALL3(SYS_setpgid, pid, group, 0);
}

int tcsetpgrp(int fd, pid_t group)
{
	return ioctl(fd, TIOCSPGRP, &group);
}

int setuid(uid_t uid)
{
	return (int)CALL3(SYS_setuid, uid, 0, 0);
}

int setgid(gid_t gid)
{
	return (int)CALL3(SYS_setgid, gid, 0, 0);
}

int setresuid(uid_t r, uid_t e, uid_t s)
{
	return (int)CALL3(SYS_setresuid, r, e, s);
}

int setresgid(gid_t r, gid_t e, gid_t s)
{
	return (int)CALL3(SYS_setresgid, r, e, s);
}

int setgroups(size_t n, const gid_t *groups)
{
	return (int)CALL3(SYS_setgroups, n, groups, 0);
}

int kill(pid_t pid, int sig)
{
	return (int)CALL3(SYS_kill, pid, sig, 0);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return (pid_t)CALL(SYS_wait4, pid, status, options, usage, 0);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	return (int)CALL(SYS_waitid, type, id, info, options, 0);
}

int statfs(const char *path, struct statfs *ret)
{
	return (int)CALL3(SYS_statfs, path, ret, 0);
}

int getrusage(int who, struct rusage *usage)
{
	return (int)CALL3(SYS_getrusage, who, usage, 0);
}

int getrlimit(__rlimit_resource_t what, struct rlimit *ret)
{
	return (int)CALL(SYS_prlimit64, 0, what, 0, ret, 0);
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	return (int)CALL3(SYS_clock_gettime, clock, ret, 0);
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	return (int)CALL3(SYS_nanosleep, time, left, 0);
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *time, const sigset_t *mask)
{
	struct timespec own = { 0 };

	if (time)
		own = *time;
	return (int)CALL(SYS_ppoll, fds, n, time ? &own : NULL, mask, KERNEL_SIGSET);
}

int poll(struct pollfd *fds, nfds_t n, int ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	return ppoll(fds, n, ms < 0 ? NULL : &time, NULL);
}

int epoll_wait(int fd, struct epoll_event *events, int n, int ms)
{
	return (int)CALL(SYS_epoll_pwait, fd, events, n, ms, 0);
}

int pause(void)
{
	return ppoll(NULL, 0, NULL, NULL);
}

int socket(int domain, int type, int protocol)
{
	return (int)CALL3(SYS_socket, domain, type, protocol);
}

ssize_t send(int fd, const void *from, size_t n, int flags)
{
	return CALL(SYS_sendto, fd, from, n, flags, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	return CALL3(SYS_sendmsg, fd, message, flags);
}

ssize_t recv(int fd, void *to, size_t n, int flags)
{
	return CALL(SYS_recvfrom, fd, to, n, flags, 0);
}

int sigemptyset(sigset_t *set)
{
	memset(set, 0, sizeof(*set));
	return 0;
}

int sigfillset(sigset_t *set)
{
	memset(set, 0xff, sizeof(*set));
	return 0;
}

int sigaddset(sigset_t *set, int sig)
{
	set->__val[0] |= 1UL << (sig - 1);
	return 0;
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return (int)CALL(SYS_rt_sigprocmask, how, set, old, KERNEL_SIGSET, 0);
}

int signalfd(int fd, const sigset_t *mask, int flags)
{
	return (int)CALL(SYS_signalfd4, fd, mask, KERNEL_SIGSET, flags, 0);
}

/* For SIG_DFL and SIG_IGN: a handler would need a way back. */
int sigaction(int sig, const struct sigaction *restrict to, struct sigaction *restrict from)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask;
	} new = { 0 }, old = { 0 };

	if (to)
		new.handler = to->sa_handler;
	long r = CALL(SYS_rt_sigaction, sig, to ? &new : NULL, &old, KERNEL_SIGSET, 0);
	if (r == 0 && from) {
		memset(from, 0, sizeof(*from));
		from->sa_handler = old.handler;
	}
	return (int)r;
}

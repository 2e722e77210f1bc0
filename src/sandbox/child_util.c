/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436 /* Linux 5.9 */
#endif

int64_t child_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

size_t child_text_len(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

/* Before Linux 5.9: by number, up to the limit that was in force. */
static void close_slowly(unsigned from, unsigned to)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 65536)
		limit.rlim_cur = 65536;
	for (unsigned fd = from; fd <= to && fd < limit.rlim_cur; fd++)
		close((int)fd);
}

static void close_span(unsigned from, unsigned to)
{
	if (from <= to && syscall(SYS_close_range, from, to, 0) < 0)
		close_slowly(from, to);
}

void child_close_others(const int *keep, size_t n)
{
	unsigned from = 3;

	for (size_t i = 0; i < n; i++) {
		unsigned fd = (unsigned)keep[i];
		if (fd < from)
			continue;
		close_span(from, fd - 1);
		from = fd + 1;
	}
	close_span(from, ~0U);
}

ssize_t child_read_file(int dir_fd, const char *path, char *text, size_t size)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size_t len = 0;
	while (len < size - 1) {
		ssize_t n = read(fd, text + len, size - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	text[len] = '\0';
	return (ssize_t)len;
}

/* Records wait here until there is something that isorun must know at once:
 * each write would wake it, and on a busy machine that is a change of process. */
static char waiting[PIPE_BUF];
static size_t waiting_len;

void child_flush(int report_fd)
{
	/* Not above PIPE_BUF, so all or nothing, pipe(7); it waits while the
	 * pipe is full, and isorun's end is an EPIPE (SIGPIPE is blocked). */
	if (waiting_len)
		(void)!write(report_fd, waiting, waiting_len);
	waiting_len = 0;
}

static void append(const void *data, size_t size)
{
	const char *from = data;

	for (size_t i = 0; i < size; i++)
		waiting[waiting_len++] = from[i];
}

void child_record(int report_fd, uint32_t kind, const void *payload, size_t size,
		  const void *extra, size_t extra_size)
{
	struct sbx_record head = { .kind = kind };
	size_t room = sizeof(waiting) - sizeof(head) - size;

	if (extra_size > room)
		extra_size = room;
	head.size = (uint32_t)(size + extra_size);
	if (waiting_len + sizeof(head) + head.size > sizeof(waiting))
		child_flush(report_fd);
	append(&head, sizeof(head));
	append(payload, size);
	append(extra, extra_size);
}

int child_settle_fd(int fd, int number)
{
	if (fd < 0)
		return errno;
	if (fd == number)
		return 0;
	int code = dup3(fd, number, O_CLOEXEC) < 0 ? errno : 0;
	close(fd);
	/* fd is open: the number is above RLIMIT_NOFILE. */
	return code == EBADF ? EMFILE : code;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

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

void child_record(int report_fd, uint32_t kind, const void *payload, size_t size,
		  const void *extra, size_t extra_size)
{
	struct sbx_record head = { .kind = kind };
	size_t room = PIPE_BUF - sizeof(head) - size;

	if (extra_size > room)
		extra_size = room;
	head.size = (uint32_t)(size + extra_size);
	struct iovec iov[3] = {
		{ .iov_base = &head, .iov_len = sizeof(head) },
		{ .iov_base = (void *)(uintptr_t)payload, .iov_len = size },
		{ .iov_base = (void *)(uintptr_t)extra, .iov_len = extra_size },
	};
	/* Not above PIPE_BUF, so all or nothing, pipe(7); it waits while the
	 * pipe is full, and isorun's end is an EPIPE (SIGPIPE is blocked). */
	(void)!writev(report_fd, iov, 3);
}

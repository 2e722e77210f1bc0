/* SPDX-License-Identifier: Apache-2.0 */
#include "report/excerpt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/str.h"

static bool leads_out(const char *path)
{
	_cleanup_strv_ char **parts = NULL;

	return *path == '/' || strv_split(path, "/", &parts) < 0 || strv_has(parts, "..");
}

static int read_at(int fd, off_t offset, size_t len, char **ret, size_t *ret_len)
{
	_cleanup_free_ char *text = malloc(len + 1);
	size_t have = 0;

	if (!text)
		return -ENOMEM;
	while (have < len) {
		ssize_t n = pread(fd, text + have, len - have, offset + (off_t)have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	text[have] = '\0';
	*ret = TAKE_PTR(text);
	*ret_len = have;
	return 0;
}

int excerpt_read(const char *run_dir, const char *output, size_t head_max, size_t tail_max,
		 struct excerpt *ret)
{
	if (leads_out(output))
		return -EXDEV;

	_cleanup_close_ int dir_fd = open(run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return -errno;
	/* O_NONBLOCK: a pipe in its place must not stop the report. */
	_cleanup_close_ int fd = openat(dir_fd, output,
					O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;

	struct excerpt x = { 0 };
	uint64_t size = (uint64_t)st.st_size;
	bool whole = size <= head_max + tail_max;
	size_t head = head_max == 0 ? 0 : whole ? (size_t)size : head_max;
	size_t tail = head_max == 0 && whole ? (size_t)size : whole ? 0 : tail_max;
	int r = read_at(fd, 0, head, &x.head, &x.head_len);
	if (r == 0)
		r = read_at(fd, st.st_size - (off_t)tail, tail, &x.tail, &x.tail_len);
	if (r < 0) {
		excerpt_fini(&x);
		return r;
	}
	x.left_out_bytes = size - head - tail;
	*ret = x;
	return 0;
}

void excerpt_fini(struct excerpt *x)
{
	free(x->head);
	free(x->tail);
	*x = (struct excerpt){ 0 };
}

static bool ends_line(const char *text, size_t len, size_t i)
{
	return text[i] == '\n' || (text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n'));
}

size_t excerpt_last_lines(const char *text, size_t len, size_t max)
{
	size_t begin = len;
	size_t n = 0;

	/* The end of the last line begins no further one. */
	if (begin > 0 && ends_line(text, len, begin - 1))
		begin--;
	while (begin > 0) {
		if (ends_line(text, len, begin - 1) && ++n == max)
			return begin;
		begin--;
	}
	return 0;
}

size_t excerpt_line(const char *text, size_t len, size_t *ret_next)
{
	size_t i = 0;

	while (i < len && !ends_line(text, len, i))
		i++;
	*ret_next = i < len ? i + 1 : len;
	return i > 0 && i < len && text[i] == '\n' && text[i - 1] == '\r' ? i - 1 : i;
}

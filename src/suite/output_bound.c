/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/output_bound.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"

enum {
	GAP_LINE_MAX = 160,
	LINE_MAX_BYTES = 4096, /* a line is not cut in two where it ends so near */
	PIECE_BYTES = 256 << 10,
};

static int gap_line(const struct output_bound *b, uint64_t cut_bytes, bool after_line,
		    char ret[GAP_LINE_MAX])
{
	char limit[NUM_TEXT];
	char cut[NUM_TEXT] = "";

	num_format_size(limit, b->limit_bytes);
	if (cut_bytes)
		num_format_size(cut, cut_bytes);
	return snprintf(ret, GAP_LINE_MAX, "%s[isorun: %s%soutput left out here, limit %s]\n",
			after_line ? "" : "\n", cut, cut_bytes ? " of " : "", limit);
}

/* NFS before 4.2, vfat and others make no holes: there all behind the head goes,
 * and the tail is what is written from then on. */
static int cut_without_hole(struct output_bound *b, int fd)
{
	const uint64_t head = b->limit_bytes / 2;
	char line[GAP_LINE_MAX];
	const int len = gap_line(b, 0, false, line);

	if (ftruncate(fd, (off_t)head) < 0)
		return -errno;
	b->lost_bytes += b->seen_bytes - head;
	b->seen_bytes = head;
	return write(fd, line, (size_t)len) < 0 ? -errno : 0;
}

int output_bound_look(struct output_bound *b, int fd, uint64_t *ret_end, bool *ret_soon)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	const uint64_t size = (uint64_t)st.st_size;
	/* Some file systems never count blocks. */
	const uint64_t held = st.st_blocks ? (uint64_t)st.st_blocks * 512 : size;

	*ret_soon = size > b->seen_bytes + b->limit_bytes / 4;
	b->seen_bytes = size;
	/* Some more than the limit: a slow writer is not cut at every look. */
	*ret_end = size > b->limit_bytes && held > b->limit_bytes + b->limit_bytes / 8
		? size - b->limit_bytes / 2 : 0;
	return 0;
}

int output_bound_cut(struct output_bound *b, int fd, uint64_t end)
{
	const uint64_t head = b->limit_bytes / 2;

	/* fallocate(2), Linux 2.6.38. */
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)head,
		      (off_t)(end - head)) == 0)
		return 0;
	return errno == EOPNOTSUPP || errno == ENOSYS ? cut_without_hole(b, fd) : -errno;
}

/* The last line end of [at - LINE_MAX_BYTES, at), or `at`. */
static uint64_t head_end(int fd, uint64_t at)
{
	char text[LINE_MAX_BYTES];
	const uint64_t from = at > sizeof(text) ? at - sizeof(text) : 0;
	const ssize_t n = pread(fd, text, (size_t)(at - from), (off_t)from);
	const char *end = n > 0 ? memrchr(text, '\n', (size_t)n) : NULL;

	return end ? from + (uint64_t)(end - text) + 1 : at;
}

/* The first beginning of a line of [at, at + LINE_MAX_BYTES), or `at`. */
static uint64_t tail_begin(int fd, uint64_t at, uint64_t size)
{
	char text[LINE_MAX_BYTES];
	const ssize_t n = pread(fd, text, sizeof(text), (off_t)at);
	const char *end = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;
	const uint64_t begin = end ? at + (uint64_t)(end - text) + 1 : at;

	return begin < size ? begin : at;
}

/* Moves [from, end of file) down to `to`; *to is then its end. */
static int move_down(int fd, uint64_t from, uint64_t *to)
{
	_cleanup_free_ char *piece = malloc(PIECE_BYTES);
	ssize_t n;

	if (!piece)
		return -ENOMEM;
	while ((n = pread(fd, piece, PIECE_BYTES, (off_t)from)) > 0) {
		for (ssize_t done = 0, w; done < n; done += w) {
			w = pwrite(fd, piece + done, (size_t)(n - done), (off_t)*to);
			if (w < 0)
				return -errno;
			*to += (uint64_t)w;
		}
		from += (uint64_t)n;
	}
	return n < 0 ? -errno : 0;
}

int output_bound_finish(struct output_bound *b, int fd, uint64_t *ret_cut_bytes)
{
	struct stat st;
	char line[GAP_LINE_MAX];

	if (fstat(fd, &st) < 0)
		return -errno;
	const uint64_t size = (uint64_t)st.st_size;
	if (size <= b->limit_bytes) {
		*ret_cut_bytes = b->lost_bytes;
		/* What was set aside behind its end, by fallocate(2), goes back. */
		return (uint64_t)st.st_blocks * 512 > b->limit_bytes &&
			       ftruncate(fd, st.st_size) < 0 ? -errno : 0;
	}
	/* What is kept was never in the hole: a little less than half each. */
	const uint64_t half = b->limit_bytes / 2 - GAP_LINE_MAX;
	const uint64_t head = head_end(fd, half);
	const uint64_t tail = tail_begin(fd, size - half, size);
	const uint64_t cut = b->lost_bytes + (tail - head);
	const int len = gap_line(b, cut, head < half, line);
	uint64_t end = head + (uint64_t)len;

	if (pwrite(fd, line, (size_t)len, (off_t)head) != len)
		return errno ? -errno : -EIO;
	int r = move_down(fd, tail, &end);
	if (r < 0)
		return r;
	if (ftruncate(fd, (off_t)end) < 0)
		return -errno;
	*ret_cut_bytes = cut;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

static int copy_range(int from, int to, off_t at, off_t end)
{
	char piece[1 << 16];

	if (lseek(to, at, SEEK_SET) < 0)
		return -errno;
	while (at < end) {
		const off_t left = end - at;
		ssize_t n = pread(from, piece,
				  left < (off_t)sizeof(piece) ? (size_t)left : sizeof(piece), at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		int r = fs_write_all(to, piece, (size_t)n);
		if (r < 0)
			return r;
		at += n;
	}
	return 0;
}

int fs_copy_data(int from, int to)
{
	struct stat st;
	off_t end = 0;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	if (fstat(from, &st) < 0)
		return -errno;
	while (end < st.st_size) {
		off_t data = lseek(from, end, SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			break; /* the rest is a hole */
		/* EINVAL: a file system that does not know its holes. */
		off_t hole = data < 0 ? -1 : lseek(from, data, SEEK_HOLE);
		if (hole < 0) {
			data = end;
			hole = st.st_size;
		}
		int r = copy_range(from, to, data, hole);
		if (r < 0)
			return r;
		end = hole;
	}
	return ftruncate(to, st.st_size) < 0 ? -errno : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* base/fs.h - small files read and written whole, directories made and removed. */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All return 0 or -errno; dir_fd may be AT_FDCWD. */

/* The whole file, NUL-terminated; the caller frees.  -EFBIG above max bytes. */
int fs_read_at(int dir_fd, const char *path, size_t max, char **ret_text, size_t *ret_len);
#define fs_read(path, max, ret, len) fs_read_at(AT_FDCWD, path, max, ret, len)

/* One short file into the caller's buffer, NUL-terminated, trailing newline
 * cut: for cgroup and /proc files.  Returns the length or -errno; -EFBIG when
 * it does not fit, rather than half of it. */
ssize_t fs_read_small_at(int dir_fd, const char *path, char *text, size_t size);
int fs_read_u64_at(int dir_fd, const char *path, uint64_t *ret); /* "max" gives UINT64_MAX */

/* A descriptor of what lies below the directory: neither a link nor ".." leads
 * out, or anywhere, on the way or at its end.  Linux 5.6, openat2(2); before
 * that part by part. */
int fs_open_beneath(int dir_fd, const char *path, int flags);

/* An existing file, one write(2), not truncated: for kernel files. */
int fs_write_at(int dir_fd, const char *path, const char *text);

/* A new file in place of the old one: written beside it, then renamed. */
int fs_replace_at(int dir_fd, const char *path, const void *data, size_t len, mode_t mode);

int fs_mkdirs(const char *path, mode_t mode);   /* as mkdir -p */

/* As rm -rf, at any depth; what is not there is no error.  Never follows a link
 * and never enters a mount: those stay, with -EBUSY, and all else goes. */
int fs_remove_tree_at(int dir_fd, const char *path);

bool fs_is_mount_point(const char *path); /* false too where it cannot be told: before Linux 5.8 */

/* The bytes of a regular file into an empty one: shared by reflink where the file
 * system can, and holes stay holes.  0 or -errno. */
int fs_copy_data(int from, int to);

/* A descriptor of a file in memory (memfd_create(2)), close-on-exec; `program`
 * is one to be executed, and not to be changed by anybody.  Or -errno. */
int fs_memory_file(const char *name, bool program, const void *data, size_t len);

int fs_write_all(int fd, const void *data, size_t len); /* loops over short writes and EINTR */

#endif

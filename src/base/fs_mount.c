/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As a raw call: musl has no statx(2) before 1.2.4. */
bool fs_is_mount_point(const char *path)
{
	struct statx stx;

	/* Linux 5.8; an older kernel does not set the bit in the mask. */
	return syscall(SYS_statx, AT_FDCWD, path, AT_NO_AUTOMOUNT, 0, &stx) == 0 &&
	       (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

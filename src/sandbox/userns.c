/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/userns.h"

#include <fcntl.h>

#include "base/cleanup.h"
#include "base/fs.h"

/* namespaces(7); the second is Debian's, the third Ubuntu's (23.10 and later):
 * there the namespace is made, but has no capabilities, so that it fails when
 * its ids are to be mapped. */
static const struct userns_bar bars[] = {
	{ "user/max_user_namespaces", 0, "user.max_user_namespaces is 0",
	  "as root: sysctl user.max_user_namespaces=10000" },
	{ "kernel/unprivileged_userns_clone", 0, "kernel.unprivileged_userns_clone is 0",
	  "as root: sysctl kernel.unprivileged_userns_clone=1" },
	{ "kernel/apparmor_restrict_unprivileged_userns", 1,
	  "AppArmor restricts user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1)",
	  "install isorun's AppArmor profile (make install APPARMOR=yes), or as root: "
	  "sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
};

const struct userns_bar *userns_bar_find(const char *sysctl_dir)
{
	_cleanup_close_ int dir_fd = open(sysctl_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; dir_fd >= 0 && i < ARRAY_SIZE(bars); i++) {
		uint64_t value;
		if (fs_read_u64_at(dir_fd, bars[i].file, &value) == 0 && value == bars[i].value)
			return &bars[i];
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/out.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/str.h"

int out_open(const char *what, const char *path, int *ret_fd, struct iso_err *err)
{
	int fd = str_eq(path, "-")
			 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
			 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);

	if (fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "%s '%s'", what, path);
	*ret_fd = fd;
	return 0;
}

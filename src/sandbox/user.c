/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sandbox.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { GROUPS_MAX = 256 };

int sbx_resolve_user(struct spec *spec, struct iso_err *err)
{
	if (!spec->user || isdigit((unsigned char)spec->user[0]))
		return 0;
	errno = 0;
	const struct passwd *pw = getpwnam(spec->user);
	if (!pw)
		return iso_err_set(err, ISO_ERR_USAGE, errno, "user '%s' is not known on this host",
				   spec->user);
	gid_t groups[GROUPS_MAX];
	int n = GROUPS_MAX;
	if (getgrouplist(spec->user, pw->pw_gid, groups, &n) < 0)
		return iso_err_set(err, ISO_ERR_HOST, 0, "user '%s' is in more than %d groups",
				   spec->user, GROUPS_MAX);
	_cleanup_buf_ struct buf text = BUF_INIT;
	buf_addf(&text, "%u:%u", pw->pw_uid, pw->pw_gid);
	for (int i = 0; i < n; i++)
		buf_addf(&text, "%c%u", i ? ',' : ':', groups[i]);
	char *user;
	int r = buf_finish(&text, &user);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "user '%s'", spec->user);
	free(spec->user);
	spec->user = user;
	return 0;
}

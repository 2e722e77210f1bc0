/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_prepare.h"

#include "base/str.h"
#include "cli/host_dirs.h"

int host_prepare(const char *runtime_dir, const char *profile, const char *policy,
		 struct prepared *ret, struct iso_err *err)
{
	_cleanup_strv_ char **dirs = NULL;
	int r;

	if (!profile)
		profile = HOST_DEFAULT_PROFILE;
	if (prepared_load(runtime_dir, profile, policy, ret) == 0)
		return 0;
	r = host_profile_dirs(&dirs, err);
	return r < 0 ? r : prepared_make(runtime_dir, profile, policy, dirs, ret, err);
}

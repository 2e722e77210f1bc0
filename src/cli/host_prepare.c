/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_prepare.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/host_dirs.h"
#include "cli/scope.h"

/* "what was tried, and why there is no scope; cure: what mends it". */
static int add_reason(struct cg_place *place, const char *reason)
{
	static const char mark[] = "; cure: ";
	const char *old = place->why_none ? place->why_none : "no group that we may write to";
	const char *cure = strstr(old, mark);
	_cleanup_buf_ struct buf b = BUF_INIT;
	char *text;

	buf_add(&b, old, cure ? (size_t)(cure - old) : strlen(old));
	buf_addf(&b, ", %s%s", reason, cure ? cure : "");
	int r = buf_finish(&b, &text);
	if (r < 0)
		return r;
	free(place->why_none);
	place->why_none = text;
	return 0;
}

/* Found again in the scope, and not kept: its name is this process's. */
static int move_to_scope(const struct prepare_wish *wish, struct prepared *ret,
			 struct iso_err *err)
{
	_cleanup_strv_ char **dirs = NULL;
	struct iso_err why = ISO_ERR_INIT;
	struct prepared there = { 0 };

	if (scope_enter(&why) < 0)
		return add_reason(&ret->place, why.text);
	int r = host_profile_dirs(&dirs, err);
	if (r == 0)
		r = prepared_make(NULL, wish, dirs, &there, err);
	if (r < 0)
		return r;
	prepared_fini(ret);
	*ret = there;
	return 0;
}

int host_prepare(const char *runtime_dir, const char *profile, const char *policy,
		 struct prepared *ret, struct iso_err *err)
{
	_cleanup_free_ char *searched = NULL;
	_cleanup_strv_ char **dirs = NULL;
	int r = host_profiles_searched(&searched, err);

	if (r < 0)
		return r;
	const struct prepare_wish wish = {
		.profile = profile ? profile : HOST_DEFAULT_PROFILE,
		.policy = policy,
		.searched = searched,
	};
	r = prepared_load(runtime_dir, &wish, ret);
	if (r < 0)
		r = host_profile_dirs(&dirs, err);
	if (r == 0 && dirs)
		r = prepared_make(runtime_dir, &wish, dirs, ret, err);
	if (r == 0 && scope_is_wanted(&ret->place))
		r = move_to_scope(&wish, ret, err);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"

char *path_join(const char *dir, const char *name)
{
	char *joined = NULL;
	if (name[0] == '/' || dir[0] == '\0')
		return strdup(name);
	const char *slash = str_ends(dir, "/") ? "" : "/";
	if (asprintf(&joined, "%s%s%s", dir, slash, name) < 0)
		return NULL;
	return joined;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

char *path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return strdup(".");
	size_t n = (size_t)(slash - path);
	while (n > 0 && path[n - 1] == '/')
		n--;
	return n > 0 ? strndup(path, n) : strdup("/");
}

bool path_is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);
	if (strncmp(path, dir, n) != 0)
		return false;
	return path[n] == '\0' || path[n] == '/' || (n > 0 && dir[n - 1] == '/');
}

/* Drops the last component of the `len` bytes of a clean path in `out`.
 * False where ".." must stay: at the start of a relative path and behind
 * another "..". */
static bool drop_last(const char *out, size_t *len, bool absolute)
{
	size_t start = *len;
	while (start > absolute && out[start - 1] != '/')
		start--;
	size_t n = *len - start;
	if (n == 0)
		return absolute;
	if (n == 2 && memcmp(out + start, "..", 2) == 0)
		return false;
	*len = start > absolute ? start - 1 : start;
	return true;
}

char *path_clean(const char *path)
{
	bool absolute = path[0] == '/';
	/* Never longer than the input, save "." for "". */
	char *out = malloc(strlen(path) + 2);
	if (!out)
		return NULL;
	size_t len = 0;
	if (absolute)
		out[len++] = '/';
	for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
		size_t n = strcspn(path, "/");
		bool dot = n == 1 && path[0] == '.';
		bool dots = n == 2 && path[0] == '.' && path[1] == '.';
		if (!dot && !(dots && drop_last(out, &len, absolute))) {
			if (len > absolute)
				out[len++] = '/';
			memcpy(out + len, path, n);
			len += n;
		}
		path += n;
	}
	if (len == 0)
		out[len++] = '.';
	out[len] = '\0';
	return out;
}

int path_absolute(const char *path, char **ret)
{
	_cleanup_free_ char *joined = NULL;
	if (path[0] != '/') {
		_cleanup_free_ char *cwd = getcwd(NULL, 0);
		if (!cwd)
			return -errno;
		joined = path_join(cwd, path);
		if (!joined)
			return -ENOMEM;
	}
	char *clean = path_clean(joined ? joined : path);
	if (!clean)
		return -ENOMEM;
	*ret = clean;
	return 0;
}

int path_real(const char *path, char **ret)
{
	char *real = realpath(path, NULL);
	if (!real)
		return -errno;
	*ret = real;
	return 0;
}

int path_candidates(const char *name, const char *path_env, char ***ret)
{
	_cleanup_strv_ char **list = NULL;
	int r = 0;
	/* The empty name is looked for nowhere: execve(2) says ENOENT. */
	if (!name[0] || strchr(name, '/')) {
		r = strv_add(&list, name);
	} else {
		/* Where PATH is not set the C library looks here, execvp(3). */
		const char *dir = path_env ? path_env : "/bin:/usr/bin";
		for (bool more = true; more && r == 0;) {
			size_t n = strcspn(dir, ":");
			/* An empty piece is the working directory. */
			r = n > 0 ? strv_addf(&list, "%.*s/%s", (int)n, dir, name)
				  : strv_addf(&list, "./%s", name);
			more = dir[n] == ':';
			dir += n + more;
		}
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(list);
	return 0;
}

/* One part against one part, neither of them terminated. */
static bool part_matches(const char *glob, size_t glob_len, const char *path, size_t path_len)
{
	_cleanup_free_ char *pattern = strndup(glob, glob_len);
	_cleanup_free_ char *name = strndup(path, path_len);

	return pattern && name && fnmatch(pattern, name, 0) == 0;
}

static bool parts_match(const char *glob, const char *path)
{
	for (;;) {
		size_t g = strcspn(glob, "/");
		size_t p = strcspn(path, "/");
		if (g == 2 && strncmp(glob, "**", 2) == 0) {
			if (!glob[g])
				return true;
			for (const char *at = path; at; at = strchr(at, '/')) {
				at += *at == '/';
				if (parts_match(glob + g + 1, at))
					return true;
			}
			return false;
		}
		if (!part_matches(glob, g, path, p))
			return false;
		if (!glob[g] || !path[p])
			return !glob[g] && !path[p];
		glob += g + 1;
		path += p + 1;
	}
}

bool path_matches(const char *glob, const char *path)
{
	if (!strchr(glob, '/'))
		return fnmatch(glob, path_base(path), 0) == 0;
	return parts_match(glob + (*glob == '/'), path);
}

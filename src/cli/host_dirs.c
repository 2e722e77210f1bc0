/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_dirs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"

static int no_memory(struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "find the directories of isorun");
}

/* A variable that is empty or relative counts as not set, as the XDG base
 * directory specification says. */
static const char *absolute_env(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] == '/' ? value : NULL;
}

static int format(char **ret, struct iso_err *err, const char *dir, const char *below)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s%s", dir, below);
	return buf_finish(&b, ret) < 0 ? no_memory(err) : 0;
}

/* What stands in a directory that another user can write could be theirs: the
 * ledger of one user must not be steered by another. */
static int require_own(const char *dir, struct iso_err *err)
{
	_cleanup_close_ int fd = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "open '%s'", dir);
	if (st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	iso_err_set(err, ISO_ERR_HOST, EPERM, "use '%s', which %s", dir,
		    st.st_uid == geteuid() ? "others may write" : "belongs to another user");
	return iso_err_hint(err, "set XDG_RUNTIME_DIR to a directory of your own");
}

bool host_is_nested(void)
{
	return str_eq(getenv("ISORUN"), "1");
}

int host_runtime_dir(char **ret, struct iso_err *err)
{
	const char *xdg = absolute_env("XDG_RUNTIME_DIR");
	_cleanup_free_ char *dir = NULL;
	struct buf b = BUF_INIT;
	int r;

	if (geteuid() == 0)
		buf_adds(&b, "/run/isorun");
	else if (xdg)
		buf_addf(&b, "%s/isorun", xdg);
	else
		buf_addf(&b, "/tmp/isorun-%u", (unsigned)geteuid());
	if (buf_finish(&b, &dir) < 0)
		return no_memory(err);

	/* mkdir first: the usual case is one call that says EEXIST. */
	if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		iso_err_set(err, ISO_ERR_HOST, errno, "make '%s'", dir);
		return iso_err_hint(err, "set XDG_RUNTIME_DIR to a directory of your own");
	}
	r = require_own(dir, err);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(dir);
	return 0;
}

int host_state_dir(char **ret, struct iso_err *err)
{
	const char *own = getenv("ISORUN_STATE_DIR");
	const char *xdg = absolute_env("XDG_STATE_HOME");
	const char *home = absolute_env("HOME");
	_cleanup_free_ char *dir = NULL;
	int r;

	if (own && *own) {
		if (path_absolute(own, &dir) < 0)
			return no_memory(err);
	} else if (xdg || home) {
		r = format(&dir, err, xdg ? xdg : home, xdg ? "/isorun" : "/.local/state/isorun");
		if (r < 0)
			return r;
	} else {
		iso_err_set(err, ISO_ERR_HOST, 0, "no place for history and runs: HOME is not set");
		return iso_err_hint(err, "set ISORUN_STATE_DIR");
	}
	r = fs_mkdirs(dir, 0700);
	if (r < 0) {
		iso_err_set(err, ISO_ERR_HOST, r, "make '%s'", dir);
		return iso_err_hint(err, "set ISORUN_STATE_DIR to a directory you may write");
	}
	*ret = TAKE_PTR(dir);
	return 0;
}

int host_scratch_dir(char **ret, struct iso_err *err)
{
	_cleanup_free_ char *state = NULL;
	int r = host_state_dir(&state, err);

	if (r == 0 && !(*ret = path_join(state, "scratch")))
		r = no_memory(err);
	return r;
}

static int self_dir(char **ret, struct iso_err *err)
{
	_cleanup_free_ char *exe = NULL;
	int r = path_real("/proc/self/exe", &exe);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read '/proc/self/exe'");
	*ret = path_dir(exe);
	return *ret ? 0 : no_memory(err);
}

static int add_clean(char ***dirs, const char *base, const char *below)
{
	_cleanup_free_ char *joined = path_join(base, below);
	_cleanup_free_ char *clean = joined ? path_clean(joined) : NULL;

	return clean ? strv_add(dirs, clean) : -ENOMEM;
}

/* Installed, the program is in bin/ or libexec/isorun/ below the same prefix as share/; in the
 * build tree, in build/ or build/VARIANT/. */
static int add_beside(const char *installed, const char *built, char ***dirs, struct iso_err *err)
{
	const char *const ways[][2] = {
		{ "../share/isorun", installed },
		{ "../../share/isorun", installed },
		{ "..", built },
		{ "../..", built },
	};
	_cleanup_free_ char *self = NULL;
	int r = self_dir(&self, err);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(ways); i++) {
		_cleanup_free_ char *dir = path_join(self, ways[i][0]);

		if (!dir || add_clean(dirs, dir, ways[i][1]) < 0)
			return no_memory(err);
	}
	return r;
}

int host_python_dirs(char ***ret, struct iso_err *err)
{
	_cleanup_strv_ char **dirs = NULL;
	int r = add_beside("python", "contrib/pytest", &dirs, err);

	if (r == 0 && strv_add(&dirs, ISORUN_DATADIR "/python") < 0)
		r = no_memory(err);
	if (r == 0)
		*ret = TAKE_PTR(dirs);
	return r;
}

int host_profile_dirs(char ***ret, struct iso_err *err)
{
	const char *config = absolute_env("XDG_CONFIG_HOME");
	const char *home = absolute_env("HOME");
	_cleanup_strv_ char **dirs = NULL;
	int bad = 0;

	if (config)
		bad |= add_clean(&dirs, config, "isorun/profiles");
	else if (home)
		bad |= add_clean(&dirs, home, ".config/isorun/profiles");
	bad |= strv_add(&dirs, "/etc/isorun/profiles");
	if (bad)
		return no_memory(err);
	int r = add_beside("profiles", "profiles", &dirs, err);
	if (r < 0)
		return r;
	bad |= strv_add(&dirs, ISORUN_DATADIR "/profiles");
	if (bad)
		return no_memory(err);
	*ret = TAKE_PTR(dirs);
	return 0;
}

/* Installed the two programs stand in two directories of one prefix. */
static size_t prefix_len(const char *exe)
{
	static const char *const below[] = { "/bin", "/libexec/isorun" };
	const char *slash = strrchr(exe, '/');
	const size_t len = slash ? (size_t)(slash - exe) : 0;

	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		const size_t n = strlen(below[i]);
		if (len >= n && strncmp(exe + len - n, below[i], n) == 0)
			return len - n;
	}
	return len;
}

int host_profiles_searched(char **ret, struct iso_err *err)
{
	const char *config = absolute_env("XDG_CONFIG_HOME");
	const char *home = absolute_env("HOME");
	char exe[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	struct buf b = BUF_INIT;

	if (n < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "read '/proc/self/exe'");
	exe[n] = '\0';
	buf_add(&b, exe, prefix_len(exe));
	if (config)
		buf_addf(&b, ":%s", config);
	else if (home)
		buf_addf(&b, ":%s/.config", home);
	return buf_finish(&b, ret) < 0 ? no_memory(err) : 0;
}

int host_full_program(char **ret, struct iso_err *err)
{
	static const char *const places[] = {
		"/isorun-full",
		"/../libexec/isorun/isorun-full",
	};
	_cleanup_free_ char *self = NULL;
	_cleanup_free_ char *path = NULL;
	int r = self_dir(&self, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		free(TAKE_PTR(path));
		r = format(&path, err, self, places[i]);
		if (r < 0)
			return r;
		if (access(path, X_OK) == 0) {
			*ret = TAKE_PTR(path);
			return 0;
		}
	}
	*ret = strdup(ISORUN_LIBEXECDIR "/isorun-full");
	return *ret ? 0 : no_memory(err);
}

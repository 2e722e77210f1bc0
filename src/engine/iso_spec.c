/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/iso_spec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"

pthread_mutex_t iso_libraries = PTHREAD_MUTEX_INITIALIZER;

static int no_memory(struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "sandbox");
}

static void kit_drop(struct iso_kit *kit)
{
	if (!kit || atomic_fetch_sub(&kit->users, 1) > 1)
		return;
	prepared_fini(&kit->prepared);
	free(kit);
}

struct iso_spec *iso_spec_new(void)
{
	struct iso_spec *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	for (size_t i = 0; i < ISO_N_STDIO; i++)
		s->stdio[i] = -1;
	if (spec_init(&s->spec) < 0 || iso_spec_runtime_dir(s, NULL) < 0) {
		iso_spec_free(s);
		return NULL;
	}
	return s;
}

void iso_spec_free(struct iso_spec *s)
{
	if (!s)
		return;
	kit_drop(s->kit);
	spec_fini(&s->spec);
	free(s->runtime_dir);
	strv_free(s->profile_dirs);
	free(s->cwd);
	free(s->workspace);
	strv_free(s->env);
	free(s);
}

static int set_path(char **at, const char *path)
{
	char *absolute = NULL;
	int r = path ? path_absolute(path, &absolute) : 0;

	if (r < 0)
		return r;
	free(*at);
	*at = absolute;
	return 0;
}

static int set_list(char ***at, char *const *list)
{
	char **copy = NULL;
	int r = strv_copy(list, &copy);

	if (r < 0)
		return r;
	strv_free(*at);
	*at = copy;
	return 0;
}

int iso_spec_runtime_dir(struct iso_spec *s, const char *dir)
{
	_cleanup_buf_ struct buf own = BUF_INIT;

	if (geteuid() == 0)
		buf_adds(&own, "/run/isorun");
	else
		buf_addf(&own, "/tmp/isorun-%u", (unsigned)geteuid());
	return own.error ? own.error : set_path(&s->runtime_dir, dir ? dir : buf_str(&own));
}

int iso_spec_profile_dirs(struct iso_spec *s, char *const *dirs)
{
	return set_list(&s->profile_dirs, dirs);
}

int iso_spec_cwd(struct iso_spec *s, const char *dir)
{
	return set_path(&s->cwd, dir);
}

int iso_spec_workspace(struct iso_spec *s, const char *dir)
{
	return set_path(&s->workspace, dir);
}

int iso_spec_env(struct iso_spec *s, char *const *env)
{
	return set_list(&s->env, env);
}

void iso_spec_stdio(struct iso_spec *s, int in_fd, int out_fd, int err_fd)
{
	s->stdio[0] = in_fd;
	s->stdio[1] = out_fd;
	s->stdio[2] = err_fd;
}

void iso_spec_budget(struct iso_spec *s, uint64_t bytes)
{
	s->budget_bytes = bytes;
}

void iso_spec_fork_hooks(struct iso_spec *s, void (*prepare)(void), void (*parent)(void),
			 void (*child)(void))
{
	s->before_fork = prepare;
	s->in_parent = parent;
	s->in_child = child;
}

int iso_spec_flags(struct iso_spec *s, unsigned flags)
{
	if (flags & ~(unsigned)(ISO_STRICT | ISO_NEW_SESSION | ISO_NOWAIT |
				ISO_CLOSE_FDS))
		return -EINVAL;
	s->flags = flags;
	return 0;
}

/* The programs' cache is not ours: a name means another file to them, who look
 * into the user's own directories first.  With directories that only the host
 * program knows of there is no name to keep the bytes under. */
static int prepare(const struct iso_spec *s, const char *profile, const char *policy,
		   struct prepared *ret, struct iso_err *err)
{
	static char *const installed[] = {
		(char *)"/etc/isorun/profiles", (char *)ISORUN_DATADIR "/profiles", NULL,
	};
	const struct prepare_wish wish = { profile, policy, ISORUN_DATADIR };
	_cleanup_free_ char *cache = NULL;

	if (!s->profile_dirs) {
		cache = path_join(s->runtime_dir, "library");
		if (!cache)
			return no_memory(err);
		(void)fs_mkdirs(cache, 0700); /* without it nothing is kept */
		if (prepared_load(cache, &wish, ret) == 0)
			return 0;
	}
	pthread_mutex_lock(&iso_libraries);
	int r = prepared_make(cache, &wish,
			      s->profile_dirs ? s->profile_dirs : installed, ret, err);
	pthread_mutex_unlock(&iso_libraries);
	return r;
}

static int kit_make(const struct iso_spec *s, const char *profile, const char *policy,
		    struct iso_kit **ret, struct iso_err *err)
{
	struct iso_kit *kit = calloc(1, sizeof(*kit));

	if (!kit)
		return no_memory(err);
	atomic_init(&kit->users, 1);
	int r = prepare(s, profile, policy, &kit->prepared, err);
	if (r < 0)
		free(kit);
	else
		*ret = kit;
	return r;
}

int iso_spec_profile(struct iso_spec *s, const char *name_or_file, struct iso_err *err)
{
	struct iso_kit *kit;
	int r = kit_make(s, name_or_file ? name_or_file : "default", NULL, &kit, err);

	if (r < 0)
		return r;
	spec_fini(&s->spec);
	s->spec = kit->prepared.spec;
	s->spec.seccomp_log = false; /* iso_result has no place for it */
	s->spec.tty = false;         /* the host program's own is nobody's to take */
	kit->prepared.spec = (struct spec){ 0 };
	kit_drop(s->kit);
	s->kit = kit;
	return 0;
}

/* The policy has to be compiled: all that the profile had comes anew, with it. */
static int take_policy(struct iso_spec *s, const char *old, struct iso_err *err)
{
	struct spec *spec = &s->spec;
	struct iso_kit *kit;

	if (!s->kit || str_eq(spec->seccomp, "off") || str_eq(spec->seccomp, spec->filter_of))
		return 0;
	int r = kit_make(s, spec->profile, spec->seccomp, &kit, err);
	if (r < 0) {
		/* What was set is refused as a whole. */
		(void)spec_set(spec, "process", "seccomp", old, "iso_spec_set", NULL);
		return r;
	}
	spec->filter_of = kit->prepared.policy;
	spec->filter = kit->prepared.bpf;
	spec->filter_bytes = kit->prepared.bpf_bytes;
	kit_drop(s->kit);
	s->kit = kit;
	return 0;
}

int iso_spec_set(struct iso_spec *s, const char *section, const char *key, const char *value,
		 struct iso_err *err)
{
	/* Without a key spec_set checks the section only. */
	if (!section || !key || !value)
		return iso_err_set(err, ISO_ERR_USAGE, EINVAL, "iso_spec_set");
	if (str_eq(section, "process") && str_eq(key, "seccomp-log"))
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "iso_spec_set: seccomp-log: only the programs tell of refusals");
	if (str_eq(section, "process") && str_eq(key, "tty"))
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "iso_spec_set: tty: only the programs give a terminal");
	if (str_eq(section, "limits") && str_eq(key, "tokens"))
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "iso_spec_set: tokens: only the programs hand them out");
	_cleanup_free_ char *policy = strdup(s->spec.seccomp);
	if (!policy)
		return no_memory(err);
	int r = spec_set(&s->spec, section, key, value, "iso_spec_set", err);
	return r < 0 ? r : take_policy(s, policy, err);
}

static int copy_path(const char *from, char **ret)
{
	*ret = from ? strdup(from) : NULL;
	return from && !*ret ? -ENOMEM : 0;
}

int iso_spec_clone(const struct iso_spec *from, struct iso_spec **ret)
{
	struct iso_spec *s = calloc(1, sizeof(*s));
	int bad = 0;

	if (!s)
		return -ENOMEM;
	s->kit = from->kit;
	atomic_fetch_add(&s->kit->users, 1);
	s->budget_bytes = from->budget_bytes;
	s->flags = from->flags;
	iso_spec_fork_hooks(s, from->before_fork, from->in_parent, from->in_child);
	bad |= spec_copy(&from->spec, &s->spec);
	bad |= copy_path(from->runtime_dir, &s->runtime_dir);
	bad |= copy_path(from->cwd, &s->cwd);
	bad |= copy_path(from->workspace, &s->workspace);
	bad |= strv_copy(from->env, &s->env);
	int code = bad ? -ENOMEM : 0;
	for (size_t i = 0; i < ISO_N_STDIO; i++) {
		s->stdio[i] = -1;
		if (from->stdio[i] < 0 || code < 0)
			continue;
		s->stdio[i] = fcntl(from->stdio[i], F_DUPFD_CLOEXEC, ISO_N_STDIO);
		if (s->stdio[i] < 0)
			code = -errno;
	}
	*ret = s;
	return code;
}

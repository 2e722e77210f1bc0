/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/profile.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/conf.h"
#include "base/path.h"
#include "base/str.h"

static const char suffix[] = ".ini";

enum { DEPTH_MAX = 16 }; /* of inheritance: far above any use, far below the stack */

/* One file of the chain from the profile asked for to the one it starts from.
 * Its entries wait here until all that it inherits is in the spec, wherever
 * `inherit` stands in the file. */
struct level {
	const struct level *child; /* who inherits this one; NULL: the one asked for */
	unsigned depth;
	const char *name;          /* as written */
	char *path;
	size_t dir;                /* index of its directory in dirs; SIZE_MAX: named as a file */
	char *barred;              /* the first place that may not be looked at; NULL: none */
	struct arena *arena;
	struct entry *first, *last;
	const char *parent;        /* `inherit`; NULL: none */
	const char *parent_where;
};

struct entry {
	struct entry *next;
	const char *section;
	const char *key; /* NULL: the section's header */
	const char *value;
	const char *where;
};

static int no_memory(const char *name, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "load profile '%s'", name);
}

static bool is_file_name(const char *name)
{
	return strchr(name, '/') || str_ends(name, suffix);
}

static const char *name_at(size_t i, const void *names)
{
	return ((char *const *)names)[i];
}

/* `where` is "" for the profile that the caller asked for. */
static int refuse_name(const char *where, const char *name, char *const *dirs, struct iso_err *err)
{
	_cleanup_strv_ char **names = NULL;

	if (profile_list(dirs, &names, NULL) == -ENOMEM)
		return no_memory(name, err);
	const char *near = str_nearest(name, strv_len(names), name_at, names);
	iso_err_set(err, ISO_ERR_USAGE, 0, "%s%sprofile '%s': there is no such profile", where,
		    *where ? ": " : "", name);
	if (near)
		iso_err_hint(err, "did you mean '%s'?", near);
	else
		iso_err_hint(err, "`isorun profile` lists those that there are");
	return -EINVAL;
}

/* Looks in dirs from `from` on.  Sets l->path and l->dir; 1 when found, 0 when not. */
static int search(struct level *l, char *const *dirs, size_t from)
{
	for (size_t i = from; i < strv_len(dirs); i++) {
		_cleanup_free_ char *path = NULL;
		_cleanup_free_ char *file = NULL;
		struct buf b = BUF_INIT;
		buf_addf(&b, "%s%s", l->name, suffix);
		if (buf_finish(&b, &file) < 0 || !(path = path_join(dirs[i], file)))
			return -ENOMEM;
		/* One that exists and cannot be read is an error later, not a
		 * reason to take another of the same name. */
		if (access(path, F_OK) == 0) {
			l->path = TAKE_PTR(path);
			l->dir = i;
			return 1;
		}
		if (errno == EACCES && !l->barred)
			l->barred = TAKE_PTR(path);
	}
	return 0;
}

/* The file that a level's name stands for; relative names of files are seen
 * from the file that inherits them. */
static int locate(struct level *l, char *const *dirs, struct iso_err *err)
{
	const struct level *child = l->child;
	const char *where = child ? child->parent_where : "";

	l->dir = SIZE_MAX;
	if (is_file_name(l->name)) {
		_cleanup_free_ char *base = child ? path_dir(child->path) : NULL;
		if (child && base)
			l->path = path_join(base, l->name);
		else if (!child)
			l->path = strdup(l->name);
		return l->path ? 0 : no_memory(l->name, err);
	}
	/* A profile that inherits its own name means the next one of that name:
	 * that is how a user's `default` adds to the installed one. */
	const bool own_name = child && child->dir != SIZE_MAX && str_eq(child->name, l->name);
	const int r = search(l, dirs, own_name ? child->dir + 1 : 0);
	if (r < 0)
		return no_memory(l->name, err);
	/* One that is found elsewhere will do: HOME may be another user's. */
	if (!r && l->barred) {
		iso_err_set(err, ISO_ERR_USAGE, EACCES, "read '%s'", l->barred);
		return iso_err_hint(err, "chmod a+rX its directory and those above it");
	}
	if (!r && own_name)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "%s: inherit '%s': no later directory has that profile",
				   where, l->name);
	return r ? 0 : refuse_name(where, l->name, dirs, err);
}

/* "a -> b -> a", the profile asked for first. */
static void add_chain(struct buf *b, const struct level *l)
{
	if (l->child) {
		add_chain(b, l->child);
		buf_adds(b, " -> ");
	}
	buf_adds(b, l->name);
}

static int check_chain(const struct level *l, struct iso_err *err)
{
	bool circle = false;

	for (const struct level *c = l->child; c && !circle; c = c->child)
		circle = str_eq(c->path, l->path);
	if (!circle && l->depth < DEPTH_MAX)
		return 0;

	_cleanup_buf_ struct buf b = BUF_INIT;
	add_chain(&b, l);
	return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: inherit '%s': %s: %s",
			   l->child->parent_where, l->name,
			   circle ? "goes in a circle" : "too many profiles in a row",
			   buf_str(&b));
}

static int take_inherit(struct level *l, const char *value, const char *where, struct iso_err *err)
{
	if (l->parent)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "%s: inherit '%s': the profile inherits '%s' already", where,
				   value, l->parent);
	if (!*value)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: inherit: the name is missing",
				   where);
	l->parent = arena_strdup(l->arena, value);
	l->parent_where = arena_strdup(l->arena, where);
	return l->parent && l->parent_where ? 0 : no_memory(l->name, err);
}

static int take_entry(const char *section, const char *key, const char *value, const char *where,
		      void *arg, struct iso_err *err)
{
	struct level *l = arg;

	if (!*section)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "%s: key '%s': stands before the first [section]", where, key);
	if (str_eq(section, "profile") && str_eq(key, "inherit"))
		return take_inherit(l, value, where, err);

	struct entry *e = arena_alloc(l->arena, sizeof(*e));
	if (!e)
		return no_memory(l->name, err);
	e->section = arena_strdup(l->arena, section);
	e->key = key ? arena_strdup(l->arena, key) : NULL;
	e->value = value ? arena_strdup(l->arena, value) : NULL;
	e->where = arena_strdup(l->arena, where);
	if (!e->section || !e->where || (key && (!e->key || !e->value)))
		return no_memory(l->name, err);
	if (l->last)
		l->last->next = e;
	else
		l->first = e;
	l->last = e;
	return 0;
}

static int apply(const struct level *l, struct spec *spec, struct iso_err *err)
{
	int r = 0;

	/* The description is of one profile; all else is inherited. */
	free(spec->description);
	spec->description = NULL;
	for (const struct entry *e = l->first; r == 0 && e; e = e->next)
		r = spec_set(spec, e->section, e->key, e->value, e->where, err);
	return r;
}

static int load_level(struct level *l, char *const *dirs, struct spec *spec, char ***files,
		      struct iso_err *err);

static int load_parent(const struct level *l, char *const *dirs, struct spec *spec,
		       char ***files, struct iso_err *err)
{
	struct level parent = {
		.child = l,
		.depth = l->depth + 1,
		.name = l->parent,
	};

	return load_level(&parent, dirs, spec, files, err);
}

static int load_level(struct level *l, char *const *dirs, struct spec *spec, char ***files,
		      struct iso_err *err)
{
	int r = locate(l, dirs, err);

	if (r == 0)
		r = check_chain(l, err);
	if (r == 0 && (strv_add(files, l->path) < 0 || !(l->arena = arena_new())))
		r = no_memory(l->name, err);
	if (r == 0)
		r = conf_parse_file(l->path, take_entry, l, err);
	if (r == 0 && l->parent)
		r = load_parent(l, dirs, spec, files, err);
	if (r == 0)
		r = apply(l, spec, err);
	arena_free(l->arena);
	free(l->path);
	free(l->barred);
	return r;
}

/* Once here rather than at each launch: to resolve links costs a look-up for
 * every part of every path. */
static int resolve_private(struct spec *spec)
{
	for (size_t i = 0; i < strv_len(spec->private_dirs); i++) {
		char *real;
		int r = path_real(spec->private_dirs[i], &real);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue; /* not on this host: nothing to be private */
		free(spec->private_dirs[i]);
		spec->private_dirs[i] = real;
	}
	return 0;
}

int profile_load(const char *name, char *const *dirs, struct spec *spec, char ***ret_files,
		 struct iso_err *err)
{
	struct level asked = { .name = name };
	_cleanup_strv_ char **files = NULL;
	struct spec loaded;

	/* A profile that fails half-way leaves the caller's spec alone. */
	if (spec_copy(spec, &loaded) < 0)
		return no_memory(name, err);
	int r = load_level(&asked, dirs, &loaded, &files, err);
	char *profile = r == 0 ? strdup(name) : NULL;
	if (r == 0 && (!profile || resolve_private(&loaded) < 0))
		r = no_memory(name, err);
	for (size_t i = 0; r == 0 && ret_files && i < strv_len(files); i++)
		if (strv_add(ret_files, files[i]) < 0)
			r = no_memory(name, err);
	if (r < 0) {
		free(profile);
		spec_fini(&loaded);
		return r;
	}
	free(loaded.profile);
	loaded.profile = profile;
	spec_fini(spec);
	*spec = loaded;
	return 0;
}

static int list_dir(const char *path, char ***names, const char **barred)
{
	_cleanup_closedir_ DIR *dir = opendir(path);

	/* Most hosts lack most of the directories. */
	if (!dir && errno == EACCES && !*barred)
		*barred = path;
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -errno;
	for (;;) {
		errno = 0;
		const struct dirent *e = readdir(dir);
		if (!e)
			return -errno;
		const size_t len = strlen(e->d_name);
		if (e->d_name[0] == '.' || !str_ends(e->d_name, suffix))
			continue;
		_cleanup_free_ char *name = strndup(e->d_name, len - strlen(suffix));
		if (!name)
			return -ENOMEM;
		if (!strv_has(*names, name) && strv_add(names, name) < 0)
			return -ENOMEM;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int profile_list(char *const *dirs, char ***ret_names, struct iso_err *err)
{
	_cleanup_strv_ char **names = NULL;
	const char *barred = NULL;

	for (size_t i = 0; i < strv_len(dirs); i++) {
		const int r = list_dir(dirs[i], &names, &barred);
		if (r < 0)
			return iso_err_set(err, ISO_ERR_HOST, r, "list profiles in '%s'", dirs[i]);
	}
	if (!names && barred)
		return iso_err_set(err, ISO_ERR_HOST, EACCES, "list profiles in '%s'", barred);
	if (names)
		qsort(names, strv_len(names), sizeof(*names), by_name);
	*ret_names = TAKE_PTR(names);
	return 0;
}

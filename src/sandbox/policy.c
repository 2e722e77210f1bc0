/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/policy.h"

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
#include "sandbox/profile.h"
#include "sandbox/seccomp.h"

enum { DEPTH_MAX = 16 };

/* One file of the chain.  It is read twice: for what it inherits, and, once that
 * is in the policy, for its own. */
struct level {
	const struct level *child;  /* who inherits this one; NULL: the one asked for */
	struct policy *policy;
	char *const *dirs;
	char ***files;
	const char *name;           /* as written */
	char *path;
	size_t dir;                 /* index in dirs; SIZE_MAX: named as a file */
	unsigned number;            /* of its rules */
	const char *parent;
	const char *parent_where;
	bool says_default;
	struct policy_rule *last;   /* of its own */
};

static int no_memory(const char *name, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "seccomp policy '%s'", name);
}

static const char *name_at(size_t i, const void *names)
{
	return ((char *const *)names)[i];
}

static int refuse_name(const struct level *l, struct iso_err *err)
{
	_cleanup_strv_ char **names = NULL;
	const char *where = l->child ? l->child->parent_where : "";

	if (policy_list(l->dirs, &names, NULL) == -ENOMEM)
		return no_memory(l->name, err);
	if (!l->child && strv_add(&names, "off") < 0)
		return no_memory(l->name, err);
	const char *near = str_nearest(l->name, strv_len(names), name_at, names);
	iso_err_set(err, ISO_ERR_USAGE, 0, "%s%sseccomp '%s': there is no such policy", where,
		    *where ? ": " : "", l->name);
	if (near)
		iso_err_hint(err, "did you mean '%s'?", near);
	else
		iso_err_hint(err, "`isorun profile --seccomp` lists those that there are");
	return -EINVAL;
}

static int locate(struct level *l, struct iso_err *err)
{
	const struct level *child = l->child;
	struct policy *p = l->policy;

	l->dir = SIZE_MAX;
	if (strchr(l->name, '/')) {
		_cleanup_free_ char *base = child ? path_dir(child->path) : NULL;
		_cleanup_free_ char *path = base ? path_join(base, l->name) : NULL;
		l->path = arena_strdup(p->arena, path ? path : l->name);
		return l->path ? 0 : no_memory(l->name, err);
	}
	/* As with profiles: one that inherits its own name means the next. */
	size_t from = child && str_eq(child->name, l->name) ? child->dir + 1 : 0;
	for (size_t i = from; i < strv_len(l->dirs); i++) {
		char *path = arena_printf(p->arena, "%s/seccomp/%s.ini", l->dirs[i], l->name);
		if (!path)
			return no_memory(l->name, err);
		/* One that cannot be read is an error, not passed over. */
		if (access(path, F_OK) == 0) {
			l->path = path;
			l->dir = i;
			return 0;
		}
	}
	return refuse_name(l, err);
}

static int check_chain(const struct level *l, struct iso_err *err)
{
	for (const struct level *c = l->child; c; c = c->child)
		if (str_eq(c->path, l->path) || l->number == DEPTH_MAX)
			return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: inherit '%s': %s",
					   l->child->parent_where, l->name,
					   l->number == DEPTH_MAX ? "too many files in a row"
								  : "goes in a circle");
	return 0;
}

/* "allow", "refuse" or the name of an errno; -1: nothing of the kind. */
static int read_answer(const char *word)
{
	if (str_eq(word, "allow"))
		return POLICY_ALLOW;
	return str_eq(word, "refuse") ? EPERM : policy_errno(word);
}

static int take_own(struct level *l, const char *key, const char *value, const char *where,
		    struct iso_err *err)
{
	struct policy *p = l->policy;

	if (str_eq(key, "description")) {
		p->description = arena_strdup(p->arena, value);
		return p->description ? 0 : no_memory(l->name, err);
	}
	if (str_eq(key, "default")) {
		p->answer = read_answer(value);
		l->says_default = true;
		if (p->answer >= 0)
			return 0;
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "%s: default '%s': expected allow, refuse or an errno such as "
				   "ENOSYS", where, value);
	}
	if (str_eq(key, "compat")) {
		p->compat = str_eq(value, "yes");
		if (p->compat || str_eq(value, "no"))
			return 0;
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: compat '%s': expected yes or no",
				   where, value);
	}
	if (str_eq(key, "inherit"))
		return 0;
	iso_err_set(err, ISO_ERR_USAGE, 0, "%s: key '%s': there is no such key in [policy]", where,
		    key);
	return iso_err_hint(err, "it has inherit, description, default and compat");
}

static int take_inherit(const char *section, const char *key, const char *value, const char *where,
			void *arg, struct iso_err *err)
{
	struct level *l = arg;

	if (!str_eq(section, "policy") || !str_eq(key, "inherit"))
		return 0;
	if (l->parent || !*value)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: inherit '%s': expected one name",
				   where, value);
	l->parent = arena_strdup(l->policy->arena, value);
	l->parent_where = arena_strdup(l->policy->arena, where);
	return l->parent && l->parent_where ? 0 : no_memory(l->name, err);
}

static int check_call(const char *call, const char *where, struct iso_err *err)
{
	_cleanup_strv_ char **names = NULL;

	if (seccomp_knows(call))
		return 0;
	if (seccomp_calls(&names) < 0)
		return no_memory(call, err);
	const char *near = str_nearest(call, strv_len(names), name_at, names);
	iso_err_set(err, ISO_ERR_USAGE, 0, "%s: '%.64s' is no system call", where, call);
	if (near)
		iso_err_hint(err, "did you mean '%s'?", near);
	return -EINVAL;
}

/* An answer without a condition hides all that is inherited of the call; two of
 * them in one file are a slip. */
static int hide_inherited(struct level *l, const char *call, int answer, const char *where,
			  struct iso_err *err)
{
	struct policy_rule **at = &l->policy->first;

	while (*at) {
		struct policy_rule *r = *at;
		if (!str_eq(r->call, call)) {
			at = &r->next;
		} else if (r->level != l->number) {
			*at = r->next;
		} else if (!r->n_conds && r->answer != answer) {
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "%s: '%s' has another answer at %s", where, call,
					   r->where);
		} else {
			at = &r->next;
		}
	}
	return 0;
}

static int add_rule(struct level *l, const char *call, const char *conds, int answer,
		    const char *where, struct iso_err *err)
{
	struct policy *p = l->policy;
	int r = check_call(call, where, err);

	if (r == 0 && !conds)
		r = hide_inherited(l, call, answer, where, err);
	if (r < 0)
		return r;
	struct policy_rule *rule = arena_alloc(p->arena, sizeof(*rule));
	if (!rule)
		return no_memory(l->name, err);
	rule->call = arena_strdup(p->arena, call);
	rule->where = arena_strdup(p->arena, where);
	if (!rule->call || !rule->where)
		return no_memory(l->name, err);
	rule->answer = answer;
	rule->level = l->number;
	if (conds)
		r = policy_parse_conds(p, rule, conds, err);
	/* Before all that is inherited. */
	struct policy_rule **at = l->last ? &l->last->next : &p->first;
	rule->next = *at;
	*at = rule;
	l->last = rule;
	return r;
}

static int add_calls(struct level *l, const char *list, int answer, const char *where,
		     struct iso_err *err)
{
	_cleanup_strv_ char **calls = NULL;
	int r = strv_split(list, " \t,", &calls);

	if (r < 0)
		return no_memory(l->name, err);
	for (size_t i = 0; r == 0 && i < strv_len(calls); i++)
		r = add_rule(l, calls[i], NULL, answer, where, err);
	return r;
}

/* [allow], [refuse], [refuse ERRNO]. */
static int section_answer(const char *section, const char *where, int *ret, struct iso_err *err)
{
	static const char refuse[] = "refuse ";
	int answer = str_eq(section, "allow") || str_eq(section, "refuse") ? read_answer(section)
									   : -1;

	if (str_starts(section, refuse)) {
		answer = policy_errno(section + strlen(refuse));
		if (answer < 0)
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "%s: section [%.64s]: expected an errno such as ENOSYS",
					   where, section);
	}
	if (answer < 0) {
		iso_err_set(err, ISO_ERR_USAGE, 0, "%s: section [%.64s]: there is no such section",
			    where, section);
		return iso_err_hint(err, "a policy has [policy], [allow], [refuse] and "
					 "[refuse ERRNO]");
	}
	*ret = answer;
	return 0;
}

static int take_entry(const char *section, const char *key, const char *value, const char *where,
		      void *arg, struct iso_err *err)
{
	struct level *l = arg;
	int answer = POLICY_ALLOW;

	if (!*section)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "%s: key '%s': stands before the first [section]", where, key);
	if (str_eq(section, "policy"))
		return key ? take_own(l, key, value, where, err) : 0;
	int r = section_answer(section, where, &answer, err);
	if (r < 0 || !key)
		return r;
	if (str_eq(key, "calls"))
		return add_calls(l, value, answer, where, err);
	return add_rule(l, key, value, answer, where, err);
}

static int load_level(struct level *l, struct iso_err *err)
{
	struct policy *p = l->policy;
	int r = locate(l, err);

	if (r == 0)
		r = check_chain(l, err);
	if (r == 0 && l->files && strv_add(l->files, l->path) < 0)
		r = no_memory(l->name, err);
	if (r == 0)
		r = conf_parse_file(l->path, take_inherit, l, err);
	if (r == 0 && l->parent) {
		struct level parent = {
			.child = l, .policy = p, .dirs = l->dirs, .files = l->files,
			.name = l->parent, .number = l->number + 1,
		};
		r = load_level(&parent, err);
	}
	p->description = NULL;
	if (r == 0)
		r = conf_parse_file(l->path, take_entry, l, err);
	if (r == 0 && !l->parent && !l->says_default)
		r = iso_err_set(err, ISO_ERR_USAGE, 0,
				"%s: [policy] has neither 'inherit' nor 'default'", l->path);
	return r;
}

int policy_load(const char *name, char *const *dirs, struct policy **ret, char ***ret_files,
		struct iso_err *err)
{
	struct policy *p = calloc(1, sizeof(*p));

	if (!p || !(p->arena = arena_new())) {
		free(p);
		return no_memory(name, err);
	}
	struct level asked = { .policy = p, .dirs = dirs, .files = ret_files, .name = name };
	int r = load_level(&asked, err);
	if (r < 0)
		policy_free(p);
	else
		*ret = p;
	return r;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	arena_free(p->arena);
	free(p);
}

int policy_list(char *const *dirs, char ***ret_names, struct iso_err *err)
{
	_cleanup_strv_ char **own = NULL;

	for (size_t i = 0; i < strv_len(dirs); i++)
		if (strv_addf(&own, "%s/seccomp", dirs[i]) < 0)
			return no_memory("", err);
	return profile_list(own, ret_names, err);
}

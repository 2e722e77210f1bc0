/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options_sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"
#include "model/amount.h"

/* Which entry of a profile an option stands for. */
struct profile_entry {
	const char *section;
	const char *key;
	/* Turns the argument into the entry's value; NULL: it is one already. */
	int (*convert)(const char *text, char **ret_value, struct iso_err *err);
};

static int no_memory(struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "read the options");
}

static int opt_spec(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	struct spec_changes *changes = field;
	struct spec_change *grown;

	grown = reallocarray(changes->list, changes->n + 1, sizeof(*grown));
	if (!grown)
		return no_memory(err);
	grown[changes->n++] = (struct spec_change){ .opt = o, .value = value };
	changes->list = grown;
	return 0;
}

int opt_have(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	struct token_pools tried = { 0 };
	const char *why;

	if (token_pools_add(&tried, value, &why) < 0)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "option '--%s': '%s': %s", o->name, value,
				   why);
	return strv_add(field, value) < 0 ? no_memory(err) : 0;
}

/* "K=V" as it is; "K" with the value it has here. */
static int convert_env(const char *text, char **ret_value, struct iso_err *err)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	const char *value = strchr(text, '=') ? text : getenv(text);

	if (!value)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "option '--env': '%s' is not set here",
				   text);
	if (value != text)
		buf_addf(&b, "%s=", text);
	buf_adds(&b, value);
	return buf_finish(&b, ret_value) < 0 ? no_memory(err) : 0;
}

/* A list value is read in words: one that came as one argument stays one. */
static int convert_word(const char *text, char **ret_value, struct iso_err *err)
{
	*ret_value = str_shell_quote(text);
	return *ret_value ? 0 : no_memory(err);
}

/* Relative to the working directory, which a profile's paths are not. */
static int convert_path(const char *text, char **ret_value, struct iso_err *err)
{
	_cleanup_free_ char *path = NULL;

	if (!*text)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "option '--hide': an empty path");
	if (path_absolute(text, &path) < 0)
		return no_memory(err);
	return convert_word(path, ret_value, err);
}

/* SRC may be relative, too; what follows the first colon is as in a profile. */
static int convert_bind(const char *text, char **ret_value, struct iso_err *err)
{
	_cleanup_free_ char *src = strndup(text, strcspn(text, ":"));
	_cleanup_free_ char *path = NULL;
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (!src || (*src && path_absolute(src, &path) < 0))
		return no_memory(err);
	buf_adds(&b, path ? path : "");
	buf_adds(&b, text + strlen(src));
	return buf_finish(&b, ret_value) < 0 ? no_memory(err) : 0;
}

static int convert_yes(const char *none, char **ret_value, struct iso_err *err)
{
	(void)none;
	*ret_value = strdup("yes");
	return *ret_value ? 0 : no_memory(err);
}

/* A name, unless it holds a slash or is that of an INI file. */
static int convert_file(const char *text, char **ret_value, struct iso_err *err)
{
	if (strchr(text, '/') || str_ends(text, ".ini"))
		return path_absolute(text, ret_value) < 0 ? no_memory(err) : 0;
	*ret_value = strdup(text);
	return *ret_value ? 0 : no_memory(err);
}

#define SPEC(letter_, name_, arg_, section_, key_, convert_, help_)                        \
	{ letter_, name_, arg_, opt_spec, offsetof(struct values_sandbox, sandbox.changes), \
	  help_, &(const struct profile_entry){ section_, key_, convert_ } }
#define FIELD(member) offsetof(struct values_sandbox, sandbox.member)

const struct opt options_sandbox_rows[OPTIONS_SANDBOX_N] = {
	SPEC(0, "bind", "SRC[:DST[:ro]]", "filesystem", "bind", convert_bind,
	     "show SRC at DST in the sandbox"),
	{ 0, "budget", "SIZE", opt_budget, FIELD(budget_bytes),
	  "memory that all tests together may hold", NULL },
	SPEC(0, "cpus", "N", "limits", "cpus", NULL, "cpus that one test keeps busy"),
	SPEC(0, "env", "K[=V]", "environment", "set", convert_env, "set a variable"),
	SPEC(0, "grace", "TIME", "limits", "grace", NULL,
	     "time between SIGTERM and SIGKILL at its end"),
	{ 0, "have", "NAME=N", opt_have, FIELD(have),
	  "so many tokens of that name there are", NULL },
	SPEC(0, "hide", "PATH", "filesystem", "hide", convert_path, "make PATH look empty"),
	SPEC(0, "keep", "GLOB", "filesystem", "keep", convert_word,
	     "bring matching files out of the overlay"),
	SPEC(0, "lock", "NAME[:shared]", "limits", "locks", convert_word,
	     "nothing else that has this lock runs beside it"),
	SPEC(0, "meminfo", "WHOSE", "limits", "meminfo", NULL,
	     "own or host: what /proc/meminfo tells"),
	SPEC(0, "memory", "SIZE", "limits", "memory", NULL,
	     "memory of one test, which it may not exceed"),
	SPEC(0, "net", "KIND", "network", "mode", NULL,
	     "loopback (a stack of its own), none, host or nat"),
	SPEC(0, "pass-env", "GLOB", "environment", "pass", convert_word,
	     "let matching variables through"),
	SPEC(0, "pass-fd", "N", "process", "pass-fd", NULL, "keep descriptor N open"),
	SPEC(0, "pids", "N", "limits", "pids", NULL, "processes and threads of one test"),
	{ 'p', "profile", "NAME|FILE", opt_string, FIELD(profile),
	  "what to allow: default, strict, shared, network", NULL },
	SPEC(0, "scratch", "WHERE", "filesystem", "scratch", NULL,
	     "memory, disk or auto: where private files are"),
	SPEC(0, "seccomp", "POLICY", "process", "seccomp", convert_file,
	     "system calls allowed: default, strict, off, FILE"),
	SPEC(0, "seccomp-log", NULL, "process", "seccomp-log", convert_yes,
	     "tell which system calls were refused"),
	SPEC(0, "share", "NS,...", "namespaces", "share", NULL,
	     "do without these of mount,net,pid,ipc,uts,cgroup"),
	{ 0, "strict", NULL, opt_flag, FIELD(strict),
	  "what cannot be isolated or limited is an error", NULL },
	SPEC('t', "timeout", "TIME", "limits", "timeout", NULL, "end a test after TIME"),
	SPEC(0, "timeout-total", "TIME", "limits", "timeout-total", NULL,
	     "the same with its pauses for want of memory"),
	SPEC(0, "tmp-size", "SIZE", "filesystem", "tmp-size", NULL,
	     "size of its private directories together"),
	SPEC(0, "token", "NAME[=N]", "limits", "tokens", convert_word,
	     "what one test holds, such as gpu=1 or gpu=0.5"),
	SPEC(0, "tty", NULL, "process", "tty", convert_yes, "give it a terminal of its own"),
	SPEC(0, "user", "NAME|UID[:GID]", "process", "user", NULL, "run as this user"),
	SPEC(0, "workspace", "HOW", "filesystem", "workspace", NULL,
	     "shared, overlay (changes are lost) or readonly"),
};
void options_sandbox_fini(struct options_sandbox *o)
{
	strv_free(o->have);
	o->have = NULL;
	free(o->changes.list);
	o->changes = (struct spec_changes){ 0 };
}

const char *options_sandbox_memory_from(const struct options_sandbox *o)
{
	for (size_t i = 0; i < o->changes.n; i++)
		if (strcmp(o->changes.list[i].opt->name, "memory") == 0)
			return "--memory";
	return "a memory of";
}

int options_sandbox_policy(const struct options_sandbox *o, char **ret, struct iso_err *err)
{
	for (size_t i = o->changes.n; i-- > 0;)
		if (strcmp(o->changes.list[i].opt->name, "seccomp") == 0)
			return convert_file(o->changes.list[i].value, ret, err);
	*ret = NULL;
	return 0;
}

int options_sandbox_apply(const struct options_sandbox *o, struct spec *spec,
			  struct iso_err *err)
{
	for (size_t i = 0; i < o->changes.n; i++) {
		const struct spec_change *change = &o->changes.list[i];
		const struct profile_entry *entry = change->opt->data;
		_cleanup_free_ char *where = NULL;
		_cleanup_free_ char *value = NULL;
		struct buf b = BUF_INIT;
		int r;

		buf_addf(&b, "option '--%s'", change->opt->name);
		if (buf_finish(&b, &where) < 0)
			return no_memory(err);
		if (entry->convert) {
			r = entry->convert(change->value, &value, err);
			if (r < 0)
				return r;
		}
		r = spec_set(spec, entry->section, entry->key, value ? value : change->value,
			     where, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_apart(const char *const *apart, const char *name)
{
	while (*apart && strcmp(*apart, name) != 0)
		apart++;
	return *apart;
}

static int add_option(const struct opt *o, const char *value, char ***words)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_addf(&b, "--%s", o->name);
	int r = b.error ? b.error : strv_add(words, buf_str(&b));
	return r < 0 || !o->arg ? r : strv_add(words, value);
}

/* A profile's entry may be a list in words, of which an option takes one. */
static int add_entry(const struct opt *o, const char *value, char ***words)
{
	const struct profile_entry *entry = o->data;
	_cleanup_strv_ char **list = NULL;
	int r;

	if (!o->arg)
		return strcmp(value, "yes") == 0 ? add_option(o, NULL, words) : 0;
	if (entry->convert != convert_word && entry->convert != convert_path)
		return add_option(o, value, words);
	r = strv_split_quoted(value, &list);
	for (size_t i = 0; r == 0 && i < strv_len(list); i++)
		r = add_option(o, list[i], words);
	return r;
}

static const struct opt *option_of(const char *entry)
{
	for (size_t i = 0; i < OPTIONS_SANDBOX_N; i++) {
		const struct profile_entry *p = options_sandbox_rows[i].data;
		const size_t n = p ? strlen(p->section) : 0;
		const size_t m = p ? strlen(p->key) : 0;

		if (p && strncmp(entry, p->section, n) == 0 && entry[n] == '.' &&
		    strncmp(entry + n + 1, p->key, m) == 0 && entry[n + 1 + m] == '=')
			return &options_sandbox_rows[i];
	}
	return NULL;
}

int options_sandbox_words(const struct options_sandbox *o, char *const *entries,
			  const char *const *apart, char ***words, struct iso_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && entries && entries[i]; i++) {
		const struct opt *opt = option_of(entries[i]);
		if (opt && !is_apart(apart, opt->name))
			r = add_entry(opt, strchr(entries[i], '=') + 1, words);
	}
	for (size_t i = 0; r == 0 && i < o->changes.n; i++) {
		const struct spec_change *change = &o->changes.list[i];
		const struct profile_entry *entry = change->opt->data;
		_cleanup_free_ char *value = NULL;
		if (is_apart(apart, change->opt->name))
			continue;
		if (entry->convert)
			r = entry->convert(change->value, &value, err);
		if (r < 0)
			return r;
		r = add_entry(change->opt, value ? value : change->value, words);
	}
	return r < 0 ? no_memory(err) : 0;
}

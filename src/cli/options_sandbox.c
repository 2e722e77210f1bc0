/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options_sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/str.h"

/* Which entry of a profile an option stands for. */
struct spec_entry {
	const char *section;
	const char *key;
	/* Turns the argument into the entry's value; NULL: it is one already. */
	int (*convert)(const char *text, char **ret_value, struct iso_err *err);
};

static int opt_spec(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	struct spec_changes *changes = field;
	struct spec_change *grown;

	grown = reallocarray(changes->list, changes->n + 1, sizeof(*grown));
	if (!grown)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "read the options");
	grown[changes->n++] = (struct spec_change){ .opt = o, .value = value };
	changes->list = grown;
	return 0;
}

/* "K=V" as it is; "K" with the value it has here. */
static int convert_env(const char *text, char **ret_value, struct iso_err *err)
{
	struct buf b = BUF_INIT;
	const char *value;

	buf_adds(&b, text);
	if (!strchr(text, '=')) {
		value = getenv(text);
		if (!value) {
			buf_free(&b);
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "option '--env': '%s' is not set here", text);
		}
		buf_addf(&b, "=%s", value);
	}
	if (buf_finish(&b, ret_value) < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "read the options");
	return 0;
}

#define SPEC(letter_, name_, arg_, section_, key_, convert_, help_)                        \
	{ letter_, name_, arg_, opt_spec, offsetof(struct values_sandbox, sandbox.changes), \
	  help_, &(const struct spec_entry){ section_, key_, convert_ } }
#define FIELD(member) offsetof(struct values_sandbox, sandbox.member)

const struct opt options_sandbox_rows[] = {
	SPEC(0, "bind", "SRC[:DST[:ro]]", "filesystem", "bind", NULL,
	     "show SRC at DST in the sandbox"),
	{ 0, "budget", "SIZE", opt_size, FIELD(budget_bytes),
	  "memory that all tests together may hold", NULL },
	SPEC(0, "cpus", "N", "limits", "cpus", NULL, "cpus that one test keeps busy"),
	SPEC(0, "env", "K[=V]", "environment", "set", convert_env, "set a variable"),
	SPEC(0, "hide", "PATH", "filesystem", "hide", NULL, "make PATH look empty"),
	SPEC(0, "memory", "SIZE", "limits", "memory", NULL,
	     "memory that one test is given, and may not exceed"),
	SPEC(0, "net", "KIND", "namespaces", "net", NULL,
	     "loopback: a stack of its own; none; host"),
	SPEC(0, "pass-env", "GLOB", "environment", "pass", NULL,
	     "let matching variables through"),
	SPEC(0, "pass-fd", "N", "environment", "pass-fd", NULL, "keep descriptor N open"),
	SPEC(0, "pids", "N", "limits", "pids", NULL, "processes and threads of one test"),
	{ 'p', "profile", "NAME|FILE", opt_string, FIELD(profile),
	  "what to isolate and allow: default, strict, shared, network", NULL },
	SPEC(0, "share", "NS,...", "namespaces", "share", NULL,
	     "do without these of mount,net,pid,ipc,uts,cgroup"),
	{ 0, "strict", NULL, opt_flag, FIELD(strict),
	  "what cannot be isolated or limited is an error", NULL },
	SPEC('t', "timeout", "TIME", "limits", "timeout", NULL, "end a test after TIME"),
	SPEC(0, "tmp-size", "SIZE", "filesystem", "tmp-size", NULL,
	     "size of its private directories together"),
	SPEC(0, "user", "NAME|UID[:GID]", "security", "user", NULL, "run as this user"),
	SPEC(0, "workspace", "HOW", "filesystem", "workspace", NULL,
	     "shared, overlay (changes are discarded) or readonly"),
};
const size_t options_sandbox_n_rows = ARRAY_SIZE(options_sandbox_rows);

void options_sandbox_fini(struct options_sandbox *o)
{
	free(o->changes.list);
	o->changes = (struct spec_changes){ 0 };
}

int options_sandbox_apply(const struct options_sandbox *o, struct spec *spec,
			  struct iso_err *err)
{
	for (size_t i = 0; i < o->changes.n; i++) {
		const struct spec_change *change = &o->changes.list[i];
		const struct spec_entry *entry = change->opt->data;
		_cleanup_free_ char *where = NULL;
		_cleanup_free_ char *value = NULL;
		struct buf b = BUF_INIT;
		int r;

		buf_addf(&b, "option '--%s'", change->opt->name);
		if (buf_finish(&b, &where) < 0)
			return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "read the options");
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "model/spec_value.h"

static int refuse_inherit(const struct spec_entry *e)
{
	return spec_refuse(e, e->value, "only a profile's own file can inherit");
}

/* What was inherited is in the values themselves by now. */
static void get_inherit(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)s;
	(void)row;
	buf_adds(b, "none");
}

#define ROW(section, key, values, kind, field, zero, help) \
	{ { section, key, values, help }, spec_set_##kind, spec_get_##kind, \
	  offsetof(struct spec, field), zero }

/* Sorted by section, then key. */
static const struct spec_row rows[] = {
	ROW("environment", "clear", "BOOL", bool, env_clear, NULL,
	    "pass on only the variables that `pass` names"),
	ROW("environment", "pass", "GLOB...", words, env_pass, NULL,
	    "names of variables passed on when the environment is cleared"),
	ROW("environment", "set", "NAME=VALUE", env, env_set, NULL,
	    "a variable of the test's environment, one a line"),
	ROW("filesystem", "bind", "SRC[:DST[:ro]]", binds, binds, NULL,
	    "show SRC at DST, one a line"),
	ROW("filesystem", "dev", "shared|minimal", dev, dev, NULL,
	    "the host's devices, or only null zero full random urandom tty and own terminals"),
	ROW("filesystem", "hide", "PATH...", paths, hide, NULL,
	    "files that are empty and directories that are bare for the test"),
	ROW("filesystem", "keep", "GLOB...", globs, keep, NULL,
	    "overlay: what the test wrote there is brought back into the tree"),
	ROW("filesystem", "private", "DIR...", paths, private_dirs, NULL,
	    "directories that are the test's own, empty at its start"),
	ROW("filesystem", "readonly", "PATH...", paths, readonly_paths, NULL,
	    "paths below which nothing can be written"),
	ROW("filesystem", "root", "shared|readonly", root, root, NULL,
	    "everything that no other key names"),
	ROW("filesystem", "scratch", "auto|memory|disk", scratch, scratch, NULL,
	    "where private files and an overlay's changes are; auto: in memory if they fit"),
	ROW("filesystem", "tmp-size", "SIZE|auto", size, tmp_size_bytes, "auto",
	    "size of all private directories together; auto: 3/4 of the memory limit"),
	ROW("filesystem", "workspace", "shared|overlay|readonly|auto", workspace, workspace, "auto",
	    "the project's tree; auto: shared for one command, overlay in a suite"),
	ROW("limits", "cpus", "N|auto", milli, cpus_milli, "auto",
	    "cpus that one test is thought to keep busy; auto: one"),
	ROW("limits", "grace", "TIME", time, grace_ns, NULL,
	    "time between SIGTERM and SIGKILL when a test must end"),
	ROW("limits", "locks", "NAME[:shared]...", locks, locks, NULL,
	    "tests with one name do not overlap, unless all of them share it"),
	ROW("limits", "meminfo", "own|host", meminfo, meminfo, NULL,
	    "what /proc/meminfo tells: the memory that the test may use, or the host's"),
	ROW("limits", "memory", "SIZE|auto", size, mem_bytes, "auto",
	    "memory of one test; auto: from its history, else an equal share"),
	ROW("limits", "pids", "N|none", count, pids, "none",
	    "processes and threads of one test"),
	ROW("limits", "timeout", "TIME|none", time, timeout_ns, "none",
	    "time after which a test is ended"),
	ROW("limits", "timeout-total", "TIME|none", time, timeout_total_ns, "none",
	    "the same with the time that it stands paused for want of memory"),
	ROW("limits", "tokens", "NAME[=N]...", tokens, tokens, NULL,
	    "what it holds of things that are counted, such as gpu=1 or gpu=0.5"),
	ROW("namespaces", "own", "mount|net|pid|ipc|uts|cgroup|all...", own, namespaces, NULL,
	    "namespaces made for each test: mount net pid ipc uts cgroup, or all"),
	ROW("namespaces", "share", "mount|net|pid|ipc|uts|cgroup|all...", share, namespaces, NULL,
	    "namespaces of the caller that the test stays in"),
	ROW("network", "delay", "TIME|none", time, net_delay_ns, "none",
	    "how late each packet on lo comes"),
	ROW("network", "loss", "PERCENT|none", percent, net_loss_milli, "none",
	    "how many of the packets on lo are lost"),
	ROW("network", "mode", "loopback|none|host|nat", net, net, NULL,
	    "own with lo up, own without, the host's, or own with a way out by pasta"),
	ROW("network", "rate", "SIZE|none", size, net_rate_bytes, "none",
	    "what lo carries in a second"),
	ROW("process", "capabilities", "NAME...|all|none", caps, capabilities, NULL,
	    "capabilities that are kept"),
	ROW("process", "no-new-privs", "BOOL", bool, no_new_privs, NULL,
	    "set-user-id programs and file capabilities give nothing"),
	ROW("process", "pass-fd", "N...", fds, pass_fds, NULL,
	    "descriptors above 2 that stay open in the test"),
	ROW("process", "seccomp", "NAME|FILE|off", seccomp, seccomp, NULL,
	    "the policy that filters system calls, such as default or strict"),
	ROW("process", "seccomp-log", "BOOL", bool, seccomp_log, NULL,
	    "tell which calls the policy refused, and the lines that would allow them"),
	ROW("process", "tty", "BOOL", bool, tty, NULL,
	    "a terminal of its own, for standard input, output and error"),
	ROW("process", "user", "NAME|UID[:GID]|caller", user, user, "caller",
	    "who runs the test"),
	ROW("profile", "description", "TEXT", phrase, description, NULL,
	    "one line for isorun profile"),
	{ { "profile", "inherit", "NAME", "the profile that this one starts from" },
	  refuse_inherit, get_inherit, 0, NULL },
};

static const char *section_at(size_t i, const void *arg)
{
	(void)arg;
	return rows[i].key.section;
}

/* Yields the key of row i where it is of the section `arg`, else nothing. */
static const char *key_at(size_t i, const void *arg)
{
	return str_eq(rows[i].key.section, arg) ? rows[i].key.key : "";
}

static int check_section(const char *section, const char *where, struct iso_err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (str_eq(rows[i].key.section, section))
			return 0;

	const char *near = str_nearest(section, ARRAY_SIZE(rows), section_at, NULL);
	iso_err_set(err, ISO_ERR_USAGE, 0, "%s: section [%.160s]: there is no such section", where,
		    section);
	if (near)
		iso_err_hint(err, "did you mean [%s]?", near);
	return -EINVAL;
}

/* The section is known here. */
static int refuse_key(const char *section, const char *key, const char *where, struct iso_err *err)
{
	const char *near = str_nearest(key, ARRAY_SIZE(rows), key_at, section);

	iso_err_set(err, ISO_ERR_USAGE, 0, "%s: key '%.160s': there is no such key in [%s]", where,
		    key, section);
	if (near) {
		iso_err_hint(err, "did you mean '%s'?", near);
		return -EINVAL;
	}
	/* The right key under the wrong section is the other common slip. */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (str_eq(rows[i].key.key, key)) {
			iso_err_hint(err, "it belongs in [%s]", rows[i].key.section);
			break;
		}
	return -EINVAL;
}

int spec_set(struct spec *s, const char *section, const char *key, const char *value,
	     const char *where, struct iso_err *err)
{
	const int r = check_section(section, where, err);

	if (r < 0 || !key)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct spec_row *row = &rows[i];
		if (!str_eq(row->key.section, section) || !str_eq(row->key.key, key))
			continue;
		const struct spec_entry entry = {
			.spec = s,
			.row = row,
			.value = value,
			.where = where,
			.err = err,
		};
		return row->set(&entry);
	}
	return refuse_key(section, key, where, err);
}

const struct spec_key *spec_key_at(size_t i)
{
	return i < ARRAY_SIZE(rows) ? &rows[i].key : NULL;
}

int spec_get_text(const struct spec *s, size_t i, char **ret_text)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (i >= ARRAY_SIZE(rows))
		return -EINVAL;
	rows[i].get(s, &rows[i], &b);
	return buf_finish(&b, ret_text);
}

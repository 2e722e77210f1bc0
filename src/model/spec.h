/* SPDX-License-Identifier: Apache-2.0 */
/* model/spec.h - what a sandbox isolates, allows and limits; profiles and options fill it in. */
#ifndef MODEL_SPEC_H
#define MODEL_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum spec_net { SPEC_NET_LOOPBACK, SPEC_NET_NONE, SPEC_NET_HOST, SPEC_NET_NAT, SPEC_NET_COUNT };
enum spec_dev { SPEC_DEV_SHARED, SPEC_DEV_MINIMAL, SPEC_DEV_COUNT };
/* Auto: in memory, and on disk for a test of a suite that filled them. */
enum spec_scratch {
	SPEC_SCRATCH_AUTO,
	SPEC_SCRATCH_MEMORY,
	SPEC_SCRATCH_DISK,
	SPEC_SCRATCH_COUNT,
};
enum spec_meminfo { SPEC_MEMINFO_OWN, SPEC_MEMINFO_HOST, SPEC_MEMINFO_COUNT };
enum spec_tree { SPEC_TREE_SHARED, SPEC_TREE_OVERLAY, SPEC_TREE_READONLY, SPEC_TREE_COUNT };

/* Namespaces that are made unless shared. */
enum spec_ns {
	SPEC_NS_MOUNT = 1 << 0,
	SPEC_NS_NET = 1 << 1,
	SPEC_NS_PID = 1 << 2,
	SPEC_NS_IPC = 1 << 3,
	SPEC_NS_UTS = 1 << 4,
	SPEC_NS_CGROUP = 1 << 5,
	SPEC_NS_ALL = (1 << 6) - 1,
};

struct spec_bind {
	char *src;
	char *dst;
	bool readonly;
};

/* Owned strings; plain data, open to every layer above. */
struct spec {
	char *profile;           /* the name it was resolved from */
	char *description;       /* of the profile */

	enum spec_tree root;     /* shared or readonly: everything that nothing else names */
	enum spec_dev dev;       /* minimal: of the host's devices only null, zero, tty and such */
	enum spec_tree workspace;
	bool workspace_set;      /* false: shared for a wrapped command, overlay for a suite */
	char **private_dirs;     /* own tmpfs each, mode 1777 */
	enum spec_scratch scratch; /* where those and an overlay's changes are */
	uint64_t tmp_size_bytes; /* of all private directories; 0: 3/4 of the memory limit */
	struct spec_bind *binds;
	size_t n_binds;
	char **hide;             /* files become the null device, directories empty and read-only */
	char **keep;             /* overlay: globs of what is brought back into the tree */
	char **readonly_paths;   /* below them nothing can be written, where they exist */

	unsigned namespaces;     /* enum spec_ns: those of its own */
	enum spec_net net;
	int64_t net_delay_ns;    /* of each packet on lo, as all three; 0: none */
	uint32_t net_loss_milli; /* thousandths of a percent; 0: none */
	uint64_t net_rate_bytes; /* a second; 0: no limit */

	bool no_new_privs;
	bool tty;                /* a terminal of its own for standard input, output and error */
	bool keep_caps_all;      /* capabilities = all */
	char **capabilities;     /* kept, lower case without "cap_"; empty: none */
	char *seccomp;           /* a policy's name, an absolute path of its file, or "off" */
	bool seccomp_log;        /* refused calls are told by name */
	/* Its policy as struct sock_filter[]: borrowed of whoever prepared the spec. */
	const char *filter_of;   /* the policy that it was made from; NULL: none yet */
	const void *filter;
	size_t filter_bytes;
	char *user;              /* NAME or UID[:GID]; NULL: the caller's */

	uint64_t mem_bytes;      /* limit of one test; 0: from history or the default share */
	enum spec_meminfo meminfo; /* own: /proc/meminfo tells what the test may use */
	uint64_t pids;           /* 0: none */
	uint32_t cpus_milli;     /* demand; 0: not said */
	char **tokens;           /* "gpu=1", see model/amount.h; each name once */
	char **locks;            /* "schema", "schema:shared"; each name once */
	int64_t timeout_ns;      /* pauses do not count; 0: none */
	int64_t timeout_total_ns; /* pauses count, too; 0: none */
	int64_t grace_ns;        /* between TERM and KILL */

	bool env_clear;          /* pass only what env_pass matches */
	char **env_pass;         /* globs of names */
	char **env_set;          /* "K=V" */
	int *pass_fds;
	size_t n_pass_fds;
};

int spec_init(struct spec *s);   /* the values before any profile; 0 or -ENOMEM */
void spec_fini(struct spec *s);
int spec_copy(const struct spec *from, struct spec *ret);

/* One entry of a profile: section "filesystem", key "workspace", value
 * "overlay".  `where` is "file:line", or the option ("--net").  List keys
 * append; a list value of "none" empties the list first.  With key NULL only
 * the section's name is checked.  Unknown sections, keys and values are
 * ISO_ERR_USAGE with the place and "did you mean". */
int spec_set(struct spec *s, const char *section, const char *key, const char *value,
	     const char *where, struct iso_err *err);

int spec_add_bind(struct spec *s, const char *src, const char *dst, bool readonly);

/* The kernel's number of a capability ("chown" is 0), or -1. */
int spec_capability_number(const char *name);

/* The table behind spec_set, for `isorun profile` and the manual's check:
 * row i, or NULL past the end.  `text` is the current value of s, as spec_set
 * reads it (entries on lines of their own: each bind and variable, and
 * every few words of a long list); the caller frees. */
struct spec_key {
	const char *section;
	const char *key;
	const char *values; /* "loopback|none|host", "SIZE", "PATH..." */
	const char *help;
};
const struct spec_key *spec_key_at(size_t i);
int spec_get_text(const struct spec *s, size_t i, char **ret_text);

/* Contradictions that real suites fall over, such as a private pid namespace
 * over a shared /tmp (names made of pids collide).  Yields one line a warning;
 * the caller frees with strv_free. */
int spec_check(const struct spec *s, char ***ret_warnings);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that refuses every namespace (a plain container): the test runs with what
 * is left, and its result says what was given up.
 *
 * Its TMPDIR is made, locked and removed by init, which is there whatever becomes
 * of isorun.  Where init itself was killed isorun removes it, and where both were,
 * the next isorun that comes this way: nobody holds the lock any more.
 */
#include "engine/attempt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

#define SCRATCH_PREFIX "isorun-"
enum { SCRATCH_DIGITS = 16 };

static bool has_private_tmp(const struct spec *s)
{
	return (s->namespaces & SPEC_NS_MOUNT) && strv_has(s->private_dirs, "/tmp");
}

static bool has_private_dirs(const struct spec *s)
{
	return (s->namespaces & SPEC_NS_MOUNT) && !has_private_tmp(s) && strv_len(s->private_dirs);
}

static bool has_private_net(const struct spec *s)
{
	return (s->namespaces & SPEC_NS_NET) && s->net == SPEC_NET_LOOPBACK;
}

static bool has_other_net(const struct spec *s)
{
	return (s->namespaces & SPEC_NS_NET) && s->net != SPEC_NET_LOOPBACK &&
	       s->net != SPEC_NET_HOST;
}

static bool has_overlay(const struct spec *s)
{
	return s->workspace == SPEC_TREE_OVERLAY;
}

static bool has_readonly(const struct spec *s)
{
	return s->workspace == SPEC_TREE_READONLY || s->root == SPEC_TREE_READONLY;
}

static bool has_hidden(const struct spec *s)
{
	return strv_len(s->hide) || s->dev == SPEC_DEV_MINIMAL;
}

static bool has_binds(const struct spec *s)
{
	return s->n_binds > 0;
}

/* What the spec asks for and no test without namespaces has. */
static const struct {
	bool (*asked)(const struct spec *s);
	const char *what;
	const char *why;
} losses[] = {
	{ has_private_tmp, "private /tmp", "a private TMPDIR instead" },
	{ has_private_dirs, "private directories", "no mount namespace" },
	{ has_private_net, "private ports", "100 from ISORUN_PORT_BASE instead" },
	{ has_other_net, "network", "no network namespace" },
	{ has_overlay, "overlay of the workspace", "what tests write there stays" },
	{ has_readonly, "read-only files", "no mount namespace" },
	{ has_hidden, "hidden files", "no mount namespace" },
	{ has_binds, "binds", "no mount namespace" },
};

/* The error's sentence, with its hint as doctor reads it. */
static int note_reason(struct attempt *a, const struct iso_err *why)
{
	static const char mark[] = "\nhint: ";
	const char *hint = strstr(why->text, mark);
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_add(&b, why->text, strcspn(why->text, "\n"));
	if (hint)
		buf_addf(&b, "; cure: %s", hint + strlen(mark));
	return b.error ? b.error : result_add_degraded(&a->result, "namespaces", buf_str(&b));
}

static int note_losses(struct attempt *a)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(losses); i++)
		if (losses[i].asked(a->rq.spec))
			r = result_add_degraded(&a->result, losses[i].what, losses[i].why);
	if (r == 0 && has_private_net(a->rq.spec) && !attempt_has_ports(a))
		r = result_add_degraded(&a->result, "ports of its own",
					"all of them are given to other tests");
	return r;
}

static bool is_scratch_name(const char *name)
{
	return str_starts(name, SCRATCH_PREFIX) &&
	       strspn(name + strlen(SCRATCH_PREFIX), "0123456789abcdef") == SCRATCH_DIGITS &&
	       !name[strlen(SCRATCH_PREFIX) + SCRATCH_DIGITS];
}

/* Whatever nobody holds, of our user: whoever made it was killed. */
static void sweep_one(int base_fd, const char *name)
{
	_cleanup_close_ int fd = openat(base_fd, name,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_uid == geteuid() || geteuid() == 0) &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)fs_remove_tree_at(base_fd, name);
}

static void sweep(struct engine *e, const char *base)
{
	_cleanup_closedir_ DIR *dir = e->swept ? NULL : opendir(base);
	const struct dirent *entry;

	e->swept = true;
	while (dir && (entry = readdir(dir)))
		if (is_scratch_name(entry->d_name))
			sweep_one(dirfd(dir), entry->d_name);
}

/* Where the caller has his temporary files. */
static const char *scratch_base(const struct attempt *a)
{
	static const char key[] = "TMPDIR=";
	char *const *env = a->rq.env ? a->rq.env : environ;

	for (; *env; env++)
		if (str_starts(*env, key) && (*env)[strlen(key)] == '/')
			return *env + strlen(key);
	return "/tmp";
}

static int name_scratch(struct attempt *a)
{
	const char *base = scratch_base(a);
	_cleanup_buf_ struct buf b = BUF_INIT;
	unsigned char bytes[SCRATCH_DIGITS / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return -EIO;
	sweep(a->engine, base);
	buf_addf(&b, "%s/" SCRATCH_PREFIX, base);
	for (size_t i = 0; i < sizeof(bytes); i++)
		buf_addf(&b, "%02x", bytes[i]);
	return buf_finish(&b, &a->scratch);
}

int attempt_make_bare(struct attempt *a, const struct iso_err *why, struct spec *ret,
		      struct iso_err *err)
{
	int r = spec_copy(a->rq.spec, ret);

	a->bare = true;
	if (r == 0)
		r = note_reason(a, why);
	if (r == 0)
		r = note_losses(a);
	if (r == 0 && has_private_tmp(a->rq.spec))
		r = name_scratch(a);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "a sandbox without namespaces");
	ret->namespaces = 0;
	ret->net = SPEC_NET_HOST;
	ret->workspace = ret->root = SPEC_TREE_SHARED;
	return 0;
}

void attempt_clear_scratch(struct attempt *a)
{
	int r = a->scratch ? fs_remove_tree_at(AT_FDCWD, a->scratch) : 0;
	_cleanup_buf_ struct buf why = BUF_INIT;

	if (r == 0)
		return;
	buf_addf(&why, "'%s': %s", a->scratch, strerror(-r));
	(void)result_add_degraded(&a->result, "removal of its TMPDIR", buf_str(&why));
}

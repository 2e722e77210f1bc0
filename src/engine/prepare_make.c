/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prepare_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/path.h"
#include "base/str.h"
#include "sandbox/network.h"
#include "sandbox/profile.h"
#include "sandbox/seccomp.h"

static int take_bytes(struct buf *b, void **ret, size_t *ret_bytes)
{
	char *data;
	size_t len = b->len;
	int r = buf_finish(b, &data);

	if (r < 0)
		return r;
	*ret = data;
	*ret_bytes = len;
	return 0;
}

static int make_filter(struct prepared *p, char *const *dirs, char ***files,
		       struct iso_err *err)
{
	_cleanup_buf_ struct buf bpf = BUF_INIT;
	struct policy *policy = NULL;

	if (str_eq(p->spec.seccomp, "off"))
		return 0;
	int r = policy_load(p->spec.seccomp, dirs, &policy, files, err);
	if (r == 0)
		r = seccomp_compile(policy, seccomp_native(), &bpf, err);
	policy_free(policy);
	if (r < 0)
		return r;
	p->policy = strdup(p->spec.seccomp);
	if (!p->policy || take_bytes(&bpf, &p->bpf, &p->bpf_bytes) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "prepare");
	return 0;
}

static int make_bytes(struct prepared *p, struct iso_err *err)
{
	_cleanup_buf_ struct buf lo = BUF_INIT;
	int r = network_lo_up_message(&lo, err);

	if (r < 0)
		return r;
	if (take_bytes(&lo, &p->lo_up, &p->lo_up_bytes) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "prepare");
	return cg_find(&p->place, err);
}

/* One line a value: list keys with several lines come as several entries. */
static int write_key(struct buf *b, const struct spec *spec, size_t i)
{
	const struct spec_key *key = spec_key_at(i);
	_cleanup_free_ char *text = NULL;
	_cleanup_strv_ char **lines = NULL;

	/* Inheritance is resolved, and an unset workspace must stay unset. */
	if (str_eq(key->key, "inherit") || (str_eq(key->key, "workspace") && !spec->workspace_set))
		return 0;
	int r = spec_get_text(spec, i, &text);
	if (r == 0)
		r = strv_split(text, "\n", &lines);
	for (size_t k = 0; r == 0 && lines && lines[k]; k++)
		buf_addf(b, "spec %s %s %s\n", key->section, key->key, lines[k]);
	return r;
}

/* The files that were read, and those that a nearer directory lacks today: one
 * that appears there tomorrow must be seen. */
static void write_stamps(struct buf *b, char *const *files, char *const *dirs, const char *below,
			 bool *ret_new)
{
	for (size_t i = 0; i < strv_len(files); i++) {
		prepared_stamp(b, files[i], ret_new);
		for (size_t k = 0; k < strv_len(dirs); k++) {
			_cleanup_free_ char *dir = path_join(dirs[k], below);
			_cleanup_free_ char *nearer =
				dir ? path_join(dir, path_base(files[i])) : NULL;
			if (!nearer || str_eq(nearer, files[i]))
				break;
			if (access(nearer, F_OK) < 0)
				prepared_stamp(b, nearer, ret_new);
		}
	}
}

/* The program that made the bytes: another build may make others of the same profile. */
static int write_maker(struct buf *b)
{
	_cleanup_free_ char *self = NULL;
	int r = path_real("/proc/self/exe", &self);

	if (r == 0)
		prepared_stamp(b, self, NULL);
	return r;
}

/* What the bytes were made of. */
struct asked {
	const struct prepare_wish *wish;
	char *const *dirs;
	char **files;
	char **policy_files;
};

static int write_cache(const char *runtime_dir, const struct asked *asked,
		       const struct prepared *p)
{
	_cleanup_free_ char *path = prepared_path(runtime_dir, asked->wish);
	_cleanup_buf_ struct buf b = BUF_INIT;
	_cleanup_buf_ struct buf place = BUF_INIT;

	bool is_new = false;

	if (!path || strchr(asked->wish->profile, '\n') || strchr(asked->wish->searched, '\n'))
		return -EINVAL;
	prepared_head(&b);
	buf_addf(&b, "profile %s\npolicy %s\nsearched %s\n", asked->wish->profile,
		 asked->wish->policy ? asked->wish->policy : "-", asked->wish->searched);
	int r = write_maker(&b);
	if (r < 0)
		return r;
	write_stamps(&b, asked->files, asked->dirs, "", &is_new);
	write_stamps(&b, asked->policy_files, asked->dirs, "seccomp", &is_new);
	if (is_new)
		return -EAGAIN;
	for (size_t i = 0; spec_key_at(i); i++) {
		r = write_key(&b, &p->spec, i);
		if (r < 0)
			return r;
	}
	r = cg_place_to_text(&p->place, &place);
	if (r < 0)
		return r;
	buf_addf(&b, "place %zu\n", place.len);
	buf_add(&b, buf_str(&place), place.len);
	buf_addf(&b, "bpf %zu\n", p->bpf_bytes);
	buf_add(&b, p->bpf, p->bpf_bytes);
	buf_addf(&b, "lo %zu\n", p->lo_up_bytes);
	buf_add(&b, p->lo_up, p->lo_up_bytes);
	buf_adds(&b, "end\n");
	return b.error ? b.error : fs_replace_at(AT_FDCWD, path, buf_str(&b), b.len, 0600);
}

static int make(struct asked *asked, struct prepared *p, struct iso_err *err)
{
	if (spec_init(&p->spec) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "profile '%s'", asked->wish->profile);
	int r = profile_load(asked->wish->profile, asked->dirs, &p->spec, &asked->files, err);
	if (r == 0 && asked->wish->policy)
		r = spec_set(&p->spec, "process", "seccomp", asked->wish->policy,
			     "option '--seccomp'", err);
	if (r < 0)
		return r;
	r = make_filter(p, asked->dirs, &asked->policy_files, err);
	if (r < 0 && !asked->wish->policy && !asked->policy_files)
		iso_err_wrap(err, "profile '%s'", asked->wish->profile);
	return r < 0 ? r : make_bytes(p, err);
}

int prepared_make(const char *runtime_dir, const struct prepare_wish *wish,
		  char *const *profile_dirs, struct prepared *ret, struct iso_err *err)
{
	const char *profile = wish->profile;
	struct asked asked = { .wish = wish, .dirs = profile_dirs };
	struct prepared p = { 0 };
	int r = make(&asked, &p, err);

	/* A relative name means another file in another directory. */
	if (r == 0 && runtime_dir && (!strchr(profile, '/') || profile[0] == '/')) {
		int kept = write_cache(runtime_dir, &asked, &p);
		if (kept < 0)
			log_debug("the prepared bytes of '%s' are not kept: %s", profile,
				  strerror(-kept));
	}
	strv_free(asked.files);
	strv_free(asked.policy_files);
	if (r < 0) {
		prepared_fini(&p);
		return r;
	}
	prepared_tie(&p);
	*ret = p;
	return 0;
}

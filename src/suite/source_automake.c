/* SPDX-License-Identifier: Apache-2.0 */
/* The tests of a build directory of automake, as `make check` runs them: GNU make is asked for
 * the variables of the harness, by a rule of ours that it reads beside the Makefile.  Nothing
 * is made by that, also not the Makefile anew.
 * AM_TESTS_ENVIRONMENT and its like are shell code that stands before each test; it is
 * run where it is meant to be, in the sandbox of each test. */
#include "suite/source_kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"
#include "suite/links.h"
#include "suite/source_automake_text.h"

enum {
	HARD_ERROR = 99,
	SUBDIRS_DEPTH_MAX = 64,
	MAKEFILE_MAX = 64 << 20,
};

static const char makefile[] = "Makefile";

struct loader {
	const struct source_ctx *ctx;
	const char *build_hint;
	unsigned depth;
};

/* One directory of the tree. */
struct place {
	struct loader *l;
	const char *dir;      /* absolute */
	const char *prefix;   /* of the ids: "", or "sub/" */
	char *const *env;     /* of the directory that leads here: NULL at the top */
	struct automake_told told;
	const char *srcdir;
	const char *shell;
	const char *before;   /* shell code before each test, and behind it */
	const char *behind;
	char **xfail;
};

static struct arena *arena_of(const struct place *p)
{
	return p->l->ctx->suite->arena;
}

static int no_memory(struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
}

static bool is_defined(const struct place *p, const char *flavor)
{
	const char *value = automake_variable(&p->told, flavor);

	return *value && !str_eq(value, "undefined");
}

/* Before 1.13, or with the option serial-tests. */
static bool is_serial(const struct place *p)
{
	return !is_defined(p, "flavor-TEST_LOGS");
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t")] == '\0';
}

static int ask(struct place *p, struct iso_err *err)
{
	/* What is old is not made anew, and make does that to Makefiles before all else. */
	const char *const argv[] = {
		"make", "-s", "-p", "--no-print-directory", "-o", makefile, "-o", "GNUmakefile",
		"--eval", automake_rule, automake_rule_name, NULL,
	};
	struct capture c = { 0 };
	int r = source_capture((char *const *)(uintptr_t)argv, "make", p->dir, false, &c,
			       err);

	if (r < 0)
		return iso_err_wrap(err, "tests of '%s'", p->dir);
	r = automake_read(c.out, c.out_len, &p->told);
	capture_fini(&c);
	if (r == -EINVAL)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "'make' in '%s' does not tell its "
				   "variables: it has to be GNU make", p->dir);
	return r < 0 ? no_memory(err) : 0;
}

/* Where the harness takes it from: here, as it is called, or from among the sources. */
struct file {
	const char *dir; /* "./", "", or "SRCDIR/" */
	char *word;      /* dir and name: what the harness calls it; owned */
	char *path;      /* absolute; owned */
	bool there;
};

static void file_fini(struct file *f)
{
	free(f->word);
	free(f->path);
}

static int try_file(const struct place *p, const char *dir, const char *name, struct file *f)
{
	_cleanup_buf_ struct buf word = BUF_INIT;
	struct stat st;

	file_fini(f);
	*f = (struct file){ .dir = dir };
	buf_addf(&word, "%s%s", dir, name);
	if (buf_finish(&word, &f->word) < 0)
		return -ENOMEM;
	_cleanup_free_ char *joined = path_join(p->dir, f->word);

	f->path = joined ? path_clean(joined) : NULL;
	f->there = f->path && stat(f->path, &st) == 0 && S_ISREG(st.st_mode);
	return f->path ? 0 : -ENOMEM;
}

static int find_file(const struct place *p, const char *name, struct file *f)
{
	const char *const sources = arena_printf(arena_of(p), "%s/", p->srcdir);
	int r = sources ? try_file(p, name[0] == '/' ? "" : "./", name, f) : -ENOMEM;

	if (r == 0 && !f->there)
		r = try_file(p, sources, name, f);
	/* To be made, then: here. */
	if (r == 0 && !f->there)
		r = try_file(p, name[0] == '/' ? "" : "./", name, f);
	return r;
}

static int add_env(const struct place *p, struct test *t)
{
	_cleanup_strv_ char **all = NULL;
	int r = strv_copy(p->env, &all);

	for (char **e = p->told.env; r == 0 && e && *e; e++) {
		_cleanup_free_ char *name = strndup(*e, strcspn(*e, "="));
		const char *ours = name ? getenv(name) : NULL;

		if (!name)
			return -ENOMEM;
		if (!ours || !str_eq(*e + strlen(name) + 1, ours))
			r = strv_add(&all, *e);
	}
	if (r == 0)
		r = strv_addf(&all, "srcdir=%s", p->srcdir);
	t->env = r == 0 ? test_suite_strv(p->l->ctx->suite, all) : NULL;
	return t->env ? 0 : -ENOMEM;
}

/* The harness makes the directory of a test's log, which many a test writes into, too. */
static char *missing_dir(const struct place *p, const char *name)
{
	_cleanup_free_ char *below = strchr(name, '/') && name[0] != '/' ? path_dir(name) : NULL;
	_cleanup_free_ char *path = below ? path_join(p->dir, below) : NULL;

	return path && access(path, F_OK) < 0 ? TAKE_PTR(below) : NULL;
}

/* With the variables that the harness has by then, and shell code may use. */
static int write_script(const struct place *p, const char *name, const struct file *file,
			const struct automake_way *way, struct buf *b)
{
	_cleanup_free_ char *quoted = str_shell_quote(name);
	_cleanup_free_ char *base = str_shell_quote(way->base);
	_cleanup_free_ char *dir = str_shell_quote(file->dir);
	_cleanup_free_ char *missing = missing_dir(p, name);
	_cleanup_free_ char *made = missing ? str_shell_quote(missing) : NULL;

	if (!quoted || !base || !dir || (missing && !made))
		return -ENOMEM;
	if (made)
		buf_addf(b, "mkdir -p %s || exit; ", made);
	buf_addf(b, "f=%s; dir=%s; tst=$dir$f; b=%s; log=$b.log; ", quoted, dir, base);
	buf_addf(b, "%s%s%s\"$tst\" %s%s", p->before, way->compile,
		 *way->compile ? " " : "", p->behind,
		 way->driver == AUTOMAKE_DRIVER_TAP_ALONE ? " || :" : "");
	return b->error;
}

static int set_command(const struct place *p, struct test *t, const char *name,
		       const struct file *file, const struct automake_way *way)
{
	_cleanup_free_ char *missing = missing_dir(p, name);
	_cleanup_strv_ char **argv = NULL;
	_cleanup_buf_ struct buf script = BUF_INIT;
	const bool plain = !missing && is_blank(p->before) && is_blank(p->behind) &&
			   automake_is_plain(way->compile) &&
			   way->driver != AUTOMAKE_DRIVER_TAP_ALONE;
	int r;

	if (plain) {
		r = strv_split(way->compile, " \t", &argv);
		r = r == 0 ? strv_add(&argv, file->word) : r;
	} else {
		r = write_script(p, name, file, way, &script);
		r = r == 0 ? strv_add(&argv, p->shell) : r;
		r = r == 0 ? strv_add(&argv, "-c") : r;
		r = r == 0 ? strv_add(&argv, buf_str(&script)) : r;
	}
	t->argv = r == 0 ? test_suite_strv(p->l->ctx->suite, argv) : NULL;
	return t->argv ? 0 : -ENOMEM;
}

static int require(const struct place *p, struct test *t, const struct file *file)
{
	char *files[] = { file->path, NULL };

	t->required_files = test_suite_strv(p->l->ctx->suite, files);
	t->required_hint = p->l->build_hint;
	return t->required_files ? 0 : -ENOMEM;
}

static void set_verdict(const struct place *p, struct test *t, const char *name,
			const struct file *file, const struct automake_way *way)
{
	if (strv_has(p->xfail, name) || strv_has(p->xfail, file->word))
		t->expectation = TEST_MUST_FAIL_OR_CRASH;
	if (way->driver != AUTOMAKE_DRIVER_STATUS)
		t->protocol = TEST_PROTOCOL_TAP;
	else if (!is_serial(p) && is_blank(automake_variable(&p->told, "DISABLE_HARD_ERRORS")))
		t->error_status = HARD_ERROR;
}

/* Those whose logs the Makefile has among the prerequisites of this one's: the way in which
 * tests of automake are put in order.  What is no test is passed over. */
static int set_order(const struct place *p, struct test *t, const char *base)
{
	_cleanup_buf_ struct buf log = BUF_INIT;
	_cleanup_strv_ char **made = NULL;
	_cleanup_strv_ char **tests = NULL;
	_cleanup_strv_ char **before = NULL;

	buf_addf(&log, "%s.log", base);
	const char *prerequisites = automake_prerequisites(&p->told, buf_str(&log));

	if (!log.error && !strstr(prerequisites, ".log"))
		return 0;
	if (log.error || strv_split(prerequisites, " \t", &made) < 0 ||
	    strv_split(automake_variable(&p->told, "TESTS"), " \t", &tests) < 0)
		return -ENOMEM;
	for (char **name = tests; made && name && *name; name++) {
		struct automake_way way = { 0 };
		int r = automake_way_of(&p->told, *name, &way);

		buf_clear(&log);
		buf_addf(&log, "%s.log", r == 0 ? way.base : "");
		free(way.base);
		if (r == 0 && strv_has(made, buf_str(&log)))
			r = strv_addf(&before, "%s%s", p->prefix, *name);
		if (r < 0 || log.error)
			return -ENOMEM;
	}
	t->named.depends = test_suite_strv(p->l->ctx->suite, before);
	return before && !t->named.depends ? -ENOMEM : 0;
}

static int fill_test(const struct place *p, struct test *t, const char *name)
{
	struct automake_way way = { 0 };
	struct file file = { 0 };
	int r = find_file(p, name, &file);

	if (r == 0)
		r = automake_way_of(&p->told, name, &way);
	if (r == 0) {
		t->id = arena_printf(arena_of(p), "%s%s", p->prefix, name);
		t->cwd = arena_strdup(arena_of(p), p->dir);
		t->origin = arena_printf(arena_of(p), "%s/%s", p->dir, makefile);
		t->program = arena_strdup(arena_of(p), file.path);
		set_verdict(p, t, name, &file, &way);
		r = t->id && t->cwd && t->origin && t->program ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = set_command(p, t, name, &file, &way);
	if (r == 0)
		r = add_env(p, t);
	if (r == 0)
		r = require(p, t, &file);
	if (r == 0 && !is_serial(p))
		r = set_order(p, t, way.base);
	free(way.base);
	file_fini(&file);
	return r;
}

/* The harness of before had nothing but TESTS_ENVIRONMENT. */
static int learn(struct place *p)
{
	const struct automake_told *told = &p->told;

	p->srcdir = automake_variable(told, "srcdir");
	p->shell = automake_variable(told, "SHELL");
	p->behind = automake_variable(told, "AM_TESTS_FD_REDIRECT");
	const char *setup = is_serial(p) ? "" : automake_variable(told, "AM_TESTS_ENVIRONMENT");

	p->before = arena_printf(arena_of(p), "%s %s ", setup,
				 automake_variable(told, "TESTS_ENVIRONMENT"));
	return p->before ? strv_split(automake_variable(told, "XFAIL_TESTS"), " \t", &p->xfail)
			 : -ENOMEM;
}

static int add_tests(struct place *p, struct iso_err *err)
{
	const size_t first = p->l->ctx->suite->n_tests;
	_cleanup_strv_ char **names = NULL;

	if (!is_defined(p, "flavor-am__tty_colors"))
		return 0; /* a Makefile without the harness; TESTS may mean anything there */
	int r = learn(p);

	if (r == 0)
		r = strv_split(automake_variable(&p->told, "TESTS"), " \t", &names);
	for (char **name = names; r == 0 && name && *name; name++) {
		struct test *t = test_suite_add(p->l->ctx->suite);

		r = t ? fill_test(p, t, *name) : -ENOMEM;
	}
	return r < 0 ? no_memory(err) : links_resolve(p->l->ctx->suite, first, err);
}

static int load_place(struct loader *l, const char *dir, const char *prefix, char *const *env,
		      struct iso_err *err);

static int load_subdir(struct place *p, const char *name, struct iso_err *err)
{
	_cleanup_buf_ struct buf prefix = BUF_INIT;
	_cleanup_strv_ char **env = NULL;
	_cleanup_free_ char *joined = path_join(p->dir, name);
	_cleanup_free_ char *dir = joined ? path_clean(joined) : NULL;
	_cleanup_free_ char *file = dir ? path_join(dir, makefile) : NULL;
	int r = strv_copy(p->env, &env);

	for (char **e = p->told.env; r == 0 && e && *e; e++)
		r = strv_add(&env, *e);
	buf_addf(&prefix, "%s%s/", p->prefix, name);
	if (r < 0 || !file || prefix.error)
		return no_memory(err);
	if (access(file, F_OK) < 0) {
		iso_err_set(err, ISO_ERR_USAGE, errno, "'%s' (SUBDIRS of '%s')", file, p->dir);
		return iso_err_hint(err, "configure makes it");
	}
	if (p->l->depth == SUBDIRS_DEPTH_MAX)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "'%s': SUBDIRS are nested too deeply",
				   p->dir);
	p->l->depth++;
	r = load_place(p->l, dir, buf_str(&prefix), env, err);
	p->l->depth--;
	return r;
}

/* As `make check` goes through them: this directory where SUBDIRS has it, else last. */
static int load_all(struct place *p, struct iso_err *err)
{
	_cleanup_strv_ char **subdirs = NULL;
	bool seen = false;
	int r = 0;

	if (is_defined(p, "flavor-am__recursive_targets") &&
	    strv_split(automake_variable(&p->told, "SUBDIRS"), " \t", &subdirs) < 0)
		return no_memory(err);
	for (char **name = subdirs; r == 0 && name && *name; name++) {
		const bool here = str_eq(*name, ".");

		r = here ? add_tests(p, err) : load_subdir(p, *name, err);
		seen |= here;
	}
	return r == 0 && !seen ? add_tests(p, err) : r;
}

static int load_place(struct loader *l, const char *dir, const char *prefix, char *const *env,
		      struct iso_err *err)
{
	struct place p = { .l = l, .dir = dir, .prefix = prefix, .env = env };
	int r = ask(&p, err);

	if (r == 0)
		r = load_all(&p, err);
	strv_free(p.xfail);
	automake_told_fini(&p.told);
	return r;
}

static int load_dir(const struct source_ctx *ctx, const char *dir, struct iso_err *err)
{
	struct loader l = { .ctx = ctx };
	_cleanup_free_ char *quoted = str_shell_quote(dir);

	if (quoted)
		l.build_hint = arena_printf(ctx->suite->arena,
					    "build first (make -C %s check TESTS=)", quoted);
	return l.build_hint ? load_place(&l, dir, "", NULL, err) : no_memory(err);
}

static int automake_load(const struct source_ctx *ctx, const char *name, struct iso_err *err)
{
	const size_t before = ctx->suite->n_tests;
	_cleanup_free_ char *dir = NULL;
	int r = source_build_dir(ctx, name, makefile, "make it by ./configure", &dir, err);

	if (r == 0)
		r = load_dir(ctx, dir, err);
	if (r == 0 && ctx->suite->n_tests == before) {
		iso_err_set(err, ISO_ERR_USAGE, 0, "automake:%s: no Makefile there has TESTS of "
			    "automake", name);
		return iso_err_hint(err, "what a rule check-local runs that rule alone knows");
	}
	return r;
}

/* To read a Makefile is to run code of it: only of one that automake made. */
static const char *automake_seen(const struct source_ctx *ctx)
{
	_cleanup_free_ char *path = path_join(ctx->base_dir, makefile);
	_cleanup_free_ char *text = NULL;
	const bool read = path && fs_read(path, MAKEFILE_MAX, &text, NULL) == 0;

	return read && strstr(text, "\nam__") ? "." : NULL;
}

static int automake_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	return automake_seen(ctx) ? load_dir(ctx, ctx->base_dir, err) : 0;
}

const struct source_kind source_automake = {
	.name = "automake",
	.argument = "BUILD",
	.looked_for = "a Makefile made by automake",
	.names_place = true,
	.load = automake_load,
	.detect = automake_detect,
	.seen = automake_seen,
};

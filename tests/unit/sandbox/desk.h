/* SPDX-License-Identifier: Apache-2.0 */
/* desk.h - a request to be compiled, and what can be asked about the plan in words. */
#ifndef TESTS_SANDBOX_DESK_H
#define TESTS_SANDBOX_DESK_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "sandbox/plan.h"

/* A request over a directory below /tmp that goes away at the end. */
struct desk {
	char top[48];
	char *workspace;
	char *file;
	struct spec spec;
	struct cg_plan cgroups;
	struct sbx_request rq;
	struct sbx_plan *plan;
	struct buf text; /* the plan in words */
	struct iso_err err;
};

static char *const command[] = { (char *)"true", (char *)"word", NULL };
static char *const environment[] = { (char *)"PATH=/usr/bin:/bin", NULL };

static inline int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (!d || spec_init(&d->spec) < 0)
		return -1;
	memcpy(d->top, "/tmp/isorun-test-compile-XXXXXX", 32);
	if (!mkdtemp(d->top) || asprintf(&d->workspace, "%s/tree, :odd", d->top) < 0 ||
	    asprintf(&d->file, "%s/file", d->top) < 0)
		return -1;
	d->spec.namespaces = SPEC_NS_MOUNT | SPEC_NS_PID;
	d->rq = (struct sbx_request){
		.spec = &d->spec,
		.argv = command,
		.env = environment,
		.cwd = "/",
		.workspace = d->workspace,
		.cgroups = &d->cgroups,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.stderr_fd = -1,
	};
	*state = d;
	if (mkdir(d->workspace, 0700) < 0)
		return -1;
	return fs_replace_at(AT_FDCWD, d->file, "x", 1, 0600);
}

static inline int tear_down(void **state)
{
	struct desk *d = *state;

	sbx_plan_free(d->plan);
	buf_free(&d->text);
	fs_remove_tree_at(AT_FDCWD, d->top);
	spec_fini(&d->spec);
	free(d->workspace);
	free(d->file);
	free(d);
	return 0;
}

static inline void set(struct desk *d, const char *section, const char *key, const char *value)
{
	if (spec_set(&d->spec, section, key, value, "test", &d->err) < 0)
		fail_msg("%s", d->err.text);
}

static inline void bind(struct desk *d, const char *src, const char *dst, bool readonly)
{
	assert_int_equal(spec_add_bind(&d->spec, src, dst, readonly), 0);
}

static inline void compile(struct desk *d)
{
	sbx_plan_free(d->plan);
	d->plan = NULL;
	if (sbx_compile(&d->rq, &d->plan, &d->err) < 0)
		fail_msg("%s", d->err.text);
	buf_clear(&d->text);
	sbx_explain(d->plan, &d->text);
}

/* The words of the error. */
static inline const char *refuses(struct desk *d)
{
	assert_true(sbx_compile(&d->rq, &d->plan, &d->err) < 0);
	assert_null(d->plan);
	assert_int_equal(d->err.kind, ISO_ERR_USAGE);
	return d->err.text;
}

static inline bool says(const struct desk *d, const char *wanted)
{
	return strstr(buf_str(&d->text), wanted);
}

static inline size_t count(const struct desk *d, const char *wanted)
{
	size_t n = 0;

	for (const char *at = buf_str(&d->text); (at = strstr(at, wanted)); at++)
		n++;
	return n;
}

/* Where the words stand; they must. */
static inline const char *find(const struct desk *d, const char *wanted)
{
	const char *at = strstr(buf_str(&d->text), wanted);

	if (!at)
		fail_msg("no '%s' in\n%s", wanted, buf_str(&d->text));
	return at;
}

static inline void comes_before(const struct desk *d, const char *first, const char *then)
{
	if (find(d, first) >= find(d, then))
		fail_msg("'%s' comes after '%s' in\n%s", first, then, buf_str(&d->text));
}

__attribute__((format(printf, 1, 2))) static inline char *words(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	assert_true(vasprintf(&text, fmt, ap) >= 0);
	va_end(ap);
	return text;
}

/* The step that names the path; there must be one. */
static inline const struct sbx_step *step_of(const struct desk *d, enum sbx_op op, const char *path)
{
	for (size_t i = 0; i < d->plan->init.n; i++) {
		const struct sbx_step *s = &d->plan->init.steps[i];
		if (s->op == op && str_eq(s->path, path))
			return s;
	}
	fail_msg("no step %d on '%s' in\n%s", op, path, buf_str(&d->text));
	return NULL;
}

#define AT_DESK(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif

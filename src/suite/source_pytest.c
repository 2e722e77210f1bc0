/* SPDX-License-Identifier: Apache-2.0 */
/* pytest: a process for each file, class or test. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "suite/forkserver.h"
#include "suite/source_cases.h"

/* Collects as pytest itself does, and prints a line for each test: its node id, from here
 * and not from pytest's rootdir, and its markers; and for each file that skips itself as a
 * whole its name, and why.  What the suite's own files print goes to
 * standard error. */
static const char collector[] =
	"import json, os, sys\n"
	"out = os.fdopen(os.dup(1), 'w')\n"
	"os.dup2(2, 1)\n"
	"import pytest\n"
	"class Collector:\n"
	"    def pytest_configure(self, config):\n"
	"        self.root = str(config.rootdir)\n"
	"    def pytest_collectreport(self, report):\n"
	"        if report.skipped:\n"
	"            why = report.longrepr\n"
	"            why = why[2] if isinstance(why, tuple) else str(why)\n"
	"            file = os.path.join(self.root, report.nodeid.split('::')[0])\n"
	"            out.write(json.dumps([os.path.relpath(file), [], why]) + '\\n')\n"
	"    def pytest_collection_finish(self, session):\n"
	"        for item in session.items:\n"
	"            file, *rest = item.nodeid.split('::')\n"
	"            file = os.path.relpath(str(getattr(item, 'path', item.fspath)))\n"
	"            marks = sorted({mark.name for mark in item.iter_markers()})\n"
	"            out.write(json.dumps(['::'.join([file, *rest]), marks]) + '\\n')\n"
	"status = pytest.main(['--collect-only', '-q', '-p', 'no:cacheprovider',\n"
	"                      *sys.argv[1:]], plugins=[Collector()])\n"
	"out.close()\n"
	"sys.exit(0 if status == 5 else int(status))\n";

static const char python[] = "python3";

#define SETTINGS_MAX_BYTES (1 << 20)
#define COLLECTED_MAX_BYTES (UINT64_C(256) << 20)
#define COLLECT_TIMEOUT_NS (600 * NSEC_PER_SEC)

/* "a.py", "a.py::Class", "a.py::Class::test_b[1]": the length of the part that a test of
 * this granularity is.  A function outside of classes is a suite of its own: the file would
 * be more than that. */
static size_t part_of(const char *id, enum source_granularity granularity)
{
	const char *file_end = strstr(id, "::");
	const char *class_end = NULL;

	if (!file_end || granularity == GRANULARITY_CASE)
		return strlen(id);
	if (granularity == GRANULARITY_PROGRAM)
		return (size_t)(file_end - id);
	/* The last "::" ahead of what stands in brackets. */
	for (const char *at = strstr(file_end + 2, "::"); at && !memchr(id, '[', (size_t)(at - id));
	     at = strstr(at + 2, "::"))
		class_end = at;
	return class_end ? (size_t)(class_end - id) : strlen(id);
}

static void mark_skips(struct test *t, bool is_case)
{
	t->skip_pattern = is_case ? "^SKIPPED \\[1\\] "
				  : "^[0-9]+ skipped(, [0-9]+ warnings?)? in [0-9.]+s";
	t->skip_passes = true;
}

static int add_node(const struct source_ctx *ctx, const char *id, bool is_case)
{
	struct test_suite *s = ctx->suite;
	struct test *t = test_suite_add(s);
	const char *const words[] = { python, "-m", "pytest", "-q", "-rs", id, NULL };
	const char *file_end = strstr(id, "::");
	const size_t file_len = file_end ? (size_t)(file_end - id) : strlen(id);

	if (!t)
		return -ENOMEM;
	t->id = arena_strdup(s->arena, id);
	t->argv = test_suite_strv(s, (char *const *)(uintptr_t)words);
	t->cwd = arena_strdup(s->arena, ctx->cwd ? ctx->cwd : ctx->base_dir);
	t->origin = arena_printf(s->arena, "%s/%.*s", ctx->base_dir, (int)file_len, id);
	t->program = t->origin;
	mark_skips(t, is_case);
	return t->id && t->argv && t->cwd && t->origin ? 0 : -ENOMEM;
}

/* What one of its tests is marked with counts for a file as a whole. */
static int add_tags(const struct source_ctx *ctx, struct test *t, const struct json *marks)
{
	_cleanup_strv_ char **tags = NULL;
	int r = strv_copy(t->tags, &tags);

	for (size_t i = 0; r == 0 && i < json_len(marks); i++) {
		const char *mark = json_str(json_at(marks, i));

		if (mark && !strv_has(tags, mark))
			r = strv_add(&tags, mark);
	}
	if (r < 0 || !tags)
		return r;
	t->tags = test_suite_strv(ctx->suite, tags);
	return t->tags ? 0 : -ENOMEM;
}

static int add_item(const struct source_ctx *ctx, const struct json *item,
		    enum source_granularity granularity)
{
	const char *id = json_str(json_at(item, 0));
	const char *why = json_str(json_at(item, 2));

	if (!id)
		return -EINVAL;
	_cleanup_free_ char *part = strndup(id, part_of(id, granularity));
	struct test_suite *s = ctx->suite;
	const bool again = part && s->n_tests && str_eq(s->tests[s->n_tests - 1]->id, part);

	if (!part || (!again && add_node(ctx, part, granularity == GRANULARITY_CASE) < 0))
		return -ENOMEM;
	if (why) {
		s->tests[s->n_tests - 1]->disabled = arena_strdup(s->arena, why);
		return s->tests[s->n_tests - 1]->disabled ? 0 : -ENOMEM;
	}
	return add_tags(ctx, s->tests[s->n_tests - 1], json_at(item, 1));
}

static int add_items(const struct source_ctx *ctx, char *text, struct iso_err *err)
{
	const enum source_granularity granularity =
		source_granularity(ctx, GRANULARITY_PROGRAM);
	int r = 0;

	for (char *save, *line = strtok_r(text, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save)) {
		struct json *item = NULL;

		r = json_parse(line, strlen(line), "pytest", &item, err);
		if (r == 0 && add_item(ctx, item, granularity) < 0)
			r = iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
		json_free(item);
	}
	return r;
}

/* The line that says why, of all that pytest says. */
static const char *reason(const char *said)
{
	const char *at = strstr(said, "\nE  ");

	if (at)
		return at + 2 + strspn(at + 2, " ");
	at = str_starts(said, "ERROR: ") ? said : strstr(said, "\nERROR: ");
	if (at)
		return strchr(at, ':') + 2;
	for (at = said + strlen(said); at > said && strchr("\n ", at[-1]);)
		at--;
	while (at > said && at[-1] != '\n')
		at--;
	return at;
}

static int collect(const struct source_ctx *ctx, const char *what, struct capture *ret,
		   struct iso_err *err)
{
	const char *const argv[] = { python, "-c", collector, what, NULL };
	int r = capture_run((char *const *)(uintptr_t)argv, ctx->base_dir, COLLECTED_MAX_BYTES,
			    COLLECT_TIMEOUT_NS, ret);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_USAGE, r, "pytest:%s: run '%s'", what, python);
	if (ret->status == 0)
		return 0;
	const char *why = reason(ret->err);
	const char *file = strstr(ret->err, "\nERROR ");
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (file)
		buf_addf(&b, " %.*s", (int)strcspn(file + strlen("\nERROR "), " \n"),
			 file + strlen("\nERROR "));
	iso_err_set(err, ISO_ERR_USAGE, 0, "pytest:%s: cannot collect%s: %.*s", what, buf_str(&b),
		    (int)strcspn(why, "\n"), why);
	iso_err_hint(err, "%s -m pytest --collect-only %s", python, what);
	capture_fini(ret);
	return -EINVAL;
}

static const char server[] =
	"import sys\n"
	"what, *dirs = sys.argv[1:]\n"
	"sys.path += dirs\n"
	"try:\n"
	"    from pytest_isorun.suite import main\n"
	"except ImportError:\n"
	"    sys.exit('no plugin')\n"
	"sys.exit(main([what]))\n";

/* A pytest that stays, and forks a test where one is wanted.  1: there is none. */
static int serve(const struct source_ctx *ctx, const char *what, struct iso_err *err)
{
	const size_t before = ctx->suite->n_tests;
	struct forkserver *f = NULL;
	struct iso_err why = ISO_ERR_INIT;
	_cleanup_strv_ char **argv = NULL;
	const char *const words[] = { python, "-c", server, what };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(words); i++)
		r = strv_add(&argv, words[i]);
	for (size_t i = 0; r == 0 && i < strv_len(ctx->settings->python_dirs); i++)
		r = strv_add(&argv, ctx->settings->python_dirs[i]);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "tests");
	if (forkserver_start(argv, ctx->base_dir, &f, &why) < 0)
		return 1;
	r = source_forkserver_list(ctx, f, &why);
	/* What cannot be collected is told by the collector, in its own words. */
	if (r == -EPIPE && ctx->suite->n_tests == before)
		return 1;
	if (r < 0) {
		*err = why;
		return iso_err_wrap(err, "pytest:%s", what);
	}
	for (size_t i = before; i < ctx->suite->n_tests; i++)
		mark_skips(ctx->suite->tests[i], true);
	return 0;
}

static int collect_only(const struct source_ctx *ctx, const char *what, struct iso_err *err)
{
	struct capture said = { 0 };

	if (collect(ctx, what, &said, err) < 0)
		return -EINVAL;
	int r = add_items(ctx, said.out, err);
	capture_fini(&said);
	return r;
}

static int pytest_load(const struct source_ctx *ctx, const char *what, struct iso_err *err)
{
	const size_t before = ctx->suite->n_tests;
	int r = 1;

	if (source_granularity(ctx, GRANULARITY_CASE) == GRANULARITY_CASE)
		r = serve(ctx, what, err);
	if (r > 0)
		r = collect_only(ctx, what, err);
	if (r == 0 && ctx->suite->n_tests == before)
		r = iso_err_set(err, ISO_ERR_USAGE, 0, "pytest:%s: it collects no test", what);
	return r;
}

/* Where pytest looks for its settings, in files of other tools, too. */
static bool is_configured(const char *dir)
{
	static const char *const places[][2] = {
		{ "pyproject.toml", "[tool.pytest.ini_options]" },
		{ "tox.ini", "[pytest]" },
		{ "setup.cfg", "[tool:pytest]" },
	};
	bool found = false;

	for (size_t i = 0; !found && i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = path_join(dir, places[i][0]);
		_cleanup_free_ char *text = NULL;

		found = path && fs_read(path, SETTINGS_MAX_BYTES, &text, NULL) == 0 &&
			strstr(text, places[i][1]);
	}
	return found;
}

/* Python's files alone may be of any framework. */
static const char *pytest_seen(const struct source_ctx *ctx)
{
	static const char *const signs[] = {
		"pytest.ini", "conftest.py", "tests/conftest.py", "test/conftest.py", NULL,
	};

	return source_first_match(ctx, signs) || is_configured(ctx->base_dir) ? "." : NULL;
}

static int pytest_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	return pytest_seen(ctx) ? pytest_load(ctx, ".", err) : 0;
}

const struct source_kind source_pytest = {
	.name = "pytest",
	.argument = "DIR",
	.looked_for = "pytest.ini, conftest.py, also below test/ and tests/, or settings of pytest "
		      "in pyproject.toml, tox.ini, setup.cfg",
	.load = pytest_load,
	.detect = pytest_detect,
	.seen = pytest_seen,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* What sources share that ask another tool for their tests. */
#include "suite/source_kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/capture.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/time.h"

#define OUTPUT_MAX (UINT64_C(256) << 20)
#define ASK_TIMEOUT_NS (600 * NSEC_PER_SEC)

/* Of several lines one: they are told in a message. */
static void add_lines(struct buf *b, const char *text)
{
	_cleanup_strv_ char **lines = NULL;

	if (strv_split(text, "\r\n", &lines) < 0)
		return;
	for (size_t i = 0; i < strv_len(lines); i++)
		buf_addf(b, "%s%s", i ? "; " : ": ", lines[i]);
}

static int tell_failure(const struct capture *c, const char *command, struct iso_err *err)
{
	_cleanup_buf_ struct buf said = BUF_INIT;
	char name[16];

	add_lines(&said, c->err_len ? c->err : c->out);
	if (WIFSIGNALED(c->status))
		return iso_err_set(err, ISO_ERR_USAGE, 0, "'%s' was killed by %s%s", command,
				   proc_signal_name(WTERMSIG(c->status), name), buf_str(&said));
	return iso_err_set(err, ISO_ERR_USAGE, 0, "'%s' gave %d%s", command,
			   WEXITSTATUS(c->status), buf_str(&said));
}

int source_capture(char *const *argv, const char *name, const char *dir, bool any_status,
		   struct capture *ret, struct iso_err *err)
{
	_cleanup_free_ char *command = name ? strdup(name) : str_shell_join(argv);

	if (!command)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "'%s'", argv[0]);
	int r = capture_run(argv, dir, OUTPUT_MAX, ASK_TIMEOUT_NS, ret);

	if (r == -ENOENT && !strchr(argv[0], '/')) {
		iso_err_set(err, ISO_ERR_USAGE, 0, "'%s' is not in PATH", argv[0]);
		return iso_err_hint(err, "its tests are known to %s alone: install it", argv[0]);
	}
	if (r < 0)
		return iso_err_set(err, ISO_ERR_USAGE, r, "'%s' in '%s'", command, dir);
	if (WIFEXITED(ret->status) && (any_status || WEXITSTATUS(ret->status) == 0))
		return 0;
	r = tell_failure(ret, command, err);
	capture_fini(ret);
	return r;
}

int source_ask(char *const *argv, const char *dir, struct json **ret, struct iso_err *err)
{
	_cleanup_free_ char *command = str_shell_join(argv);
	struct capture c = { 0 };

	if (!command)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "'%s'", argv[0]);
	if (source_capture(argv, command, dir, false, &c, err) < 0)
		return -EINVAL;
	int r = json_parse(c.out, c.out_len, command, ret, err);
	capture_fini(&c);
	return r;
}

int source_add_strings(struct test_suite *s, const struct json *value, char ***list)
{
	_cleanup_strv_ char **all = NULL;
	const char *one = json_str(value);
	int r = strv_copy(*list, &all);

	if (r == 0 && one)
		r = strv_add(&all, one);
	for (size_t i = 0; r == 0 && i < json_len(value); i++) {
		const char *text = json_str(json_at(value, i));

		r = text ? strv_add(&all, text) : 0;
	}
	char **copy = r == 0 ? test_suite_strv(s, all) : NULL;

	if (r < 0 || (all && !copy))
		return -ENOMEM;
	*list = copy;
	return 0;
}

bool source_has(const struct source_ctx *ctx, const char *name)
{
	_cleanup_free_ char *path = path_join(ctx->base_dir, name);

	return path && access(path, F_OK) == 0;
}

const char *source_find_build(const struct source_ctx *ctx, const char *top, const char *marks)
{
	static const char *const usual[] = { "build", "builddir" };

	if (source_has(ctx, marks))
		return ".";
	for (size_t i = 0; i < ARRAY_SIZE(usual) && source_has(ctx, top); i++) {
		_cleanup_free_ char *mark = path_join(usual[i], marks);

		if (mark && source_has(ctx, mark))
			return usual[i];
	}
	return NULL;
}

int source_build_dir(const struct source_ctx *ctx, const char *argument, const char *marks,
		     const char *hint, char **ret, struct iso_err *err)
{
	_cleanup_free_ char *joined = path_join(ctx->base_dir, argument);
	_cleanup_free_ char *dir = joined ? path_clean(joined) : NULL;
	_cleanup_free_ char *mark = dir ? path_join(dir, marks) : NULL;
	struct stat st;

	if (!mark)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "source '%s'", argument);
	if (stat(dir, &st) < 0)
		return iso_err_set(err, ISO_ERR_USAGE, errno, "build directory '%s'", dir);
	if (!S_ISDIR(st.st_mode))
		return iso_err_set(err, ISO_ERR_USAGE, ENOTDIR, "build directory '%s'", dir);
	if (access(mark, F_OK) < 0) {
		iso_err_set(err, ISO_ERR_USAGE, 0, "build directory '%s': there is no %s in it",
			    dir, marks);
		return iso_err_hint(err, "%s", hint);
	}
	*ret = TAKE_PTR(dir);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_kind.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"

/* Bounds on what is read, and on an id made of a line: it becomes a column of
 * reports and a key of the history. */
enum { LINES_MAX_BYTES = 64 << 20, LINES_ID_MAX = 200 };

static int read_stdin(char **ret_text, size_t *ret_len)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	char chunk[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf_add(&b, chunk, (size_t)n);
		if (b.len > LINES_MAX_BYTES)
			return -EFBIG;
	}
	*ret_len = b.len;
	return buf_finish(&b, ret_text);
}

static int read_lines(const struct source_ctx *ctx, const char *name, char **ret_text,
		      size_t *ret_len)
{
	if (str_eq(name, "-"))
		return read_stdin(ret_text, ret_len);
	_cleanup_free_ char *path = path_join(ctx->base_dir, name);

	return path ? fs_read(path, LINES_MAX_BYTES, ret_text, ret_len) : -ENOMEM;
}

/* The line itself, cut between characters, without control characters. */
static char *id_of(struct arena *arena, const char *line)
{
	size_t len = strlen(line);
	const bool cut = len > LINES_ID_MAX;

	if (cut) {
		len = LINES_ID_MAX - 3;
		while (len > 0 && ((unsigned char)line[len] & 0xc0) == 0x80)
			len--;
	}
	char *id = arena_printf(arena, "%.*s%s", (int)len, line, cut ? "..." : "");

	for (char *c = id; c && *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	}
	return id;
}

/* A path and words that mean to the shell what they say: it would only cost the
 * time to start it.  Without a slash the first word may be a builtin. */
static bool needs_no_shell(const char *line)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./,:@%+= \t";
	const size_t first = strcspn(line, " \t");

	return memchr(line, '/', first) && !memchr(line, '=', first) &&
	       line[strspn(line, plain)] == '\0';
}

static char **argv_of(struct test_suite *suite, const char *line)
{
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)line, NULL };
	_cleanup_strv_ char **words = NULL;

	if (!needs_no_shell(line))
		return test_suite_strv(suite, argv);
	return strv_split(line, " \t", &words) < 0 ? NULL : test_suite_strv(suite, words);
}

static int add_line(const struct source_ctx *ctx, const char *line, const char *name,
		    unsigned number, struct iso_err *err)
{
	struct arena *arena = ctx->suite->arena;
	struct test *t = test_suite_add(ctx->suite);

	if (t) {
		t->id = id_of(arena, line);
		t->argv = argv_of(ctx->suite, line);
		t->cwd = arena_strdup(arena, ctx->cwd ? ctx->cwd : ctx->base_dir);
		t->origin = arena_printf(arena, "%s:%u", str_eq(name, "-") ? "stdin" : name,
					 number);
		t->program = arena_strndup(arena, line, strcspn(line, " \t"));
	}
	if (!t || !t->id || !t->argv || !t->cwd || !t->origin || !t->program)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "tests");
	return 0;
}

static int lines_load(const struct source_ctx *ctx, const char *name, struct iso_err *err)
{
	_cleanup_free_ char *text = NULL;
	const size_t before = ctx->suite->n_tests;
	unsigned number = 0;
	size_t len;
	int r = read_lines(ctx, name, &text, &len);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_USAGE, r, "lines:%s", name);
	/* No command can hold one, and all behind it would be lost unseen. */
	if (strlen(text) < len)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "lines:%s: a NUL byte at offset %zu",
				   name, strlen(text));
	for (char *rest = text, *raw; (raw = strsep(&rest, "\n"));) {
		const char *line = str_trim(raw);

		number++;
		if (!*line || *line == '#')
			continue;
		r = add_line(ctx, line, name, number, err);
		if (r < 0)
			return r;
	}
	if (ctx->suite->n_tests == before)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "lines:%s: no command in it", name);
	return 0;
}

/* A list of commands has no habitual name. */
static int lines_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	(void)ctx;
	(void)err;
	return 0;
}

const struct source_kind source_lines = {
	.name = "lines",
	.argument = "FILE",
	.looked_for = "",
	.load = lines_load,
	.detect = lines_detect,
	.seen = source_seen_none,
};

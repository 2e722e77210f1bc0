/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec_value.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "model/amount.h"

#define LIST(e) ((char ***)(void *)((char *)(e)->spec + (e)->row->offset))

/* Between quotes it is a word as any other. */
static bool begins_with_none(const char *value)
{
	value += strspn(value, " \t\n");
	return str_starts(value, "none") && strchr(" \t\n", value[strlen("none")]);
}

/* The words of the value; a leading "none" empties the list. */
static int split(const struct spec_entry *e, char ***ret_words, bool *ret_empties)
{
	const int r = strv_split_quoted(e->value, ret_words);

	if (r == -EINVAL)
		return spec_refuse(e, e->value, "a quote is not closed");
	if (r < 0)
		return spec_no_memory(e);
	if (!*ret_words || !**ret_words)
		return spec_refuse(e, e->value, "expected %s, or none", e->row->key.values);
	*ret_empties = begins_with_none(e->value);
	return 0;
}

int spec_list_add(const struct spec_entry *e, const char *word)
{
	if (strv_has(*LIST(e), word))
		return 0;
	return strv_add(LIST(e), word) < 0 ? spec_no_memory(e) : 0;
}

void spec_list_empty(const struct spec_entry *e)
{
	strv_free(*LIST(e));
	*LIST(e) = NULL;
}

/* The value's words one after the other; before them, where the first is "none",
 * away with what was there. */
static int take_words(const struct spec_entry *e, void (*empty)(const struct spec_entry *e),
		      int (*take)(const struct spec_entry *e, const char *word))
{
	_cleanup_strv_ char **words = NULL;
	bool empties = false;
	int r = split(e, &words, &empties);

	if (r == 0 && empties)
		empty(e);
	for (size_t i = empties; r == 0 && words[i]; i++)
		r = take(e, words[i]);
	return r;
}

int spec_set_words(const struct spec_entry *e)
{
	return take_words(e, spec_list_empty, spec_list_add);
}

/* A word that would be read as another one goes between quotes. */
static void put_word(struct buf *b, const char *word)
{
	if (str_eq(word, "none")) {
		buf_adds(b, "'none'");
		return;
	}
	if (*word && !strpbrk(word, " \t\n'\"\\")) {
		buf_adds(b, word);
		return;
	}
	_cleanup_free_ char *quoted = str_shell_quote(word);
	if (quoted)
		buf_adds(b, quoted);
	else
		b->error = -ENOMEM;
}

/* Lines stay short enough for people, and for the INI reader. */
static void put_list(struct buf *b, char *const *list)
{
	enum { WIDTH = 72 };
	size_t line = b->len; /* where the last one begins */

	if (!list || !*list)
		buf_adds(b, "none");
	for (size_t i = 0; list && list[i]; i++) {
		if (i && b->len - line + strlen(list[i]) > WIDTH) {
			buf_addc(b, '\n');
			line = b->len;
		} else if (i) {
			buf_addc(b, ' ');
		}
		put_word(b, list[i]);
	}
}

void spec_get_words(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	put_list(b, *(char **const *)(const void *)((const char *)s + row->offset));
}

/* A pattern of paths below the workspace. */
static int add_glob(const struct spec_entry *e, const char *word)
{
	_cleanup_strv_ char **parts = NULL;
	_cleanup_free_ char *glob = strdup(word);
	size_t len = strlen(word);

	if (!glob)
		return spec_no_memory(e);
	while (len && glob[len - 1] == '/') /* a directory is kept with all in it */
		glob[--len] = '\0';
	if (*glob == '/')
		return spec_refuse(e, word, "a pattern begins at the workspace, not with '/'");
	if (strv_split(glob, "/", &parts) < 0)
		return spec_no_memory(e);
	if (!strv_len(parts))
		return spec_refuse(e, word, "no file is called so");
	if (strv_has(parts, "..") || strv_has(parts, "."))
		return spec_refuse(e, word,
				   "'.' and '..' match no path; begin at the workspace");
	return spec_list_add(e, glob);
}

int spec_set_globs(const struct spec_entry *e)
{
	return take_words(e, spec_list_empty, add_glob);
}

void spec_get_globs(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	spec_get_words(s, row, b);
}

/* An absolute path other than "/", cleaned. */
static int read_path(const struct spec_entry *e, const char *word, char **ret)
{
	if (*word != '/')
		return spec_refuse(e, word, "expected an absolute path");
	_cleanup_free_ char *path = path_clean(word);
	if (!path)
		return spec_no_memory(e);
	if (str_eq(path, "/"))
		return spec_refuse(e, word, "the root directory itself cannot be named here");
	*ret = TAKE_PTR(path);
	return 0;
}

static int add_path(const struct spec_entry *e, const char *word)
{
	_cleanup_free_ char *path = NULL;
	int r = read_path(e, word, &path);

	return r < 0 ? r : spec_list_add(e, path);
}

int spec_set_paths(const struct spec_entry *e)
{
	return take_words(e, spec_list_empty, add_path);
}

void spec_get_paths(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	spec_get_words(s, row, b);
}

/* A name that was there before is replaced; `separator` ends it. */
static int replace_name(const struct spec_entry *e, const char *word, char separator)
{
	const char end[] = { separator, '\0' };
	const size_t len = strcspn(word, end);
	char **list = *LIST(e);

	for (size_t i = 0; list && list[i]; i++) {
		if (strcspn(list[i], end) != len || strncmp(list[i], word, len) != 0)
			continue;
		char *copy = strdup(word);
		if (!copy)
			return spec_no_memory(e);
		free(list[i]);
		list[i] = copy;
		return 0;
	}
	return spec_list_add(e, word);
}

static int add_token(const struct spec_entry *e, const char *word)
{
	const char *why = token_parse(word, NULL, NULL);

	return why ? spec_refuse(e, word, "%s", why) : replace_name(e, word, '=');
}

int spec_set_tokens(const struct spec_entry *e)
{
	return take_words(e, spec_list_empty, add_token);
}

void spec_get_tokens(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	spec_get_words(s, row, b);
}

static int add_lock(const struct spec_entry *e, const char *word)
{
	char name[AMOUNT_NAME];
	bool shared;
	const char *why = lock_parse(word, name, &shared);

	return why ? spec_refuse(e, word, "%s", why) : replace_name(e, word, ':');
}

int spec_set_locks(const struct spec_entry *e)
{
	return take_words(e, spec_list_empty, add_lock);
}

void spec_get_locks(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	spec_get_words(s, row, b);
}

static void empty_binds(struct spec *s)
{
	for (size_t i = 0; i < s->n_binds; i++) {
		free(s->binds[i].src);
		free(s->binds[i].dst);
	}
	s->n_binds = 0;
}

/* One bind an entry, so that its paths may hold blanks. */
int spec_set_binds(const struct spec_entry *e)
{
	if (str_eq(e->value, "none")) {
		empty_binds(e->spec);
		return 0;
	}
	_cleanup_strv_ char **parts = NULL;
	/* The split drops empty pieces; here they are mistakes. */
	if (*e->value == ':' || str_ends(e->value, ":") || strstr(e->value, "::"))
		return spec_refuse(e, e->value, "expected %s", e->row->key.values);
	if (strv_split(e->value, ":", &parts) < 0)
		return spec_no_memory(e);
	const size_t n = strv_len(parts);
	if (n < 1 || n > 3 || (n == 3 && !str_eq(parts[2], "ro")))
		return spec_refuse(e, e->value, "expected %s", e->row->key.values);

	_cleanup_free_ char *src = NULL;
	_cleanup_free_ char *dst = NULL;
	int r = read_path(e, parts[0], &src);
	if (r == 0)
		r = read_path(e, parts[n > 1], &dst);
	if (r < 0)
		return r;
	if (spec_add_bind(e->spec, src, dst, n == 3) < 0)
		return spec_no_memory(e);
	return 0;
}

void spec_get_binds(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	if (!s->n_binds)
		buf_adds(b, "none");
	for (size_t i = 0; i < s->n_binds; i++) {
		const struct spec_bind *bind = &s->binds[i];
		buf_addf(b, "%s%s:%s%s", i ? "\n" : "", bind->src, bind->dst,
			 bind->readonly ? ":ro" : "");
	}
}

/* One variable an entry, so that its value may hold blanks; the last of a name wins. */
int spec_set_env(const struct spec_entry *e)
{
	const char *equals = strchr(e->value, '=');

	if (str_eq(e->value, "none")) {
		spec_list_empty(e);
		return 0;
	}
	if (!equals || equals == e->value)
		return spec_refuse(e, e->value, "expected %s", e->row->key.values);

	const size_t name_len = (size_t)(equals - e->value) + 1;
	char **list = *LIST(e);
	for (size_t i = 0; list && list[i]; i++)
		if (strncmp(list[i], e->value, name_len) == 0) {
			char *copy = strdup(e->value);
			if (!copy)
				return spec_no_memory(e);
			free(list[i]);
			list[i] = copy;
			return 0;
		}
	return strv_add(LIST(e), e->value) < 0 ? spec_no_memory(e) : 0;
}

void spec_get_env(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	if (!s->env_set || !*s->env_set)
		buf_adds(b, "none");
	for (size_t i = 0; s->env_set && s->env_set[i]; i++)
		buf_addf(b, "%s%s", i ? "\n" : "", s->env_set[i]);
}

static int add_fd(const struct spec_entry *e, const char *word)
{
	struct spec *s = e->spec;
	unsigned fd;

	if (num_parse_uint(word, &fd) < 0 || fd > INT_MAX)
		return spec_refuse(e, word, "expected the number of an open descriptor");
	if (fd <= STDERR_FILENO)
		return spec_refuse(e, word, "descriptors 0, 1 and 2 are always passed");
	for (size_t i = 0; i < s->n_pass_fds; i++)
		if (s->pass_fds[i] == (int)fd)
			return 0;
	int *grown = reallocarray(s->pass_fds, s->n_pass_fds + 1, sizeof(*grown));
	if (!grown)
		return spec_no_memory(e);
	s->pass_fds = grown;
	grown[s->n_pass_fds++] = (int)fd;
	return 0;
}

static void empty_fds(const struct spec_entry *e)
{
	e->spec->n_pass_fds = 0;
}

int spec_set_fds(const struct spec_entry *e)
{
	return take_words(e, empty_fds, add_fd);
}

void spec_get_fds(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	if (!s->n_pass_fds)
		buf_adds(b, "none");
	for (size_t i = 0; i < s->n_pass_fds; i++)
		buf_addf(b, "%s%d", i ? " " : "", s->pass_fds[i]);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_ctest_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

/* Brackets: a ']' that comes first stands for itself, and backslashes, too, in both. */
static size_t bracket_len(const char *text)
{
	size_t n = 1;

	n += text[n] == '^';
	n += text[n] == ']';
	while (text[n] && text[n] != ']')
		n++;
	return n + (text[n] == ']');
}

static void add_literal(struct buf *b, char c)
{
	if (c && strchr("^$.[|()*+?{\\", c))
		buf_addc(b, '\\');
	buf_addc(b, c);
}

void ctest_add_regex(struct buf *b, const char *regex)
{
	while (*regex) {
		size_t n = 1;

		if (*regex == '\\' && regex[1]) {
			add_literal(b, regex[1]);
			n = 2;
		} else if (*regex == '[') {
			n = bracket_len(regex);
			buf_add(b, regex, n);
		} else if (*regex == '{' || *regex == '\\') {
			add_literal(b, *regex);
		} else {
			buf_addc(b, *regex);
		}
		regex += n;
	}
}

void ctest_env_fini(struct ctest_env *e)
{
	strv_free(e->set);
	strv_free(e->unset);
	e->set = e->unset = NULL;
}

/* SIZE_MAX: the list has none of that name. */
static size_t find(char *const *list, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; list && list[i]; i++)
		if (strncmp(list[i], name, len) == 0 && (list[i][len] == '=' || !list[i][len]))
			return i;
	return SIZE_MAX;
}

static const char *value_in(char *const *list, const char *name)
{
	const size_t i = find(list, name);

	return i == SIZE_MAX ? NULL : list[i] + strlen(name) + 1;
}

static void drop(char **list, const char *name)
{
	size_t i = find(list, name);

	if (i == SIZE_MAX)
		return;
	free(list[i]);
	for (; list[i]; i++)
		list[i] = list[i + 1];
}

static int put(struct ctest_env *e, const char *name, const char *value)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_addf(&b, "%s=%s", name, value);
	drop(e->set, name);
	drop(e->unset, name);
	return b.error ? b.error : strv_add(&e->set, buf_str(&b));
}

static const char *get(const struct ctest_env *e, const char *name)
{
	const char *own = value_in(e->set, name);

	if (own || find(e->unset, name) != SIZE_MAX)
		return own;
	return e->outer(name);
}

enum operation { SET, UNSET, RESET, APPEND, PREPEND };

static const struct {
	const char *name;
	enum operation operation;
	const char *separator;
} operations[] = {
	{ "set", SET, "" },
	{ "unset", UNSET, "" },
	{ "reset", RESET, "" },
	{ "string_append", APPEND, "" },
	{ "string_prepend", PREPEND, "" },
	{ "path_list_append", APPEND, ":" },
	{ "path_list_prepend", PREPEND, ":" },
	{ "cmake_list_append", APPEND, ";" },
	{ "cmake_list_prepend", PREPEND, ";" },
};

static int join(struct ctest_env *e, const char *name, const char *first, const char *separator,
		const char *last)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_addf(&b, "%s%s%s", first, *first && *last ? separator : "", last);
	return b.error ? b.error : put(e, name, buf_str(&b));
}

static int apply(struct ctest_env *e, const char *name, enum operation operation,
		 const char *separator, const char *value)
{
	const char *stated = value_in(e->stated, name);
	const char *old = get(e, name);

	switch (operation) {
	case SET:
		return put(e, name, value);
	case UNSET:
		drop(e->set, name);
		return find(e->unset, name) == SIZE_MAX ? strv_add(&e->unset, name) : 0;
	case RESET:
		drop(e->set, name);
		drop(e->unset, name);
		return stated ? put(e, name, stated) : 0;
	case APPEND:
		return join(e, name, old ? old : "", separator, value);
	case PREPEND:
		return join(e, name, value, separator, old ? old : "");
	}
	return -EINVAL;
}

int ctest_env_change(struct ctest_env *e, const char *change)
{
	const char *equals = strchr(change, '=');
	const char *colon = equals ? strchr(equals, ':') : NULL;

	if (!colon)
		return -EINVAL;
	_cleanup_free_ char *name = strndup(change, (size_t)(equals - change));
	_cleanup_free_ char *word = strndup(equals + 1, (size_t)(colon - equals - 1));

	if (!name || !word)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (str_eq(operations[i].name, word))
			return apply(e, name, operations[i].operation, operations[i].separator,
				     colon + 1);
	return -EINVAL;
}

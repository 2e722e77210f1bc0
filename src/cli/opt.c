/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

static const struct opt *row_at(const struct opt_table *table, size_t i)
{
	for (size_t g = 0; g < table->n; g++) {
		if (i < table->groups[g].n)
			return &table->groups[g].rows[i];
		i -= table->groups[g].n;
	}
	return NULL;
}

static const char *name_at(size_t i, const void *arg)
{
	return row_at(arg, i)->name;
}

static size_t row_count(const struct opt_table *table)
{
	size_t n = 0;

	for (size_t g = 0; g < table->n; g++)
		n += table->groups[g].n;
	return n;
}

static const struct opt *find(const struct opt_table *table, const char *name, size_t len)
{
	const struct opt *o;

	for (size_t i = 0; (o = row_at(table, i)); i++)
		if (strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
	return NULL;
}

const struct opt *opt_find(const struct opt_table *table, const char *name)
{
	return find(table, name, strlen(name));
}

static const struct opt *find_letter(const struct opt_table *table, char letter)
{
	const struct opt *o;

	for (size_t i = 0; (o = row_at(table, i)); i++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static int unknown(const struct opt_table *table, const char *name, size_t len,
		   struct iso_err *err)
{
	_cleanup_free_ char *word = strndup(name, len);
	const char *near;

	if (!word)
		return iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "read the options");
	near = str_nearest(word, row_count(table), name_at, table);
	if (near)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "unknown option '--%s', did you mean '--%s'?", word, near);
	return iso_err_set(err, ISO_ERR_USAGE, 0, "unknown option '--%s'", word);
}

static int missing(const struct opt *o, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_USAGE, 0, "option '--%s' needs an argument: %s", o->name,
			   o->arg);
}

static int give(const struct opt *o, const char *value, void *values, struct iso_err *err)
{
	return o->parse(o, value, (char *)values + o->offset, err);
}

/* "--name", "--name=value" or "--name" "value"; *io_next moves past a value
 * that was taken from the next word. */
static int parse_long(const struct opt_table *table, const char *text, char ***io_next,
		      void *values, struct iso_err *err)
{
	size_t len = strcspn(text, "=");
	const struct opt *o = find(table, text, len);
	const char *value = NULL;

	if (!o)
		return unknown(table, text, len, err);
	if (text[len] == '=')
		value = text + len + 1;
	if (!o->arg && value)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "option '--%s' takes no argument",
				   o->name);
	if (o->arg && !value) {
		value = **io_next;
		if (!value)
			return missing(o, err);
		(*io_next)++;
	}
	return give(o, value, values, err);
}

/* "-qv", "-j8", "-qj8" or "-j" "8". */
static int parse_letters(const struct opt_table *table, const char *text, char ***io_next,
			 void *values, struct iso_err *err)
{
	for (; *text; text++) {
		const struct opt *o = find_letter(table, *text);
		int r;

		if (!o)
			return iso_err_set(err, ISO_ERR_USAGE, 0, "unknown option '-%c'", *text);
		if (o->arg && text[1])
			return give(o, text + 1, values, err);
		if (o->arg && !**io_next)
			return missing(o, err);
		r = give(o, o->arg ? *(*io_next)++ : NULL, values, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int opt_parse(const struct opt_table *table, unsigned flags, char **argv, void *values,
	      char ***ret_words, struct iso_err *err)
{
	char **words = argv;
	char **next = argv;
	size_t n_words = 0;

	while (*next) {
		char *text = *next;
		int r;

		if (text[0] != '-' || !text[1]) {
			if (flags & OPT_STOP_AT_WORD)
				break;
			words[n_words++] = text;
			next++;
			continue;
		}
		next++;
		if (str_eq(text, "--"))
			break;
		r = text[1] == '-' ? parse_long(table, text + 2, &next, values, err) :
				     parse_letters(table, text + 1, &next, values, err);
		if (r < 0)
			return r;
	}
	if (flags & OPT_STOP_AT_WORD) {
		*ret_words = next;
		return 0;
	}
	while (*next)
		words[n_words++] = *next++;
	words[n_words] = NULL;
	*ret_words = words;
	return 0;
}

static void print_row(const struct opt *o, FILE *f)
{
	enum { HELP_COLUMN = 32 };
	int width;

	if (o->letter)
		width = fprintf(f, "  -%c, --%s", o->letter, o->name);
	else
		width = fprintf(f, "      --%s", o->name);
	if (o->arg)
		width += fprintf(f, " %s", o->arg);
	if (width > HELP_COLUMN - 2) {
		fputc('\n', f);
		width = 0;
	}
	fprintf(f, "%*s%s\n", HELP_COLUMN - width, "", o->help);
}

void opt_print_help(const struct opt_table *table, FILE *f)
{
	for (size_t g = 0; g < table->n; g++) {
		fprintf(f, "\n%s:\n", table->groups[g].title);
		for (size_t i = 0; i < table->groups[g].n; i++)
			print_row(&table->groups[g].rows[i], f);
	}
}

void opt_print_names(const struct opt_table *table, const char *command, FILE *f)
{
	const struct opt *o;

	for (size_t i = 0; (o = row_at(table, i)); i++)
		fprintf(f, "%s --%s\n", command, o->name);
}

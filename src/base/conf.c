/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

/* No profile or manifest written by a person comes near. */
enum { FILE_MAX_BYTES = 1 << 20 };

/*
 * inih reads line by line through read_line() and calls take_entry() for what
 * it found in the line just read.  It cuts section names, and keys that a
 * continuation repeats, at 49 bytes, ends a section at its first ']' and tells
 * no line numbers to its handler; so the line, the section and the key are kept
 * here.  That is also how empty sections are seen, for which only a special
 * build of inih would call.
 *
 * It also ends a value at a ';' after a blank, where a shell's command goes on;
 * so the value is taken from the line, too.
 */
struct parse {
	const char *name;
	const char *next;    /* what is still to be read */
	int line;            /* the one read last, from 1 */
	bool first_blank;    /* that line begins with a blank */
	char *text;          /* what stands in it, without the blanks around it */
	char *section;       /* "" before the first */
	char *key;           /* the last of this section, or NULL */
	struct buf where;    /* "name:line" of it */
	conf_entry_fn *entry;
	void *arg;
	struct iso_err *err;
	int result;          /* of the first entry or line that was refused */
};

static int refuse_line(struct parse *p, int line, const char *why)
{
	return iso_err_set(p->err, ISO_ERR_USAGE, 0, "%s:%d: %s", p->name, line, why);
}

static int no_memory(struct parse *p)
{
	return iso_err_set(p->err, ISO_ERR_HOST, ENOMEM, "read '%s'", p->name);
}

static int replace(struct parse *p, char **field, const char *text, size_t len)
{
	char *copy = strndup(text, len);

	if (!copy)
		return no_memory(p);
	free(*field);
	*field = copy;
	return 0;
}

/* Behind a section's name inih allows a comment, from a ';' after a blank. */
static size_t without_comment(const char *line)
{
	for (size_t i = 0; line[i]; i++)
		if (line[i] == ';' && i && isspace((unsigned char)line[i - 1]))
			return i;
	return strlen(line);
}

/* `line` begins with '['.  The name runs to the last ']', so that the ids of
 * parametrised tests ("test_a[1]") can stand in it. */
static int open_section(struct parse *p, const char *line)
{
	size_t end = without_comment(line);

	while (end > 1 && isspace((unsigned char)line[end - 1]))
		end--;
	if (end < 3 || line[end - 1] != ']')
		return refuse_line(p, p->line, "expected '[section]'");
	const int r = replace(p, &p->section, line + 1, end - 2);
	if (r < 0)
		return r;
	free(p->key);
	p->key = NULL;
	return p->entry(p->section, NULL, NULL, buf_str(&p->where), p->arg, p->err);
}

static size_t len_without_blanks(const char *text)
{
	size_t len = strlen(text);

	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return len;
}

static int look_at_line(struct parse *p, const char *line)
{
	buf_clear(&p->where);
	buf_addf(&p->where, "%s:%d", p->name, p->line);
	if (p->where.error)
		return no_memory(p);

	/* A byte order mark, which inih skips too. */
	if (p->line == 1 && str_starts(line, "\xEF\xBB\xBF"))
		line += 3;
	p->first_blank = isspace((unsigned char)*line);
	while (isspace((unsigned char)*line))
		line++;
	const int r = replace(p, &p->text, line, len_without_blanks(line));
	if (r < 0)
		return r;
	/* Indented under a key it is a continuation, whatever it begins with. */
	if (*line == '[' && !(p->first_blank && p->key))
		return open_section(p, line);
	return 0;
}

/* As fgets(3), for ini_parse_stream. */
static char *read_line(char *line, int size, void *arg)
{
	struct parse *p = arg;
	const size_t len = strcspn(p->next, "\n");

	if (p->result < 0 || !*p->next)
		return NULL;
	p->line++;
	/* inih wants room for "\r\n" and the NUL. */
	if (len + 3 > (size_t)size) {
		char why[128];
		snprintf(why, sizeof(why), "the line is longer than %d bytes", size - 3);
		p->result = refuse_line(p, p->line, why);
		iso_err_hint(p->err, "a value goes on in the next line where that is indented");
		return NULL;
	}
	memcpy(line, p->next, len);
	line[len] = '\0';
	p->next += len + (p->next[len] == '\n');
	p->result = look_at_line(p, line);
	if (p->result < 0)
		return NULL;
	line[len] = '\n';
	line[len + 1] = '\0';
	return line;
}

/* The value of the line "key = value", whole. */
static const char *value_of(const char *line)
{
	line += strcspn(line, "=:") + 1; /* inih saw one of them */
	while (isspace((unsigned char)*line))
		line++;
	return line;
}

static int take_entry(void *arg, const char *section, const char *key, const char *cut_value)
{
	struct parse *p = arg;
	const char *value = p->text;

	(void)section;
	(void)cut_value;
	if (p->result < 0)
		return 0;
	if (!(p->first_blank && p->key)) {
		value = value_of(p->text);
		p->result = replace(p, &p->key, key, strlen(key));
	}
	if (p->result == 0)
		p->result = p->entry(p->section, p->key, value, buf_str(&p->where), p->arg,
				     p->err);
	return p->result == 0;
}

static void parse_fini(struct parse *p)
{
	free(p->section);
	free(p->key);
	free(p->text);
	buf_free(&p->where);
}

int conf_parse_text(const char *text, const char *name, conf_entry_fn *entry, void *arg,
		    struct iso_err *err)
{
	struct parse p = {
		.name = name,
		.next = text,
		.section = strdup(""),
		.where = BUF_INIT,
		.entry = entry,
		.arg = arg,
		.err = err,
	};

	if (!p.section)
		return no_memory(&p);
	const int bad_line = ini_parse_stream(read_line, &p, take_entry, &p);
	/* inih goes on after a line that it cannot read: such a line counts
	 * first when it stands above the refused one. */
	if (bad_line < 0)
		p.result = no_memory(&p);
	else if (bad_line > 0 && (p.result == 0 || bad_line < p.line))
		p.result = refuse_line(&p, bad_line, "expected 'key = value' or '[section]'");
	parse_fini(&p);
	return p.result;
}

int conf_parse_file(const char *path, conf_entry_fn *entry, void *arg, struct iso_err *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	const int r = fs_read(path, FILE_MAX_BYTES, &text, &len);

	if (r == -ENOMEM)
		return iso_err_set(err, ISO_ERR_HOST, r, "read '%s'", path);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_USAGE, r, "read '%s'", path);
	if (strlen(text) != len)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s: holds a NUL byte: not a text", path);
	return conf_parse_text(text, path, entry, arg, err);
}

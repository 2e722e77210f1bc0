/* SPDX-License-Identifier: Apache-2.0 */
/* model/spec_value.h - how each kind of value of a profile is read and written; for spec_keys.c. */
#ifndef MODEL_SPEC_VALUE_H
#define MODEL_SPEC_VALUE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/spec.h"

struct spec_entry;

/* One key of the table: `set` reads an entry's value into the spec, `get`
 * writes the spec's value so that `set` would read it again. */
struct spec_row {
	struct spec_key key;
	int (*set)(const struct spec_entry *e);
	void (*get)(const struct spec *s, const struct spec_row *row, struct buf *b);
	size_t offset;    /* of the field, where the kind leaves it open */
	const char *zero; /* the word that means 0, such as "none"; NULL: 0 has no word */
};

/* One line of a profile, or one option, on its way into a spec. */
struct spec_entry {
	struct spec *spec;
	const struct spec_row *row;
	const char *value;
	const char *where; /* "file:line" or the option */
	struct iso_err *err;
};

#define SPEC_VALUE(name) \
	int spec_set_##name(const struct spec_entry *e); \
	void spec_get_##name(const struct spec *s, const struct spec_row *row, struct buf *b)

SPEC_VALUE(bool);
SPEC_VALUE(size);
SPEC_VALUE(time);
SPEC_VALUE(count);
SPEC_VALUE(milli);
SPEC_VALUE(percent);
SPEC_VALUE(phrase);
SPEC_VALUE(root);
SPEC_VALUE(dev);
SPEC_VALUE(scratch);
SPEC_VALUE(meminfo);
SPEC_VALUE(workspace);
SPEC_VALUE(net);
SPEC_VALUE(seccomp);
SPEC_VALUE(user);

/* Lists, in spec_list.c. */
SPEC_VALUE(words);
SPEC_VALUE(globs);
SPEC_VALUE(paths);
SPEC_VALUE(binds);
SPEC_VALUE(tokens);
SPEC_VALUE(locks);
SPEC_VALUE(env);
SPEC_VALUE(fds);

/* Sets of known names, in spec_names.c. */
SPEC_VALUE(caps);
SPEC_VALUE(own);
SPEC_VALUE(share);

#undef SPEC_VALUE

/* Errors of the entry: "WHERE: KEY 'WORD': WHY"; return -EINVAL. */
int spec_refuse(const struct spec_entry *e, const char *word, const char *why, ...)
	__attribute__((format(printf, 3, 4)));
/* "…: expected <the row's values>", with the nearest of the names as a hint. */
int spec_refuse_name(const struct spec_entry *e, const char *word, const char *const *names,
		     size_t n);
int spec_no_memory(const struct spec_entry *e);

/* The list at the row's offset; words that it holds already are not added again. */
int spec_list_add(const struct spec_entry *e, const char *word);
void spec_list_empty(const struct spec_entry *e);

/* The index of `word` among the names, or -1. */
int spec_index(const char *word, const char *const *names, size_t n);

#endif
